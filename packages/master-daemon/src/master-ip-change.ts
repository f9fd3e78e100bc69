/**
 * Changes mask, device or holder of the master IP: this host first, the configuration second, and back if that fails.
 *
 *   ask the candidates ─▶ this host ─▶ commit ─▶ done
 *                             │           │ fails: this host as before
 *                             └ fails: as before, nothing committed
 *
 * An undecided commit leaves the host changed for as long as the node daemon waits for it (address-keeper.ts).
 *
 * Counterpart in Ganeti: LUClusterSetParams and node_change_master_netmask, whose failure leaves both apart (spec M12).
 */
import { nodeDaemonOf, nodeOf, type ClusterAccess } from '@quorate/bootstrap/cluster-access';
import type { ClusterRecord, Draft } from '@quorate/domain/configuration';
import { type MasterIpChange, withMasterIp } from '@quorate/domain/configuration-changes';
import { ClusterError, clusterErrorFrom } from '@quorate/domain/errors';
import { masterIpOf, rosterOf } from '@quorate/domain/roster-of';
import { isCandidate, type MasterIpParameters, type RosterNode } from '@quorate/domain/roster';
import { timings } from '@quorate/domain/timings';
import type { GetMasterIpResponse__Output } from '@quorate/rpc/gen/quorate/node/v1/GetMasterIpResponse';
import { nodeServices } from '@quorate/rpc/services';

export interface ChangedMasterIp<T> {
  readonly committed: T;
  /** What the operator should know, one sentence each. */
  readonly notes: readonly string[];
}

/**
 * `commit` commits the change; it is called once, when this host holds the address as wanted. Fails with WRONG_INPUT,
 * HOST_UNFIT (no such device here, no script on some candidate), as raising does, or as `commit` does.
 */
export async function changeMasterIp<T>(
  access: ClusterAccess,
  present: ClusterRecord,
  given: MasterIpChange,
  commit: () => Promise<T>,
): Promise<ChangedMasterIp<T>> {
  const nowSeconds = access.clock.now().getTime() / 1000;
  const [before, next] = [masterIpOf(present), masterIpOf(withMasterIp(present, given, nowSeconds))];
  if (JSON.stringify(before) === JSON.stringify(next)) return { committed: await commit(), notes: [] };
  const notes = judge(access, next, before, await askCandidates(access, present, next));
  await changeHere(access, present, next);
  try {
    return { committed: await commit(), notes };
  } catch (caught) {
    // Undecided is not failed: it may be committed yet.
    if (clusterErrorFrom(caught).reason !== 'COMMIT_UNDECIDED') await changeHere(access, present, before);
    throw caught;
  }
}

async function changeHere(
  access: ClusterAccess,
  present: ClusterRecord,
  { netmask, device, externalScript = false }: MasterIpParameters,
): Promise<void> {
  const own = nodeOf(rosterOf(present, ''), access.own);
  const method = nodeServices.masterIp.ChangeMasterIp;
  const options = { deadlineMs: timings.raiseAddressMs };
  await access.channels.call(nodeDaemonOf(own), method, { netmask, device, externalScript }, options);
}

interface Asked {
  readonly node: RosterNode;
  /** null if it did not answer. */
  readonly seen: GetMasterIpResponse__Output | null;
}

const askCandidates = (
  access: ClusterAccess,
  present: ClusterRecord,
  masterIp: MasterIpParameters,
): Promise<readonly Asked[]> => ask(access, rosterOf(present, '').nodes.filter(isCandidate), masterIp);

function ask(
  access: ClusterAccess,
  nodes: readonly RosterNode[],
  { device }: MasterIpParameters,
): Promise<readonly Asked[]> {
  const method = nodeServices.masterIp.GetMasterIp;
  const options = { deadlineMs: timings.voteMs };
  return Promise.all(
    nodes.map(async (node) => ({
      node,
      seen: await access.channels.call(nodeDaemonOf(node), method, { device }, options).catch(() => null),
    })),
  );
}

/** What is missing where. Here it is an error, and so is a script that is missing anywhere (spec M9). */
function judge(
  { own }: ClusterAccess,
  next: MasterIpParameters,
  before: MasterIpParameters,
  asked: readonly Asked[],
): readonly string[] {
  const silent = asked.filter(({ seen }) => seen === null);
  const lacking = asked.filter(({ seen }) => seen !== null && !seen.deviceExists);
  if (lacking.some(({ node }) => node.uuid === own)) throw noDevice(next.device);
  if (next.externalScript) requireScript(asked);
  const asks = next.externalScript === true || next.device !== before.device;
  return [
    ...lacking.map(({ node }) => `${node.name} has no device ${next.device}, which it needs as master`),
    ...(asks ? silent.map(({ node }) => `${node.name} did not answer and could not be checked`) : []),
  ];
}

/** Where a script of the site holds the master IP, whoever is to be a candidate needs it. Fails with HOST_UNFIT. */
export async function requireScriptOn(access: ClusterAccess, draft: Draft, node: RosterNode): Promise<void> {
  const masterIp = masterIpOf(draft);
  if (masterIp.externalScript) requireScript(await ask(access, [node], masterIp));
}

const scriptPath = '/etc/quorate/scripts/master-ip-setup';

function requireScript(asked: readonly Asked[]): void {
  const lacking = asked.filter(({ seen }) => seen !== null && seen.script !== 'MASTER_IP_SCRIPT_STATE_READY');
  if (lacking.length === 0) return;
  const names = lacking.map(({ node, seen }) =>
    seen?.script === 'MASTER_IP_SCRIPT_STATE_NOT_EXECUTABLE' ? `${node.name} (not executable)` : node.name,
  );
  throw new ClusterError('HOST_UNFIT', `The script for the master IP is not ready on ${names.join(', ')}`, {
    hint: `Every candidate needs it, executable: ${scriptPath}`,
    facts: { why: `${scriptPath}, which holds the master IP, is missing there or not executable` },
  });
}

const noDevice = (device: string): ClusterError =>
  new ClusterError('HOST_UNFIT', `There is no network device ${device} on this host`, {
    hint: 'The master IP stays where it is; name a device that the master has',
    facts: { device },
  });

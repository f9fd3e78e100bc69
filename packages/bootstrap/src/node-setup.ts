/**
 * The new host's half of joining: makes its own keys, and installs what the master hands it.
 *
 *   request   makes two keys, keeps them under a pending name, answers with two certificate requests
 *   install   checks all that came, stages it, puts it in place in a fixed order and starts the daemons
 *   abandon   takes all of it away again, as long as this host is no node
 *
 * Runs on the new host, fed over SSH with JSON. A private key never leaves the host it was made on. Nothing is
 * written before everything was checked (setup-payload.ts), the roster comes last, and a join that broke off
 * anywhere is gone on with by a second one, with the keys that were made: it ends in the same place.
 *
 * Counterpart in Ganeti: tools/node-daemon-setup.
 */
import { restoreHost } from '@quorate/cluster-state/host-changes';
import { ensureOwnDirectories } from '@quorate/cluster-state/host-directories';
import type { LayoutEntry } from '@quorate/cluster-state/layout';
import { masterIpScriptState, type MasterIpScriptState } from '@quorate/cluster-state/master-ip-script';
import { ensureRootKeyPair } from '@quorate/cluster-state/root-ssh-key';
import { readNodeIdentity } from '@quorate/cluster-state/secrets';
import type { Settings } from '@quorate/cluster-state/settings';
import { putInPlace, removeStaged, stageFiles } from '@quorate/cluster-state/staged-files';
import { ensureText, type State } from '@quorate/cluster-state/state';
import { ClusterError } from '@quorate/domain/errors';
import { nodeByUuid, type Roster } from '@quorate/domain/roster';
import { parseRoster } from '@quorate/domain/roster-of';
import { timings } from '@quorate/domain/timings';
import { createCertificateRequest } from '@quorate/platform/certificate-request';
import { createEcKeyPair, createRsaKeyPair, keyFits, splitPem } from '@quorate/platform/certificates';
import type { Clock } from '@quorate/platform/clock';
import type { DaemonControl } from '@quorate/platform/daemon-control';
import { journalledSteps } from './journalled.ts';
import {
  checkedFiles,
  type AbandonedJoin,
  type Placed,
  type SetupPayload,
  type SetupQuestion,
} from './setup-payload.ts';
import { stepRunner, type ReportStep } from './steps.ts';

export {
  parseAbandonedJoin,
  parseSetupPayload,
  parseSetupQuestion,
  payloadMaxBytes,
  type SetupPayload,
} from './setup-payload.ts';

export interface SetupAnswer {
  readonly certificateRequest: string;
  readonly clientCertificateRequest: string;
  /** Where this host's daemons will listen, by its own settings. */
  readonly nodePort: number;
  readonly masterPort: number;
  /** Of root, as it is passed on (ssh-public-key.ts); absent if it was not asked for. */
  readonly sshPublicKey?: string;
  /** Of the site, for the master IP: a candidate may need it. */
  readonly masterIpScript: MasterIpScriptState;
}

const pendingKey = (entry: LayoutEntry): LayoutEntry => ({ path: `${entry.path}.pending`, mode: 0o400 });

/** Changes nothing. Throws CLUSTER_EXISTS on a node of any cluster. */
export async function requireFreeHost(state: State): Promise<void> {
  const roster = await rosterHere(state);
  if (roster && !(await isUnfinishedJoin(state, roster))) throw belongsTo(roster);
}

/**
 * Throws CLUSTER_EXISTS on a node of any cluster, HOST_UNFIT if root's SSH key pair cannot be used. Asked again it answers
 * with the same keys.
 */
export async function makeRequests(
  state: State,
  { nodePort, masterPort }: Settings,
  { name, ssh }: SetupQuestion,
): Promise<SetupAnswer> {
  await requireFreeHost(state);
  await ensureOwnDirectories(state);
  const sshPublicKey = ssh && (await ensureRootKeyPair(state, { ...ssh, comment: `root@${name}` }));
  const node = await waitingKey(state, 'nodePem', async () => createEcKeyPair().privateKeyPem);
  const client = await waitingKey(state, 'clientPem', async () => (await createRsaKeyPair()).privateKeyPem);
  return {
    certificateRequest: await createCertificateRequest({ privateKeyPem: node, commonName: name }),
    clientCertificateRequest: await createCertificateRequest({ privateKeyPem: client, commonName: name }),
    nodePort,
    masterPort,
    ...(sshPublicKey !== undefined && { sshPublicKey }),
    masterIpScript: await masterIpScriptState(state),
  };
}

/** The key of an earlier try, which waits or is already beside its certificate; a new one if there is none that can be used. */
async function waitingKey(
  state: State,
  name: 'nodePem' | 'clientPem',
  make: () => Promise<string>,
): Promise<string> {
  const entry = state.layout[name];
  const waiting = await state.files.readText(pendingKey(entry).path);
  const installed = splitPem((await state.files.readText(entry.path)) ?? '').privateKeyPem;
  const usable = await Promise.all([waiting, installed].map(isUsableKey));
  const key = (usable[0] ? waiting : usable[1] ? installed : undefined) ?? (await make());
  await ensureText(state, pendingKey(entry), key);
  return key;
}

const isUsableKey = (privateKeyPem: string | undefined): Promise<boolean> =>
  createCertificateRequest({ privateKeyPem: privateKeyPem ?? '', commonName: 'probe' }).then(
    () => true,
    () => false,
  );

export const nodeSetupSteps = {
  stage: 'Writing what came beside its place',
  'stop-daemons': 'Stopping daemons of an earlier try',
  'put-in-place': 'Putting it in place, the roster last',
  'start-daemons': 'Starting the daemons',
} as const;

export interface NodeSetupParts {
  readonly daemons: DaemonControl;
  readonly clock: Clock;
  readonly report: ReportStep;
}

/** Changes nothing. Throws as `installMembership` does. */
export const checkMembership = async (state: State, payload: SetupPayload): Promise<void> =>
  void (await checkedMembership(state, payload));

async function checkedMembership(state: State, payload: SetupPayload): Promise<readonly Placed[]> {
  const { secretsAndViews, roster } = checkedFiles(state.layout, payload);
  await assertFits(state, payload);
  const node = await joined(state, 'nodePem', payload.nodeCertificate);
  const client = await joined(state, 'clientPem', payload.clientCertificate);
  return [...secretsAndViews, client, node, roster];
}

/**
 * Throws CLUSTER_EXISTS on a host of another cluster, WRONG_INPUT for a payload that does not fit; then nothing
 * was changed. Daemons of an earlier try are stopped first: they would go on under the identity it gave them. Each
 * step is in this host's journal; a daemon that does not stay is a failure (BEH-248).
 */
export async function installMembership(
  state: State,
  payload: SetupPayload,
  { daemons, clock, report }: NodeSetupParts,
): Promise<void> {
  const placed = await checkedMembership(state, payload);
  const steps = stepRunner(nodeSetupSteps, journalledSteps({ state, clock }, 'node-setup', report), clock);
  await steps.required('stage', () => stageFiles(state, placed));
  await steps.required('stop-daemons', () => stopDaemons(daemons));
  await steps.required('put-in-place', async () => {
    await putInPlace(
      state,
      placed.map(({ entry }) => entry),
    );
    for (const name of ['nodePem', 'clientPem'] as const)
      await state.files.remove(pendingKey(state.layout[name]).path);
  });
  await steps.required('start-daemons', () => startDaemons(daemons));
  await removeStaged(state);
}

async function stopDaemons(daemons: DaemonControl): Promise<void> {
  for (const name of ['masterd', 'noded']) await daemons.stop(name, timings.shutdownGraceMs);
}

async function startDaemons(daemons: DaemonControl): Promise<void> {
  for (const name of ['noded', 'masterd']) await daemons.start(name);
  for (const name of ['noded', 'masterd'])
    if ((await daemons.state(name)) !== 'running')
      throw new ClusterError('DAEMON_NOT_RUNNING', `quorate-${name} was started and has ended`, {
        hint: 'Its log on this host says why',
      });
}

/**
 * Takes away what a join brought here, and stops the daemons first. Throws CLUSTER_EXISTS, with nothing changed, on a
 * host of another cluster and on a node that was not named. Nothing to take away is fine.
 */
export async function abandonJoin(
  state: State,
  { clusterUuid, nodeUuid }: AbandonedJoin,
  daemons: DaemonControl,
): Promise<void> {
  const roster = await rosterHere(state);
  if (roster && roster.clusterUuid !== clusterUuid) throw belongsTo(roster);
  const { path } = state.layout.clusterRecord;
  if (!roster && (await state.files.stat(path)))
    throw new ClusterError(
      'CLUSTER_EXISTS',
      `${path} is the record of a cluster, which no join brought here`,
    );
  if (roster && !(await isUnfinishedJoin(state, roster))) {
    const identity = await readNodeIdentity(state).catch(() => undefined);
    if (identity === undefined || identity.nodeUuid !== nodeUuid) throw belongsTo(roster);
  }
  await stopDaemons(daemons);
  for (const name of ['nodePem', 'clientPem'] as const)
    await state.files.remove(pendingKey(state.layout[name]).path);
  await restoreHost(state);
}

async function rosterHere({ files, layout }: State): Promise<Roster | undefined> {
  const text = await files.readText(layout.roster.path);
  return text === undefined ? undefined : parseRoster(text);
}

/** The roster was installed, and the master never committed this host as a node: it is not in any roster. */
async function isUnfinishedJoin(state: State, roster: Roster): Promise<boolean> {
  const identity = await readNodeIdentity(state).catch(() => undefined);
  return identity !== undefined && nodeByUuid(roster, identity.nodeUuid) === undefined;
}

/** What lies here already is of the same cluster, or nothing does (BEH-241, BEH-243). */
async function assertFits(state: State, { clusterUuid, files }: SetupPayload): Promise<void> {
  const roster = await rosterHere(state);
  if (roster && roster.clusterUuid !== clusterUuid) throw belongsTo(roster);
  const { path } = state.layout.serverPem;
  const found = certificateIn(await state.files.readText(path));
  if (found === undefined || found === certificateIn(files['server.pem'])) return;
  throw new ClusterError('CLUSTER_EXISTS', `${path} is the certificate of another cluster`, {
    hint: 'Take this host out of that cluster; if it is in none any more, move the file away',
  });
}

const certificateIn = (pem: string | undefined): string | undefined =>
  pem === undefined ? undefined : splitPem(pem).certificatePem?.trim();

const belongsTo = ({ clusterName }: Roster): ClusterError =>
  new ClusterError('CLUSTER_EXISTS', `This host belongs to cluster ${clusterName} already`, {
    hint: 'Take it out of that cluster first',
  });

/** The key that waited here together with the certificate made for it: not with that of an earlier request (BEH-242). */
async function joined(state: State, name: 'nodePem' | 'clientPem', certificate: string): Promise<Placed> {
  const entry = state.layout[name];
  const waiting = pendingKey(entry).path;
  const key = await state.files.readText(waiting);
  if (key === undefined) throw mustAskAgain('This host has asked for no certificate');
  if (!isFor(key, certificate))
    throw mustAskAgain(`The certificate that came is not for the key in ${waiting}`);
  return { entry, text: `${key.trimEnd()}\n${certificate.trimEnd()}\n` };
}

/** A key that cannot be read is nobody's. */
function isFor(key: string, certificate: string): boolean {
  try {
    return keyFits(key, certificate);
  } catch {
    return false;
  }
}

const mustAskAgain = (why: string): ClusterError =>
  new ClusterError('WRONG_INPUT', why, { hint: 'Begin again with quorate node add on the master' });

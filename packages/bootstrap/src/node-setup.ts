/**
 * The new host's half of joining: makes its own keys, and installs what the master hands it.
 *
 *   request   makes two keys, keeps them under a pending name, answers with two certificate requests
 *   install   checks all that came, then writes it in a fixed order and starts the daemons
 *
 * Runs on the new host, fed over SSH with JSON. A private key never leaves the host it was made on. Nothing is
 * written before everything was checked (setup-payload.ts), the roster comes last, and a join that broke off
 * anywhere is begun again by a second one, which ends in the same place.
 *
 * Counterpart in Ganeti: tools/node-daemon-setup.
 */
import { ensureOwnDirectories } from '@quorate/cluster-state/host-directories';
import type { LayoutEntry } from '@quorate/cluster-state/layout';
import { readNodeIdentity } from '@quorate/cluster-state/secrets';
import type { Settings } from '@quorate/cluster-state/settings';
import { ensureText, type State } from '@quorate/cluster-state/state';
import { ClusterError } from '@quorate/domain/errors';
import { nodeByUuid, type Roster } from '@quorate/domain/roster';
import { parseRoster } from '@quorate/domain/roster-of';
import { timings } from '@quorate/domain/timings';
import { createCertificateRequest } from '@quorate/platform/certificate-request';
import { createEcKeyPair, createRsaKeyPair, keyFits, splitPem } from '@quorate/platform/certificates';
import type { DaemonControl } from '@quorate/platform/daemon-control';
import { checkedFiles, type Placed, type SetupPayload } from './setup-payload.ts';

export {
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
}

const pendingKey = (entry: LayoutEntry): LayoutEntry => ({ path: `${entry.path}.pending`, mode: 0o400 });

/** Throws CLUSTER_EXISTS on a node of any cluster. */
export async function makeRequests(
  state: State,
  { nodePort, masterPort }: Settings,
  name: string,
): Promise<SetupAnswer> {
  const roster = await rosterHere(state);
  if (roster && !(await isUnfinishedJoin(state, roster))) throw belongsTo(roster);
  await ensureOwnDirectories(state);
  const node = createEcKeyPair().privateKeyPem;
  const client = (await createRsaKeyPair()).privateKeyPem;
  await ensureText(state, pendingKey(state.layout.nodePem), node);
  await ensureText(state, pendingKey(state.layout.clientPem), client);
  return {
    certificateRequest: await createCertificateRequest({ privateKeyPem: node, commonName: name }),
    clientCertificateRequest: await createCertificateRequest({ privateKeyPem: client, commonName: name }),
    nodePort,
    masterPort,
  };
}

/**
 * Throws CLUSTER_EXISTS on a host of another cluster, WRONG_INPUT for a payload that does not fit; then nothing
 * was changed. Daemons of an earlier try are stopped first: they would go on under the identity it gave them.
 */
export async function installMembership(
  state: State,
  payload: SetupPayload,
  daemons: DaemonControl,
): Promise<void> {
  const { secretsAndViews, roster } = checkedFiles(state.layout, payload);
  await assertFits(state, payload);
  const node = await joined(state, 'nodePem', payload.nodeCertificate);
  const client = await joined(state, 'clientPem', payload.clientCertificate);

  for (const name of ['masterd', 'noded']) await daemons.stop(name, timings.shutdownGraceMs);
  for (const { entry, text } of [...secretsAndViews, client, node, roster])
    await ensureText(state, entry, text);
  for (const name of ['nodePem', 'clientPem'] as const)
    await state.files.remove(pendingKey(state.layout[name]).path);
  for (const name of ['noded', 'masterd']) await daemons.start(name);
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

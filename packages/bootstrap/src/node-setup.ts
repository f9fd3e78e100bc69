/**
 * The new host's half of joining: makes its own keys, and installs what the master hands it.
 *
 *   request   makes two keys, keeps them under a pending name, answers with two certificate requests
 *   install   checks all that came, then writes it in a fixed order and starts the daemons
 *
 * Runs on the new host, fed over SSH with JSON. A private key never leaves the host it was made on. Nothing is
 * written before everything was checked, the roster comes last, and running it again ends in the same place.
 *
 * Counterpart in Ganeti: tools/node-daemon-setup.
 */
import { installedEntries, type LayoutEntry } from '@quorate/cluster-state/layout';
import type { Settings } from '@quorate/cluster-state/settings';
import { ensureDirectories, ensureText, type State } from '@quorate/cluster-state/state';
import { ClusterError } from '@quorate/domain/errors';
import { parseRoster } from '@quorate/domain/roster-of';
import { createCertificateRequest } from '@quorate/platform/certificate-request';
import { createEcKeyPair, createRsaKeyPair, issuedBy, splitPem } from '@quorate/platform/certificates';
import type { DaemonControl } from '@quorate/platform/daemon-control';

export interface SetupAnswer {
  readonly certificateRequest: string;
  readonly clientCertificateRequest: string;
  /** Where this host's daemons will listen, by its own settings. */
  readonly nodePort: number;
  readonly masterPort: number;
}

export interface SetupPayload {
  readonly clusterName: string;
  readonly clusterUuid: string;
  readonly nodeCertificate: string;
  readonly clientCertificate: string;
  readonly files: Readonly<Record<string, string>>;
}

/** Payloads beyond this are refused unread: a real one has some tens of kB. */
export const payloadMaxBytes = 1_048_576;

const pendingKey = (entry: LayoutEntry): LayoutEntry => ({ path: `${entry.path}.pending`, mode: 0o400 });

export async function makeRequests(
  state: State,
  { nodePort, masterPort }: Settings,
  name: string,
): Promise<SetupAnswer> {
  await assertNotInCluster(state);
  await ensureDirectories(state);
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

export async function installMembership(
  state: State,
  payload: SetupPayload,
  daemons: DaemonControl,
): Promise<void> {
  await assertNotInCluster(state, payload.clusterUuid);
  const node = await joined(state, 'nodePem', payload.nodeCertificate);
  const client = await joined(state, 'clientPem', payload.clientCertificate);
  const entries = checkedFiles(state, payload);

  for (const { entry, text } of [...entries.secretsAndViews, client, node, ...entries.last])
    await ensureText(state, entry, text);
  for (const name of ['nodePem', 'clientPem'] as const)
    await state.files.remove(pendingKey(state.layout[name]).path);
  await daemons.start('noded');
  await daemons.start('masterd');
}

async function assertNotInCluster(state: State, expectedCluster?: string): Promise<void> {
  const text = await state.files.readText(state.layout.roster.path);
  if (text === undefined) return;
  const roster = parseRoster(text);
  if (expectedCluster !== undefined && roster.clusterUuid === expectedCluster) return;
  throw new ClusterError('CLUSTER_EXISTS', `This host belongs to cluster ${roster.clusterName} already`, {
    hint: 'Take it out of that cluster first',
  });
}

interface Placed {
  readonly entry: LayoutEntry;
  readonly text: string;
}

/** The key that waited here together with the certificate made for it. */
async function joined(state: State, name: 'nodePem' | 'clientPem', certificate: string): Promise<Placed> {
  const entry = state.layout[name];
  const key = await state.files.readText(pendingKey(entry).path);
  if (key === undefined)
    throw new ClusterError('WRONG_INPUT', 'This host has asked for no certificate', {
      hint: 'Begin again with quorate node add on the master',
    });
  return { entry, text: `${key.trimEnd()}\n${certificate.trimEnd()}\n` };
}

/** Only files of ours, all of one cluster; the roster, which says that the rest is complete, comes last (BEH-239..243). */
function checkedFiles(state: State, payload: SetupPayload): { secretsAndViews: Placed[]; last: Placed[] } {
  const known = new Map(installedEntries(state.layout).map((entry) => [fileNameOf(entry.path), entry]));
  const unknown = Object.keys(payload.files).filter((name) => !known.has(name));
  if (unknown.length > 0) throw refused(`it names files that are not the cluster's: ${unknown.join(', ')}`);
  const roster = parseRoster(payload.files['roster.json'] ?? '');
  if (roster.clusterName !== payload.clusterName || roster.clusterUuid !== payload.clusterUuid) {
    throw refused(`its roster belongs to ${roster.clusterName}, not to ${payload.clusterName}`);
  }
  const { certificatePem: ca } = splitPem(payload.files['server.pem'] ?? '');
  if (!ca || !issuedBy(payload.nodeCertificate, ca))
    throw refused('its node certificate was not signed by its cluster certificate');
  const placed = [...known].flatMap(([name, entry]) => {
    const text = payload.files[name];
    return text === undefined ? [] : [{ entry, text }];
  });
  const isRoster = ({ entry }: Placed): boolean => entry.path === state.layout.roster.path;
  return { secretsAndViews: placed.filter((p) => !isRoster(p)), last: placed.filter(isRoster) };
}

const refused = (why: string): ClusterError =>
  new ClusterError('WRONG_INPUT', `What the master sent cannot be installed: ${why}`);

/** Typed, or WRONG_INPUT naming fields and never their values, which may be secrets (BEH-246, BEH-247). */
export function parseSetupPayload(text: string): SetupPayload {
  if (Buffer.byteLength(text) > payloadMaxBytes) throw refused(`it is longer than ${payloadMaxBytes} bytes`);
  const value = parseJson(text);
  const texts = ['clusterName', 'clusterUuid', 'nodeCertificate', 'clientCertificate'];
  const wrong = texts.filter((key) => typeof value[key] !== 'string' || value[key] === '');
  const unknown = Object.keys(value).filter((key) => !texts.includes(key) && key !== 'files');
  if (wrong.length > 0) throw refused(`these fields are missing or no text: ${wrong.join(', ')}`);
  if (unknown.length > 0) throw refused(`these fields are unknown: ${unknown.join(', ')}`);
  if (!isTextMap(value['files'])) throw refused('its files are not a map of names to texts');
  return value as unknown as SetupPayload;
}

function parseJson(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // The parser's message quotes the text, which may hold a key.
  }
  throw refused('it is not one JSON object');
}

const isTextMap = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.values(value).every((v) => typeof v === 'string');

const fileNameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/**
 * The two files in which Ganeti's tools look for SSH keys. We do not read them ourselves.
 *
 * Counterpart in Ganeti: lib/ssh.py, WriteKnownHostsFile, AddPublicKey.
 */
import type { ClusterRecord, Configuration } from '@quorate/domain/configuration';
import { ensureText, type State } from './state.ts';

const hostKeyTypes = [
  { key: 'rsahostkeypub', type: 'ssh-rsa' },
  { key: 'dsahostkeypub', type: 'ssh-dss' },
] as const;

/** `<cluster name> <type> <key>`, one line per host key the cluster has. */
export const knownHostsText = ({ cluster }: Configuration): string =>
  hostKeyTypes
    .filter(({ key }) => typeof cluster[key] === 'string' && cluster[key] !== '')
    .map(({ key, type }) => `${cluster.cluster_name} ${type} ${String(cluster[key])}\n`)
    .join('');

/** Writes `known_hosts`, if the cluster knows a host key at all. */
export async function writeKnownHosts(state: State, configuration: Configuration): Promise<void> {
  const text = knownHostsText(configuration);
  if (text !== '') await ensureText(state, state.layout.knownHosts, text);
}

/**
 * Writes `ganeti_pub_keys`: `<node UUID> <key>`, one line per node, two while its key is renewed. Without a line for each
 * node Ganeti's verify fails. Of nodes whose key is not on record, those taken over from Ganeti, the lines stay as they
 * are; without any key there is no such file.
 */
export async function writePublicKeys(state: State, record: ClusterRecord): Promise<void> {
  const before = (await state.files.readText(state.layout.ganetiPubKeys.path)) ?? '';
  const text = publicKeysText(record, before);
  if (text !== before) await ensureText(state, state.layout.ganetiPubKeys, text);
}

/** `before` is what the file holds. */
export function publicKeysText({ configuration, ours }: ClusterRecord, before: string): string {
  const isKept = (line: string): boolean => {
    const [uuid = ''] = line.split(' ');
    const { sshPublicKey, newSshPublicKey } = ours.nodes[uuid] ?? {};
    const isTheirs = sshPublicKey === undefined && !line.endsWith(` ${newSshPublicKey}`);
    return Object.hasOwn(configuration.nodes, uuid) && isTheirs;
  };
  const kept = before.split('\n').filter(isKept);
  const known = Object.entries(ours.nodes).flatMap(([uuid, { sshPublicKey, newSshPublicKey }]) =>
    [sshPublicKey, newSshPublicKey].flatMap((key) => (key === undefined ? [] : [`${uuid} ${key}`])),
  );
  return [...kept, ...known].map((line) => `${line}\n`).join('');
}

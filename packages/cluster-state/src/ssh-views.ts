/**
 * The two files in which Ganeti's tools look for SSH keys. We do not read them ourselves.
 *
 * Counterpart in Ganeti: lib/ssh.py, WriteKnownHostsFile, AddPublicKey.
 */
import type { Configuration } from '@quorate/domain/configuration';
import { ClusterError } from '@quorate/domain/errors';
import type { NodeUuid } from '@quorate/domain/roster';
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
 * Makes `ganeti_pub_keys` hold exactly these public keys for one node, and leaves the other nodes' lines.
 * Without a line for each node Ganeti's verify fails. For clusters that manage SSH only (`modify_ssh_setup`).
 * A key is the line of an OpenSSH `.pub` file. Throws WRONG_INPUT for anything else.
 */
export async function ensurePublicKeys(state: State, node: NodeUuid, keys: readonly string[]): Promise<void> {
  const own = keys.map((key) => `${node} ${checkedKey(key)}`);
  const before = (await state.files.readText(state.layout.ganetiPubKeys.path)) ?? '';
  const others = before.split('\n').filter((line) => line !== '' && !line.startsWith(`${node} `));
  const lines = [...others, ...own].map((line) => `${line}\n`);
  await ensureText(state, state.layout.ganetiPubKeys, lines.join(''));
}

function checkedKey(line: string): string {
  const key = line.trim();
  if (/^[a-z0-9@.-]+ [A-Za-z0-9+/]+=*( [^\n\r]*)?$/.test(key)) return key;
  throw new ClusterError(
    'WRONG_INPUT',
    'An SSH public key must be one line: type, key, and perhaps a comment',
  );
}

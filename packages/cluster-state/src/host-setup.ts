/**
 * What the roster wants of this host outside the data directory: the cluster's nodes in the hosts file, and who may log
 * in as root.
 *
 * Let in are the keys of the master candidates, and this host's own, as Ganeti's verify wants it. All are lines of ours
 * in files of others (host-lines.ts): who is no candidate any more, or no node, loses his; a host that is no node, not
 * yet or not any more, has none.
 *
 * Counterparts in Ganeti: backend.AddNodeSshKey and RemoveNodeSshKey; the hosts file, which it copies whole.
 */
import { withAuthorizedKey } from '@quorate/domain/authorized-keys';
import { nodeByUuid, type HostSetup, type NodeUuid, type Roster } from '@quorate/domain/roster';
import { sshPublicKeyIn } from '@quorate/domain/ssh-public-key';
import { readHostChanges } from './host-change-record.ts';
import { ensureHostDirectories } from './host-directories.ts';
import { ensureHostsEntries, ensureLines } from './host-lines.ts';
import { readNodeRenewal } from './node-renewal.ts';
import { rootSshPlaces } from './root-ssh-key.ts';
import type { State } from './state.ts';

/** May be repeated; what is in order is not written. Throws the refusals of the disk. */
export async function ensureHostSetup(state: State, roster: Roster, own: NodeUuid): Promise<void> {
  const { hostSetup } = roster;
  if (!hostSetup) return;
  const self = nodeByUuid(roster, own);
  const others = roster.nodes.filter((node) => node !== self);
  const hasHosts = hostSetup.etcHosts && self !== undefined;
  if (hasHosts || (await readHostChanges(state))?.hostsFile)
    await ensureHostsEntries(state, hasHosts ? self : undefined, hasHosts ? others : []);
  await ensureLetIn(state, hostSetup, self ? roster : undefined);
}

async function ensureLetIn(
  state: State,
  { sshKeyType }: HostSetup,
  roster: Roster | undefined,
): Promise<void> {
  const places = await rootSshPlaces(state, sshKeyType ?? 'rsa');
  const keys = sshKeyType && roster ? await keysLetIn(state, places.publicKey.path, roster) : [];
  if (keys.length === 0 && !(await readHostChanges(state))?.authorizedKeys) return;
  if (keys.length > 0) await ensureHostDirectories(state, [places.home, places.directory]);
  const edits = keys.map((key) => (text: string) => withAuthorizedKey(text, key));
  await ensureLines(state, 'authorizedKeys', places.authorizedKeys, edits);
}

/** This host's own first: it was there before the others; also one that is to come, or that it is to have again. */
async function keysLetIn(state: State, path: string, { nodes }: Roster): Promise<readonly string[]> {
  const renewal = await readNodeRenewal(state);
  const previous = renewal?.stage === 'switched' ? undefined : renewal?.ssh?.previous?.publicKey?.bytes;
  const own = [(await state.files.readText(path)) ?? '', previous ?? '', renewal?.ssh?.publicKey ?? ''];
  const candidates = nodes.flatMap((node) => [node.sshPublicKey ?? '', node.newSshPublicKey ?? '']);
  const keys = [...own.map((line) => sshPublicKeyIn(line) ?? ''), ...candidates];
  return [...new Set(keys.filter((key) => key !== ''))];
}

/**
 * Looks for `verify` at who may log in as root of this host: root's own key of the cluster's type, and the keys in its
 * authorized_keys. Public keys only; reads, and compares nothing.
 */
import { rootSshPlaces } from '@quorate/cluster-state/root-ssh-key';
import type { State } from '@quorate/cluster-state/state';
import { keyIn, keyLinesIn } from '@quorate/domain/authorized-keys';
import type { Roster } from '@quorate/domain/roster';
import { sshPublicKeyIn } from '@quorate/domain/ssh-public-key';
import type { InspectedSsh } from '@quorate/rpc/gen/quorate/node/v1/InspectedSsh';

/** Keys told at most. */
const toldKeys = 1000;

/** null where SSH is not managed. */
export async function sshLook(state: State, roster: Roster): Promise<InspectedSsh | null> {
  const type = roster.hostSetup?.sshKeyType;
  if (!type) return null;
  const { publicKey, authorizedKeys } = await rootSshPlaces(state, type);
  const textAt = async (path: string): Promise<string> =>
    (await state.files.readText(path).catch(() => undefined)) ?? '';
  return {
    ownKey: keyIn(sshPublicKeyIn(await textAt(publicKey.path)) ?? '') ?? '',
    letIn: keyLinesIn(await textAt(authorizedKeys.path))
      .slice(0, toldKeys)
      .map(({ key, remark }) => ({ key, namedNodeUuid: nodeNamedBy(remark, roster) })),
  };
}

/** `root@node1`, or the full name; empty for anybody else. */
function nodeNamedBy(remark: string, { nodes }: Roster): string {
  const host = remark.slice(remark.lastIndexOf('@') + 1);
  return nodes.find(({ name }) => name === host || name.split('.')[0] === host)?.uuid ?? '';
}

/**
 * Rows of `verify` about who may log in as root, where the cluster manages SSH: every host lets in the candidates and
 * itself, and no other node. Keys of an administrator's are none of ours.
 *
 * Counterpart in Ganeti: _VerifySshSetup and _VerifySshClutter of lib/backend.py.
 */
import { keyIn } from './authorized-keys.ts';
import type { NodeObject } from './configuration.ts';
import type { NodeUuid } from './roster.ts';
import { answered, type Answered, type SshSeen, type VerifyFacts } from './verify-facts.ts';
import { mayShowEither } from './verify-renewal.ts';
import { aboutNode, type Found, type VerifyRow } from './verify-row.ts';

type SeenWithSsh = Answered & { readonly facts: { readonly ssh: SshSeen } };

/** The nodes that looked at it. */
const withSsh = (facts: VerifyFacts): readonly SeenWithSsh[] =>
  answered(facts).filter((seen): seen is SeenWithSsh => seen.facts.ssh !== undefined);

/** Type and key of a node, by the record; undefined if it knows none, or while keys are renewed there. */
const keyOf = (facts: VerifyFacts, uuid: NodeUuid): string | undefined =>
  mayShowEither(facts, { uuid }) ? undefined : keyIn(facts.record?.ours.nodes[uuid]?.sshPublicKey ?? '');

/** That node and the candidates, as far as their keys are known. */
const isToBeLetIn = ({ uuid, master_candidate, offline }: NodeObject, at: SeenWithSsh): boolean =>
  uuid === at.node.uuid || (master_candidate && !offline);

const nodesOf = ({ record }: VerifyFacts): readonly NodeObject[] =>
  Object.values(record?.configuration.nodes ?? {});

const named = (nodes: readonly NodeObject[]): string =>
  nodes
    .map(({ name }) => name)
    .sort()
    .join(', ');

const sshKeysAreLetIn: VerifyRow = {
  name: 'ssh-keys-are-let-in',
  finds: (facts) =>
    withSsh(facts).flatMap((seen): readonly Found[] => {
      const here = new Set(seen.facts.ssh.letIn.map(({ key }) => key));
      const known = nodesOf(facts).filter(({ uuid }) => keyOf(facts, uuid) !== undefined);
      const isHere = ({ uuid }: NodeObject): boolean => here.has(keyOf(facts, uuid) ?? '');
      const lacking = known.filter((node) => isToBeLetIn(node, seen) && !isHere(node));
      const unduly = known.filter((node) => !isToBeLetIn(node, seen) && isHere(node));
      return [
        ...(lacking.length > 0
          ? [aboutNode(seen.node, 'ENODESSH', `Root's authorized_keys lacks the key of ${named(lacking)}`)]
          : []),
        ...(unduly.length > 0
          ? [
              aboutNode(
                seen.node,
                'ENODESSH',
                `Root's authorized_keys lets in ${named(unduly)}, which is no candidate`,
              ),
            ]
          : []),
      ];
    }),
};

const sshKeyIsOnRecord: VerifyRow = {
  name: 'ssh-key-is-on-record',
  finds: (facts) =>
    withSsh(facts).flatMap(({ node, facts: { ssh } }) => {
      const known = keyOf(facts, node.uuid);
      if (known === undefined || known === ssh.ownKey) return [];
      const message =
        ssh.ownKey === ''
          ? 'Root has no SSH key pair of the type of the cluster'
          : "Root's SSH key is another than the cluster knows";
      return [aboutNode(node, 'ENODESSH', message)];
    }),
};

/** Lines that by their remark are a node's, and hold none of its present key: each lets in whoever has the old one. */
const sshClutter: VerifyRow = {
  name: 'ssh-clutter',
  finds(facts) {
    if (!facts.sshClutter) return [];
    return withSsh(facts).flatMap(({ node, facts: { ssh } }): readonly Found[] => {
      const stale = ssh.letIn.filter(
        ({ key, namedNode }) => namedNode !== null && key !== (keyOf(facts, namedNode) ?? key),
      );
      if (stale.length === 0) return [];
      const owners = new Set(stale.map(({ namedNode }) => namedNode));
      const names = named(nodesOf(facts).filter(({ uuid }) => owners.has(uuid)));
      const message = `Root's authorized_keys lets in by old keys of ${names} (lines: ${stale.length})`;
      return [aboutNode(node, 'ENODESSH', message)];
    });
  },
};

export const sshRows: readonly VerifyRow[] = [sshKeysAreLetIn, sshKeyIsOnRecord, sshClutter];

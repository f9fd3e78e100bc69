/**
 * What `node list` and `node info` tell of each node: what the roster and a round of votes show, and what the master adds
 * out of the configuration, if it answers. The keys are what `--json` prints and stay stable.
 *
 * Counterpart in Ganeti: the node fields of lib/query.py, as far as they are about membership.
 */
import type { Role } from './roster.ts';
import type { NodeStatus, StatusReport } from './status-report.ts';

/** What only the configuration knows. */
export interface NodeDetails {
  readonly uuid: string;
  readonly secondaryIp: string;
  readonly group: string;
  readonly masterCapable: boolean;
  readonly vmCapable: boolean;
}

export interface ListedNode extends NodeStatus {
  /** Ganeti's letter. */
  readonly letter: string;
  /** Configurations between what it acknowledged and the newest that anybody shows; null if it is not known, or of an earlier epoch. */
  readonly lag: number | null;
  /** Null while no master answers. */
  readonly details: NodeDetails | null;
}

const letters: Readonly<Record<Role, string>> = {
  master: 'M',
  candidate: 'C',
  regular: 'R',
  drained: 'D',
  offline: 'O',
};

export function nodeListing(
  { nodes, version: newest }: StatusReport,
  details: readonly NodeDetails[],
): readonly ListedNode[] {
  const lagOf = ({ version }: NodeStatus): number | null =>
    version && version.epoch === newest.epoch ? newest.serial - version.serial : null;
  return nodes.map((node) => ({
    ...node,
    letter: letters[node.role],
    lag: lagOf(node),
    details: details.find(({ uuid }) => uuid === node.uuid) ?? null,
  }));
}

export interface ListedField {
  readonly name: string;
  readonly title: string;
  readonly what: string;
  readonly value: (node: ListedNode) => string;
}

const unknown = '-';
const yesNo = (value: boolean | undefined): string => (value === undefined ? unknown : value ? 'Y' : 'N');

/** Ganeti's names where it has the field. */
export const listedFields: readonly ListedField[] = [
  { name: 'name', title: 'NODE', what: 'its name', value: (n) => n.name },
  {
    name: 'role',
    title: 'ROLE',
    what: 'M master, C master candidate, R regular, D drained, O offline',
    value: (n) => n.letter,
  },
  { name: 'pip', title: 'ADDRESS', what: 'its primary address', value: (n) => n.address },
  {
    name: 'sip',
    title: 'SECONDARY',
    what: 'its secondary address',
    value: (n) => n.details?.secondaryIp ?? unknown,
  },
  { name: 'group', title: 'GROUP', what: 'its node group', value: (n) => n.details?.group ?? unknown },
  {
    name: 'reachable',
    title: 'REACHABLE',
    what: 'whether it answers',
    value: (n) => (n.reachable ? 'yes' : 'no'),
  },
  {
    name: 'epoch',
    title: 'EPOCH',
    what: 'of the configuration it acknowledged',
    value: (n) => (n.version ? String(n.version.epoch) : unknown),
  },
  {
    name: 'serial',
    title: 'SERIAL',
    what: 'of the configuration it acknowledged',
    value: (n) => (n.version ? String(n.version.serial) : unknown),
  },
  {
    name: 'lag',
    title: 'LAG',
    what: 'configurations that it has yet to acknowledge',
    value: (n) => (n.lag === null ? unknown : String(n.lag)),
  },
  {
    name: 'master_capable',
    title: 'MC',
    what: 'whether it may ever be a candidate',
    value: (n) => yesNo(n.details?.masterCapable),
  },
  {
    name: 'vm_capable',
    title: 'VM',
    what: 'whether instances may run on it',
    value: (n) => yesNo(n.details?.vmCapable),
  },
  {
    name: 'priority',
    title: 'PRIORITY',
    what: 'how readily it becomes master',
    value: (n) => String(n.priority),
  },
  {
    name: 'paused',
    title: 'PAUSED',
    what: 'until when it does not take over by itself',
    value: (n) => (n.pause ? `until ${n.pause.until ?? 'resumed'}` : unknown),
  },
  { name: 'uuid', title: 'UUID', what: 'its UUID', value: (n) => n.uuid },
];

export const usualFields: readonly string[] = [
  ...['name', 'role', 'pip', 'sip', 'group', 'reachable', 'epoch', 'serial', 'lag'],
  ...['master_capable', 'vm_capable', 'priority', 'paused'],
];

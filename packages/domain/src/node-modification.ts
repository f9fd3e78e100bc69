/**
 * What an administrator changes of a node that stays: role, capabilities, second address, parameters. All that is given
 * is one change, refused as a whole or made as a whole.
 *
 * At most one of candidate, drained and offline is true. To set one takes the others back: whoever is drained or offline
 * is no candidate, and becomes one again when that ends if the pool has room. (A node that is only to be rebooted is better
 * paused: that keeps its candidacy.)
 *
 * Counterpart in Ganeti: LUNodeSetParams in lib/cmdlib/node.py.
 */
import type { Candidacy } from './candidacy.ts';
import { type Entrusted, newNodeBecomesCandidate, poolState } from './candidate-pool.ts';
import { canonicalJson } from './canonical-json.ts';
import { withCandidacy } from './configuration-changes.ts';
import type { Draft, NodeObject } from './configuration.ts';
import { ClusterError } from './errors.ts';
import { isIPv4 } from './names.ts';
import { type DraftWithNotes, instancesOn } from './node-changes.ts';
import { modifiedParameters } from './node-parameters.ts';
import { digestsOf, filledPool, keyMarks } from './pool-filling.ts';
import type { NodeUuid, Role } from './roster.ts';
import { roleIn } from './roster-of.ts';
import { changed, requireNode, touchedNodes, withoutNodes } from './touch.ts';
import { addressesOf } from './validate-configuration.ts';

export interface NodeModification {
  readonly masterCandidate?: boolean | undefined;
  readonly drained?: boolean | undefined;
  readonly offline?: boolean | undefined;
  readonly masterCapable?: boolean | undefined;
  readonly vmCapable?: boolean | undefined;
  readonly secondaryIp?: string | undefined;
  /** As typed: `key=value,key=default`. */
  readonly nodeParameters?: string | undefined;
  readonly candidacy?: Candidacy | undefined;
  /** Promote others where this one leaves the pool too small. */
  readonly autoPromote?: boolean | undefined;
  /** Change between one and two networks, beginning with the master. */
  readonly force?: boolean | undefined;
}

export interface ModifiedNode extends DraftWithNotes {
  /** What is different now, as `name -> value`. */
  readonly changes: readonly string[];
}

/**
 * Fails with NODE_UNKNOWN; WRONG_INPUT if nothing or two true flags are given (BEH-264), for a role flag of the master
 * (BEH-263) or parameters that do not fit; NODE_UNFIT where a capability forbids it; TOO_FEW_CANDIDATES without
 * `autoPromote` (BEH-260); ADDRESS_IN_USE.
 */
export function withNodeModified(
  draft: Draft,
  uuid: NodeUuid,
  given: NodeModification,
  nowSeconds: number,
  entrusted: Entrusted,
): ModifiedNode {
  const node = requireNode(draft, uuid);
  requireSomething(given);
  requireOneRole(given);
  requireMasterUntouched(draft, node, given);
  requireCapable(draft, node, given);
  requireSecondaryIp(draft, node, given);
  const wished = withCandidacy(draft, uuid, given.candidacy ?? {}, nowSeconds);
  const role = roleAfter(draft, node, given, entrusted);
  const values = { ...flagsOf(role.role), ...otherValues(node, given) };
  const isSame = canonicalJson({ ...node, ...values }) === canonicalJson(node);
  const changes = [...changesOf(node, values), ...candidacyChanges(given.candidacy)];
  if (isSame) return { draft: wished, notes: role.notes, changes };

  requirePool(draft, node, values, given);
  const after = withValues(wished, uuid, values, wished === draft, entrusted, nowSeconds);
  const filling = given.autoPromote && node.master_candidate && !values.master_candidate;
  if (!filling) return { draft: after, notes: role.notes, changes };
  const filled = withPoolFilled(after, uuid, entrusted, nowSeconds);
  return { draft: filled.draft, notes: [...role.notes, ...filled.notes], changes };
}

/** Whether an offline node becomes a voter again by this: then it must answer, and be up to date. */
export const comesBack = (
  node: Pick<NodeObject, 'offline'>,
  { offline, masterCandidate, drained }: NodeModification,
): boolean => node.offline && (offline === false || masterCandidate === true || drained === true);

type Values = Pick<NodeObject, 'master_candidate' | 'drained' | 'offline'> & Partial<NodeObject>;

/** The candidacy wishes have raised the serials already where they changed anything: one change raises them once. */
function withValues(
  draft: Draft,
  uuid: NodeUuid,
  values: Values,
  isUntouched: boolean,
  entrusted: Entrusted,
  nowSeconds: number,
): Draft {
  const node = requireNode(draft, uuid);
  const { configuration, ours } = draft;
  const { candidate_certs: known } = configuration.cluster;
  const candidate_certs = values.master_candidate
    ? { ...known, ...digestsOf([uuid], entrusted) }
    : withoutNodes(known, [uuid]);
  const nodes = isUntouched
    ? touchedNodes([node], nowSeconds, values)
    : { [uuid]: { ...node, ...values } as NodeObject };
  return {
    configuration: isUntouched
      ? changed(draft, nowSeconds, { cluster: { candidate_certs }, nodes })
      : {
          ...configuration,
          cluster: { ...configuration.cluster, candidate_certs },
          nodes: { ...configuration.nodes, ...nodes },
        },
    ours: { ...ours, nodes: keyMarks(draft, nodes) },
  };
}

/** Others take the place of that node, which does not come back into it by this. */
function withPoolFilled(
  draft: Draft,
  uuid: NodeUuid,
  entrusted: Entrusted,
  nowSeconds: number,
): DraftWithNotes {
  const { configuration, ours } = draft;
  const { nodes, candidate_certs, notes } = filledPool(draft, entrusted, nowSeconds, [uuid]);
  return {
    draft: {
      configuration: {
        ...configuration,
        cluster: { ...configuration.cluster, candidate_certs },
        nodes: { ...configuration.nodes, ...nodes },
      },
      ours: { ...ours, nodes: keyMarks(draft, nodes) },
    },
    notes,
  };
}

// --- the role

const flagsOf = (role: Exclude<Role, 'master'>) => ({
  master_candidate: role === 'candidate',
  drained: role === 'drained',
  offline: role === 'offline',
});

interface RoleAfter {
  readonly role: Exclude<Role, 'master'>;
  readonly notes: readonly string[];
}

function roleAfter(draft: Draft, node: NodeObject, given: NodeModification, entrusted: Entrusted): RoleAfter {
  const before = roleIn(draft.configuration, node);
  // Its flags are not touched here (requireMasterUntouched), and it is a candidate.
  if (before === 'master') return { role: 'candidate', notes: [] };
  const unfit = entrusted.unfit[node.uuid];
  const set = roleWords.find(({ key }) => given[key] === true);
  if (set?.role === 'candidate' && unfit !== undefined)
    throw new ClusterError('NODE_UNFIT', `It cannot be a candidate: ${unfit}`, {
      hint: 'Every candidate holds the cluster key, and the script for the master IP where the site has one',
    });
  if (set) return { role: set.role, notes: [] };
  const unset = roleWords.filter(({ key }) => given[key] === false);
  const idle = unset.filter(({ role }) => role !== before);
  const notes = idle.map(({ word }) => `${node.name} is not ${word} anyway`);
  const isCapable = given.masterCapable ?? node.master_capable;
  const ends = unset.length > idle.length || (before === 'candidate' && !isCapable);
  const mayRise = (ends && before !== 'candidate') || (before === 'regular' && !node.master_capable);
  if (mayRise && given.masterCandidate !== false && newNodeBecomesCandidate(draft.configuration, isCapable)) {
    if (unfit === undefined) return { role: 'candidate', notes: [...notes, risesNote(node)] };
    return { role: 'regular', notes: [...notes, `Not made a candidate: ${unfit}`] };
  }
  return { role: ends ? 'regular' : before, notes };
}

const risesNote = ({ name }: NodeObject): string => `${name} becomes a master candidate: the pool has room`;

const roleWords = [
  { key: 'masterCandidate', role: 'candidate', word: 'a master candidate' },
  { key: 'drained', role: 'drained', word: 'drained' },
  { key: 'offline', role: 'offline', word: 'offline' },
] as const;

// --- refusals

function requireSomething(given: NodeModification): void {
  const { autoPromote: _, force: __, candidacy = {}, ...rest } = given;
  const isGiven =
    Object.values(rest).some((value) => value !== undefined) || Object.keys(candidacy).length > 0;
  if (isGiven) return;
  throw new ClusterError('WRONG_INPUT', 'Nothing to change was given', {
    hint: 'Give at least one parameter',
  });
}

function requireOneRole(given: NodeModification): void {
  const set = roleWords.filter(({ key }) => given[key] === true);
  if (set.length <= 1) return;
  throw new ClusterError('WRONG_INPUT', `A node is only one of ${set.map(({ word }) => word).join(' and ')}`);
}

function requireMasterUntouched({ configuration }: Draft, node: NodeObject, given: NodeModification): void {
  if (node.uuid !== configuration.cluster.master_node) return;
  const hint = 'Make another node the master first: quorate failover --to NODE';
  if (roleWords.some(({ key }) => given[key] !== undefined)) {
    const what = given.offline ? 'cannot be marked offline' : 'has its role by a failover only';
    throw new ClusterError('WRONG_INPUT', `${node.name} is the master and ${what}`, { hint });
  }
  if (given.masterCapable === false)
    throw new ClusterError('NODE_UNFIT', `${node.name} is the master and must stay master-capable`, { hint });
}

function requireCapable({ configuration }: Draft, node: NodeObject, given: NodeModification): void {
  if (given.masterCandidate && !(given.masterCapable ?? node.master_capable))
    throw new ClusterError('NODE_UNFIT', `${node.name} is not master-capable, and cannot be a candidate`, {
      hint: 'Add --master-capable yes if it may become master',
    });
  if (given.vmCapable !== false || !node.vm_capable) return;
  const instances = instancesOn(configuration, node.uuid);
  if (instances.length > 0)
    throw new ClusterError('NODE_UNFIT', `${node.name} is used by ${instances.join(', ')}`, {
      hint: 'Move these instances first',
    });
}

/** As if the node were not there: are the others enough? */
function requirePool(
  { configuration }: Draft,
  node: NodeObject,
  values: Values,
  given: NodeModification,
): void {
  if (!node.master_candidate || values.master_candidate || given.autoPromote) return;
  const { now, should } = poolState(configuration, [node.uuid]);
  if (now >= should) return;
  throw new ClusterError(
    'TOO_FEW_CANDIDATES',
    `Without ${node.name} there are ${now} master candidates, and there should be ${should}`,
    { hint: 'Add --auto-promote to have another node take its place' },
  );
}

function requireSecondaryIp({ configuration }: Draft, node: NodeObject, given: NodeModification): void {
  const { secondaryIp } = given;
  if (secondaryIp === undefined || secondaryIp === node.secondary_ip) return;
  if (!isIPv4(secondaryIp))
    throw new ClusterError('WRONG_INPUT', `The secondary IP '${secondaryIp}' is not an IPv4 address`);
  const { [node.uuid]: _, ...others } = configuration.nodes;
  const taken = addressesOf({ ...configuration, nodes: others }).find(
    ({ address }) => address === secondaryIp,
  );
  if (taken) throw new ClusterError('ADDRESS_IN_USE', `Address ${secondaryIp} belongs to ${taken.owner}`);
  requireSameNetworks(configuration, node, secondaryIp, given.force === true);
  const instances = node.offline ? instancesOn(configuration, node.uuid) : [];
  if (instances.length > 0)
    throw new ClusterError('NODE_UNFIT', `${node.name} is offline and used by ${instances.join(', ')}`);
}

function requireSameNetworks(
  { nodes, cluster }: Draft['configuration'],
  node: NodeObject,
  secondaryIp: string,
  force: boolean,
): void {
  const master = nodes[cluster.master_node];
  const isDual = master !== undefined && master.primary_ip !== master.secondary_ip;
  if (isDual === (secondaryIp !== node.primary_ip)) return;
  if (force && node.uuid === master?.uuid) return;
  const has = isDual ? 'two networks' : 'one network';
  throw new ClusterError('WRONG_INPUT', `The master has ${has}, and all nodes must be alike`, {
    hint: 'To change that, begin with the master, and add --force',
  });
}

// --- what else

function otherValues(node: NodeObject, given: NodeModification): Partial<NodeObject> {
  const { masterCapable, vmCapable, secondaryIp, nodeParameters } = given;
  return {
    ...(masterCapable !== undefined && { master_capable: masterCapable }),
    ...(vmCapable !== undefined && { vm_capable: vmCapable }),
    ...(secondaryIp !== undefined && { secondary_ip: secondaryIp }),
    ...(nodeParameters !== undefined && { ndparams: modifiedParameters(node.ndparams, nodeParameters) }),
  };
}

const changesOf = (node: NodeObject, values: Partial<NodeObject>): readonly string[] =>
  Object.entries(values).flatMap(([key, value]) =>
    canonicalJson({ v: node[key] }) === canonicalJson({ v: value }) ? [] : [`${key} -> ${shown(value)}`],
  );

const candidacyChanges = ({ priority }: Candidacy = {}): readonly string[] =>
  priority === undefined ? [] : [`priority -> ${priority}`];

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

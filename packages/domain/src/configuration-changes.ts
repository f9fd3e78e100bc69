/**
 * Changes of the configuration, as functions from one draft to the next; those of one node's standing are in
 * node-changes.ts.
 *
 * Serials and times are those of touch.ts. A change that changes nothing returns the draft it was given.
 *
 * Counterpart in Ganeti: lib/config/__init__.py (ConfigWriter) and lib/cmdlib/node.py.
 */
import { type Candidacy, candidacyOf, requirePriority, usualCandidacy } from './candidacy.ts';
import { type Entrusted, newNodeBecomesCandidate, nobodyEntrusted, poolState } from './candidate-pool.ts';
import { canonicalJson } from './canonical-json.ts';
import { certificateLifeBounds } from './certificate-renewal.ts';
import type { Configuration, Draft, MastershipEntry } from './configuration.ts';
import type { OursParameters } from './parameters.ts';
import { filledPool, keyMarks } from './pool-filling.ts';
import { ClusterError } from './errors.ts';
import { isoTime } from './initial-configuration.ts';
import { leaseBounds } from './lease.ts';
import { compareNaturally, singleAddressMask } from './names.ts';
import {
  awaitedNode,
  joinedNodeObject,
  joinsMasterCapable,
  type NewNode,
  newNodeObject,
  requireNewNode,
} from './new-node.ts';
import type { DraftWithNotes } from './node-changes.ts';
import { oursOf } from './roster-of.ts';
import type { NodeUuid } from './roster.ts';
import { changed, requireNode, touchedNodes, withoutNodes } from './touch.ts';
import type { Mastership } from './voter-record.ts';

export { type NewNode, requireNewNode } from './new-node.ts';

/** Changes parameters of ours. Fails with WRONG_INPUT for a lease, or a certificate's life, outside its bounds. */
export function withParameters(draft: Draft, given: Partial<OursParameters>, nowSeconds: number): Draft {
  const { leastMs, mostMs } = leaseBounds;
  const { leaseMs = draft.ours.parameters.leaseMs } = given;
  if (!Number.isInteger(leaseMs) || leaseMs < leastMs || leaseMs > mostMs)
    throw new ClusterError(
      'WRONG_INPUT',
      `A lease of ${leaseMs} ms is not within ${leastMs} and ${mostMs} ms`,
    );
  const { leastSeconds, mostSeconds, usualSeconds } = certificateLifeBounds;
  const { certificateLifeSeconds: life = usualSeconds } = given;
  if (!Number.isInteger(life) || life < leastSeconds || life > mostSeconds)
    throw new ClusterError(
      'WRONG_INPUT',
      `A certificate's life of ${life} s is not within ${leastSeconds} and ${mostSeconds} s`,
    );
  const parameters = { ...draft.ours.parameters, ...given };
  if (canonicalJson(parameters) === canonicalJson(draft.ours.parameters)) return draft;
  const ours = { ...draft.ours, parameters };
  return { ours, configuration: changed(draft, nowSeconds, { cluster: {} }) };
}

/** Of the master IP; what is not given stays. */
export interface MasterIpChange {
  /** Prefix length. */
  readonly netmask?: number;
  readonly device?: string;
  readonly externalScript?: boolean;
}

/** Fails with WRONG_INPUT for a prefix length outside its family's bounds, or a device without a name. */
export function withMasterIp(draft: Draft, given: MasterIpChange, nowSeconds: number): Draft {
  const { cluster } = draft.configuration;
  const { netmask = cluster.master_netmask, device = cluster.master_netdev } = given;
  const { externalScript = cluster.use_external_mip_script } = given;
  const most = singleAddressMask(cluster.primary_ip_family === 10 ? 6 : 4);
  if (!Number.isInteger(netmask) || netmask < 1 || netmask > most)
    throw new ClusterError('WRONG_INPUT', `Netmask ${netmask} is not a whole number from 1 to ${most}`);
  if (!/^[^\s/]+$/.test(device))
    throw new ClusterError('WRONG_INPUT', `'${device}' cannot be the name of a network device`);
  const values = {
    ...{ master_netmask: netmask, master_netdev: device },
    use_external_mip_script: externalScript,
  };
  if (canonicalJson({ ...cluster, ...values }) === canonicalJson({ ...cluster })) return draft;
  return { ...draft, configuration: changed(draft, nowSeconds, { cluster: values }) };
}

export interface NewMaster {
  readonly node: NodeUuid;
  /** The epoch a majority granted it. */
  readonly epoch: number;
  readonly nowSeconds: number;
  readonly how: MastershipEntry['how'];
}

/** Masterships that a record remembers; a daemon that restarts for ever must not fill the disks of all. */
export const historyLimit = 100;

/**
 * Makes a candidate the master. In Ganeti's file five values change: who, and serial and mtime of cluster and top level.
 *
 * Fails with NODE_UNKNOWN, NOT_A_MASTER_CANDIDATE, EPOCH_TOO_OLD.
 */
export function withMaster(draft: Draft, { node, epoch, nowSeconds, how }: NewMaster): Draft {
  const { name, master_candidate } = requireNode(draft, node);
  if (!master_candidate) throw notACandidate(draft, name);
  if (epoch < draft.ours.epoch)
    throw new ClusterError('EPOCH_TOO_OLD', `Epoch ${epoch} is older than ${draft.ours.epoch}`);
  const entry: MastershipEntry = { epoch, node, name, since: isoTime(nowSeconds), how };
  return {
    configuration: changed(draft, nowSeconds, { cluster: { master_node: node } }),
    ours: { ...draft.ours, epoch, history: [...draft.ours.history, entry].slice(-historyLimit) },
  };
}

/**
 * Enters masterships that came about without voting on the other side of a cut, in the order of their epochs.
 * `since` is then when this side learned of them.
 */
export function withOverruled(draft: Draft, overruled: readonly Mastership[], nowSeconds: number): Draft {
  const known = new Set(draft.ours.history.map(({ epoch }) => epoch));
  const entries = overruled.flatMap(({ node, epoch }): MastershipEntry[] => {
    if (known.has(epoch)) return [];
    known.add(epoch);
    const { name } = requireNode(draft, node);
    return [{ epoch, node, name, since: isoTime(nowSeconds), how: 'overruled' }];
  });
  if (entries.length === 0) return draft;
  const history = [...draft.ours.history, ...entries].sort((a, b) => a.epoch - b.epoch);
  return {
    configuration: changed(draft, nowSeconds, { cluster: {} }),
    ours: { ...draft.ours, history },
  };
}

/**
 * The state in which no daemon restarts as master: the first step of taking the cluster apart.
 *
 * Fails with NODES_REMAIN while other nodes, or instances, are in it.
 */
export function withoutMaster(draft: Draft, nowSeconds: number): Draft {
  if (draft.configuration.cluster.master_node === '') return draft;
  requireNothingLeft(draft.configuration);
  return { ...draft, configuration: changed(draft, nowSeconds, { cluster: { master_node: '' } }) };
}

function requireNothingLeft({ nodes, instances }: Configuration): void {
  const left = { nodes: Object.keys(nodes).length - 1, instances: Object.keys(instances).length };
  if (left.nodes + left.instances === 0) return;
  const message = `Besides the master, ${left.nodes} nodes and ${left.instances} instances are left in the cluster`;
  throw new ClusterError('NODES_REMAIN', message, { hint: 'Remove them first' });
}

/**
 * Adds a node, or takes in one that is awaited, as candidate if the pool has room: flag and certificate digest in the
 * same change, so that no candidate is ever without authorisation.
 *
 * Fails as `requireNewNode` does.
 */
export function withNode(draft: Draft, newNode: NewNode, nowSeconds: number): Draft {
  const { configuration, ours } = draft;
  requireNewNode(draft, newNode);
  const masterCapable = joinsMasterCapable(draft, newNode);
  const candidate = newNode.candidate !== false && newNodeBecomesCandidate(configuration, masterCapable);
  const awaited = awaitedNode(draft, newNode.name);
  const node = awaited
    ? joinedNodeObject(awaited, { candidate, masterCapable }, nowSeconds)
    : newNodeObject(configuration, newNode, candidate, nowSeconds);
  const { nodePort, masterPort, certificateSha256, sshPublicKey } = newNode;
  const digests = candidate ? { [node.uuid]: newNode.clientCertificateSha1 } : {};
  return {
    configuration: changed(draft, nowSeconds, {
      cluster: { candidate_certs: { ...configuration.cluster.candidate_certs, ...digests } },
      nodes: { [node.uuid]: node },
    }),
    ours: {
      ...ours,
      nodes: {
        ...ours.nodes,
        [node.uuid]: {
          ...candidacyOf(ours.nodes[node.uuid] ?? {}),
          ...{ nodePort, masterPort, certificateSha256 },
          ...(sshPublicKey && { sshPublicKey }),
        },
      },
    },
  };
}

/**
 * Sets the size of the candidate pool and fills it. Nobody is demoted by a smaller size, which a note then says (BEH-262).
 *
 * Fails with WRONG_INPUT unless the size is a whole number of at least 1 (BEH-135).
 */
export function withCandidatePoolSize(
  draft: Draft,
  size: number,
  nowSeconds: number,
  entrusted: Entrusted = nobodyEntrusted,
): DraftWithNotes {
  if (!Number.isSafeInteger(size) || size < 1)
    throw new ClusterError('WRONG_INPUT', `Candidate pool size ${size} is not a whole number of at least 1`);
  const { cluster } = draft.configuration;
  const configuration = { ...draft.configuration, cluster: { ...cluster, candidate_pool_size: size } };
  const resized = { ...draft, configuration };
  const { nodes, candidate_certs, notes: filling } = filledPool(resized, entrusted, nowSeconds);
  const notes = [...filling, ...surplusNotes(resized)];
  if (size === cluster.candidate_pool_size && Object.keys(nodes).length === 0) return { draft, notes };
  return {
    draft: {
      configuration: changed(resized, nowSeconds, { cluster: { candidate_certs }, nodes }),
      ours: { ...draft.ours, nodes: keyMarks(draft, nodes) },
    },
    notes,
  };
}

function surplusNotes({ configuration }: Draft): readonly string[] {
  const { now, should } = poolState(configuration);
  return now > should ? [`There are ${now} master candidates, more than ${should}; nobody was demoted`] : [];
}

/**
 * Marks nodes offline: neither candidate nor drained any more, their digests struck off (BEH-266). The pool is not
 * filled: this is used when others do not answer either. The master goes first, with `withMaster`.
 *
 * Fails with NODE_UNKNOWN, or WRONG_INPUT for the master (BEH-263).
 */
export function withNodesOffline(draft: Draft, uuids: readonly NodeUuid[], nowSeconds: number): Draft {
  const { cluster } = draft.configuration;
  const nodes = uuids.map((uuid) => requireNode(draft, uuid)).filter((node) => !node.offline);
  const master = nodes.find((node) => node.uuid === cluster.master_node);
  if (master)
    throw new ClusterError('WRONG_INPUT', `${master.name} is the master and cannot be marked offline`);
  if (nodes.length === 0) return draft;
  const flags = { offline: true, master_candidate: false, drained: false };
  const touched = touchedNodes(nodes, nowSeconds, flags);
  const configuration = changed(draft, nowSeconds, {
    cluster: { candidate_certs: withoutNodes(cluster.candidate_certs, uuids) },
    nodes: touched,
  });
  return { configuration, ours: { ...draft.ours, nodes: keyMarks(draft, touched) } };
}

/**
 * Sets how readily a node becomes master, and until when not by itself. It need not be a candidate now.
 *
 * Fails with NODE_UNKNOWN, or WRONG_INPUT for a priority outside its bounds.
 */
export function withCandidacy(draft: Draft, uuid: NodeUuid, given: Candidacy, nowSeconds: number): Draft {
  const node = requireNode(draft, uuid);
  if (given.priority !== undefined) requirePriority(given.priority);
  const before = oursOf(draft, node);
  const known = { ...usualCandidacy, ...before };
  if (canonicalJson({ ...known, ...given }) === canonicalJson(known)) return draft;
  const nodes = { ...draft.ours.nodes, [uuid]: { ...before, ...given } };
  const configuration = changed(draft, nowSeconds, {
    cluster: {},
    nodes: touchedNodes([node], nowSeconds, {}),
  });
  return { configuration, ours: { ...draft.ours, nodes } };
}

function notACandidate({ configuration }: Draft, name: string): ClusterError {
  const candidates = Object.values(configuration.nodes).filter((node) => node.master_candidate);
  const names = candidates.map((node) => node.name).sort(compareNaturally);
  return new ClusterError(
    'NOT_A_MASTER_CANDIDATE',
    `${name} is not a master candidate; candidates are ${names.join(', ')}`,
  );
}

/**
 * A host that is to become a node: what is known of it, whether the configuration has room for it, and how it is stored.
 *
 * Adding it is `withNode` in configuration-changes.ts. Counterpart in Ganeti: LUNodeAdd in lib/cmdlib/node.py.
 */
import type { Configuration, Draft, NodeObject } from './configuration.ts';
import { ClusterError } from './errors.ts';
import type { InitNode } from './initial-configuration.ts';
import { ipFamily, isIPv4, parseHostName } from './names.ts';
import { requireGroup } from './node-groups.ts';
import { modifiedParameters } from './node-parameters.ts';
import type { NodeUuid } from './roster.ts';
import { isSshPublicKey } from './ssh-public-key.ts';
import { addressesOf } from './validate-configuration.ts';

export interface NewNode extends InitNode {
  readonly uuid: NodeUuid;
  /** May ever be a candidate; true if absent. */
  readonly masterCapable?: boolean | undefined;
  /** False: no candidate now, for it was given no cluster key; else as the pool has room. */
  readonly candidate?: boolean | undefined;
  /** Name or UUID; the only group if absent. */
  readonly group?: string | undefined;
  /** Whether instances may run on it; true if absent. */
  readonly vmCapable?: boolean | undefined;
  /** What it has otherwise than the cluster, as typed: `key=value,…`. */
  readonly nodeParameters?: string | undefined;
}

/**
 * Whether a host may become a node, as far as the configuration can tell. One that is waited for may, as what it was.
 *
 * Fails with WRONG_INPUT, NODE_EXISTS (BEH-253), ADDRESS_IN_USE (BEH-254), or WRONG_INPUT where one host has a second
 * network and the master has none, or the reverse (BEH-255), or for a group or parameters that cannot be.
 */
export function requireNewNode(draft: Draft, newNode: AskedNode): void {
  requireSshPublicKey(newNode);
  const awaited = awaitedNode(draft, newNode.name);
  if (awaited) return requireAsItWas(awaited, newNode);
  requireAddresses(draft, newNode);
  requireFree(draft, newNode);
  requireSameHoming(draft, newNode);
  groupOf(draft.configuration, newNode);
  parametersOf(newNode);
}

/**
 * The node of this name if it was taken over from Ganeti and has no agent of ours yet (ganeti-configuration.ts). It is
 * offline until it is joined, and keeps its UUID: instances name it.
 */
export function awaitedNode({ configuration, ours }: Draft, name: string): NodeObject | undefined {
  const node = Object.values(configuration.nodes).find((known) => known.name === name);
  return node?.offline && ours.nodes[node.uuid]?.certificateSha256 === '' ? node : undefined;
}

/** A new address would leave instances and other nodes with the old one. */
function requireAsItWas(awaited: NodeObject, asked: AskedNode): void {
  const { uuid, name, primaryIp, secondaryIp } = asked;
  const { primary_ip, secondary_ip } = awaited;
  if ([asked.group, asked.vmCapable, asked.nodeParameters].some((wish) => wish !== undefined))
    throw new ClusterError(
      'WRONG_INPUT',
      `${name} comes back as the node it was: group, capabilities and parameters cannot be given`,
      { hint: 'Change them when it is back: quorate node modify' },
    );
  if (uuid !== undefined && uuid !== awaited.uuid)
    throw new ClusterError('NODE_EXISTS', `${name} is a node of this cluster under another UUID`);
  if (primaryIp === primary_ip && (secondaryIp ?? secondary_ip) === secondary_ip) return;
  const known = primary_ip === secondary_ip ? primary_ip : `${primary_ip} and ${secondary_ip}`;
  const given = secondaryIp === undefined ? primaryIp : `${primaryIp} and ${secondaryIp}`;
  throw new ClusterError(
    'WRONG_INPUT',
    `${name} was taken over with ${known}, and cannot join with ${given}`,
  );
}

/** The awaited node as it is stored when it has joined. It does not become master-capable by that. */
export const joinedNodeObject = (awaited: NodeObject, joined: JoinedAs, nowSeconds: number): NodeObject => ({
  ...awaited,
  offline: false,
  master_candidate: joined.candidate,
  master_capable: joined.masterCapable,
  serial_no: awaited.serial_no + 1,
  mtime: nowSeconds,
});

interface JoinedAs {
  readonly candidate: boolean;
  readonly masterCapable: boolean;
}

/** Whether the host may ever be a candidate: never against the wish of whoever adds it, nor against what is known of it. */
export const joinsMasterCapable = (
  draft: Draft,
  { name, masterCapable = true }: { readonly name: string; readonly masterCapable?: boolean | undefined },
): boolean => masterCapable && (awaitedNode(draft, name)?.master_capable ?? true);

/** It will be a way in on every node. */
function requireSshPublicKey({ name, sshPublicKey }: AskedNode): void {
  if (!sshPublicKey || isSshPublicKey(sshPublicKey)) return;
  throw new ClusterError('WRONG_INPUT', `What ${name} sent as root's SSH public key is none`);
}

/** What is asked for before it is enrolled. */
interface AskedNode extends Pick<NewNode, 'group' | 'vmCapable' | 'nodeParameters'> {
  readonly uuid?: NodeUuid | undefined;
  readonly name: string;
  readonly primaryIp: string;
  readonly secondaryIp?: string | undefined;
  readonly sshPublicKey?: string | undefined;
}

function requireAddresses({ configuration }: Draft, { name, primaryIp, secondaryIp }: AskedNode): void {
  const family = configuration.cluster.primary_ip_family === 10 ? 6 : 4;
  if (parseHostName(name) !== name) throw new ClusterError('WRONG_INPUT', `'${name}' is not in lower case`);
  if (ipFamily(primaryIp) !== family)
    throw new ClusterError('WRONG_INPUT', `Address ${primaryIp} of ${name} is not IPv${family}`);
  if (!isIPv4(secondaryIp ?? primaryIp))
    throw new ClusterError('WRONG_INPUT', `${name} needs a secondary IP, and it must be IPv4`);
}

function requireFree({ configuration }: Draft, { uuid, name, primaryIp, secondaryIp }: AskedNode): void {
  const known = Object.values(configuration.nodes).find((node) => node.name === name || node.uuid === uuid);
  if (known) throw new ClusterError('NODE_EXISTS', `${known.name} is already a node of this cluster`);
  const taken = addressesOf(configuration).find(
    ({ address }) => address === primaryIp || address === secondaryIp,
  );
  if (taken)
    throw new ClusterError('ADDRESS_IN_USE', `Address ${taken.address} of ${name} belongs to ${taken.owner}`);
}

function requireSameHoming({ configuration }: Draft, { name, primaryIp, secondaryIp }: AskedNode): void {
  const master = configuration.nodes[configuration.cluster.master_node];
  if (!master) throw new ClusterError('NO_MASTER', 'The cluster has no master; it is being destroyed');
  const masterIsDual = master.primary_ip !== master.secondary_ip;
  const nodeIsDual = primaryIp !== (secondaryIp ?? primaryIp);
  if (masterIsDual === nodeIsDual) return;
  const has = (dual: boolean): string => (dual ? 'a secondary IP of its own' : 'none');
  throw new ClusterError(
    'WRONG_INPUT',
    `The master has ${has(masterIsDual)}, ${name} has ${has(nodeIsDual)}; all nodes must be alike`,
  );
}

/** The node as it is stored, with the key set that Ganeti gives a node it adds. */
export function newNodeObject(
  configuration: Configuration,
  node: NewNode,
  candidate: boolean,
  nowSeconds: number,
): NodeObject {
  return {
    name: node.name,
    primary_ip: node.primaryIp,
    secondary_ip: node.secondaryIp ?? node.primaryIp,
    master_candidate: candidate,
    offline: false,
    drained: false,
    group: groupOf(configuration, node),
    master_capable: node.masterCapable ?? true,
    vm_capable: node.vmCapable ?? true,
    ndparams: parametersOf(node),
    powered: true,
    ctime: nowSeconds,
    mtime: nowSeconds,
    uuid: node.uuid,
    serial_no: 1,
    tags: [],
  };
}

function groupOf(configuration: Configuration, { group }: Pick<NewNode, 'group'>): string {
  if (group !== undefined) return requireGroup(configuration, group);
  const [only, ...others] = Object.keys(configuration.nodegroups);
  if (only !== undefined && others.length === 0) return only;
  const names = Object.values(configuration.nodegroups).map(({ name }) => name);
  throw new ClusterError(
    'WRONG_INPUT',
    'The cluster has more than one node group; name that of the new node',
    {
      hint: `With --node-group, of ${names.sort().join(', ')}`,
    },
  );
}

const parametersOf = ({ nodeParameters }: Pick<NewNode, 'nodeParameters'>): NodeObject['ndparams'] =>
  nodeParameters === undefined ? {} : modifiedParameters({}, nodeParameters);

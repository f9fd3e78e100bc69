/**
 * From the configuration to the roster, and from the roster's text back to the roster.
 *
 * The roster is what a node keeps that holds no configuration; see roster.ts for what is in it and why.
 */
import { candidacyOf, candidacyShape } from './candidacy.ts';
import { isPinCertain } from './certificate-pins.ts';
import type { ClusterRecord, Configuration, Draft, NodeObject, OursNode } from './configuration.ts';
import { ClusterError } from './errors.ts';
import { compareNaturally } from './names.ts';
import {
  type HostSetup,
  isCandidate,
  type MasterIpParameters,
  type Role,
  type Roster,
  type RosterNode,
} from './roster.ts';
import { parametersShape } from './parameters.ts';
import { revokedIn, revokedShape } from './revocation.ts';
import { sshKeyTypes, sshPublicKey } from './ssh-public-key.ts';
import {
  filledText,
  flag,
  integer,
  listOf,
  object,
  oneOf,
  optional,
  orNull,
  parseShaped,
  text,
} from './shape.ts';

/** `ssconfDigest` is the hash over `ssconfDigestText` of the same record. */
export function rosterOf(record: ClusterRecord, ssconfDigest: string): Roster {
  const { cluster, nodes } = record.configuration;
  return {
    clusterUuid: cluster.uuid,
    clusterName: cluster.cluster_name,
    version: record.version,
    master: nodes[cluster.master_node] ? cluster.master_node : null,
    masterIp: masterIpOf(record),
    nodes: Object.values(nodes)
      .map((node) => rosterNodeOf(record, node))
      .sort((a, b) => compareNaturally(a.name, b.name)),
    parameters: record.ours.parameters,
    hostSetup: hostSetupOf(record),
    ...revokedIn(record),
    ssconfDigest,
  };
}

export function masterIpOf({ configuration: { cluster } }: Draft): MasterIpParameters {
  return {
    address: cluster.master_ip,
    netmask: cluster.master_netmask,
    device: cluster.master_netdev,
    family: cluster.primary_ip_family === 10 ? 6 : 4,
    ...(cluster.use_external_mip_script && { externalScript: true }),
  };
}

/** Of a configuration that is not ours a type of key may come that we cannot make; then SSH is left alone. */
export function hostSetupOf({ configuration: { cluster } }: Draft): HostSetup {
  const type = sshKeyTypes.find((known) => known === cluster['ssh_key_type']);
  return {
    etcHosts: cluster.modify_etc_hosts,
    sshKeyType: (cluster.modify_ssh_setup && type) || null,
  };
}

export const roleOf = ({ configuration }: Draft, node: NodeObject): Role => roleIn(configuration, node);

/** Should several flags be set, which they must not be, the first of this order counts. */
export function roleIn({ cluster }: Configuration, node: NodeObject): Role {
  if (node.uuid === cluster.master_node) return 'master';
  if (node.master_candidate) return 'candidate';
  if (node.drained) return 'drained';
  return node.offline ? 'offline' : 'regular';
}

/** Fails with STATE_CORRUPT if there is nothing of ours on that node. */
export function rosterNodeOf(draft: Draft, node: NodeObject): RosterNode {
  const ours = oursOf(draft, node);
  return {
    uuid: node.uuid,
    name: node.name,
    address: node.primary_ip,
    nodePort: ours.nodePort,
    masterPort: ours.masterPort,
    role: roleOf(draft, node),
    ...(letsIn(draft, node) && sshKeysOf(ours)),
    ...(isPinCertain(draft, node.uuid) && { certificateSha256: ours.certificateSha256 }),
    ...candidacyOf(ours),
  };
}

const sshKeysOf = ({ sshPublicKey, newSshPublicKey }: OursNode) => ({
  ...(sshPublicKey && { sshPublicKey }),
  ...(newSshPublicKey && { newSshPublicKey }),
});

const letsIn = (draft: Draft, node: NodeObject): boolean =>
  hostSetupOf(draft).sshKeyType !== null && isCandidate({ role: roleOf(draft, node) });

/** Fails with STATE_CORRUPT if there is nothing of ours on that node. */
export function oursOf(draft: Draft, { uuid, name }: NodeObject): OursNode {
  const ours = draft.ours.nodes[uuid];
  if (!ours) throw new ClusterError('STATE_CORRUPT', `The cluster record knows no ports of ${name}`);
  return ours;
}

/** Reads `roster.json`. Fails with STATE_CORRUPT, saying what is wrong. */
export function parseRoster(json: string): Roster {
  const roster = parseShaped(json, rosterShape, 'The roster', 'STATE_CORRUPT') as Roster;
  if (roster.master !== null && !roster.nodes.some((node) => node.uuid === roster.master))
    throw new ClusterError('STATE_CORRUPT', 'The roster names a master that is not among its nodes');
  for (const key of ['uuid', 'name'] as const) {
    if (new Set(roster.nodes.map((node) => node[key])).size < roster.nodes.length)
      throw new ClusterError('STATE_CORRUPT', `The roster has two nodes of the same ${key}`);
  }
  return roster;
}

const port = integer(1, 65535);

const rosterShape = object({
  clusterUuid: filledText,
  clusterName: filledText,
  version: object({ epoch: integer(0), serial: integer(0), digest: text }),
  master: orNull(filledText),
  masterIp: object({
    address: filledText,
    netmask: integer(1, 128),
    device: text,
    family: oneOf(4, 6),
    externalScript: optional(flag),
  }),
  nodes: listOf(
    object({
      uuid: filledText,
      name: filledText,
      address: filledText,
      nodePort: port,
      masterPort: port,
      role: oneOf('master', 'candidate', 'regular', 'drained', 'offline'),
      sshPublicKey: optional(sshPublicKey),
      newSshPublicKey: optional(sshPublicKey),
      certificateSha256: optional(filledText),
      ...candidacyShape,
    }),
  ),
  parameters: parametersShape,
  hostSetup: optional(object({ etcHosts: flag, sshKeyType: orNull(oneOf(...sshKeyTypes)) })),
  revoked: revokedShape,
  ssconfDigest: text,
});

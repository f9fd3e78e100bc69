/**
 * The cluster's record as text: what `cluster.json` holds, what PutConfiguration carries, and what its digest covers.
 *
 * Nothing is read from or written to disk here. The hash function comes from the caller, because the rules know no crypto.
 */
import { candidacyShape } from './candidacy.ts';
import { canonicalJson } from './canonical-json.ts';
import { otherCertificateShape } from './certificate-pins.ts';
import { type ClusterRecord, configurationFormat, type Draft } from './configuration.ts';
import { ClusterError } from './errors.ts';
import { exposureShape } from './exposure.ts';
import { parametersShape } from './parameters.ts';
import { revocationShape } from './revocation.ts';
import { pastRenewalShape, renewalShape } from './renewal-shape.ts';
import {
  filledText,
  flag,
  integer,
  listOf,
  map,
  mapOf,
  number,
  object,
  oneOf,
  optional,
  pairOf,
  parseJson,
  requireShape,
  scalar,
  text,
  type Shape,
} from './shape.ts';
import { sshPublicKey } from './ssh-public-key.ts';
import { tokenBookShape } from './token-book.ts';
import { sameVersion, type Version } from './version.ts';

/** SHA-256 of a text's UTF-8 form, lower-case hex. */
export type Sha256 = (text: string) => string;

/** The text that the version's digest covers. */
export const recordText = ({ configuration, ours }: Draft): string => canonicalJson({ configuration, ours });

/** Gives a draft its version: the epoch it says, its own serial, its own digest. */
export function seal(draft: Draft, sha256: Sha256): ClusterRecord {
  const { configuration, ours } = draft;
  return { version: versionOf(draft, sha256), configuration, ours };
}

const versionOf = (draft: Draft, sha256: Sha256): Version => ({
  epoch: draft.ours.epoch,
  serial: draft.configuration.serial_no,
  digest: sha256(recordText(draft)),
});

/** The whole record as one line; `parseRecord` is its inverse. */
export const writeRecord = ({ version, configuration, ours }: ClusterRecord): string =>
  `${canonicalJson({ version, configuration, ours })}\n`;

/**
 * Reads a record and proves that it is one, whole and unaltered. What its digest does not cover is not taken over.
 *
 * Fails with STATE_TOO_NEW if the configuration has a later format than ours, with STATE_CORRUPT for any other fault (BEH-163).
 */
export function parseRecord(json: string, sha256: Sha256): ClusterRecord {
  const value = parseJson(json, what, 'STATE_CORRUPT');
  requireShape(value, formatShape, what, 'STATE_CORRUPT');
  requireFormat((value as { configuration: { version: number } }).configuration.version);
  requireShape(value, recordShape, what, 'STATE_CORRUPT');
  const { version, configuration, ours } = value as ClusterRecord;
  const record = seal({ configuration, ours }, sha256);
  requireVersion(version, record.version);
  requireWhole(record);
  return record;
}

const what = 'The cluster record';

function requireFormat(format: number): void {
  if (format === configurationFormat) return;
  throw new ClusterError(
    format > configurationFormat ? 'STATE_TOO_NEW' : 'STATE_CORRUPT',
    `Configuration format ${format} is not ${configurationFormat}`,
    { hint: 'Use the software version that wrote it, or convert it first; the file was not touched' },
  );
}

function requireVersion(stated: Version, actual: Version): void {
  if (sameVersion(stated, actual)) return;
  throw new ClusterError('STATE_CORRUPT', `${what} does not match its version`, {
    hint: 'It was damaged or edited by hand; take an earlier generation or the copy of another candidate',
    facts: { stated: JSON.stringify(stated), actual: JSON.stringify(actual) },
  });
}

/** What all readers rely on: objects lie under their UUID, the master is a node, no two share a name, each has data of ours. */
function requireWhole({ configuration: { cluster, nodes }, ours }: ClusterRecord): void {
  const misplaced = Object.entries(nodes).filter(([key, node]) => node.uuid !== key);
  const unknown = Object.keys(nodes).filter((uuid) => !Object.hasOwn(ours.nodes, uuid));
  const names = Object.values(nodes).map(({ name }) => name);
  const repeated = names.filter((name, place) => names.indexOf(name) !== place);
  const masterless = cluster.master_node !== '' && !Object.hasOwn(nodes, cluster.master_node);
  const faults = [
    ...misplaced.map(([key]) => `the node under ${key} has another UUID`),
    ...unknown.map((uuid) => `there is nothing of ours for node ${uuid}`),
    ...repeated.map((name) => `two nodes are named ${name}`),
    ...(masterless ? [`the master ${cluster.master_node} is not among the nodes`] : []),
  ];
  if (faults.length > 0)
    throw new ClusterError('STATE_CORRUPT', `${what} is not whole: ${faults.join('; ')}`);
}

const serial = integer(0);
const named = { uuid: filledText, name: filledText, serial_no: serial };

const nodeShape = object({
  ...named,
  primary_ip: filledText,
  secondary_ip: text,
  group: filledText,
  master_candidate: flag,
  drained: flag,
  offline: flag,
  master_capable: flag,
  vm_capable: flag,
  ndparams: map,
});

const clusterShape = object({
  uuid: filledText,
  serial_no: serial,
  cluster_name: filledText,
  master_node: text,
  master_ip: filledText,
  master_netdev: text,
  master_netmask: integer(1, 128),
  primary_ip_family: oneOf(2, 10),
  candidate_pool_size: integer(1),
  candidate_certs: mapOf(text),
  enabled_hypervisors: listOf(text),
  hvparams: mapOf(mapOf(scalar)),
  ndparams: object({ ssh_port: integer(1, 65535) }),
  uid_pool: listOf(pairOf(integer(0))),
  file_storage_dir: text,
  shared_file_storage_dir: text,
  gluster_storage_dir: text,
  maintain_node_health: flag,
  enabled_user_shutdown: flag,
  tags: optional(listOf(text)),
});

const formatShape = object({ configuration: object({ version: number }) });

/** Of `config.data`, as far as we touch it. */
export const configurationShape: Shape = object({
  serial_no: serial,
  cluster: clusterShape,
  nodes: mapOf(nodeShape),
  nodegroups: mapOf(object(named)),
  instances: mapOf(object({ name: filledText })),
  networks: mapOf(object({ name: filledText })),
  disks: map,
  filters: map,
});

const recordShape: Shape = object({
  version: object({ epoch: integer(0), serial, digest: filledText }),
  configuration: configurationShape,
  ours: object({
    epoch: integer(0),
    nodes: mapOf(
      object({
        nodePort: integer(1, 65535),
        masterPort: integer(1, 65535),
        certificateSha256: text,
        certificateEndsSeconds: optional(number),
        otherCertificates: optional(listOf(otherCertificateShape)),
        sshPublicKey: optional(sshPublicKey),
        newSshPublicKey: optional(sshPublicKey),
        mayHoldClusterKey: optional(flag),
        ...candidacyShape,
      }),
    ),
    parameters: parametersShape,
    history: listOf(
      object({ epoch: integer(0), node: filledText, name: filledText, since: text, how: text }),
    ),
    revoked: optional(listOf(revocationShape)),
    exposed: optional(listOf(exposureShape)),
    renewal: optional(renewalShape),
    pastRenewals: optional(listOf(pastRenewalShape)),
    tokens: optional(tokenBookShape),
  }),
});

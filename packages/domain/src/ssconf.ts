/**
 * The ssconf files: what every node may know without asking anybody, one small value per key.
 *
 * Values only; file names, modes and the lock belong to cluster-state. Lists are one entry per line, nodes sorted
 * naturally by name, so that `master_candidates` and `master_candidates_ips` keep the same order.
 *
 * Counterparts in Ganeti: lib/ssconf.py and ConfigWriter._UnlockedGetSsconfValues.
 */
import { canonicalJson } from './canonical-json.ts';
import type { ClusterObject, Configuration, Draft, NodeGroupObject, NodeObject } from './configuration.ts';
import { ClusterError, clusterErrorFrom } from './errors.ts';
import { numberText } from './exact-json.ts';
import { compareNaturally, comparePlainly } from './names.ts';

/** Ganeti's tools compare this with their own and warn if it differs. */
export const releaseVersion = '3.0.2';

/** Largest ssconf file in bytes; a longer one is an error for every reader. */
export const ssconfMaxBytes = 131_072;

interface View {
  readonly configuration: Configuration;
  readonly cluster: ClusterObject;
  readonly nodes: readonly NodeObject[];
  readonly candidates: readonly NodeObject[];
  readonly offline: readonly NodeObject[];
  /** All others; a drained node is online. */
  readonly online: readonly NodeObject[];
}

type Lines = readonly string[];

const perNode = (nodes: readonly NodeObject[], entry: (node: NodeObject) => string): Lines =>
  nodes.map(entry);
const nameOf = (node: NodeObject): string => node.name;
const pythonBoolean = (value: boolean): string => (value ? 'True' : 'False');

/** What a cluster's parameters alone decide. */
interface ParameterView {
  readonly cluster: Pick<ClusterObject, 'hvparams' | 'uid_pool'>;
}
const hvparams =
  (hypervisor: string) =>
  ({ cluster }: ParameterView): Lines =>
    assignments(cluster.hvparams[hypervisor] ?? {});

const table = {
  cluster_name: ({ cluster }) => [cluster.cluster_name],
  cluster_tags: ({ cluster }) => tagsOf(cluster),
  enabled_user_shutdown: ({ cluster }) => [pythonBoolean(cluster.enabled_user_shutdown)],
  file_storage_dir: ({ cluster }) => [cluster.file_storage_dir],
  gluster_storage_dir: ({ cluster }) => [cluster.gluster_storage_dir],
  hvparams_chroot: hvparams('chroot'),
  hvparams_fake: hvparams('fake'),
  hvparams_kvm: hvparams('kvm'),
  hvparams_lxc: hvparams('lxc'),
  'hvparams_xen-hvm': hvparams('xen-hvm'),
  'hvparams_xen-pvm': hvparams('xen-pvm'),
  hypervisor_list: ({ cluster }) => cluster.enabled_hypervisors,
  instance_list: ({ configuration }) => namesOf(configuration.instances),
  maintain_node_health: ({ cluster }) => [pythonBoolean(cluster.maintain_node_health)],
  master_candidates: ({ candidates }) => perNode(candidates, nameOf),
  master_candidates_certs: ({ cluster }) => assignments(cluster.candidate_certs),
  master_candidates_ips: ({ candidates }) => perNode(candidates, (node) => node.primary_ip),
  master_ip: ({ cluster }) => [cluster.master_ip],
  master_netdev: ({ cluster }) => [cluster.master_netdev],
  master_netmask: ({ cluster }) => [String(cluster.master_netmask)],
  master_node: ({ configuration, cluster }) => [
    configuration.nodes[cluster.master_node]?.name ?? 'NO MASTER',
  ],
  networks: ({ configuration }) => uuidsAndNames(configuration.networks),
  node_list: ({ nodes }) => perNode(nodes, nameOf),
  node_primary_ips: ({ nodes }) => perNode(nodes, (node) => `${node.name} ${node.primary_ip}`),
  node_secondary_ips: ({ nodes }) => perNode(nodes, (node) => `${node.name} ${node.secondary_ip}`),
  node_vm_capable: ({ nodes }) => perNode(nodes, (node) => `${node.name}=${pythonBoolean(node.vm_capable)}`),
  nodegroups: ({ configuration }) => uuidsAndNames(configuration.nodegroups),
  offline_nodes: ({ offline }) => perNode(offline, nameOf),
  online_nodes: ({ online }) => perNode(online, nameOf),
  primary_ip_family: ({ cluster }) => [String(cluster.primary_ip_family)],
  release_version: () => [releaseVersion],
  shared_file_storage_dir: ({ cluster }) => [cluster.shared_file_storage_dir],
  ssh_ports: (view) => perNode(view.nodes, (node) => `${node.name}=${sshPortOf(view.configuration, node)}`),
  uid_pool: ({ cluster }: ParameterView) =>
    cluster.uid_pool.map(([low, high]) => (low === high ? `${low}` : `${low}-${high}`)),
} as const satisfies Record<string, (view: View) => Lines>;

export type SsconfKey = keyof typeof table;
export type SsconfValues = Readonly<Record<SsconfKey, string>>;

export const ssconfKeys = Object.keys(table) as readonly SsconfKey[];

export const isSsconfKey = (text: string): text is SsconfKey => Object.hasOwn(table, text);

/**
 * All values of a configuration.
 *
 * Fails with WRONG_INPUT if one is too long for a file (BEH-275), or would be read back as another.
 */
export function ssconfValues(draft: Draft): SsconfValues {
  const view = viewOf(draft.configuration);
  const values = Object.fromEntries(ssconfKeys.map((key) => [key, valueOf(key, table[key](view))]));
  return values as SsconfValues;
}

/** Why these values cannot be files, one sentence for each key of which that is so (BEH-275). */
export function ssconfComplaints(configuration: Configuration): readonly string[] {
  const view = viewOf(configuration);
  return ssconfKeys.flatMap((key) => complaintsOf(() => valueOf(key, table[key](view))));
}

const parameterKeys = [
  'hvparams_chroot',
  'hvparams_fake',
  'hvparams_kvm',
  'hvparams_lxc',
  'hvparams_xen-hvm',
  'hvparams_xen-pvm',
  'uid_pool',
] as const satisfies readonly SsconfKey[];

/** The same before there is a configuration, for what its parameters decide. */
export const parameterFileComplaints = (cluster: ParameterView['cluster']): readonly string[] =>
  parameterKeys.flatMap((key) => complaintsOf(() => valueOf(key, table[key]({ cluster }))));

function complaintsOf(work: () => unknown): readonly string[] {
  try {
    work();
    return [];
  } catch (caught) {
    return [clusterErrorFrom(caught).message];
  }
}

/** What the file holds: the value and a final newline; nothing at all for an empty value. */
export const ssconfFileText = (value: string): string =>
  value === '' || value.endsWith('\n') ? value : `${value}\n`;

/** What the roster's `ssconfDigest` is taken over. Values read from files fit too, stripped of their final newlines. */
export const ssconfDigestText = (values: Readonly<Record<string, string>>): string =>
  canonicalJson(
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, value.replace(/\n+$/, '')])),
  );

/**
 * Reads `key=value` lines. Only the first `=` divides: a value may hold more of them, as kernel arguments do (BEH-278).
 *
 * Fails with STATE_CORRUPT at a line without one.
 */
export function parseSsconfMap(text: string): ReadonlyMap<string, string> {
  const filled = text.split('\n').filter((line) => line !== '');
  return new Map(filled.map(parseAssignment));
}

function parseAssignment(line: string): readonly [string, string] {
  const at = line.indexOf('=');
  if (at < 1) throw new ClusterError('STATE_CORRUPT', `Not a 'key=value' line in an ssconf file: '${line}'`);
  return [line.slice(0, at), line.slice(at + 1)];
}

function viewOf(configuration: Configuration): View {
  const { cluster } = configuration;
  const nodes = Object.values(configuration.nodes).sort((a, b) => compareNaturally(a.name, b.name));
  const candidates = nodes.filter((node) => node.master_candidate || node.uuid === cluster.master_node);
  const offline = nodes.filter((node) => node.offline);
  const online = nodes.filter((node) => !node.offline);
  return { configuration, cluster, nodes, candidates, offline, online };
}

/** A node's own port, else its group's, else the cluster's. */
function sshPortOf(configuration: Configuration, node: NodeObject): number {
  const group = configuration.nodegroups[node.group] as (NodeGroupObject & WithParameters) | undefined;
  const own = node.ndparams['ssh_port'] ?? group?.ndparams?.['ssh_port'];
  return typeof own === 'number' ? own : configuration.cluster.ndparams.ssh_port;
}

interface WithParameters {
  readonly ndparams?: Readonly<Record<string, unknown>>;
}

/** Files that Ganeti's init has just written hold no tags at all. */
const tagsOf = (object: { readonly tags?: readonly string[] }): readonly string[] =>
  [...(object.tags ?? [])].sort(compareNaturally);

const uuidsAndNames = (objects: Readonly<Record<string, unknown>>): readonly string[] =>
  namedIn(objects)
    .sort(([, a], [, b]) => compareNaturally(a, b))
    .map(([uuid, name]) => `${uuid} ${name}`);

const namesOf = (objects: Readonly<Record<string, unknown>>): readonly string[] =>
  namedIn(objects)
    .map(([, name]) => name)
    .sort(compareNaturally);

/** Pairs of UUID and name, of objects that we otherwise only carry. */
const namedIn = (objects: Readonly<Record<string, unknown>>): [uuid: string, name: string][] =>
  Object.entries(objects).map(([uuid, object]) => [uuid, String((object as { name?: unknown }).name)]);

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  comparePlainly(a, b);

const assignments = (values: Readonly<Record<string, string | number | boolean>>): Lines =>
  Object.entries(values)
    .sort(byKey)
    .map(([key, value]) => {
      if (key === '' || key.includes('='))
        throw new ClusterError('WRONG_INPUT', `'${key}' cannot be a key in an ssconf file`);
      return `${key}=${typeof value === 'number' ? numberText(values, key, value) : wordOf(value)}`;
    });

const wordOf = (value: string | boolean): string =>
  typeof value === 'boolean' ? pythonBoolean(value) : value;

/** All that ends a line for Ganeti's readers, which are Python's, other controls but the tab, and what UTF-8 cannot hold. */
const unwritable = /(?!\t)[\p{Control}\p{Line_Separator}\p{Paragraph_Separator}\p{Surrogate}]/u;

function valueOf(key: SsconfKey, lines: Lines): string {
  const broken = lines.find((line) => unwritable.test(line));
  if (broken !== undefined)
    throw new ClusterError(
      'WRONG_INPUT',
      `${JSON.stringify(broken)} is not one line of text in ssconf_${key}`,
    );
  const value = lines.join('\n');
  requireSize(key, value);
  return value;
}

function requireSize(key: SsconfKey, value: string): void {
  const bytes = utf8Bytes(ssconfFileText(value));
  if (bytes <= ssconfMaxBytes) return;
  throw new ClusterError(
    'WRONG_INPUT',
    `ssconf_${key} would be ${bytes} bytes; the limit is ${ssconfMaxBytes}`,
    {
      hint: 'No file was replaced; shorten what this key is made of',
    },
  );
}

/** The rules have no text encoder, so bytes are counted: a code point takes one to four. */
function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    bytes += 1 + Number(point >= 0x80) + Number(point >= 0x800) + Number(point >= 0x10000);
  }
  return bytes;
}

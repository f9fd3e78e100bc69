/**
 * What is wrong with a configuration, as far as it can tell of itself.
 *
 * Fatal findings stop a change before it is published; warnings are for `verify`. All rules are applied, all speak.
 * Addresses of instances and the inner rules of instance policies are left to Ganeti's tools.
 *
 * Counterpart in Ganeti: ConfigWriter.VerifyConfig, and the validation in WConfd.
 */
import { poolState } from './candidate-pool.ts';
import type { Configuration } from './configuration.ts';
import { beparams, ipolicy, ndparams, nicparams } from './parameter-defaults.ts';

export interface ConfigurationFindings {
  readonly fatal: readonly string[];
  readonly warnings: readonly string[];
}

export const configurationFindings = (configuration: Configuration): ConfigurationFindings => ({
  fatal: fatalRules.flatMap((rule) => rule(configuration)),
  warnings: warningRules.flatMap((rule) => rule(configuration)),
});

/** Every address that belongs to the cluster or a node, once per owner, with its owner's name. */
export function addressesOf(configuration: Configuration): readonly { address: string; owner: string }[] {
  const { cluster, nodes } = configuration;
  const ofNodes = Object.values(nodes).flatMap((node) =>
    [...new Set([node.primary_ip, node.secondary_ip])].map((address) => ({ address, owner: node.name })),
  );
  return [{ address: cluster.master_ip, owner: `the cluster (${cluster.cluster_name})` }, ...ofNodes];
}

type Rule = (configuration: Configuration) => readonly string[];
type Members = Readonly<Record<string, unknown>>;

const fatalRules: readonly Rule[] = [
  hypervisorsAreUsable,
  diskTemplatesAreEnabled,
  masterIsANode,
  objectsLieUnderTheirUuid,
  referencesLeadSomewhere,
];

const warningRules: readonly Rule[] = [
  masterIsACandidate,
  thePoolIsFull,
  nodesHaveOneFlag,
  nodesLeaveClusterParametersAlone,
  groupNamesAreUnique,
  addressesAreUnique,
  portsAreUnique,
  nicsAreUsable,
  policyIsComplete,
  parametersAreKnown,
];

function hypervisorsAreUsable({ cluster }: Configuration): readonly string[] {
  if (cluster.enabled_hypervisors.length === 0) return ['No hypervisor is enabled'];
  return cluster.enabled_hypervisors
    .filter((hypervisor) => !cluster.hvparams[hypervisor])
    .map((hypervisor) => `Hypervisor ${hypervisor} is enabled and has no parameters`);
}

function diskTemplatesAreEnabled({ cluster }: Configuration): readonly string[] {
  const enabled = cluster['enabled_disk_templates'];
  return Array.isArray(enabled) && enabled.length > 0 ? [] : ['No disk template is enabled'];
}

/** Empty is allowed: a cluster that is being destroyed has no master. */
function masterIsANode({ cluster, nodes }: Configuration): readonly string[] {
  const missing = cluster.master_node !== '' && !nodes[cluster.master_node];
  return missing ? [`The master ${cluster.master_node} is not among the nodes`] : [];
}

function objectsLieUnderTheirUuid(configuration: Configuration): readonly string[] {
  const { nodes, nodegroups, instances, networks, disks } = configuration;
  return Object.entries({ nodes, nodegroups, instances, networks, disks }).flatMap(([map, objects]) =>
    Object.entries(objects)
      .filter(([key, object]) => members(object)['uuid'] !== key)
      .map(([key]) => `The object under ${map}.${key} has another UUID`),
  );
}

function referencesLeadSomewhere({ nodes, nodegroups, instances, disks }: Configuration): readonly string[] {
  const ofNodes = Object.values(nodes)
    .filter((node) => !nodegroups[node.group])
    .map((node) => `${node.name} is in the unknown group ${node.group}`);
  return [...ofNodes, ...Object.values(instances).flatMap((instance) => lostOfInstance(members(instance)))];

  function lostOfInstance({ name, primary_node: home, disks: used = [] }: Members): readonly string[] {
    const lost = (used as readonly string[]).filter((disk) => !Object.hasOwn(disks, disk));
    return [
      ...(typeof home === 'string' && nodes[home] ? [] : [`Instance ${String(name)} is on an unknown node`]),
      ...lost.map((disk) => `Instance ${String(name)} has the unknown disk ${disk}`),
    ];
  }
}

function masterIsACandidate({ cluster, nodes }: Configuration): readonly string[] {
  const master = nodes[cluster.master_node];
  return master && !master.master_candidate ? [`The master ${master.name} is not a master candidate`] : [];
}

function thePoolIsFull(configuration: Configuration): readonly string[] {
  const { now, should } = poolState(configuration);
  return now < should ? [`Not enough master candidates: ${now} of ${should}`] : [];
}

function nodesHaveOneFlag({ nodes }: Configuration): readonly string[] {
  return Object.values(nodes)
    .filter((node) => [node.master_candidate, node.drained, node.offline].filter(Boolean).length > 1)
    .map((node) => `${node.name} is more than one of candidate, drained and offline`);
}

function nodesLeaveClusterParametersAlone({ nodes }: Configuration): readonly string[] {
  return Object.values(nodes)
    .filter((node) => 'exclusive_storage' in node.ndparams)
    .map((node) => `${node.name} sets exclusive_storage, which belongs to the whole cluster or group`);
}

function groupNamesAreUnique({ nodegroups }: Configuration): readonly string[] {
  const names = Object.values(nodegroups).map((group) => group.name);
  return [
    ...repeated(names).map((name) => `Two node groups are named ${name}`),
    ...names.filter((name) => uuidForm.test(name)).map((name) => `Node group name ${name} looks like a UUID`),
  ];
}

function addressesAreUnique(configuration: Configuration): readonly string[] {
  const addresses = addressesOf(configuration);
  return repeated(addresses.map(({ address }) => address)).map((twice) => {
    const owners = addresses.filter(({ address }) => address === twice).map(({ owner }) => owner);
    return `Address ${twice} belongs to ${owners.join(' and ')}`;
  });
}

function portsAreUnique({ cluster }: Configuration): readonly string[] {
  const pool = (cluster['tcpudp_port_pool'] ?? []) as readonly number[];
  const highest = Number(cluster['highest_used_port']);
  return [
    ...repeated(pool).map((port) => `Port ${port} is in the pool twice`),
    ...pool
      .filter((port) => port > highest)
      .map((port) => `Port ${port} of the pool is above the highest, ${highest}`),
  ];
}

function nicsAreUsable({ cluster }: Configuration): readonly string[] {
  const { mode, link } = members(members(cluster['nicparams'])['default']);
  if (!['bridged', 'routed', 'openvswitch', 'pool'].includes(String(mode)))
    return [`Network mode ${String(mode)} is unknown`];
  return mode === 'bridged' && !link ? ['Bridged network interfaces need a link'] : [];
}

function policyIsComplete({ cluster }: Configuration): readonly string[] {
  const [given, known] = [Object.keys(members(cluster['ipolicy'])), Object.keys(ipolicy)];
  return [
    ...without(known, given).map((key) => `The instance policy lacks ${key}`),
    ...without(given, known).map((key) => `The instance policy has the unknown key ${key}`),
  ];
}

function parametersAreKnown({ cluster, nodes }: Configuration): readonly string[] {
  return [
    ...misfits('Backend', members(members(cluster['beparams'])['default']), beparams),
    ...misfits('Network', members(members(cluster['nicparams'])['default']), nicparams),
    ...misfits('Node', cluster.ndparams, ndparams),
    ...Object.values(nodes).flatMap((node) => misfits(`${node.name}: node`, node.ndparams, ndparams)),
  ];
}

/** Parameters without a default are unknown; the default's type is the parameter's type (BEH-124). */
function misfits(whose: string, given: Members, defaults: Members): readonly string[] {
  return Object.entries(given).flatMap(([key, value]) => {
    if (!Object.hasOwn(defaults, key)) return [`${whose} parameter ${key} is unknown`];
    const wanted = typeof defaults[key];
    return typeof value === wanted ? [] : [`${whose} parameter ${key} is not a ${wanted}`];
  });
}

const uuidForm = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const members = (value: unknown): Members =>
  typeof value === 'object' && value !== null ? (value as Members) : {};

const without = (from: readonly string[], these: readonly string[]): readonly string[] =>
  from.filter((item) => !these.includes(item));

const repeated = <T>(items: readonly T[]): readonly T[] => [
  ...new Set(items.filter((item, place) => items.indexOf(item) !== place)),
];

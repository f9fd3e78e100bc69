/**
 * What must be true before a cluster of Ganeti's is taken over, as a list: every check looks at facts gathered
 * beforehand and returns a sentence or nothing. All of them speak; one about the configuration is silent where there is none.
 *
 * Most dangerous is a Ganeti that still runs somewhere: it would be a second master over the same instances.
 */
import { type Check, type Finding, findingsOf } from './check.ts';
import { type Configuration, configurationFormat, type NodeObject } from './configuration.ts';
import { clusterErrorFrom } from './errors.ts';
import { type GanetiConfiguration, releaseOf } from './ganeti-configuration.ts';
import { isLoopback, parseHostName } from './names.ts';
import { ssconfComplaints } from './ssconf.ts';
import { configurationFindings } from './validate-configuration.ts';

export interface ImportFacts extends GanetiConfiguration {
  /** Ganeti's data directory. */
  readonly directory: string;
  /** What ssconf_master_node there says; undefined if it is missing. */
  readonly ssconfMaster: string | undefined;
  /** A cluster of ours is here. */
  readonly clusterExists: boolean;
  /** Paths of what else lies in our data directory and is no directory. */
  readonly leftovers: readonly string[];
  readonly hostName: string;
  /** Addresses of this host's interfaces. */
  readonly ownedAddresses: readonly string[];
  /** Names of network devices the configuration wants for the master IP and this host has not. */
  readonly missingDevices: readonly string[];
  /** What happened when the cluster IP was called; `owned` if the address is this host's own. */
  readonly masterIpAnswer: 'silent' | 'refused' | 'open' | 'owned';
  /** Nodes on which something listens where Ganeti's node daemon does. */
  readonly stillServing: readonly string[];
}

export const importFindings = (facts: ImportFacts): readonly Finding[] => findingsOf(importChecks, facts);

type About = (configuration: Configuration, facts: ImportFacts) => string | undefined;

const ofConfiguration =
  (about: About) =>
  (facts: ImportFacts): string | undefined =>
    facts.configuration && about(facts.configuration, facts);

const ofMaster = (about: (master: NodeObject, facts: ImportFacts) => string | undefined) =>
  ofConfiguration(({ cluster, nodes }, facts) => {
    const master = nodes[cluster.master_node];
    return master && about(master, facts);
  });

const firstOf = (sentences: readonly string[]): string | undefined => {
  if (sentences.length === 0) return undefined;
  const more = sentences.length > 5 ? ` and ${sentences.length - 5} more` : '';
  return `${sentences.slice(0, 5).join('; ')}${more}`;
};

const writtenBy = (format: number): string =>
  `config.data was written by Ganeti ${releaseOf(format)} (format ${format})`;

export const importChecks: readonly Check<ImportFacts>[] = [
  {
    name: 'no-cluster-here',
    reason: 'CLUSTER_EXISTS',
    finds: ({ clusterExists }) =>
      clusterExists ? 'This host already belongs to a cluster of Quorate' : undefined,
    hint: 'Take that cluster apart first',
  },

  {
    name: 'no-leftovers',
    reason: 'CLUSTER_EXISTS',
    finds: ({ clusterExists, leftovers }) =>
      leftovers.length === 0 || clusterExists
        ? undefined
        : `Something of an earlier cluster is left: ${firstOf(leftovers)}`,
    hint: 'Move it away; directories may stay',
  },

  {
    name: 'format-is-not-newer',
    reason: 'STATE_TOO_NEW',
    finds: ({ format = 0 }) => (format > configurationFormat ? writtenBy(format) : undefined),
    hint: `Only the format of Ganeti ${releaseOf(configurationFormat)} can be taken over`,
  },

  {
    name: 'format-is-not-older',
    reason: 'STATE_CORRUPT',
    finds: ({ format = configurationFormat }) =>
      format < configurationFormat ? writtenBy(format) : undefined,
    hint: `Bring it to ${releaseOf(configurationFormat)} with Ganeti's own cfgupgrade first`,
  },

  {
    name: 'configuration-is-readable',
    reason: 'STATE_CORRUPT',
    finds: ({ directory, misfits }) => {
      const wrong = firstOf(misfits);
      return wrong && `config.data in ${directory} cannot be used: ${wrong}`;
    },
    hint: "Name the data directory of Ganeti's master, usually /var/lib/ganeti",
  },

  {
    name: 'configuration-is-sound',
    reason: 'STATE_CORRUPT',
    finds: ofConfiguration((configuration) => firstOf(configurationFindings(configuration).fatal)),
    hint: 'gnt-cluster verify says the same; mend it there',
  },

  {
    name: 'names-and-uuids-are-usable',
    reason: 'STATE_CORRUPT',
    finds: ofConfiguration(unusableNames),
    hint: 'They go into certificates and line-based files, which hold nothing else',
  },

  {
    name: 'ssconf-values-fit',
    reason: 'STATE_CORRUPT',
    finds: ofConfiguration((configuration) => firstOf(ssconfComplaints(configuration))),
    hint: 'gnt-cluster modify shortens parameters and tags, while Ganeti runs',
  },

  {
    name: 'cluster-has-a-master',
    reason: 'NO_MASTER',
    finds: ofConfiguration(({ cluster }) =>
      cluster.master_node === '' ? 'The cluster has no master: it was being destroyed' : undefined,
    ),
  },

  {
    name: 'master-is-a-candidate',
    reason: 'STATE_CORRUPT',
    finds: ofMaster(({ name, master_candidate, offline, drained }) =>
      master_candidate && !offline && !drained ? undefined : `The master ${name} is not a master candidate`,
    ),
  },

  {
    name: 'directory-agrees-on-the-master',
    reason: 'STATE_CORRUPT',
    finds: ofMaster(({ name }, { ssconfMaster = name }) =>
      ssconfMaster === name
        ? undefined
        : `config.data names ${name} as master, ssconf_master_node ${ssconfMaster || 'nobody'}`,
    ),
    hint: 'Take the directory of the node that was master last',
  },

  {
    name: 'host-is-the-master',
    reason: 'NOT_MASTER',
    finds: ofMaster(({ name }, { hostName }) =>
      hostName === name ? undefined : `This host is ${hostName}, the cluster's master is ${name}`,
    ),
    hint: 'Run this on the master; it keeps the office',
  },

  {
    name: 'master-addresses-are-ours',
    reason: 'ADDRESS_NOT_OWNED',
    finds: ofMaster(({ name, primary_ip, secondary_ip }, { ownedAddresses }) => {
      const foreign = [...new Set([primary_ip, secondary_ip])].filter(
        (address) => !isLoopback(address) && !ownedAddresses.includes(address),
      );
      return foreign.length > 0 ? `This host does not have ${foreign.join(' and ')} of ${name}` : undefined;
    }),
    hint: 'Give the address to an interface',
  },

  {
    name: 'master-netdev-exists',
    reason: 'WRONG_INPUT',
    finds: ({ missingDevices }) =>
      missingDevices.length > 0
        ? `There is no device '${missingDevices.join("', '")}' for the master IP`
        : undefined,
    hint: 'gnt-cluster modify --master-netdev names another, while Ganeti runs',
  },

  {
    name: 'ganeti-is-stopped',
    reason: 'WRONG_INPUT',
    finds: ({ stillServing }) =>
      stillServing.length > 0 ? `A node daemon still serves on ${stillServing.join(', ')}` : undefined,
    hint: 'Stop and disable Ganeti on every node first, or there would be two masters',
  },

  {
    name: 'cluster-address-is-free',
    reason: 'ADDRESS_IN_USE',
    finds: ofConfiguration(occupied),
    hint: 'Ganeti takes it down with gnt-cluster deactivate-master-ip; Quorate raises it again',
  },
];

function unusableNames({ cluster, nodes }: Configuration): string | undefined {
  const named = Object.values(nodes);
  const uuids = [cluster.uuid, ...named.map(({ uuid }) => uuid)].filter((uuid) => !uuidForm.test(uuid));
  const names = [cluster.cluster_name, ...named.map(({ name }) => name)];
  return firstOf([...uuids.map((uuid) => `'${uuid}' is not a UUID`), ...names.flatMap(complaintAbout)]);
}

const uuidForm = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function complaintAbout(name: string): readonly string[] {
  try {
    return parseHostName(name) === name ? [] : [`'${name}' is not in lower case`];
  } catch (caught) {
    return [clusterErrorFrom(caught).message];
  }
}

/** A refusal comes from a host that is up; only on loopback everything unused refuses. */
function occupied({ cluster }: Configuration, { masterIpAnswer }: ImportFacts): string | undefined {
  const address = cluster.master_ip;
  if (masterIpAnswer === 'owned') return `The cluster's address ${address} is up on this host`;
  if (masterIpAnswer === 'silent' || (masterIpAnswer === 'refused' && isLoopback(address))) return undefined;
  return `The cluster's address ${address} is in use: a host answers there`;
}

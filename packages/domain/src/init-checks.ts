/**
 * What must be true before `init` changes anything, as a list: every check looks at facts gathered beforehand and
 * returns a sentence or nothing. All of them speak (BEH-134, BEH-138).
 *
 * Counterpart in Ganeti: the first half of lib/bootstrap.py, InitCluster, where half of the checks run after daemons
 * were stopped and directories made.
 */
import { type Check, type Finding, findingsOf } from './check.ts';
import {
  addressOf,
  anyOf,
  chosenFrom,
  clusterAddress,
  complaintAbout,
  forbiddenLoopback,
  foreign,
  hostAddress,
  type InitFacts,
  occupied,
  outside,
  scriptNotReady,
  unasked,
  unfitMacPrefix,
  unfitSecondary,
  unresolved,
  when,
} from './init-complaints.ts';
import { masterNetdevOf, switchIsYetToCome } from './init-parameters.ts';
import { singleAddressMask } from './names.ts';
import { parameterChecks } from './parameter-checks.ts';
import { isDiskTemplate, isHypervisor } from './parameter-defaults.ts';
import { rootSshKeyComplaint } from './root-ssh-key.ts';
import { storageChecks, storageWarnings } from './storage-checks.ts';

export type { Finding } from './check.ts';
export type { InitFacts } from './init-complaints.ts';

export const initFindings = (facts: InitFacts): readonly Finding[] => findingsOf(initChecks, facts);

/** What the operator should know and may want. */
export const initWarnings = (facts: InitFacts): readonly string[] => [
  ...[unasked(facts, clusterAddress(facts))].filter((sentence) => sentence !== undefined),
  ...storageWarnings(facts),
];

export const initChecks: readonly Check<InitFacts>[] = [
  {
    name: 'no-cluster-here',
    looksAt: "the record of a cluster, ours and Ganeti's, in the data directory",
    reason: 'CLUSTER_EXISTS',
    finds: ({ clusterExists }) => when(clusterExists, 'This host already belongs to a cluster'),
    hint: 'Take that cluster apart first, or use another host',
  },

  {
    name: 'no-leftovers',
    looksAt: 'files in the data directory',
    reason: 'CLUSTER_EXISTS',
    finds: ({ clusterExists, leftovers }) =>
      clusterExists ? undefined : anyOf('Something of an earlier cluster is left', leftovers),
    hint: 'Move it away; directories may stay',
  },

  {
    name: 'hypervisors-are-known',
    looksAt: '--enabled-hypervisors',
    reason: 'WRONG_INPUT',
    finds: ({ enabledHypervisors }) => chosenFrom('hypervisor', enabledHypervisors, isHypervisor),
  },

  {
    name: 'disk-templates-are-known',
    looksAt: '--enabled-disk-templates',
    reason: 'WRONG_INPUT',
    finds: ({ enabledDiskTemplates }) => chosenFrom('disk template', enabledDiskTemplates, isDiskTemplate),
  },

  {
    name: 'ip-version-is-known',
    looksAt: '--primary-ip-version',
    reason: 'WRONG_INPUT',
    finds: ({ family }) => when(family !== 4 && family !== 6, `IP version ${family} is neither 4 nor 6`),
  },

  {
    name: 'host-name-is-one',
    looksAt: "this host's name",
    reason: 'HOST_UNFIT',
    finds: ({ hostName }) => complaintAbout(hostName),
  },

  {
    name: 'host-name-resolves',
    looksAt: "what this host's name resolves to",
    reason: 'NAME_UNRESOLVABLE',
    finds: (facts) => unresolved(facts, `this host's name ${facts.hostName}`, hostAddress(facts)),
    hint: 'Fix DNS or the hosts file',
  },

  {
    name: 'host-address-is-not-loopback',
    looksAt: "this host's address",
    reason: 'HOST_UNFIT',
    finds: (facts) => forbiddenLoopback(facts, addressOf(facts.hostName), hostAddress(facts)),
    hint: 'Fix DNS or the hosts file',
  },

  {
    name: 'host-address-is-ours',
    looksAt: "this host's address and its interfaces",
    reason: 'ADDRESS_NOT_OWNED',
    finds: (facts) => foreign(facts, addressOf(facts.hostName), hostAddress(facts)),
    hint: 'Give the address to an interface, or fix DNS or the hosts file',
  },

  {
    name: 'cluster-name-is-one',
    looksAt: "the cluster's name",
    reason: 'WRONG_INPUT',
    finds: ({ clusterName }) => complaintAbout(clusterName),
  },

  {
    name: 'cluster-name-resolves',
    looksAt: "what the cluster's name resolves to",
    reason: 'NAME_UNRESOLVABLE',
    finds: (facts) => unresolved(facts, `the cluster's name ${facts.clusterName}`, clusterAddress(facts)),
    hint: 'Give the cluster a name and an address of its own in DNS or the hosts file',
  },

  {
    name: 'cluster-address-is-not-loopback',
    looksAt: "the cluster's address",
    reason: 'HOST_UNFIT',
    finds: (facts) => forbiddenLoopback(facts, addressOf(facts.clusterName), clusterAddress(facts)),
    hint: 'Fix DNS or the hosts file',
  },

  {
    name: 'cluster-address-is-free',
    looksAt:
      "who answers at the cluster's address: on the node daemon's port, and by ARP or neighbour discovery",
    reason: 'ADDRESS_IN_USE',
    finds: (facts) => occupied(facts, clusterAddress(facts)),
    hint: 'The cluster needs an address that nobody has; the master will raise it',
  },

  {
    name: 'secondary-ip-is-ipv4',
    looksAt: '--secondary-ip',
    reason: 'WRONG_INPUT',
    finds: ({ family, secondaryIp }) => unfitSecondary(family, secondaryIp),
  },

  {
    name: 'secondary-ip-is-not-loopback',
    looksAt: '--secondary-ip',
    reason: 'HOST_UNFIT',
    finds: (facts) => forbiddenLoopback(facts, 'The secondary IP', facts.secondaryIp),
  },

  {
    name: 'secondary-ip-is-ours',
    looksAt: '--secondary-ip and the interfaces of this host',
    reason: 'ADDRESS_NOT_OWNED',
    finds: (facts) => foreign(facts, 'The secondary IP', facts.secondaryIp),
  },

  {
    name: 'netmask-fits',
    looksAt: '--master-netmask',
    reason: 'WRONG_INPUT',
    finds: ({ family, netmask }) => outside('Netmask', netmask, 1, singleAddressMask(family)),
  },

  {
    name: 'mac-prefix-is-usable',
    looksAt: '--mac-prefix',
    reason: 'WRONG_INPUT',
    finds: ({ macPrefix }) => unfitMacPrefix(macPrefix),
  },

  {
    name: 'master-netdev-exists',
    looksAt: '--master-netdev and the network devices of this host, unless Open vSwitch is yet to make it',
    reason: 'WRONG_INPUT',
    finds: (facts) =>
      when(!facts.netdevExists && !switchIsYetToCome(facts), `There is no device '${masterNetdevOf(facts)}'`),
    hint: 'Name the one for the master IP with --master-netdev',
  },

  {
    name: 'master-ip-script-is-ready',
    looksAt: '--use-external-mip-script and /etc/quorate/scripts/master-ip-setup',
    reason: 'HOST_UNFIT',
    finds: (facts) => scriptNotReady(facts),
    hint: 'Install it here and on every host that is to become a candidate, or leave the flag out',
  },

  {
    name: 'candidate-pool-size-fits',
    looksAt: '--candidate-pool-size',
    reason: 'WRONG_INPUT',
    finds: ({ candidatePoolSize }) => outside('Candidate pool size', candidatePoolSize, 1),
  },

  {
    name: 'ssh-host-key-exists',
    looksAt: 'public SSH host keys',
    reason: 'HOST_UNFIT',
    finds: ({ sshHostKeyFound }) => when(!sshHostKeyFound, 'This host has no SSH host key'),
    hint: 'Install and start the SSH server; any type of key will do',
  },

  {
    name: 'root-ssh-key-is-whole',
    looksAt: "root's SSH key of the type of --ssh-key-type",
    reason: 'HOST_UNFIT',
    finds: ({ rootSshKey }) => rootSshKey && rootSshKeyComplaint(rootSshKey),
    hint: 'Complete the pair or move it away; or leave SSH keys alone, with --no-ssh-init',
  },

  ...parameterChecks,
  ...storageChecks,
];

/**
 * The flags of `quorate init`, in the groups its help shows, and what they come to.
 *
 * Flags have Ganeti's names and letters. What they take is judged with everything else by the checks of init, not
 * word by word while they are read, so that all mistakes are told at once; only numbers are refused here.
 *
 * Counterpart in Ganeti: the option list of `init` in lib/client/gnt_cluster.py, lib/cli_opts.py.
 */
import type { InitOptions } from '@quorate/bootstrap/init-facts';
import type { PolicyWords } from '@quorate/domain/instance-policy';
import type { InitWords } from '@quorate/domain/init-parameters';
import { chosenDrbdHelper, chosenVolumeGroup, type StorageRequest } from '@quorate/domain/storage-request';
import { type Command, Option } from 'commander';
import type { GlobalOptions } from './context.ts';
import { wholeNumber } from './whole-number.ts';

type SameWords = Omit<InitWords, 'policy' | 'defaultIallocatorParameters'>;

export interface InitFlags extends GlobalOptions, SameWords {
  readonly masterNetdev?: string;
  readonly masterNetmask?: number;
  readonly secondaryIp?: string;
  readonly primaryIpVersion: '4' | '6';
  readonly allowLoopback?: boolean;
  readonly candidatePoolSize: number;
  readonly macPrefix: string;
  readonly enabledHypervisors: readonly string[];
  readonly enabledDiskTemplates: readonly string[];
  readonly vgName?: string;
  readonly drbdUsermodeHelper?: string;
  readonly fileStorageDir?: string;
  readonly sharedFileStorageDir?: string;
  readonly glusterStorageDir?: string;
  readonly ipolicyBoundsSpecs?: string;
  readonly ipolicyStdSpecs?: string;
  readonly specsMemSize?: string;
  readonly specsCpuCount?: string;
  readonly specsDiskCount?: string;
  readonly specsDiskSize?: string;
  readonly specsNicCount?: string;
  readonly ipolicyDiskTemplates?: string;
  readonly ipolicyVcpuRatio?: string;
  readonly ipolicySpindleRatio?: string;
  readonly defaultIallocatorParams?: string;
  readonly etcHosts: boolean;
  readonly sshInit: boolean;
  readonly dryRun?: boolean;
  readonly listChecks?: boolean;
  readonly abort?: boolean;
}

/** Adds them all; the order is that of the help. */
export function addInitFlags(command: Command): void {
  addModes(command.optionsGroup('Without making a cluster:'));
  addNetwork(command.optionsGroup('Network:'));
  addCluster(command.optionsGroup('Cluster:'));
  addStorage(command.optionsGroup('Storage:'));
  addInstances(command.optionsGroup('What instances get (key=value,flag,no_flag; -key for its default):'));
  addPolicy(command.optionsGroup('Policy for instances:'));
  addGaneti(command.optionsGroup('Stored for Ganeti, without effect on quorate itself:'));
  addHost(command.optionsGroup('This host:'));
}

const addModes = (command: Command): Command =>
  command
    .option('--dry-run', 'run the checks and show what would be written; change nothing')
    .option('--list-checks', 'show what is checked, on any host')
    .option('--abort', 'take back an init that was broken off');

const addNetwork = (command: Command): Command =>
  command
    .option(
      '--master-netdev <device>',
      'network device of the master IP (default: xen-br0; switch1 with NIC mode openvswitch)',
    )
    .option(
      '--master-netmask <bits>',
      'prefix length of the master IP (default: a single address)',
      wholeNumber,
    )
    .option('-s, --secondary-ip <address>', 'address of this host on a second network')
    .addOption(
      new Option('--primary-ip-version <version>', 'IP version of the cluster')
        .choices(['4', '6'])
        .default('4'),
    )
    .option('--allow-loopback', 'let the cluster live on 127.0.0.0/8, for trying it on one machine');

const addCluster = (command: Command): Command =>
  command
    .option('-C, --candidate-pool-size <number>', 'how many nodes may become master', wholeNumber, 10)
    .option(
      '--node-parameters <list>',
      'ssh_port, which node add uses, and for Ganeti oob_program, spindle_count, exclusive_storage, ovs, …',
    );

const addStorage = (command: Command): Command =>
  command
    .option('--vg-name <name>', 'LVM volume group (default: xenvg with template plain or drbd)')
    .option(
      '--drbd-usermode-helper <path>',
      "what the kernel's DRBD calls (default: /bin/true with template drbd)",
    )
    .option('--file-storage-dir <dir>', 'for template file (default: /srv/ganeti/file-storage)')
    .option(
      '--shared-file-storage-dir <dir>',
      'for template sharedfile (default: /srv/ganeti/shared-file-storage)',
    )
    .option('--gluster-storage-dir <dir>', 'for template gluster (default: /var/run/ganeti/gluster)');

const addInstances = (command: Command): Command =>
  command
    .option('--enabled-hypervisors <list>', 'hypervisors, the first is the default', list, ['fake'])
    .option('--enabled-disk-templates <list>', 'disk templates', list, ['diskless'])
    .option('-m, --mac-prefix <prefix>', 'first half of the MAC addresses of instances', 'aa:00:00')
    .option(
      '-H, --hypervisor-parameters <hypervisor:list>',
      'parameters of one hypervisor; may be repeated',
      gather,
    )
    .option(
      '-B, --backend-parameters <list>',
      'memory (or minmem, maxmem; MiB, or with unit m, g, t), vcpus, auto_balance, always_failover, spindle_use',
    )
    .option(
      '-N, --nic-parameters <list>',
      'mode (bridged, routed, openvswitch, pool, auto), link, vlan (default: bridged to xen-br0)',
    )
    .option(
      '-D, --disk-parameters <template:list>',
      'parameters of one disk template; may be repeated',
      gather,
    );

const addPolicy = (command: Command): Command =>
  command
    .option(
      '--ipolicy-bounds-specs <bounds>',
      'min:key=value,…/max:key=value,… with all of memory-size, cpu-count, disk-count, disk-size, nic-count, ' +
        'spindle-use; further bounds behind //',
    )
    .option('--ipolicy-std-specs <list>', 'what an instance gets for which nothing is said')
    .option('--specs-mem-size <list>', 'the same by key: min=…,max=…,std=… (MiB, or with unit m, g, t)')
    .option('--specs-cpu-count <list>', 'min=…,max=…,std=…')
    .option('--specs-disk-count <list>', 'min=…,max=…,std=…')
    .option('--specs-disk-size <list>', 'min=…,max=…,std=… (MiB, or with unit m, g, t)')
    .option('--specs-nic-count <list>', 'min=…,max=…,std=…')
    .option('--ipolicy-disk-templates <list>', 'templates instances may use (default: all that are enabled)')
    .option('--ipolicy-vcpu-ratio <number>', 'virtual CPUs per physical one (default: 4)')
    .option('--ipolicy-spindle-ratio <number>', 'instances per spindle (default: 32)');

const addGaneti = (command: Command): Command =>
  command
    .option('--uid-pool <list>', 'user IDs for instances, such as 1000-1999,5000')
    .option('-I, --default-iallocator <name>', 'who places instances (default: hail if it is installed)')
    .option('--default-iallocator-params <list>', 'parameters of that allocator')
    .option(
      '--compression-tools <list>',
      'tools for moving instances, gzip among them (default: gzip,gzip-fast,gzip-slow)',
    )
    .option('--install-image <image>', 'image to run scripts of operating systems in')
    .option('--zeroing-image <image>', 'image to zero disks with')
    .option('--hypervisor-state <hypervisor:list>', 'corrections of what a host has; may be repeated', gather)
    .option('--disk-state <plain/name:list>', 'corrections of what a storage has; may be repeated', gather)
    .option('--maintain-node-health <yes|no>', 'stop what should not run on a node (default: no)')
    .option('--prealloc-wipe-disks <yes|no>', 'wipe disks before use (default: no)')
    .option('--user-shutdown <yes|no>', 'whether users may shut instances down (default: no)')
    .option(
      '--use-external-mip-script <yes|no>',
      'have /etc/quorate/scripts/master-ip-setup of this site hold the master IP (default: no)',
    );

const addHost = (command: Command): Command =>
  command
    .option('--no-etc-hosts', 'leave /etc/hosts alone on all nodes; else it is made to name them')
    .option(
      '--no-ssh-init',
      "leave root's SSH keys alone on all nodes; else a missing one is made, and candidates' are let in everywhere",
    )
    .option('--ssh-key-type <type>', 'which of them: rsa, dsa or ecdsa (default: rsa)')
    .option('--ssh-key-bits <bits>', 'length of a new one (default: rsa 2048, dsa 1024, ecdsa 384)');

const list = (text: string): string[] => text.split(',').filter((word) => word !== '');
const gather = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

export const initOptionsFrom = (flags: InitFlags, clusterName: string): InitOptions => ({
  clusterName: clusterName.toLowerCase(),
  family: flags.primaryIpVersion === '6' ? 6 : 4,
  secondaryIp: flags.secondaryIp,
  masterNetdev: flags.masterNetdev,
  masterNetmask: flags.masterNetmask,
  candidatePoolSize: flags.candidatePoolSize,
  macPrefix: flags.macPrefix.toLowerCase(),
  enabledHypervisors: flags.enabledHypervisors,
  ...storageFrom(flags),
  modifyEtcHosts: flags.etcHosts,
  modifySshSetup: flags.sshInit,
  allowLoopback: flags.allowLoopback === true,
  words: wordsFrom(flags),
});

const storageFrom = (flags: InitFlags): StorageRequest => ({
  enabledDiskTemplates: flags.enabledDiskTemplates,
  vgName: chosenVolumeGroup(flags.enabledDiskTemplates, flags.vgName),
  drbdHelper: chosenDrbdHelper(flags.enabledDiskTemplates, flags.drbdUsermodeHelper),
  storageDirectories: {
    file: flags.fileStorageDir,
    sharedfile: flags.sharedFileStorageDir,
    gluster: flags.glusterStorageDir,
  },
});

/** Most flags have the name of the word they are. */
const wordsFrom = (flags: InitFlags): InitWords => ({
  ...flags,
  defaultIallocatorParameters: flags.defaultIallocatorParams,
  policy: policyFrom(flags),
});

const policyFrom = (flags: InitFlags): PolicyWords => ({
  boundsSpecs: flags.ipolicyBoundsSpecs,
  stdSpecs: flags.ipolicyStdSpecs,
  memorySize: flags.specsMemSize,
  cpuCount: flags.specsCpuCount,
  diskCount: flags.specsDiskCount,
  diskSize: flags.specsDiskSize,
  nicCount: flags.specsNicCount,
  diskTemplates: flags.ipolicyDiskTemplates,
  vcpuRatio: flags.ipolicyVcpuRatio,
  spindleRatio: flags.ipolicySpindleRatio,
});

/**
 * What must be true of the parameters that a new cluster stores, as a part of the checks of `init`.
 *
 * The rules themselves are in init-parameters.ts and instance-policy.ts; a row may have several things to say.
 */
import type { Check } from './check.ts';
import type { InitFacts } from './init-complaints.ts';
import * as parameters from './init-parameters.ts';
import {
  boundsComplaints,
  decideRatios,
  decideSpecs,
  decideTemplates,
  type PolicyWords,
  standardComplaints,
  templatesComplaints,
} from './instance-policy.ts';
import { parameterFileComplaints } from './ssconf.ts';

interface Row {
  readonly name: string;
  readonly looksAt: string;
  readonly complaints: (facts: InitFacts) => readonly string[];
  readonly hint?: string;
}

const rows: readonly Row[] = [
  {
    name: 'hypervisor-parameters-fit',
    looksAt: 'names and types of --hypervisor-parameters',
    complaints: (facts) => parameters.decideHypervisorParameters(facts).complaints,
  },
  {
    name: 'hypervisor-values-are-allowed',
    looksAt: 'what each hypervisor takes as value of its parameters',
    complaints: parameters.hypervisorValueComplaints,
  },
  {
    name: 'hypervisor-state-fits',
    looksAt: 'names and types of --hypervisor-state, for enabled hypervisors',
    complaints: (facts) => parameters.decideHypervisorState(facts).complaints,
  },
  {
    name: 'backend-parameters-fit',
    looksAt: 'names and types of --backend-parameters',
    complaints: (facts) => parameters.decideBackend(facts).complaints,
  },
  {
    name: 'nic-parameters-fit',
    looksAt: 'names and types of --nic-parameters',
    complaints: (facts) => parameters.decideNics(facts).complaints,
  },
  {
    name: 'nic-mode-is-known',
    looksAt: 'the mode in --nic-parameters',
    complaints: parameters.nicModeComplaints,
  },
  {
    name: 'bridged-nic-has-a-link',
    looksAt: 'the link in --nic-parameters, if the mode is bridged',
    complaints: parameters.nicLinkComplaints,
  },
  {
    name: 'master-netdev-can-be-made',
    looksAt: '--master-netdev, if Open vSwitch is yet to make it',
    complaints: parameters.netdevNameComplaints,
  },
  {
    name: 'node-parameters-fit',
    looksAt: 'names and types of --node-parameters',
    complaints: (facts) => parameters.decideNodeParameters(facts).complaints,
  },
  {
    name: 'node-ssh-port-fits',
    looksAt: 'ssh_port in --node-parameters',
    complaints: parameters.sshPortComplaints,
  },
  {
    name: 'disk-parameters-fit',
    looksAt: 'templates, names and types of --disk-parameters',
    complaints: (facts) => parameters.decideDiskParameters(facts).complaints,
  },
  {
    name: 'disk-access-is-known',
    looksAt: 'the access in --disk-parameters',
    complaints: parameters.diskAccessComplaints,
  },
  {
    name: 'disk-state-fits',
    looksAt: 'names and types of --disk-state',
    complaints: (facts) => parameters.decideDiskState(facts).complaints,
  },
  {
    name: 'disk-state-is-of-plain-storage',
    looksAt: 'the storage type in --disk-state',
    complaints: parameters.diskStateTypeComplaints,
  },
  {
    name: 'policy-specs-fit',
    looksAt: 'names and types of --ipolicy-bounds-specs, --ipolicy-std-specs and --specs-…',
    complaints: (facts) => decideSpecs(policyOf(facts)).complaints,
  },
  {
    name: 'policy-bounds-are-in-order',
    looksAt: 'whether each least is at most the most of the instance policy',
    complaints: (facts) => boundsComplaints(decideSpecs(policyOf(facts)).value),
  },
  {
    name: 'policy-standard-is-within-bounds',
    looksAt: 'whether the standard instance satisfies the instance policy',
    complaints: (facts) => standardComplaints(decideSpecs(policyOf(facts)).value),
  },
  {
    name: 'policy-ratios-fit',
    looksAt: '--ipolicy-vcpu-ratio and --ipolicy-spindle-ratio',
    complaints: (facts) => decideRatios(policyOf(facts)).complaints,
  },
  {
    name: 'policy-templates-are-known',
    looksAt: '--ipolicy-disk-templates',
    complaints: (facts) => decideTemplates(policyOf(facts).diskTemplates).complaints,
  },
  {
    name: 'policy-allows-an-enabled-template',
    looksAt: 'the templates of the instance policy and the enabled ones',
    complaints: (facts) => templatesComplaints(policyOf(facts), facts.enabledDiskTemplates),
    hint: 'Name one of them with --ipolicy-disk-templates',
  },
  {
    name: 'uid-pool-fits',
    looksAt: '--uid-pool',
    complaints: (facts) => parameters.decideUidPool(facts).complaints,
  },
  {
    name: 'iallocator-exists',
    looksAt: "--default-iallocator and the files in Ganeti's directories of allocators",
    complaints: (facts) => parameters.decideIallocator(facts).complaints,
    hint: 'Install it in /usr/local/lib/ganeti/iallocators or /usr/lib/ganeti/iallocators',
  },
  {
    name: 'iallocator-parameters-fit',
    looksAt: '--default-iallocator-params',
    complaints: (facts) => parameters.decideIallocatorParameters(facts).complaints,
  },
  {
    name: 'compression-tools-fit',
    looksAt: 'the names in --compression-tools',
    complaints: (facts) => parameters.decideCompressionTools(facts).complaints,
  },
  {
    name: 'compression-tools-include-gzip',
    looksAt: 'whether gzip is in --compression-tools',
    complaints: parameters.gzipComplaints,
  },
  {
    name: 'ssh-key-type-is-known',
    looksAt: '--ssh-key-type',
    complaints: (facts) => parameters.decideSshKey(facts).complaints,
  },
  {
    name: 'ssh-key-bits-fit',
    looksAt: '--ssh-key-bits, for the type of key',
    complaints: parameters.sshKeyBitsComplaints,
  },
  {
    name: 'ssconf-values-fit',
    looksAt: 'the size of the ssconf files that --hypervisor-parameters and --uid-pool become',
    complaints: (facts) =>
      parameterFileComplaints({
        hvparams: parameters.decideHypervisorParameters(facts).value,
        uid_pool: parameters.decideUidPool(facts).value,
      }),
  },
  ...(
    [
      ['maintain-node-health', 'maintainNodeHealth'],
      ['prealloc-wipe-disks', 'preallocWipeDisks'],
      ['use-external-mip-script', 'useExternalMipScript'],
      ['user-shutdown', 'userShutdown'],
    ] as const
  ).map(([flag, word]) => ({
    name: `${flag}-is-yes-or-no`,
    looksAt: `--${flag}`,
    complaints: ({ words }: InitFacts) => parameters.decideYesNo(words[word]).complaints,
  })),
];

const policyOf = ({ words }: InitFacts): PolicyWords => words.policy ?? {};

/** Several complaints become one finding, because one flag is to be corrected. */
export const parameterChecks: readonly Check<InitFacts>[] = rows.map(({ complaints, ...row }) => ({
  ...row,
  reason: 'WRONG_INPUT',
  finds: (facts) => complaints(facts).join('; ') || undefined,
}));

import { describe, expect, it } from 'vitest';
import type { InitFacts } from './init-complaints.ts';
import { initFindings } from './init-checks.ts';
import type { InitWords } from './init-parameters.ts';
import { ssconfMaxBytes } from './ssconf.ts';
import type { PolicyWords } from './instance-policy.ts';
import { fitHost } from './testing/fit-host.ts';

const specs = 'memory-size=128,cpu-count=1,disk-count=1,disk-size=1g,nic-count=1,spindle-use=1' as const;
const large = specs.replaceAll('=1', '=9');

describe('a parameter is refused', () => {
  it.each<[string, InitWords, string, string]>([
    ['BEH-124', { backendParameters: 'colour=red' }, 'backend-parameters-fit', 'no parameter colour'],
    ['type', { backendParameters: 'vcpus=many' }, 'backend-parameters-fit', "'vcpus' is 'many', not a whole"],
    ['D', { backendParameters: 'memory=1g,maxmem=2g' }, 'backend-parameters-fit', "'memory' stands for both"],
    ['twice', { backendParameters: 'vcpus=1,vcpus=2' }, 'backend-parameters-fit', "'vcpus' is given twice"],
    ['type', { nicParameters: 'speed=fast' }, 'nic-parameters-fit', 'no parameter speed'],
    ['mode', { nicParameters: 'mode=wired' }, 'nic-mode-is-known', "'wired' is none of bridged, routed"],
    ['BEH-123', { nicParameters: 'link=' }, 'bridged-nic-has-a-link', 'needs a link'],
    ['BEH-123', { nicParameters: 'mode=bridged,no_link' }, 'bridged-nic-has-a-link', 'needs a link'],
    [
      'type',
      { nodeParameters: 'cpu_speed=high' },
      'node-parameters-fit',
      "'cpu_speed' is 'high', not a number",
    ],
    ['port', { nodeParameters: 'ssh_port=0' }, 'node-ssh-port-fits', 'from 1 to 65535'],
    [
      'hv',
      { hypervisorParameters: ['vmware:a=1'] },
      'hypervisor-parameters-fit',
      'Unknown hypervisor: vmware',
    ],
    ['hv', { hypervisorParameters: ['no_kvm'] }, 'hypervisor-parameters-fit', 'Unknown hypervisor: no_kvm'],
    [
      'hv',
      { hypervisorParameters: ['fake:acpi=true'] },
      'hypervisor-parameters-fit',
      'fake: There is no parameter acpi',
    ],
    [
      'hv',
      { hypervisorParameters: ['kvm:acpi=perhaps,serial_speed=fast'] },
      'hypervisor-parameters-fit',
      "kvm: 'acpi' is 'perhaps', not true or false; kvm: 'serial_speed'",
    ],
    [
      'hv',
      { hypervisorParameters: ['xen-pvm:xen_cmd=xx'] },
      'hypervisor-values-are-allowed',
      "xen-pvm: 'xen_cmd' is 'xx', not one of xm, xl",
    ],
    [
      'hv',
      { hypervisorParameters: ['kvm:disk_aio=native'] },
      'hypervisor-values-are-allowed',
      "'disk_aio' native needs 'disk_cache' none",
    ],
    [
      'hv',
      { hypervisorParameters: ['kvm:virtio_net_queues=0'] },
      'hypervisor-values-are-allowed',
      "kvm: 'virtio_net_queues' is '0', not from 1 to 8",
    ],
    [
      'hv',
      { hypervisorParameters: ['kvm:kernel_path=/boot/../x'] },
      'hypervisor-values-are-allowed',
      "kvm: 'kernel_path' is '/boot/../x', not an absolute path",
    ],
    [
      'hv state',
      { hypervisorState: ['fake:mem_total=x'] },
      'hypervisor-state-fits',
      "fake: 'mem_total' is 'x', not a whole number",
    ],
    [
      'hv state',
      { hypervisorState: ['kvm:mem_total=1'] },
      'hypervisor-state-fits',
      'No enabled hypervisor: kvm',
    ],
    ['BEH-126', { diskState: ['file/a:disk_total=1'] }, 'disk-state-is-of-plain-storage', 'not file'],
    ['disk state', { diskState: ['plain:disk_total=1'] }, 'disk-state-fits', 'needs a name'],
    [
      'disk state',
      { diskState: ['plain/a:disk=1'] },
      'disk-state-fits',
      'plain/a: There is no parameter disk',
    ],
    ['D3', { diskParameters: ['floppy:a=1'] }, 'disk-parameters-fit', 'Unknown disk template: floppy'],
    [
      'BEH-136',
      { diskParameters: ['drbd:colour=1'] },
      'disk-parameters-fit',
      'drbd: There is no parameter colour',
    ],
    [
      'BEH-136',
      { diskParameters: ['plain:metavg=a'] },
      'disk-parameters-fit',
      'plain: There is no parameter',
    ],
    [
      'access',
      { diskParameters: ['rbd:access=outer'] },
      'disk-access-is-known',
      "rbd: 'access' is 'outer', not kernelspace or userspace",
    ],
    ['uid', { uidPool: '5-3,x,7' }, 'uid-pool-fits', ': 5-3, x'],
    ['uid', { uidPool: '0-4294967296' }, 'uid-pool-fits', '0-4294967296'],
    ['uid', { uidPool: '1-2-3,-4' }, 'uid-pool-fits', ': 1-2-3, -4'],
    ['BEH-128', { defaultIallocator: 'nowhere' }, 'iallocator-exists', "no allocator 'nowhere'"],
    ['params', { defaultIallocatorParameters: 'a=1,a=2' }, 'iallocator-parameters-fit', 'given twice'],
    ['BEH-130', { compressionTools: 'lzop' }, 'compression-tools-include-gzip', 'gzip must be'],
    ['BEH-131', { compressionTools: 'gzip,none' }, 'compression-tools-fit', "'none'"],
    ['BEH-131', { compressionTools: 'gzip,a/b,' }, 'compression-tools-fit', "'a/b', ''"],
    ['ssh', { sshKeyType: 'ed25519' }, 'ssh-key-type-is-known', "'ed25519' is none of rsa, dsa, ecdsa"],
    ['ssh', { sshKeyType: 'constructor' }, 'ssh-key-type-is-known', 'is none of'],
    ['ssh', { sshKeyBits: '767' }, 'ssh-key-bits-fit', 'rsa has at least 768 bits'],
    ['ssh', { sshKeyType: 'dsa', sshKeyBits: '2048' }, 'ssh-key-bits-fit', 'dsa has 1024 bits'],
    ['ssh', { sshKeyType: 'ecdsa', sshKeyBits: '512' }, 'ssh-key-bits-fit', '256, 384 or 521'],
    ['ssh', { sshKeyBits: 'long' }, 'ssh-key-bits-fit', "not 'long'"],
    ['flag', { maintainNodeHealth: 'maybe' }, 'maintain-node-health-is-yes-or-no', "'maybe' is neither"],
    ['flag', { preallocWipeDisks: '1' }, 'prealloc-wipe-disks-is-yes-or-no', "'1' is neither"],
    ['flag', { useExternalMipScript: '' }, 'use-external-mip-script-is-yes-or-no', "'' is neither"],
    ['flag', { userShutdown: 'on' }, 'user-shutdown-is-yes-or-no', "'on' is neither"],
  ])('%s %j: %s, %s', (_, words, check, message) => {
    const findings = initFindings({ ...fitHost, words });
    expect(findings.map((finding) => finding.check)).toEqual([check]);
    expect(findings[0]).toMatchObject({ reason: 'WRONG_INPUT', message: expect.stringContaining(message) });
  });

  it.each<[string, InitWords]>([
    ['hvparams_kvm', { hypervisorParameters: [`kvm:kernel_args=${'x'.repeat(ssconfMaxBytes)}`] }],
    ['hvparams_fake', { hypervisorParameters: [`fake:migration_mode=${'x'.repeat(ssconfMaxBytes)}`] }],
    ['uid_pool', { uidPool: Array.from({ length: 12_000 }, (_, n) => 1_000_000_000 + n).join(',') }],
  ])('BEH-275 if ssconf_%s would be too large, naming key and size', (key, words) => {
    const findings = initFindings({ ...fitHost, words }).filter(({ check }) => check === 'ssconf-values-fit');
    const sentence = new RegExp(`^ssconf_${key} would be 13\\d{4} bytes; the limit is 131072$`);
    expect(findings).toEqual([
      { check: 'ssconf-values-fit', reason: 'WRONG_INPUT', message: expect.stringMatching(sentence) },
    ]);
  });

  it('BEH-122 and so is a name no device could have, though none is looked for', () => {
    const facts = {
      ...fitHost,
      netdevExists: false,
      masterNetdev: 'a/b',
      words: { nicParameters: 'mode=openvswitch' },
    };
    expect(initFindings(facts).map(({ check }) => check)).toEqual(['master-netdev-can-be-made']);
  });
});

describe('an instance policy is refused', () => {
  it.each<[PolicyWords, string, string]>([
    [{ stdSpecs: 'colour=1' }, 'policy-specs-fit', 'std: There is no parameter colour'],
    [{ stdSpecs: 'memory-size=huge' }, 'policy-specs-fit', "std: 'memory-size' is 'huge', not a size"],
    [{ boundsSpecs: `min:${specs}` }, 'policy-specs-fit', 'one min: and one max:'],
    [{ boundsSpecs: `min:${specs}/min:${specs}` }, 'policy-specs-fit', 'one min: and one max:'],
    [{ boundsSpecs: `min:${specs}/max:cpu-count=2` }, 'policy-specs-fit', 'max: memory-size, disk-count'],
    [{ stdSpecs: 'cpu-count=1', cpuCount: 'max=4' }, 'policy-specs-fit', 'cannot be used together'],
    [{ cpuCount: 'middle=4' }, 'policy-specs-fit', 'cpu-count: There is no parameter middle'],
    [{ cpuCount: 'min=9' }, 'policy-bounds-are-in-order', 'least cpu-count, 9, is more than the most, 8'],
    [{ memorySize: 'std=64g' }, 'policy-standard-is-within-bounds', 'memory-size 65536'],
    [
      { boundsSpecs: `min:${large}/max:${large}` },
      'policy-standard-is-within-bounds',
      'outside the bounds: memory-size 128',
    ],
    [{ vcpuRatio: 'much' }, 'policy-ratios-fit', "'vcpu-ratio' is 'much'"],
    [{ spindleRatio: '0' }, 'policy-ratios-fit', "'spindle-ratio' is '0'"],
    [{ diskTemplates: 'diskless,floppy' }, 'policy-templates-are-known', 'floppy'],
    [{ diskTemplates: '' }, 'policy-templates-are-known', 'at least one'],
    [
      { diskTemplates: 'ext' },
      'policy-allows-an-enabled-template',
      'none of the enabled disk templates (diskless)',
    ],
  ])('%j: %s, %s', (policy, check, message) => {
    const findings = initFindings({ ...fitHost, words: { policy } });
    expect(findings.map((finding) => finding.check)).toEqual([check]);
    expect(findings[0]?.message).toContain(message);
  });

  it('BEH-203 but once only if the enabled templates are wrong themselves', () => {
    const facts = {
      ...fitHost,
      enabledDiskTemplates: ['floppy'],
      words: { policy: { diskTemplates: 'ext' } },
    };
    expect(initFindings(facts).map(({ check }) => check)).toEqual(['disk-templates-are-known']);
  });
});

describe('parameters pass', () => {
  it.each<[string, Partial<InitFacts>]>([
    [
      'BEH-122 Open vSwitch without a device',
      { netdevExists: false, words: { nicParameters: 'mode=openvswitch' } },
    ],
    ['a routed NIC without a link', { words: { nicParameters: 'mode=routed,link=' } }],
    ['every NIC mode', { words: { nicParameters: 'mode=auto' } }],
    ['BEH-128 an allocator that is there', { iallocators: ['mine'], words: { defaultIallocator: 'mine' } }],
    ['compression tools with gzip', { words: { compressionTools: 'gzip,lz4-fast,my_tool' } }],
    ['no compression tools', { words: { compressionTools: '' } }],
    [
      'a state for each enabled hypervisor',
      { enabledHypervisors: ['kvm'], words: { hypervisorState: ['kvm:mem_total=1'] } },
    ],
    ['user IDs to the highest', { words: { uidPool: '0-10,4294967295' } }],
    ['a standard within one of two bounds', { words: { policy: { boundsSpecs: twoBounds() } } }],
    [
      'values that hypervisors take',
      {
        words: {
          hypervisorParameters: [
            'kvm:boot_order=cdrom,cdrom_image_path=http://x/y.iso,cpu_mask=all:0-2\\,5,cpu_cores=0',
            'xen-hvm:boot_order=dc,vnc_bind_address=',
            'lxc:cpu_mask=0-3',
          ],
        },
      },
    ],
  ])('%s', (_, facts) => expect(initFindings({ ...fitHost, ...facts })).toEqual([]));

  function twoBounds(): string {
    return `min:${large}/max:${large}//min:${specs}/max:${specs.replace('cpu-count=1', 'cpu-count=2')}`;
  }
});

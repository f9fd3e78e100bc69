import { describe, expect, it } from 'vitest';
import { initChecks, initFindings, initWarnings } from './init-checks.ts';
import type { InitFacts } from './init-complaints.ts';
import { fitHost } from './testing/fit-host.ts';

const ipv6: Partial<InitFacts> = {
  family: 6,
  hostAddresses: ['10.99.0.11', 'fd00::11'],
  clusterAddresses: ['fd00::100'],
  ownedAddresses: ['fd00::11', '192.168.7.1'],
  secondaryIp: '192.168.7.1',
};

const onOneMachine: Partial<InitFacts> = {
  allowLoopback: true,
  hostAddresses: ['127.0.0.11'],
  clusterAddresses: ['127.0.0.100'],
  ownedAddresses: ['127.0.0.1'],
  masterIpUse: { tcp: 'refused' },
};

describe('init is refused', () => {
  it.each<[string, Partial<InitFacts>, string, string]>([
    ['BEH-099', { clusterExists: true }, 'CLUSTER_EXISTS', 'already belongs to a cluster'],
    ['BEH-100', { leftovers: ['/d/a', '/d/b'] }, 'CLUSTER_EXISTS', 'left: /d/a, /d/b'],
    ['BEH-100', { leftovers: 'abcdefg'.split('') }, 'CLUSTER_EXISTS', 'left: a, b, c, d, e and 2 more'],
    ['BEH-099', { clusterExists: true, leftovers: ['/d/config.data'] }, 'CLUSTER_EXISTS', 'already belongs'],
    ['BEH-103', { enabledHypervisors: [] }, 'WRONG_INPUT', 'At least one hypervisor'],
    ['BEH-104', { enabledHypervisors: ['kvm', 'foo'] }, 'WRONG_INPUT', 'Unknown hypervisor: foo'],
    ['BEH-105', { family: 5 }, 'WRONG_INPUT', 'IP version 5'],
    ['BEH-106', { hostAddresses: [] }, 'NAME_UNRESOLVABLE', "this host's name node1.lab.test"],
    ['BEH-106', { hostAddresses: ['fd00::1'] }, 'NAME_UNRESOLVABLE', 'No IPv4 address'],
    ['BEH-107', { hostAddresses: ['127.0.1.1'] }, 'HOST_UNFIT', '127.0.1.1, is a loopback address'],
    ['BEH-108', { hostAddresses: ['10.99.0.12'] }, 'ADDRESS_NOT_OWNED', '10.99.0.12'],
    ['BEH-108', { ...onOneMachine, hostAddresses: ['10.9.9.9'] }, 'ADDRESS_NOT_OWNED', '10.9.9.9'],
    ['BEH-109', { clusterAddresses: [] }, 'NAME_UNRESOLVABLE', "the cluster's name cluster.lab.test"],
    ['BEH-110', { masterIpUse: { tcp: 'open' } }, 'ADDRESS_IN_USE', 'accepts connections'],
    ['BEH-110', { ...onOneMachine, masterIpUse: { tcp: 'open' } }, 'ADDRESS_IN_USE', 'accepts connections'],
    ['BEH-111', { masterIpUse: { tcp: 'refused' } }, 'ADDRESS_IN_USE', 'refusing the connection'],
    [
      'BEH-307 a host that drops connections and answers by ARP',
      { masterIpUse: { tcp: 'silent', holder: { by: 'ARP', hardwareAddress: '02:00:00:00:00:09' } } },
      'ADDRESS_IN_USE',
      'hardware address 02:00:00:00:00:09 answers for it (found by ARP)',
    ],
    [
      'one that answers neighbour discovery',
      { ...ipv6, masterIpUse: { tcp: 'silent', holder: { by: 'neighbour discovery' } } },
      'ADDRESS_IN_USE',
      'another host answers for it (found by neighbour discovery)',
    ],
    ['a script that is missing', { words: { useExternalMipScript: 'yes' } }, 'HOST_UNFIT', 'is not there'],
    [
      'a script that cannot be run',
      { words: { useExternalMipScript: 'yes' }, masterIpScript: 'not-executable' },
      'HOST_UNFIT',
      'is not executable',
    ],
    ['own address', { masterIpUse: { tcp: 'owned' } }, 'ADDRESS_IN_USE', "this host's own"],
    ['own address', { clusterAddresses: ['10.99.0.11'] }, 'ADDRESS_IN_USE', "this host's own"],
    ['loopback', { clusterAddresses: ['127.0.0.9'] }, 'HOST_UNFIT', '127.0.0.9, is a loopback address'],
    ['BEH-113', { ...ipv6, secondaryIp: undefined }, 'WRONG_INPUT', 'needs a secondary IP'],
    [
      'BEH-115',
      { secondaryIp: 'fd00::2', ownedAddresses: ['10.99.0.11', 'fd00::2'] },
      'WRONG_INPUT',
      'not an IPv4 address',
    ],
    ['BEH-116', { secondaryIp: '192.168.7.2' }, 'ADDRESS_NOT_OWNED', '192.168.7.2'],
    ['loopback', { secondaryIp: '127.0.0.1' }, 'HOST_UNFIT', 'The secondary IP, 127.0.0.1'],
    ['BEH-117', { netmask: 0 }, 'WRONG_INPUT', 'from 1 to 32'],
    ['BEH-117', { netmask: 33 }, 'WRONG_INPUT', 'from 1 to 32'],
    ['BEH-117', { ...ipv6, netmask: 129 }, 'WRONG_INPUT', 'from 1 to 128'],
    ['BEH-120', { macPrefix: 'aa:00' }, 'WRONG_INPUT', "'aa:00'"],
    ['BEH-121', { netdevExists: false }, 'WRONG_INPUT', "no device 'eth0'"],
    ['D1', { netdevExists: false, masterNetdev: undefined }, 'WRONG_INPUT', "no device 'xen-br0'"],
    ['BEH-127', { sshHostKeyFound: false }, 'HOST_UNFIT', 'SSH host key'],
    ['BEH-135', { candidatePoolSize: 0 }, 'WRONG_INPUT', 'at least 1'],
    ['BEH-135', { candidatePoolSize: 2.5 }, 'WRONG_INPUT', 'at least 1'],
    ['BEH-137', { macPrefix: 'gg:00:00' }, 'WRONG_INPUT', 'hexadecimal'],
    ['BEH-137', { macPrefix: '01:00:00' }, 'WRONG_INPUT', 'multicast'],
    ['BEH-197', { enabledDiskTemplates: [] }, 'WRONG_INPUT', 'At least one disk template'],
    [
      'BEH-198',
      { enabledDiskTemplates: ['ext', 'pinkbunny'] },
      'WRONG_INPUT',
      'Unknown disk template: pinkbunny',
    ],
    ['storage', { enabledDiskTemplates: ['plain'], vgName: 'xenvg' }, 'WRONG_INPUT', "'xenvg' is missing"],
    ['names', { clusterName: '10.99.0.100' }, 'WRONG_INPUT', 'a host name is needed'],
    ['names', { hostName: 'node_1.lab=test' }, 'HOST_UNFIT', 'is not a host name'],
  ])('%s %j: %s, %s', (_, facts, reason, words) => {
    const findings = initFindings({ ...fitHost, ...facts });
    expect(findings.map((finding) => finding.reason)).toEqual([reason]);
    expect(findings[0]?.message).toContain(words);
  });
});

describe('init may go on', () => {
  it.each<[string, Partial<InitFacts>]>([
    ['on a fit host', {}],
    ['BEH-112 when nobody answers at the cluster IP', { masterIpUse: { tcp: 'silent' } }],
    ['BEH-114 without a secondary IP on IPv4', { secondaryIp: undefined }],
    ['with a secondary IP of its own', { secondaryIp: '192.168.7.1' }],
    ['on IPv6', { ...ipv6, netmask: 64 }],
    ['on one machine, where unused loopback addresses refuse', onOneMachine],
    [
      'with all templates that need no preparation',
      { enabledDiskTemplates: ['diskless', 'blockdev', 'rbd', 'ext'] },
    ],
    [
      'with all six hypervisors',
      { enabledHypervisors: ['kvm', 'xen-pvm', 'chroot', 'xen-hvm', 'lxc', 'fake'] },
    ],
    ['with a MAC prefix in capitals', { macPrefix: 'AA:BB:CC' }],
  ])('%s', (_, facts) => expect(initFindings({ ...fitHost, ...facts })).toEqual([]));
});

it('BEH-138 names everything that is wrong at once', () => {
  const findings = initFindings({ ...fitHost, clusterExists: true, macPrefix: '', candidatePoolSize: -1 });
  expect(findings.map((finding) => finding.check)).toEqual([
    'no-cluster-here',
    'mac-prefix-is-usable',
    'candidate-pool-size-fits',
  ]);
});

it('has one name per check, and says what it looks at', () => {
  expect(new Set(initChecks.map((check) => check.name)).size).toBe(initChecks.length);
  expect(initChecks.filter(({ looksAt }) => !looksAt).map(({ name }) => name)).toEqual([]);
});

it('warns of what it may go on with', () => {
  expect(initWarnings(fitHost)).toEqual([]);
  const silent = { tcp: 'silent', unasked: 'arping is not allowed' } as const;
  expect(initWarnings({ ...fitHost, masterIpUse: silent })).toEqual([
    "Whether another host has the cluster's address 10.99.0.100 was tried by TCP only: arping is not allowed",
  ]);
  expect(initWarnings({ ...fitHost, vgName: 'xenvg' })).toHaveLength(1);
});

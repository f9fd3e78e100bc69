import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Configuration } from './configuration.ts';
import { importChecks, importFindings, type ImportFacts } from './import-checks.ts';

const file = new URL('../../../test/samples/config.data.after-node-add', import.meta.url);
const configuration = JSON.parse(readFileSync(file, 'utf8')) as Configuration;
const { cluster, nodes } = configuration;

const fit: ImportFacts = {
  format: 3_000_000,
  misfits: [],
  configuration,
  directory: '/var/lib/ganeti',
  ssconfMaster: 'node1.lab.test',
  clusterExists: false,
  leftovers: [],
  hostName: 'node1.lab.test',
  ownedAddresses: ['127.0.0.1', '10.99.0.11'],
  missingDevices: [],
  masterIpAnswer: 'silent',
  stillServing: [],
};

const withCluster = (changes: object): Partial<ImportFacts> => ({
  configuration: { ...configuration, cluster: { ...cluster, ...changes } },
});
const master = nodes[cluster.master_node];
const withMasterAs = (changes: object): Partial<ImportFacts> => ({
  configuration: {
    ...configuration,
    nodes: { ...nodes, [cluster.master_node]: { ...master, ...changes } } as Configuration['nodes'],
  },
});
const unread = { configuration: undefined } as unknown as Partial<ImportFacts>;

describe('an import is refused', () => {
  it.each<[string, Partial<ImportFacts>, string, string]>([
    ['BEH-099', { clusterExists: true, leftovers: ['/d/a'] }, 'CLUSTER_EXISTS', 'already belongs'],
    ['BEH-100', { leftovers: ['/d/a', '/d/b'] }, 'CLUSTER_EXISTS', 'left: /d/a; /d/b'],
    ['BEH-163', { ...unread, format: 2_160_000 }, 'STATE_CORRUPT', 'written by Ganeti 2.16 (format 2160000)'],
    ['BEH-163', { ...unread, format: 3_010_000 }, 'STATE_TOO_NEW', 'written by Ganeti 3.1 (format 3010000)'],
    [
      'no file',
      { ...unread, misfits: ['there is none'] },
      'STATE_CORRUPT',
      '/var/lib/ganeti cannot be used: there is',
    ],
    ['lost group', withMasterAs({ group: 'x' }), 'STATE_CORRUPT', 'in the unknown group x'],
    ['no template', withCluster({ enabled_disk_templates: [] }), 'STATE_CORRUPT', 'No disk template'],
    ['odd name', withCluster({ cluster_name: 'a=b' }), 'STATE_CORRUPT', "'a=b' is not a host name"],
    ['odd UUID', withCluster({ uuid: 'mine' }), 'STATE_CORRUPT', "'mine' is not a UUID"],
    [
      'BEH-275',
      withCluster({ tags: ['x'.repeat(131_072)] }),
      'STATE_CORRUPT',
      'ssconf_cluster_tags would be 131073 bytes; the limit is 131072',
    ],
    [
      'line end',
      withCluster({ tags: ['a\nb'] }),
      'STATE_CORRUPT',
      'is not one line of text in ssconf_cluster_tags',
    ],
    ['destroyed', withCluster({ master_node: '' }), 'NO_MASTER', 'was being destroyed'],
    ['no candidate', withMasterAs({ master_candidate: false }), 'STATE_CORRUPT', 'is not a master candidate'],
    ['old copy', { ssconfMaster: 'node2.lab.test' }, 'STATE_CORRUPT', 'ssconf_master_node node2.lab.test'],
    ['wrong host', { hostName: 'node2.lab.test' }, 'NOT_MASTER', "the cluster's master is node1.lab.test"],
    ['address gone', { ownedAddresses: [] }, 'ADDRESS_NOT_OWNED', 'does not have 10.99.0.11'],
    ['device gone', { missingDevices: ['eth7'] }, 'WRONG_INPUT', "no device 'eth7'"],
    ['two masters', { stillServing: ['node3.lab.test'] }, 'WRONG_INPUT', 'still serves on node3.lab.test'],
    ['own address', { masterIpAnswer: 'owned' }, 'ADDRESS_IN_USE', '10.99.0.100 is up on this host'],
    ['address taken', { masterIpAnswer: 'open' }, 'ADDRESS_IN_USE', 'a host answers there'],
    ['address taken', { masterIpAnswer: 'refused' }, 'ADDRESS_IN_USE', 'a host answers there'],
  ])('$0 as $2: $3', (_, changes, reason, words) => {
    expect(importFindings({ ...fit, ...changes })).toEqual([
      expect.objectContaining({ reason, message: expect.stringContaining(words) }),
    ]);
  });

  it('BEH-138 by all checks at once', () => {
    const facts = { ...fit, hostName: 'x', leftovers: ['/d/a'], ownedAddresses: [], stillServing: ['a'] };
    expect(importFindings(facts).map(({ check }) => check)).toEqual([
      'no-leftovers',
      'host-is-the-master',
      'master-addresses-are-ours',
      'ganeti-is-stopped',
    ]);
  });
});

describe('an import is allowed', () => {
  it.each<[string, Partial<ImportFacts>]>([
    ['on the master', {}],
    ['without the old ssconf file', { ssconfMaster: undefined }],
    [
      'on loopback, where everything unused refuses',
      { ...withCluster({ master_ip: '127.0.0.9' }), masterIpAnswer: 'refused' },
    ],
  ])('%s', (_, changes) => {
    expect(importFindings({ ...fit, ...changes })).toEqual([]);
  });

  it('every check has a name of its own', () => {
    expect(new Set(importChecks.map(({ name }) => name)).size).toBe(importChecks.length);
  });
});

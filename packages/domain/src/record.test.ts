import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ClusterRecord, Configuration } from './configuration.ts';
import { withCandidacy, withParameters } from './configuration-changes.ts';
import { parseRecord, recordText, seal, writeRecord } from './record.ts';
import { draftFrom, draftOfSize, uuidOf } from './testing/drafts.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const sample = (name: string): Configuration => {
  const file = new URL(`../../../test/samples/config.data.${name}`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Configuration;
};
const record = seal(draftOfSize(3), sha256);

/** The record's text after someone changed it, with a digest that fits again unless told otherwise. */
function altered(change: (record: Mutable) => void, sealedAgain = true): string {
  const copy = JSON.parse(writeRecord(record)) as Mutable;
  change(copy);
  return JSON.stringify(sealedAgain ? seal(copy as unknown as ClusterRecord, sha256) : copy);
}
// oxlint-disable-next-line typescript/no-explicit-any -- a test may break anything
type Mutable = any;

describe('a record', () => {
  it('has the version its content says', () => {
    const { epoch, serial, digest } = record.version;
    expect([epoch, serial]).toEqual([1, 3]);
    expect(digest).toBe(sha256(recordText(record)));
    expect(recordText(record)).not.toContain(digest);
  });

  it.each(['after-init', 'after-node-add', 'before-failover', 'after-failover'])(
    'BEH-161, BEH-162 survives writing and reading: %s',
    (name) => {
      const sealed = seal(draftFrom(sample(name)), sha256);
      expect(parseRecord(writeRecord(sealed), sha256)).toEqual(sealed);
      expect(writeRecord(parseRecord(writeRecord(sealed), sha256))).toBe(writeRecord(sealed));
    },
  );

  it.each([
    { leaseMs: 1_200, automaticFailover: true, pausedUntilSeconds: null },
    { leaseMs: 60_000, automaticFailover: false, pausedUntilSeconds: 1_795_348_800.25 },
  ])('carries parameters of ours: %j', (parameters) => {
    const sealed = seal(withParameters(draftOfSize(2), parameters, 1_795_348_900), sha256);
    expect(parseRecord(writeRecord(sealed), sha256).ours.parameters).toEqual(parameters);
    expect(sealed.version.digest).not.toBe(seal(draftOfSize(2), sha256).version.digest);
  });

  it('carries the candidacy of a node; one written before there was any has none', () => {
    const given = { priority: 0, pausedUntilSeconds: null };
    const sealed = seal(withCandidacy(draftOfSize(2), uuidOf('node', 2), given, 1_795_348_900), sha256);
    const { nodes } = parseRecord(writeRecord(sealed), sha256).ours;
    expect(nodes[uuidOf('node', 2)]).toMatchObject(given);
    expect(Object.keys(nodes[uuidOf('node')] ?? {}).sort()).toEqual([
      'certificateSha256',
      'masterPort',
      'nodePort',
    ]);
  });

  it('BEH-162 carries keys it does not know', () => {
    const draft = draftOfSize(2);
    const disks = { d1: { uuid: 'd1', 'x-y': [1.5, { deep: null }] } };
    const sealed = seal({ ...draft, configuration: { ...draft.configuration, disks } }, sha256);
    expect(parseRecord(writeRecord(sealed), sha256).configuration.disks).toEqual(disks);
  });

  it('has nothing that its digest does not cover', () => {
    const more = altered((r) => Object.assign(r, { note: 'x' }) && (r.version.by = 'x'), false);
    expect(parseRecord(more, sha256)).toEqual(record);
  });

  it('has the same digest whatever the order of its keys', () => {
    const { configuration, ours } = draftOfSize(3);
    const reversed = Object.fromEntries(Object.entries(configuration).reverse()) as unknown as Configuration;
    expect(seal({ ours, configuration: reversed }, sha256).version).toEqual(record.version);
  });
});

describe('a record is refused', () => {
  it.each([
    [
      'BEH-163 later format',
      altered((r) => (r.configuration.version = 3_010_000)),
      'STATE_TOO_NEW',
      '3010000 is not 3000000',
    ],
    [
      'BEH-163 earlier format',
      altered((r) => (r.configuration.version = 2_160_000)),
      'STATE_CORRUPT',
      '2160000 is not 3000000',
    ],
    ['cut off', writeRecord(record).slice(0, 999), 'STATE_CORRUPT', 'is not JSON'],
    ['empty', '', 'STATE_CORRUPT', 'is not JSON'],
    ['something else', '[]', 'STATE_CORRUPT', 'it is not an object'],
    ['config.data itself', JSON.stringify(record.configuration), 'STATE_CORRUPT', 'configuration is missing'],
    [
      'edited',
      altered((r) => (r.configuration.cluster.master_netdev = 'eth1'), false),
      'STATE_CORRUPT',
      'does not match its version',
    ],
    [
      'other epoch stated',
      altered((r) => (r.version.epoch = 2), false),
      'STATE_CORRUPT',
      'does not match its version',
    ],
    [
      'no master',
      altered((r) => delete r.configuration.cluster.master_node),
      'STATE_CORRUPT',
      'configuration.cluster.master_node is missing',
    ],
    [
      'no parameters',
      altered((r) => delete r.ours.parameters),
      'STATE_CORRUPT',
      'ours.parameters is missing',
    ],
    [
      'a lease too short to follow',
      altered((r) => (r.ours.parameters.leaseMs = 1_199)),
      'STATE_CORRUPT',
      'ours.parameters.leaseMs is not a whole number from 1200 to 60000',
    ],
    [
      'a pause that is no time',
      altered((r) => (r.ours.parameters.pausedUntilSeconds = 'tomorrow')),
      'STATE_CORRUPT',
      'ours.parameters.pausedUntilSeconds is not a number',
    ],
    [
      'a priority that is none',
      altered((r) => (Object.values<Mutable>(r.ours.nodes)[0].priority = 101)),
      'STATE_CORRUPT',
      'priority is not a whole number from 0 to 100',
    ],
    [
      'a node’s pause that is no time',
      altered((r) => (Object.values<Mutable>(r.ours.nodes)[0].pausedUntilSeconds = 'tomorrow')),
      'STATE_CORRUPT',
      'pausedUntilSeconds is not a number',
    ],
    [
      'no ports',
      altered((r) => (Object.values<Mutable>(r.ours.nodes)[0].nodePort = 0)),
      'STATE_CORRUPT',
      'nodePort is not a whole number',
    ],
    [
      'a storage directory less',
      altered((r) => delete r.configuration.cluster.file_storage_dir),
      'STATE_CORRUPT',
      'configuration.cluster.file_storage_dir is missing',
    ],
    [
      'tags that are none',
      altered((r) => (r.configuration.cluster.tags = 5)),
      'STATE_CORRUPT',
      'configuration.cluster.tags is not a list',
    ],
    [
      'half a range of user numbers',
      altered((r) => (r.configuration.cluster.uid_pool = [[5]])),
      'STATE_CORRUPT',
      'uid_pool[0] is not a pair',
    ],
    [
      'an instance without a name',
      altered((r) => (r.configuration.instances = { i: null })),
      'STATE_CORRUPT',
      'configuration.instances.i is not an object',
    ],
    [
      'a hypervisor parameter that is no value',
      altered((r) => (r.configuration.cluster.hvparams.kvm.acpi = {})),
      'STATE_CORRUPT',
      'configuration.cluster.hvparams.kvm.acpi is not a text',
    ],
    [
      'a master that is no node',
      altered((r) => (r.configuration.cluster.master_node = 'constructor')),
      'STATE_CORRUPT',
      'the master constructor is not among the nodes',
    ],
    [
      'a node under another’s UUID',
      altered((r) => (r.configuration.nodes[uuidOf('node', 2)].uuid = uuidOf('node', 3))),
      'STATE_CORRUPT',
      `the node under ${uuidOf('node', 2)} has another UUID`,
    ],
    [
      'two nodes of one name',
      altered((r) => (r.configuration.nodes[uuidOf('node', 2)].name = 'node3.lab.test')),
      'STATE_CORRUPT',
      'two nodes are named node3.lab.test',
    ],
    [
      'a node without ports',
      altered((r) => delete r.ours.nodes[uuidOf('node', 3)]),
      'STATE_CORRUPT',
      `nothing of ours for node ${uuidOf('node', 3)}`,
    ],
    [
      'nested without end',
      altered((r) => (r.configuration.disks = { d: 'here' }), false).replace(
        '"here"',
        `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
      ),
      'STATE_CORRUPT',
      'is nested more than 100 levels deep',
    ],
  ])('%s', (_, text, reason, words) => {
    expect(() => parseRecord(text, sha256)).toThrow(
      expect.objectContaining({ reason, message: expect.stringContaining(words) }),
    );
  });
});

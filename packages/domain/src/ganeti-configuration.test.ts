import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.ts';
import { withNode } from './configuration-changes.ts';
import type { Configuration } from './configuration.ts';
import { importedDraft, nodesToJoin, readGanetiConfiguration, releaseOf } from './ganeti-configuration.ts';
import { testNode, testSeconds } from './testing/drafts.ts';
import { configurationFindings } from './validate-configuration.ts';

const text = readFileSync(
  new URL('../../../test/samples/config.data.after-node-add', import.meta.url),
  'utf8',
);
const sample = JSON.parse(text) as Configuration;
const uuid = (name: string): string =>
  Object.values(sample.nodes).find((node) => node.name === `${name}.lab.test`)?.uuid ?? '';
const digest = (byte: string): string => Array<string>(20).fill(byte).join(':');

const host = {
  nodePort: 1811,
  masterPort: 1816,
  certificateSha256: 'c'.repeat(64),
  clientCertificateSha1: digest('AB'),
};

/** What we carry and do not name. */
const loaded = {
  ...sample,
  cluster: { ...sample.cluster, osparams_private_cluster: { debian: { password: 'secret' } } },
  instances: {
    i1: { uuid: 'i1', name: 'web', primary_node: uuid('node2'), disks: [], admin_state: 'up', ratio: 0.1 },
  },
  networks: { n1: { uuid: 'n1', name: 'lan', network: '10.0.0.0/24' } },
} as unknown as Configuration;

describe('a config.data', () => {
  it('of Ganeti 3.0.2 is read whole', () => {
    const { configuration, ...others } = readGanetiConfiguration(text);
    expect(others).toEqual({ format: 3_000_000, misfits: [] });
    expect(JSON.stringify(configuration)).toBe(JSON.stringify(sample));
  });

  it('BEH-161 of Ganeti 3.0.2 has times with exponents, and keeps them', () => {
    expect(text).toContain('"ctime":1.7953439309065018e9');
    const tokens = (json: string) => json.match(/-?\d[\d.]*(?:e[+-]?\d+)?(?=[,}\]])/g)?.toSorted();
    expect(tokens(canonicalJson(readGanetiConfiguration(text).configuration))).toEqual(tokens(text));
  });

  it.each([2_160_000, 3_010_000])('BEH-163 of format %i is not, and is told by its release', (version) => {
    const read = readGanetiConfiguration(JSON.stringify({ ...sample, version }));
    expect(read).toEqual({ format: version, misfits: [] });
    expect(releaseOf(version)).toBe({ 2_160_000: '2.16', 3_010_000: '3.1' }[version]);
  });

  it.each([
    ['that is not there', undefined, 'there is none'],
    ['that is not JSON', '{"version": 3000000,', 'it is not JSON'],
    [
      'with a number beyond all bounds',
      '{"version": 3000000, "x": 1e999}',
      'it holds a number that is too large',
    ],
    ['without a format', '{}', 'it is not the JSON of a configuration'],
    ['without nodes', JSON.stringify({ ...sample, nodes: undefined }), 'nodes is missing'],
  ])('%s is not', (_, given, misfit) => {
    const read = readGanetiConfiguration(given);
    expect(read.misfits).toEqual([misfit]);
    expect(read.configuration).toBeUndefined();
  });
});

describe('the configuration taken over', () => {
  const { configuration, ours } = importedDraft(loaded, host, testSeconds);

  it('BEH-162 keeps what is not ours as it was', () => {
    for (const key of [
      'instances',
      'networks',
      'disks',
      'filters',
      'nodegroups',
      'version',
      'ctime',
    ] as const)
      expect({ [key]: configuration[key] }).toEqual({ [key]: loaded[key] });
    const { serial_no, mtime, candidate_certs, ...kept } = configuration.cluster;
    expect(loaded.cluster).toMatchObject(kept);
    expect({ serial_no, mtime, candidate_certs }).toEqual({
      serial_no: loaded.cluster.serial_no + 1,
      mtime: testSeconds,
      candidate_certs: { [uuid('node1')]: host.clientCertificateSha1 },
    });
    expect(configuration.serial_no).toBe(loaded.serial_no + 1);
    expect(configurationFindings(configuration).fatal).toEqual([]);
  });

  it('leaves the master the only voter; the others wait, offline', () => {
    const { serial_no, ...node2 } = loaded.nodes[uuid('node2')] ?? { serial_no: 0 };
    expect(configuration.nodes[uuid('node1')]).toEqual(loaded.nodes[uuid('node1')]);
    expect(configuration.nodes[uuid('node2')]).toEqual({
      ...node2,
      serial_no: serial_no + 1,
      mtime: testSeconds,
      offline: true,
      master_candidate: false,
    });
  });

  it('begins in epoch 1, with how in the history', () => {
    expect(ours.epoch).toBe(1);
    expect(ours.history).toEqual([
      {
        epoch: 1,
        node: uuid('node1'),
        name: 'node1.lab.test',
        since: '2026-11-22T12:00:00.000Z',
        how: 'import',
      },
    ]);
    expect(ours.nodes[uuid('node1')]?.certificateSha256).toBe(host.certificateSha256);
  });

  it('names who is to be joined, and what each was', () => {
    expect(nodesToJoin(loaded)).toEqual([
      { uuid: uuid('node2'), name: 'node2.lab.test', was: 'candidate' },
      { uuid: uuid('node3'), name: 'node3.lab.test', was: 'candidate' },
    ]);
  });
});

describe('a node that waits', () => {
  const draft = importedDraft(loaded, host, testSeconds);
  const joiner = { ...testNode(2), uuid: uuid('node2'), primaryIp: '10.99.0.12' };

  it('joins as what it was, under its own UUID', () => {
    const joined = withNode(draft, joiner, testSeconds + 1);
    const before = draft.configuration.nodes[joiner.uuid];
    expect(joined.configuration.nodes[joiner.uuid]).toEqual({
      ...before,
      offline: false,
      master_candidate: true,
      serial_no: (before?.serial_no ?? 0) + 1,
      mtime: testSeconds + 1,
    });
    expect(joined.configuration.cluster.candidate_certs[joiner.uuid]).toBe(joiner.clientCertificateSha1);
    expect(joined.ours.nodes[joiner.uuid]?.certificateSha256).toBe(joiner.certificateSha256);
  });

  it('may join as a witness', () => {
    const joined = withNode(draft, { ...joiner, masterCapable: false }, testSeconds + 1);
    expect(joined.configuration.nodes[joiner.uuid]).toMatchObject({
      master_capable: false,
      master_candidate: false,
    });
  });

  it.each([
    ['under another UUID', { uuid: testNode(2).uuid }, 'NODE_EXISTS', 'under another UUID'],
    ['with another address', { primaryIp: '10.99.0.99' }, 'WRONG_INPUT', 'taken over with 10.99.0.12'],
    ['with another group', { group: 'default' }, 'WRONG_INPUT', 'comes back as the node it was'],
    ['with other capabilities', { vmCapable: true }, 'WRONG_INPUT', 'comes back as the node it was'],
    [
      'with other parameters',
      { nodeParameters: 'ssh_port=23' },
      'WRONG_INPUT',
      'comes back as the node it was',
    ],
    ['with a second network', { secondaryIp: '192.168.7.2' }, 'WRONG_INPUT', 'cannot join with'],
  ])('cannot %s', (_, changes, reason, words) => {
    expect(() => withNode(draft, { ...joiner, ...changes }, testSeconds)).toThrow(
      expect.objectContaining({ reason, message: expect.stringContaining(words) }),
    );
  });

  it('BEH-253 is not waited for a second time', () => {
    const joined = withNode(draft, joiner, testSeconds);
    expect(() => withNode(joined, joiner, testSeconds)).toThrow(
      expect.objectContaining({ reason: 'NODE_EXISTS' }),
    );
  });
});

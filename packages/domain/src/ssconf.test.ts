import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { withMaster, withNodesOffline, withoutMaster } from './configuration-changes.ts';
import type { ClusterObject, Configuration, Draft } from './configuration.ts';
import {
  parseSsconfMap,
  ssconfDigestText,
  ssconfFileText,
  ssconfKeys,
  ssconfMaxBytes,
  ssconfValues,
} from './ssconf.ts';
import { parseExactJson } from './exact-json.ts';
import { draftFrom, draftOfSize, testSeconds, uuidOf } from './testing/drafts.ts';

const samples = new URL('../../../test/samples/', import.meta.url);
const configuration = (name: string): Configuration =>
  JSON.parse(readFileSync(new URL(`config.data.${name}`, samples), 'utf8')) as Configuration;

/** File name without `ssconf_` → text. */
function directory(name: string): Readonly<Record<string, string>> {
  const folder = new URL(`ssconf.${name}/`, samples);
  const files = readdirSync(folder).map(
    (file) => [file, readFileSync(new URL(file, folder), 'utf8')] as const,
  );
  return Object.fromEntries(files.map(([file, text]) => [file.replace('ssconf_', ''), text]));
}

/** Lines in any order: one of Ganeti's two writers sorts nothing. */
const asSets = (texts: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, text.split('\n').sort()]));

const fileTexts = (draft: Draft) =>
  Object.fromEntries(Object.entries(ssconfValues(draft)).map(([key, value]) => [key, ssconfFileText(value)]));

const withCluster = (draft: Draft, changes: Partial<ClusterObject>): Draft => ({
  ...draft,
  configuration: { ...draft.configuration, cluster: { ...draft.configuration.cluster, ...changes } },
});

describe('ssconf values', () => {
  it.each([
    ['after-node-add', 'node1'],
    ['after-node-add', 'node2'],
    ['after-failover', 'after-failover'],
  ])('of config.data.%s are those a real cluster wrote in ssconf.%s', (config, files) => {
    expect(asSets(fileTexts(draftFrom(configuration(config))))).toEqual(asSets(directory(files)));
  });

  it('BEH-139 there are 34 of them', () => expect(ssconfKeys).toHaveLength(34));

  it('names and addresses of candidates keep one order, the natural one', () => {
    const { master_candidates, master_candidates_ips } = ssconfValues(draftOfSize(10));
    expect(master_candidates.split('\n').slice(8)).toEqual(['node9.lab.test', 'node10.lab.test']);
    expect(master_candidates_ips.split('\n').slice(8)).toEqual(['10.99.0.19', '10.99.0.20']);
  });

  it('BEH-266 an offline node is listed as such, is not online, and its certificate commands nobody', () => {
    const values = ssconfValues(withNodesOffline(draftOfSize(3), [uuidOf('node', 3)], testSeconds));
    expect(values.offline_nodes).toBe('node3.lab.test');
    expect(values.online_nodes).toBe('node1.lab.test\nnode2.lab.test');
    expect(values.master_candidates).toBe('node1.lab.test\nnode2.lab.test');
    expect(values.master_candidates_certs).not.toContain(uuidOf('node', 3));
  });

  it('the master is named, not numbered; without one it says so', () => {
    const moved = withMaster(draftOfSize(2), {
      node: uuidOf('node', 2),
      epoch: 2,
      nowSeconds: testSeconds,
      how: 'failover',
    });
    expect(ssconfValues(moved).master_node).toBe('node2.lab.test');
    expect(ssconfValues(withoutMaster(draftOfSize(1), testSeconds)).master_node).toBe('NO MASTER');
  });

  it('writes ranges, tags, and the ports of those that have their own', () => {
    const draft = withCluster(draftOfSize(2), {
      uid_pool: [
        [5, 5],
        [100, 200],
      ],
      tags: ['b', 'a'],
    });
    const node = draft.configuration.nodes[uuidOf('node', 2)];
    if (!node) throw new Error('no second node');
    const nodes = { ...draft.configuration.nodes, [node.uuid]: { ...node, ndparams: { ssh_port: 2222 } } };
    const values = ssconfValues({ ...draft, configuration: { ...draft.configuration, nodes } });
    expect(values.uid_pool).toBe('5\n100-200');
    expect(values.cluster_tags).toBe('a\nb');
    expect(values.ssh_ports).toBe('node1.lab.test=22\nnode2.lab.test=2222');
  });

  it('a number is written as it was read', () => {
    const kvm = parseExactJson(
      '{"cpu_cap":1.0,"limit":9007199254740993,"acpi":true}',
    ) as ClusterObject['hvparams'][string];
    const values = ssconfValues(withCluster(draftOfSize(1), { hvparams: { kvm } }));
    expect(values.hvparams_kvm).toBe('acpi=True\ncpu_cap=1.0\nlimit=9007199254740993');
  });

  it('BEH-275 a value over 131072 bytes is refused, counted in bytes with the final newline', () => {
    const withTag = (tag: string) => ssconfValues(withCluster(draftOfSize(1), { tags: [tag] })).cluster_tags;
    expect(withTag('x'.repeat(ssconfMaxBytes - 1))).toHaveLength(ssconfMaxBytes - 1);
    for (const tag of [
      'x'.repeat(ssconfMaxBytes),
      'é'.repeat(ssconfMaxBytes / 2),
      '🙂'.repeat(ssconfMaxBytes / 4),
    ])
      expect(() => withTag(tag)).toThrow(expect.objectContaining({ reason: 'WRONG_INPUT' }));
  });
});

describe('ssconf files', () => {
  it.each([
    ['', ''],
    ['a', 'a\n'],
    ['a\nb', 'a\nb\n'],
    ['a\n', 'a\n'],
  ])('%j is written as %j', (value, text) => expect(ssconfFileText(value)).toBe(text));

  it('have one digest, from the values or from the files, in any order', () => {
    const draft = draftOfSize(2);
    const backwards = Object.fromEntries(Object.entries(fileTexts(draft)).reverse());
    expect(ssconfDigestText(backwards)).toBe(ssconfDigestText(ssconfValues(draft)));
    expect(ssconfDigestText({ ...backwards, master_netdev: 'eth1\n' })).not.toBe(ssconfDigestText(backwards));
  });

  it('BEH-278 only the first = divides a line', () => {
    const kvm = { kernel_args: 'ro console=ttyS0,115200 root=UUID=1', acpi: true };
    const values = ssconfValues(withCluster(draftOfSize(1), { hvparams: { kvm } }));
    const read = parseSsconfMap(ssconfFileText(values.hvparams_kvm));
    expect([...read]).toEqual([
      ['acpi', 'True'],
      ['kernel_args', kvm.kernel_args],
    ]);
  });

  it.each([
    ['a tag of two lines', { tags: ['a\nb'] }, '"a\\nb" is not one line of text in ssconf_cluster_tags'],
    ['a path with a line end of another system', { file_storage_dir: '/srv\r' }, 'ssconf_file_storage_dir'],
    ['half a character', { tags: ['\ud800'] }, 'is not one line of text in ssconf_cluster_tags'],
    ['a parameter of two lines', { hvparams: { kvm: { a: 'x\ny=z' } } }, 'ssconf_hvparams_kvm'],
    ['a parameter whose name divides', { hvparams: { kvm: { 'a=b': 'c' } } }, "'a=b' cannot be a key"],
    ['a parameter without a name', { hvparams: { kvm: { '': 'c' } } }, "'' cannot be a key"],
  ])('%s would be read back as another and is refused', (_what, changes, words) =>
    expect(() => ssconfValues(withCluster(draftOfSize(1), changes))).toThrow(
      expect.objectContaining({ reason: 'WRONG_INPUT', message: expect.stringContaining(words) }),
    ),
  );

  it('a line that divides nothing is an error', () => {
    expect(() => parseSsconfMap('a=1\nb\n')).toThrow(expect.objectContaining({ reason: 'STATE_CORRUPT' }));
    expect(parseSsconfMap('')).toEqual(new Map());
  });
});

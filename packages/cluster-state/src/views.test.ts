import { readFileSync, readdirSync } from 'node:fs';
import { canonicalJson } from '@quorate/domain/canonical-json';
import type { Configuration } from '@quorate/domain/configuration';
import { parseExactJson } from '@quorate/domain/exact-json';
import { initialParameters } from '@quorate/domain/parameters';
import { seal } from '@quorate/domain/record';
import { nodeByUuid } from '@quorate/domain/roster';
import { ssconfKeys } from '@quorate/domain/ssconf';
import { sha256Hex } from '@quorate/platform/digest';
import { virtualClock } from '@quorate/platform/testing/clock';
import { memoryFiles } from '@quorate/platform/testing/files';
import { describe, expect, it } from 'vitest';
import { layoutUnder, ssconfPath } from './layout.ts';
import { readClusterRecord } from './record-store.ts';
import { readRoster, ssconfComplete } from './roster-store.ts';
import type { Locking } from './ssconf-lock.ts';
import { readMasterName, readSsconf } from './ssconf-reader.ts';
import { ensureDirectories } from './state.ts';
import { clusterUuid, nodeUuids, sampleRecord } from './testing/sample-record.ts';
import { differingViews, publishRecord, publishViews, viewsOf } from './views.ts';

const samples = new URL('../../../test/samples/', import.meta.url);
const sample = (path: string) => readFileSync(new URL(path, samples), 'utf8');

/** Nobody else is there. */
const free: Locking = { acquire: async () => ({ release: async () => undefined }), clock: virtualClock() };

/** A node that loses its power at the n-th write, and the paths written before. */
async function node() {
  const files = memoryFiles();
  const layout = layoutUnder('/');
  await ensureDirectories({ files, layout });
  const written: string[] = [];
  let writesLeft = Infinity;
  const writeAtomic: typeof files.writeAtomic = async (path, text, options) => {
    if (writesLeft-- <= 0) throw new Error('power cut');
    written.push(path.slice(layout.dataDirectory.path.length + 1));
    await files.writeAtomic(path, text, options);
  };
  const state = { layout, files: { ...files, writeAtomic } };
  const cutPowerAfter = (writes: number) => (writesLeft = writes);
  return { state, written, files, cutPowerAfter };
}

describe('views of a record', () => {
  it('that were changed or are missing are named, and publishing them again mends them', async () => {
    const { state, files } = await node();
    expect(await differingViews(state), 'no record').toEqual([]);
    await publishRecord(state, sampleRecord(), free);
    expect(await differingViews(state)).toEqual([]);
    await files.writeAtomic(state.layout.configData.path, '{}', { mode: 0o640 });
    await files.remove(ssconfPath(state.layout, 'node_list').path);
    expect(await differingViews(state)).toEqual(['config.data', 'ssconf_node_list']);
    await publishRecord(state, sampleRecord(), free);
    expect(await differingViews(state)).toEqual([]);
  });

  it('that are newer than the record on this disk are not compared with it', async () => {
    const { state } = await node();
    await publishRecord(state, sampleRecord(), free);
    await publishViews(state, viewsOf(sampleRecord({ serial: 2 })), free);
    expect(await differingViews(state)).toEqual([]);
  });

  it('the authoritative record first, the roster last', async () => {
    const { state, written } = await node();
    await publishRecord(state, sampleRecord(), free);
    expect(written.slice(0, 3)).toEqual(['cluster.json', 'config.data', 'known_hosts']);
    expect(written.at(-1)).toBe('roster.json');
    expect(written).toHaveLength(3 + 34 + 1);
  });

  it('BEH-139 BEH-157 BEH-160 every file has its final mode, config.data is exactly the configuration', async () => {
    const { state, files } = await node();
    const record = sampleRecord();
    await publishRecord(state, record, free);
    const { configData, clusterRecord, knownHosts, roster } = state.layout;
    for (const { path, mode } of [configData, clusterRecord, knownHosts, roster])
      expect((await files.stat(path))?.mode).toBe(mode);
    for (const key of ssconfKeys)
      expect((await files.stat(ssconfPath(state.layout, key).path))?.mode).toBe(0o444);
    expect(await files.readText(configData.path)).toBe(`${canonicalJson(record.configuration)}\n`);
  });

  it('BEH-162 a number that Ganeti wrote is in config.data as it was', async () => {
    const { state, files } = await node();
    const theirs = `{"x":{"big":9007199254740993,"time":1.7953439309065018e9,"whole":1.0}}`;
    const { configuration, ours } = sampleRecord();
    const disks = parseExactJson(theirs) as Configuration['disks'];
    await publishRecord(state, seal({ ours, configuration: { ...configuration, disks } }, sha256Hex), free);
    const record = await readClusterRecord(state);
    await publishRecord(state, record ?? sampleRecord(), free);
    expect(await files.readText(state.layout.configData.path)).toContain(`"disks":${theirs}`);
  });

  it('reads back: record, roster, master', async () => {
    const { state } = await node();
    const record = sampleRecord({ master: 2 });
    const roster = await publishRecord(state, record, free);
    expect(await readClusterRecord(state)).toEqual(record);
    expect(await readRoster(state)).toEqual(roster);
    expect(roster).toMatchObject({ clusterUuid, master: nodeUuids[1], version: record.version });
    expect(await readMasterName(state)).toBe('node2.test');
    expect(await ssconfComplete(state, roster)).toBe(true);
  });

  it('a second time it writes nothing; a change writes what changed', async () => {
    const { state, written } = await node();
    await publishRecord(state, sampleRecord(), free);
    written.length = 0;
    await publishRecord(state, sampleRecord(), free);
    expect(written).toEqual([]);
    await publishRecord(state, sampleRecord({ serial: 2, master: 2 }), free);
    expect(written).toEqual([
      'cluster.json.1',
      'cluster.json',
      'config.data',
      'ssconf_master_node',
      'roster.json',
    ]);
  });

  it('BEH-274 repairs a damaged and a missing ssconf file without a change of the configuration', async () => {
    const { state, files } = await node();
    const roster = await publishRecord(state, sampleRecord(), free);
    await files.writeAtomic(ssconfPath(state.layout, 'node_list').path, 'node1.test\n', { mode: 0o644 });
    await files.remove(ssconfPath(state.layout, 'master_ip').path);
    expect(await ssconfComplete(state, roster)).toBe(false);
    await publishViews(state, viewsOf(sampleRecord()), free);
    expect(await ssconfComplete(state, roster)).toBe(true);
    expect((await files.stat(ssconfPath(state.layout, 'node_list').path))?.mode).toBe(0o444);
  });

  it('BEH-275 a value that is too long is refused before any file is replaced', async () => {
    const { state, written } = await node();
    const record = sampleRecord({ kernelArguments: 'x'.repeat(131_072) });
    await expect(publishRecord(state, record, free)).rejects.toMatchObject({ reason: 'WRONG_INPUT' });
    expect(written).toEqual([]);
  });

  it('BEH-277 a power cut anywhere leaves a set that is told from a whole one, and repeating heals it', async () => {
    const before = sampleRecord();
    const after = sampleRecord({ serial: 2, master: 2, kernelArguments: 'quiet' });
    let mixed = 0;
    for (let writes = 0; ; writes++) {
      const { state, cutPowerAfter } = await node();
      await publishRecord(state, before, free);
      cutPowerAfter(writes);
      const outcome = await publishRecord(state, after, free).catch(() => 'cut');
      const roster = await readRoster(state);
      const isWhole = await ssconfComplete(state, roster);
      mixed += Number(!isWhole);
      const isRosterMaster = (await readMasterName(state)) === nodeByUuid(roster, roster.master)?.name;
      expect(isWhole && !isRosterMaster).toBe(false);
      cutPowerAfter(Infinity);
      await publishRecord(state, after, free);
      expect(await ssconfComplete(state, await readRoster(state))).toBe(true);
      if (outcome !== 'cut') break;
    }
    expect(mixed).toBe(2);
  });

  it('BEH-278 a value with equals signs survives the way to disk and back', async () => {
    const { state } = await node();
    await publishRecord(state, sampleRecord({ kernelArguments: 'root=/dev/vda1 ro' }), free);
    expect(await readSsconf(state, 'hvparams_kvm')).toContain('kernel_args=root=/dev/vda1 ro');
  });
});

describe('views on a node without the record', () => {
  it('writes ssconf and roster, no record and no config.data', async () => {
    const { state, written } = await node();
    await publishViews(state, viewsOf(sampleRecord()), free);
    expect(written).toHaveLength(35);
    expect(written.at(-1)).toBe('roster.json');
    expect(await readClusterRecord(state)).toBeUndefined();
  });

  const { roster, ssconf } = viewsOf(sampleRecord());
  const { master_ip: _, ...without } = ssconf;
  it.each([
    ['a key missing', without, 'master_ip is missing'],
    ['a key unknown', { ...ssconf, '../voter.json': 'x' }, '../voter.json is unknown'],
    ['another set than the roster’s', { ...ssconf, master_ip: '192.0.2.7' }, 'not the set'],
    ['BEH-275 a value too long', { ...ssconf, node_list: 'é'.repeat(65_536) }, 'node_list has 131073 bytes'],
  ])('refuses %s before any file is replaced', async (_what, values, why) => {
    const { state, written } = await node();
    await expect(publishViews(state, { roster, ssconf: values }, free)).rejects.toMatchObject({
      reason: 'WRONG_INPUT',
      message: expect.stringContaining(why),
    });
    expect(written).toEqual([]);
  });
});

describe('BEH-276 the lock of another writer', () => {
  const publish = async (isFree: (attempt: number) => boolean) => {
    const { state, written } = await node();
    const clock = virtualClock();
    const seen = { attempts: 0, released: 0 };
    const release = async () => void seen.released++;
    const acquire = async () => (isFree(++seen.attempts) ? { release } : undefined);
    const done = publishViews(state, viewsOf(sampleRecord()), { acquire, clock }).catch(
      (error: unknown) => error,
    );
    return { done, clock, written, seen };
  };

  it('is waited for', async () => {
    const { done, clock, written, seen } = await publish((attempt) => attempt === 5);
    await clock.advance(1_000);
    await done;
    expect(written).toHaveLength(35);
    expect(seen).toEqual({ attempts: 5, released: 1 });
  });

  it('is waited for at most 10 s, then nothing was written', async () => {
    const { done, clock, written } = await publish(() => false);
    await clock.advance(10_000);
    expect(await done).toMatchObject({ reason: 'STATE_LOCKED' });
    expect(written).toEqual([]);
  });
});

describe('beside what Ganeti itself wrote', () => {
  const recordOf = (configuration: Configuration) => {
    const ports = { nodePort: 1811, masterPort: 1816, certificateSha256: '' };
    const nodes = Object.fromEntries(Object.keys(configuration.nodes).map((uuid) => [uuid, ports]));
    return seal(
      { configuration, ours: { epoch: 1, nodes, parameters: initialParameters, history: [] } },
      sha256Hex,
    );
  };
  const asSet = (text: string) => text.split('\n').sort();

  it.each([
    ['config.data.after-node-add', 'ssconf.node1'],
    ['config.data.after-failover', 'ssconf.after-failover'],
  ])('BEH-161 from %s come config.data and the set of %s', async (config, directory) => {
    const { state, files } = await node();
    const configuration = JSON.parse(sample(config)) as Configuration;
    await publishRecord(state, recordOf(configuration), free);
    expect(JSON.parse((await files.readText(state.layout.configData.path)) ?? '')).toEqual(configuration);
    const names = readdirSync(new URL(directory, samples));
    const ours = (await files.list(state.layout.dataDirectory.path)).filter((name) =>
      name.startsWith('ssconf_'),
    );
    expect(ours).toEqual(names.sort());
    for (const name of names) {
      const text = (await files.readText(`${state.layout.dataDirectory.path}/${name}`)) ?? '';
      expect({ name, lines: asSet(text) }).toEqual({ name, lines: asSet(sample(`${directory}/${name}`)) });
    }
  });
});

import { parseRecord } from '@quorate/domain/record';
import { sha256Hex } from '@quorate/platform/digest';
import { memoryFiles } from '@quorate/platform/testing/files';
import { describe, expect, it } from 'vitest';
import { layoutUnder } from './layout.ts';
import { readClusterRecord, soundGenerations, writeClusterRecord } from './record-store.ts';
import { ensureDirectories } from './state.ts';
import { sampleRecord } from './testing/sample-record.ts';

async function node() {
  const files = memoryFiles();
  const state = { files, layout: layoutUnder('/') };
  await ensureDirectories(state);
  const damage = (path: string, text: string) => files.writeAtomic(path, text, { mode: 0o600 });
  const write = async (...serials: number[]) => {
    for (const serial of serials) await writeClusterRecord(state, sampleRecord({ serial }));
  };
  const kept = async () => (await soundGenerations(state)).map(({ version }) => version.serial);
  return { files, state, damage, write, kept };
}

describe('record store', () => {
  it('a node without a record has none', async () => {
    const { state } = await node();
    expect(await readClusterRecord(state)).toBeUndefined();
  });

  it('BEH-161 reads what it wrote', async () => {
    const { state, write } = await node();
    await write(7);
    expect(await readClusterRecord(state)).toEqual(sampleRecord({ serial: 7 }));
  });

  it('BEH-157 has mode 0600, generations too', async () => {
    const { files, state, write } = await node();
    await write(1, 2);
    const { clusterRecord, clusterRecordGeneration1 } = state.layout;
    for (const { path } of [clusterRecord, clusterRecordGeneration1])
      expect((await files.stat(path))?.mode).toBe(0o600);
  });

  it.each([
    [[1], []],
    [[1, 2], [1]],
    [
      [1, 2, 3, 4],
      [3, 2, 1],
    ],
    [
      [1, 2, 3, 4, 5, 6, 7, 8],
      [7, 6, 5],
    ],
    [
      [3, 6, 9, 12],
      [9, 6, 3],
    ],
    [[1, 1, 1], []],
  ])('after %j keeps %j', async (serials, expected) => {
    const { write, kept } = await node();
    await write(...serials);
    expect(await kept()).toEqual(expected);
  });

  it('a write cut short after its generation is repeated without taking another slot', async () => {
    const { files, state, write, kept } = await node();
    await write(1, 2, 3, 4);
    const current = await files.readText(state.layout.clusterRecord.path);
    await files.writeAtomic(state.layout.clusterRecordGeneration1.path, current ?? '', { mode: 0o600 });
    await write(5);
    expect(await kept()).toEqual([4, 3, 2]);
  });

  const sound = JSON.stringify(sampleRecord({ serial: 4 }));
  it.each([
    ['truncated', sound.slice(0, 200)],
    ['empty', ''],
    ['changed by a byte', sound.replace('node1.test', 'node9.test')],
    ['of another kind', '{"version": 1}'],
  ])('I6: a record that is %s is an error that names file and way out', async (_, text) => {
    const { state, damage, write } = await node();
    await write(1, 2, 3, 4);
    await damage(state.layout.clusterRecord.path, text);
    await expect(readClusterRecord(state)).rejects.toMatchObject({
      reason: 'STATE_CORRUPT',
      message: expect.stringContaining('/var/lib/quorate/cluster.json'),
      hint: expect.stringMatching(/copy \/var\/lib\/quorate\/cluster\.json\.\d \(epoch 1, serial 3\)/),
    });
  });

  it('does not offer a damaged generation', async () => {
    const { state, damage, write } = await node();
    await write(1, 2);
    await damage(state.layout.clusterRecordGeneration1.path, sound.slice(0, 100));
    await damage(state.layout.clusterRecord.path, '');
    await expect(readClusterRecord(state)).rejects.toMatchObject({
      hint: expect.stringContaining('no predecessor of it is sound'),
    });
  });

  it('a damaged record takes no sound generation’s place, a damaged generation gives its place up', async () => {
    const { state, damage, write, kept } = await node();
    await write(1, 2, 3, 4);
    await damage(state.layout.clusterRecord.path, 'x');
    await write(5);
    expect(await kept()).toEqual([3, 2, 1]);
    await damage(state.layout.clusterRecordGeneration3.path, 'x');
    await write(6);
    expect(await kept()).toEqual([5, 2, 1]);
  });

  it('BEH-163 refuses the format of a newer program and leaves the file', async () => {
    const { files, state, damage } = await node();
    const text = sound.replaceAll('3000000', '3010000');
    await damage(state.layout.clusterRecord.path, text);
    await expect(readClusterRecord(state)).rejects.toMatchObject({ reason: 'STATE_TOO_NEW' });
    expect(await files.readText(state.layout.clusterRecord.path)).toBe(text);
  });

  it('holds what PutConfiguration carries', async () => {
    const { files, state, write } = await node();
    await write(3);
    const text = await files.readText(state.layout.clusterRecord.path);
    expect(parseRecord(text ?? '', sha256Hex)).toEqual(sampleRecord({ serial: 3 }));
  });
});

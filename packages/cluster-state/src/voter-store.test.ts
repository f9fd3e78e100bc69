import { emptyVoterRecord, type VoterRecord } from '@quorate/domain/voter-record';
import type { Files } from '@quorate/platform/files';
import { memoryFiles } from '@quorate/platform/testing/files';
import { describe, expect, it } from 'vitest';
import { layoutUnder } from './layout.ts';
import { ensureDirectories } from './state.ts';
import { ownVoterRecord, readVoterRecord, writeVoterRecord } from './voter-store.ts';

const record: VoterRecord = {
  epoch: 3,
  grantedTo: 'node-b',
  master: { node: 'node-a', epoch: 2 },
  version: { epoch: 2, serial: 12, digest: 'abc' },
  longestLeaseMs: 3_000,
};

async function node() {
  const state = { files: memoryFiles(), layout: layoutUnder('/') };
  await ensureDirectories(state);
  return { state, path: state.layout.voterRecord.path };
}

describe('voter store', () => {
  it('a node that never voted remembers nothing', async () => {
    const { state } = await node();
    expect(await readVoterRecord(state)).toEqual(emptyVoterRecord);
  });

  it.each([record, emptyVoterRecord])('reads what it wrote: %j', async (written) => {
    const { state, path } = await node();
    await writeVoterRecord(state, written);
    expect(await readVoterRecord(state)).toEqual(written);
    expect((await state.files.stat(path))?.mode).toBe(0o600);
  });

  it.each([
    ['cut short', (text: string) => text.slice(0, 60)],
    ['empty', () => ''],
    ['null', () => 'null'],
    ['one epoch back', (text: string) => text.replace('"epoch":3', '"epoch":2')],
    ['without its digest', (text: string) => text.replace(/,"sha256.*/, '}')],
    ['without the longest lease', (text: string) => text.replace(',"longestLeaseMs":3000', '')],
    ['granted to another', (text: string) => text.replace('node-b', 'node-c')],
  ])('I6: a record that is %s is refused, not guessed', async (_, damage) => {
    const { state, path } = await node();
    await writeVoterRecord(state, record);
    await state.files.writeAtomic(path, damage((await state.files.readText(path)) ?? ''), { mode: 0o600 });
    await expect(readVoterRecord(state)).rejects.toMatchObject({
      reason: 'STATE_CORRUPT',
      message: expect.stringContaining('/var/lib/quorate/voter.json'),
    });
  });
});

describe('a voter record of one’s own', () => {
  /** A disk that shows a text before it is synced; `onSync` is called in between. */
  async function lagging() {
    const { state, path } = await node();
    await writeVoterRecord(state, record);
    const disk = { onSync: (): Promise<void> => Promise.resolve() };
    const files: Files = {
      ...state.files,
      async writeAtomic(...write) {
        await state.files.writeAtomic(...write);
        await disk.onSync();
      },
      sync: () => disk.onSync(),
    };
    return { disk, path, state, own: ownVoterRecord({ ...state, files }) };
  }
  const later: VoterRecord = { ...record, epoch: 4, grantedTo: 'node-c' };

  it('that was found is synced before it is told', async () => {
    const { disk, own } = await lagging();
    disk.onSync = () => Promise.reject(new Error('input/output error'));
    await expect(own.read()).rejects.toThrow('input/output');
    disk.onSync = () => Promise.resolve();
    expect(await own.read()).toEqual(record);
  });

  it('is the one before until the next is synced', async () => {
    const { disk, state, own } = await lagging();
    await own.read();
    disk.onSync = async () => {
      expect(await readVoterRecord(state)).toEqual(later);
      expect(await own.read()).toEqual(record);
    };
    await own.write(later);
    expect(await own.read()).toEqual(later);
    expect.assertions(3);
  });

  it('whose write failed after the rename is told again when it is synced, as it is on disk then', async () => {
    const { disk, own } = await lagging();
    await own.read();
    disk.onSync = () => Promise.reject(new Error('input/output error'));
    await expect(own.write(later)).rejects.toThrow('input/output');
    await expect(own.read()).rejects.toThrow('input/output');
    disk.onSync = () => Promise.resolve();
    expect(await own.read()).toEqual(later);
  });

  it('that is damaged is told of when it has been restored', async () => {
    const { path, state, own } = await lagging();
    await state.files.writeAtomic(path, '{', { mode: 0o600 });
    await expect(own.read()).rejects.toMatchObject({ reason: 'STATE_CORRUPT' });
    await writeVoterRecord(state, record);
    expect(await own.read()).toEqual(record);
  });
});

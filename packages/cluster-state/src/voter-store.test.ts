import { emptyVoterRecord, type VoterRecord } from '@quorate/domain/voter-record';
import { memoryFiles } from '@quorate/platform/testing/files';
import { describe, expect, it } from 'vitest';
import { layoutUnder } from './layout.ts';
import { ensureDirectories } from './state.ts';
import { readVoterRecord, writeVoterRecord } from './voter-store.ts';

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

import { exitCodeOf } from '@quorate/domain/errors';
import { memoryFiles } from '@quorate/platform/testing/files';
import { describe, expect, it } from 'vitest';
import { layoutUnder } from './layout.ts';
import { readRoster, ssconfDigestOf, writeRoster } from './roster-store.ts';
import { ensureDirectories } from './state.ts';
import { sampleRecord } from './testing/sample-record.ts';
import { viewsOf } from './views.ts';

const { roster } = viewsOf(sampleRecord());
async function node() {
  const state = { files: memoryFiles(), layout: layoutUnder('/') };
  await ensureDirectories(state);
  return state;
}

describe('roster store', () => {
  it('reads what it wrote', async () => {
    const state = await node();
    await writeRoster(state, roster);
    expect(await readRoster(state)).toEqual(roster);
  });

  it('BEH-002 without a roster the node is in no cluster, exit 2', async () => {
    await expect(readRoster(await node())).rejects.toMatchObject({ reason: 'NOT_IN_CLUSTER' });
    expect(exitCodeOf('NOT_IN_CLUSTER')).toBe(2);
  });

  it.each([
    ['cut short', JSON.stringify(roster).slice(0, 80)],
    ['of another form', JSON.stringify({ ...roster, nodes: {} })],
  ])('I6: one that is %s is refused by name', async (_, text) => {
    const state = await node();
    await state.files.writeAtomic(state.layout.roster.path, text, { mode: 0o644 });
    await expect(readRoster(state)).rejects.toMatchObject({
      reason: 'STATE_CORRUPT',
      message: expect.stringContaining('/var/lib/quorate/roster.json'),
    });
  });

  it('the digest does not depend on the order of keys or on final newlines', () => {
    const ab = ssconfDigestOf({ a: '1', b: '2\n' });
    expect(ssconfDigestOf({ b: '2', a: '1\n' })).toBe(ab);
    expect(ssconfDigestOf({ a: '1', b: '3' })).not.toBe(ab);
  });
});

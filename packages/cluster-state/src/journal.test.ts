import { memoryFiles } from '@quorate/platform/testing/files';
import { describe, expect, it } from 'vitest';
import { appendJournal, journalLimitBytes, newestHalf, readJournal, type JournalEntry } from './journal.ts';
import { layoutUnder } from './layout.ts';
import { ensureDirectories } from './state.ts';

const entry = (step: string): JournalEntry => ({
  at: '2026-11-22T12:00:00.000Z',
  operation: 'failover',
  step,
  state: 'started',
});

async function node() {
  const state = { files: memoryFiles(), layout: layoutUnder('/') };
  await ensureDirectories(state);
  return state;
}

describe('the journal', () => {
  it('of a node where nothing was done is empty', async () => {
    expect(await readJournal(await node())).toEqual([]);
  });

  it('tells the steps in their order', async () => {
    const state = await node();
    for (const step of ['gather-votes', 'request-grants']) await appendJournal(state, entry(step));
    expect((await readJournal(state)).map(({ step }) => step)).toEqual(['gather-votes', 'request-grants']);
  });

  it.each(['null', '5', '[]', '{"at":1}'])('passes over a line that is %s', async (line) => {
    const state = await node();
    await state.files.appendLine(state.layout.journal.path, line, { mode: 0o640 });
    await appendJournal(state, entry('gather-votes'));
    expect((await readJournal(state)).map(({ step }) => step)).toEqual(['gather-votes']);
  });

  it('passes over a line that a crash cut short', async () => {
    const state = await node();
    await appendJournal(state, entry('gather-votes'));
    await state.files.appendLine(state.layout.journal.path, '{"at":"2026-11-', { mode: 0o640 });
    await appendJournal(state, entry('request-grants'));
    expect((await readJournal(state)).map(({ step }) => step)).toEqual(['gather-votes', 'request-grants']);
  });

  describe('that has grown to its limit', () => {
    const stepsThere = Math.ceil(journalLimitBytes / JSON.stringify(entry('step-000000')).length);
    const grown = Array.from({ length: stepsThere }, (_, k) =>
      JSON.stringify(entry(`step-${String(k).padStart(6, '0')}`)),
    );

    async function grownNode() {
      const state = await node();
      const { path, mode } = state.layout.journal;
      await state.files.writeAtomic(path, `${grown.join('\n')}\n`, { mode });
      return state;
    }

    it('keeps the newest half, the new entry last, and its mode', async () => {
      const state = await grownNode();
      const { path, mode } = state.layout.journal;
      await appendJournal(state, entry('confirm'));
      const lines = (state.files.contents()[path] ?? '').trimEnd().split('\n');
      expect(lines).toEqual([...grown.slice(-(lines.length - 1)), JSON.stringify(entry('confirm'))]);
      expect(lines.length).toBeCloseTo(stepsThere / 2, -1);
      expect((await state.files.stat(path))?.mode).toBe(mode);
    });

    it('keeps what there was if it cannot be rewritten', async () => {
      const state = await grownNode();
      const before = state.files.contents();
      const full = () => Promise.reject(new Error('no space left on device'));
      const files = { ...state.files, writeAtomic: full };
      await expect(appendJournal({ ...state, files }, entry('confirm'))).rejects.toThrow('no space');
      expect(state.files.contents()).toEqual(before);
    });
  });

  it('below its limit is only added to', async () => {
    const state = await node();
    const never = () => Promise.reject(new Error('rewritten'));
    const files = { ...state.files, writeAtomic: never };
    await appendJournal({ ...state, files }, entry('gather-votes'));
    await appendJournal({ ...state, files }, entry('confirm'));
    expect(await readJournal(state)).toHaveLength(2);
  });
});

describe('the newest half', () => {
  it.each<[string, string, string]>([
    ['of equal lines is half of them', 'a\nb\nc\nd\n', 'c\nd\n'],
    ['of three lines is the last', 'a\nb\nc\n', 'c\n'],
    ['does not cut the line across the middle', 'a\nbbbbb\nc\n', 'c\n'],
    ['has no line that a crash cut short', 'a\nb\nc\nd\n{"at":', 'c\nd\n'],
    ['of nothing but such a line is nothing', '{"at":', ''],
    ['of one line is nothing', 'a\n', ''],
    ['of nothing is nothing', '', ''],
  ])('%s', (_what, text, kept) => {
    expect(newestHalf(text)).toBe(kept);
  });
});

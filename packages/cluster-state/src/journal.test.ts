import { memoryFiles } from '@quorate/platform/testing/files';
import { describe, expect, it } from 'vitest';
import { appendJournal, readJournal, type JournalEntry } from './journal.ts';
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

  it('passes over a line that a crash cut short', async () => {
    const state = await node();
    await appendJournal(state, entry('gather-votes'));
    await state.files.appendLine(state.layout.journal.path, '{"at":"2026-11-', { mode: 0o640 });
    await appendJournal(state, entry('request-grants'));
    expect((await readJournal(state)).map(({ step }) => step)).toEqual(['gather-votes', 'request-grants']);
  });
});

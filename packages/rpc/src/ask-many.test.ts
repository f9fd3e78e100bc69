import { describe, expect, it } from 'vitest';
import { askMany } from './ask-many.ts';

/** A node that answers when told to, so that no test depends on timing. */
function askable() {
  const waiting = new Map<string, { answer: (text: string) => void; signal: AbortSignal }>();
  return {
    ask: (peer: string, signal: AbortSignal) =>
      new Promise<string>((answer) => waiting.set(peer, { answer, signal })),
    answer: async (peer: string) => {
      waiting.get(peer)!.answer(peer);
      await new Promise((resolve) => setImmediate(resolve));
    },
    calledOff: () => [...waiting].filter(([, { signal }]) => signal.aborted).map(([peer]) => peer),
    asked: () => [...waiting.keys()],
  };
}

const never = () => new Promise<string>(() => undefined);

describe('a round of questions', () => {
  it('BEH-016 asks everybody at once and collects the answers as they come', async () => {
    const nodes = askable();
    const round = askMany(['a', 'b', 'c', 'd', 'e'], nodes.ask, { roundMs: 5_000 });
    expect(nodes.asked()).toEqual(['a', 'b', 'c', 'd', 'e']);
    for (const peer of ['c', 'a', 'e', 'd', 'b']) await nodes.answer(peer);
    expect(await round).toEqual(['c', 'a', 'e', 'd', 'b']);
  });

  it('BEH-021 ends when its time is over, with the answers there are', async () => {
    const ask = async (peer: string) => (peer === 'hangs' ? never() : peer);
    expect(await askMany(['a', 'hangs', 'b'], ask, { roundMs: 30 })).toEqual(['a', 'b']);
  });

  it('BEH-022, BEH-023 ends as soon as the outcome is fixed and calls the rest off', async () => {
    const nodes = askable();
    const round = askMany(['a', 'b', 'c', 'd'], nodes.ask, {
      roundMs: 5_000,
      decided: (answers) => answers.length === 2,
    });
    await nodes.answer('d');
    expect(nodes.calledOff()).toEqual([]);
    await nodes.answer('b');
    expect(await round).toEqual(['d', 'b']);
    expect(nodes.calledOff()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('BEH-024 does not count what comes after the end', async () => {
    const nodes = askable();
    const round = askMany(['a', 'b'], nodes.ask, {
      roundMs: 5_000,
      decided: (answers) => answers.length === 1,
    });
    await nodes.answer('a');
    const answers = await round;
    await nodes.answer('b');
    expect(answers).toEqual(['a']);
  });

  it('can be ended from outside', async () => {
    const outside = new AbortController();
    const round = askMany(['a'], never, { roundMs: 5_000, signal: outside.signal });
    outside.abort();
    expect(await round).toEqual([]);
    expect(await askMany(['a'], never, { roundMs: 5_000, signal: outside.signal })).toEqual([]);
  });

  it('of nobody is over at once', async () => {
    expect(await askMany([], never, { roundMs: 5_000 })).toEqual([]);
  });
});

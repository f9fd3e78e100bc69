import { describe, expect, it } from 'vitest';
import { inTurn } from './in-turn.ts';

describe('work in turn', () => {
  it('begins a piece only when the one before it has ended, even by failing', async () => {
    const turn = inTurn();
    const seen: string[] = [];
    const first = turn(async () => {
      seen.push('first begins');
      await Promise.resolve();
      seen.push('first ends');
      throw new Error('no');
    });
    const second = turn(() => Promise.resolve(seen.push('second')));
    await expect(first).rejects.toThrow('no');
    await second;
    expect(seen).toEqual(['first begins', 'first ends', 'second']);
  });
});

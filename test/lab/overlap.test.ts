/** The verdict "two at once" needs certainty: neither a slow look nor a hand-over between two looks may make it. */
import { describe, expect, it } from 'vitest';
import { certainSpans, overlaps, type Look } from './overlap.ts';

/** `1+0-5 2-10-20`: host 1 was seen to hold it by a look from 0 to 5 ms, host 2 not to, from 10 to 20. */
const looksOf = (notation: string): readonly Look[] =>
  notation.split(' ').map((word) => {
    const [, host, sign, from, to] = /^(\d)([+-])(\d+)-(\d+)$/.exec(word) ?? [];
    return { host: Number(host), by: 'x', fromMs: Number(from), toMs: Number(to), holds: sign === '+' };
  });

describe('two at once', () => {
  it.each([
    ['1+0-5 1+50-55 2+20-25 2+30-35', 1, 'one inside the other'],
    ['1+0-5 1+50-55 2+56-60 2+90-95', 0, 'one after the other'],
    ['1+0-5 1+50-200 2+100-110 2+150-160', 0, 'a slow look, which may have been answered at its begin'],
    ['1+0-5 1-20-25 1+50-55 2+30-31 2+35-36', 0, 'the first was seen without it in between'],
    ['1+0-5 1+900-905 2+300-305 2+320-325', 0, 'nobody looked at the first for long'],
    ['1+0-5 1+50-55 1+100-105 1+150-155', 0, 'one host alone'],
  ])('%s: %i, %s', (notation, pairs) => expect(overlaps(looksOf(notation))).toHaveLength(pairs));

  it('a span reaches from the end of the first look to the begin of the last', () => {
    const [span] = certainSpans(looksOf('1+0-5 1+50-55 1+100-105 1-150-155'));
    expect(span).toMatchObject({ host: 1, fromMs: 5, toMs: 100 });
  });
});

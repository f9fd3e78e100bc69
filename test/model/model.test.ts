/**
 * The model has no error within its bound, and would show one: each rule taken away yields a counterexample.
 *
 * Two checkers at a time, the largest first, so that together they stay under 2 GiB.
 */
import { describe, expect, it } from 'vitest';
import { check, modelBlocked, type Outcome } from './check.ts';

const blocked = modelBlocked();

const bounds: readonly (readonly [what: string, defined: readonly string[], megabytes: number])[] = [
  ['3 epochs, 2 changes, 1 crash', ['EPOCHS=3', 'CHANGES=2', 'CRASHES=1'], 1200],
  ['3 epochs, 1 change, 2 crashes', ['EPOCHS=3', 'CHANGES=1', 'CRASHES=2'], 700],
  [
    '2 epochs, 2 changes, 2 crashes, stray candidacies',
    ['EPOCHS=2', 'CHANGES=2', 'CRASHES=2', 'STRAYS'],
    700,
  ],
  ['3 epochs, hand-over', ['EPOCHS=3', 'CHANGES=0', 'CRASHES=0', 'HANDOVER'], 700],
  ['2 epochs, 1 change, 2 crashes, hand-over', ['EPOCHS=2', 'CHANGES=1', 'CRASHES=2', 'HANDOVER'], 700],
  [
    '3 epochs, 1 change, 1 crash, a witness',
    ['EPOCHS=3', 'CHANGES=1', 'CRASHES=1', 'STRAYS', 'WITNESS'],
    700,
  ],
];

const small = (changes: number, crashes: number): readonly string[] => [
  'EPOCHS=2',
  `CHANGES=${changes}`,
  `CRASHES=${crashes}`,
];

const faults: readonly (readonly [fault: string, invariant: string, defined: readonly string[]])[] = [
  ['GRANT_NOT_PERSISTED', 'I1', small(0, 1)],
  ['GRANTED_TWICE', 'I1', small(0, 0)],
  ['PLURALITY', 'I1', small(0, 0)],
  ['NO_VERSION_CHECK', 'I4', small(1, 0)],
  ['NO_DIGEST_CHECK', 'I2', small(2, 1)],
  ['NO_SILENCE_AFTER_RESTART', 'I1', small(0, 1)],
  ['COUNTED_FROM_ANSWER', 'I1', small(0, 0)],
  ['COMMITTED_TOO_EARLY', 'I4', small(1, 0)],
  ['OLD_EPOCH_OBEYED', 'I1', small(1, 0)],
  ['OLD_EPOCH_RENEWED', 'I1', small(0, 0)],
  ['WORDS_OUT_OF_ORDER', 'I1', [...small(0, 0), 'HANDOVER']],
  ['HANDED_OVER_IN_SILENCE', 'I1', [...small(0, 1), 'HANDOVER']],
];

const figures = ({ states, megabytes, seconds }: Outcome): string =>
  `${states} states, ${Math.round(megabytes)} MB, ${seconds} s`;

describe
  .skipIf(blocked)
  .concurrent(`the mastership protocol${blocked ? ` (skipped: ${blocked})` : ''}`, () => {
    it.each(bounds)('I1, I2 and I4 hold: %s', async (what, defined, megabytes) => {
      const outcome = await check(defined, { megabytes, optimise: true });
      console.log(`${what}: ${figures(outcome)}`);
      expect(outcome.story).toEqual([]);
      expect(outcome).toMatchObject({ errors: 0, violated: [], complete: true });
      expect(outcome.states).toBeGreaterThan(1_000_000);
    });

    it.each(faults)('%s breaks %s', async (fault, invariant, defined) => {
      const outcome = await check([...defined, fault], { megabytes: 700, optimise: false });
      console.log(`${fault}: found after ${figures(outcome)}`);
      expect(outcome.violated).toEqual([invariant]);
      expect(outcome.story.length).toBeGreaterThan(3);
    });
  });

/** What is true of every voter record: it is read as it was written, and no other is read from its damaged text. */
import type { VoterRecord } from '@quorate/domain/voter-record';
import { memoryFiles } from '@quorate/platform/testing/files';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { layoutUnder } from './layout.ts';
import { readVoterRecord, voterText } from './voter-store.ts';

/** The same run every time; a failure shows the smallest case. */
const run = { seed: 20_261_122, numRuns: 1_000 };

const layout = layoutUnder('/');
const read = (text: string): Promise<VoterRecord> =>
  readVoterRecord({ files: memoryFiles({ [layout.voterRecord.path]: text }), layout });

const uuid = fc.string({ unit: 'binary', minLength: 1 });
const voter: fc.Arbitrary<VoterRecord> = fc.record({
  epoch: fc.maxSafeNat(),
  grantedTo: fc.option(uuid),
  master: fc.option(fc.record({ node: uuid, epoch: fc.maxSafeNat() })),
  version: fc.record({ epoch: fc.maxSafeNat(), serial: fc.maxSafeNat(), digest: fc.string() }),
  longestLeaseMs: fc.maxSafeNat(),
});

it('is read as it was written', () =>
  fc.assert(
    fc.asyncProperty(voter, async (record) => {
      expect(await read(voterText(record))).toEqual(record);
    }),
    run,
  ));

/** What is read, or the reason why nothing is. */
const outcomeOf = (text: string): Promise<unknown> =>
  read(text).catch((error: unknown) => (error as { reason?: unknown }).reason);

it('I6: with one byte altered it says the same or is refused', () =>
  fc.assert(
    fc.asyncProperty(voter, fc.nat(), fc.nat({ max: 255 }), async (record, place, byte) => {
      const bytes = Buffer.from(voterText(record));
      bytes[place % bytes.length] = byte;
      expect([record, 'STATE_CORRUPT']).toContainEqual(await outcomeOf(bytes.toString('utf8')));
    }),
    run,
  ));

/**
 * A hundred thousand damaged texts: no reader crashes or hangs, each refuses with a reason of its own, and what one
 * accepts can be written again and is read back the same.
 *
 * Each text is decided by its seed, which a failure names.
 */
import { ClusterError } from '@quorate/domain/errors';
import { seeded, type Seeded } from '@quorate/domain/testing/seeded';
import { expect, it } from 'vitest';
import { damaged, disfigured } from './mutations.ts';
import { readers, shortened, type Reader } from './readers.ts';

const textsPerReader = 20_000;
/** A thousand times what one takes. */
const slowestMs = 2_000;

/** Half of them are damaged as texts; of the others, changed as JSON, most are made consistent again. */
function textFor(reader: Reader, random: Seeded): string {
  const sample = random.oneOf(reader.samples);
  const isJson = sample.startsWith('{');
  if (!isJson || random.pick(2) === 0) return damaged(random, sample);
  const value: unknown = JSON.parse(sample);
  disfigured(random, value);
  const text = JSON.stringify(random.pick(4) === 0 ? value : sealedAgain(reader, value));
  return random.pick(8) === 0 ? damaged(random, text) : text;
}

/** What has lost too much cannot be sealed and is left as it is. */
function sealedAgain({ sealAgain }: Reader, value: unknown): unknown {
  try {
    return sealAgain ? sealAgain(value) : value;
  } catch {
    return value;
  }
}

type Verdict = 'accepted' | 'refused';

async function verdictOn(reader: Reader, text: string): Promise<Verdict> {
  try {
    await reader.accept(text);
    return 'accepted';
  } catch (error) {
    if (error instanceof ClusterError && reader.reasons.includes(error.reason)) return 'refused';
    throw error;
  }
}

async function tryOne(reader: Reader, seed: number): Promise<Verdict> {
  const text = textFor(reader, seeded(seed));
  const began = performance.now();
  try {
    const verdict = await verdictOn(reader, text);
    const tookMs = performance.now() - began;
    if (tookMs > slowestMs) throw new Error(`It took ${Math.round(tookMs)} ms`);
    return verdict;
  } catch (error) {
    throw new Error(`With seed ${seed}, ${reader.name}: ${String(error)}\n${shortened(text)}`, {
      cause: error,
    });
  }
}

it.each(readers)('$name: no damage is more than a refusal', async (reader) => {
  const counts: Record<Verdict, number> = { accepted: 0, refused: 0 };
  for (let seed = 1; seed <= textsPerReader; seed += 1) counts[await tryOne(reader, seed)] += 1;
  console.log(`${reader.name}: ${counts.accepted} accepted, ${counts.refused} refused`);
  // Were all of one kind, the damage would be too little or too much to try anything.
  expect(Math.min(counts.accepted, counts.refused)).toBeGreaterThan(textsPerReader / 100);
});

it('the same seed gives the same text', () => {
  for (const reader of readers) expect(textFor(reader, seeded(7))).toBe(textFor(reader, seeded(7)));
});

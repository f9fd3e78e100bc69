/** What is true of every ssconf file: what is written into it is what is read out of it. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Draft } from './configuration.ts';
import { ClusterError } from './errors.ts';
import {
  parseSsconfMap,
  ssconfDigestText,
  ssconfFileText,
  ssconfValues,
  type SsconfValues,
} from './ssconf.ts';
import { draftOfSize } from './testing/drafts.ts';

/** The same run every time; a failure shows the smallest case. */
const run = { seed: 20_261_122, numRuns: 500 };

const anyText = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1 }),
  fc.string({ unit: 'grapheme', minLength: 1 }),
  fc.constantFrom(
    'a=b',
    '=',
    'ro console=ttyS0,38400 root=UUID=1',
    ' x ',
    'a\tb',
    'a\nb',
    '\r',
    '\u2028',
    '\ud800',
  ),
);
const values = fc.dictionary(anyText, fc.oneof(anyText, fc.boolean(), fc.integer(), fc.constant('')));
const tags = fc.array(anyText);

function draftWith(
  kvm: Readonly<Record<string, string | number | boolean>>,
  tags: readonly string[] = [],
): Draft {
  const draft = draftOfSize(2);
  const cluster = { ...draft.configuration.cluster, hvparams: { kvm }, tags };
  return { ...draft, configuration: { ...draft.configuration, cluster } };
}

/** Undefined where a value fits no line; any other failure is one of the test. */
function valuesIfAny(draft: Draft): SsconfValues | undefined {
  try {
    return ssconfValues(draft);
  } catch (error) {
    if (error instanceof ClusterError && error.reason === 'WRONG_INPUT') return undefined;
    throw error;
  }
}

const asPython = (value: string | number | boolean): string =>
  typeof value === 'boolean' ? (value ? 'True' : 'False') : String(value);

it('BEH-278 a map is read as it was written, or is not written', () => {
  fc.assert(
    fc.property(values, (kvm) => {
      const written = valuesIfAny(draftWith(kvm));
      if (!written) return;
      const read = parseSsconfMap(ssconfFileText(written.hvparams_kvm));
      expect(Object.fromEntries(read)).toEqual(
        Object.fromEntries(Object.entries(kvm).map(([key, value]) => [key, asPython(value)])),
      );
    }),
    run,
  );
});

it('a list is read as it was written, or is not written', () => {
  fc.assert(
    fc.property(tags, (given) => {
      const written = valuesIfAny(draftWith({}, given));
      if (!written) return;
      const lines = ssconfFileText(written.cluster_tags).split('\n').slice(0, -1);
      expect([...lines].sort()).toEqual([...given].sort());
    }),
    run,
  );
});

it('a line of plain text is never refused', () => {
  const plain = fc
    .string({ unit: 'grapheme', minLength: 1 })
    .filter((text) => !/\p{C}|\p{Zl}|\p{Zp}/u.test(text));
  fc.assert(
    fc.property(fc.array(plain), (given) => {
      expect(valuesIfAny(draftWith({}, given))).toBeDefined();
    }),
    run,
  );
});

it('BEH-277 what files hold, encoded and decoded, has the digest of the values', () => {
  fc.assert(
    fc.property(values, tags, (kvm, given) => {
      const written = valuesIfAny(draftWith(kvm, given));
      if (!written) return;
      const files = Object.entries(written).map(([key, value]) => {
        const bytes = Buffer.from(ssconfFileText(value), 'utf8');
        return [key, bytes.toString('utf8')] as const;
      });
      expect(ssconfDigestText(Object.fromEntries(files))).toBe(ssconfDigestText(written));
    }),
    run,
  );
});

/** What is true of every record, whatever Ganeti or a site has put into it that we do not know. */
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.ts';
import {
  withCandidacy,
  withCandidatePoolSize,
  withMaster,
  withNode,
  withNodesOffline,
  withParameters,
} from './configuration-changes.ts';
import type { Configuration, Draft } from './configuration.ts';
import { parseExactJson } from './exact-json.ts';
import { importedDraft, readGanetiConfiguration } from './ganeti-configuration.ts';
import { parseRecord, seal, writeRecord } from './record.ts';
import { draftOfSize, testNode, testSeconds, uuidOf } from './testing/drafts.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
/** The same run every time; a failure shows the smallest case. */
const run = { seed: 20_261_122, numRuns: 150 };

type Json = Readonly<Record<string, unknown>>;

// --- JSON as other programs write it: canonical but for its numbers, which are of every form the grammar has

const digits = fc.string({ unit: fc.constantFrom(...'0123456789'.split('')), minLength: 1, maxLength: 25 });
const whole = fc.oneof(
  fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }).map(String),
  fc.constantFrom('0', '-0', '9007199254740993', '-9007199254740993', '18446744073709551615'),
);

/** Integers beyond 2^53, fractions with too many digits or that end in zeros, exponents; all of them finite. */
const numberTexts: fc.Arbitrary<string> = fc
  .tuple(
    whole,
    fc.option(
      digits.map((text) => `.${text}`),
      { nil: '' },
    ),
    fc.option(
      fc
        .tuple(fc.constantFrom('e', 'E'), fc.constantFrom('', '+', '-'), fc.nat(99))
        .map((parts) => parts.join('')),
      { nil: '', freq: 2 },
    ),
  )
  .map((parts) => parts.join(''));

/** Some begin with a control character, some look like numbers. */
const strings = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\u0001', '\u0000', '"', '\\', ':', '1', '.', '0', ' ') }),
);

type Member = readonly [key: string, text: string];

const objectText = (members: readonly Member[]): string => {
  const inOrder = members.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${inOrder.map(([key, text]) => `${JSON.stringify(key)}:${text}`).join(',')}}`;
};

const objectOf = (keys: fc.Arbitrary<string>, values: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .uniqueArray(fc.tuple(keys, values), { selector: ([key]) => key, maxLength: 4 })
    .map((members) => objectText(members));

const anyKeys = fc.oneof(strings, fc.constantFrom('__proto__', 'constructor', 'length', '7', '10'));

/** Any value, a few levels deep. */
const jsonTexts: fc.Arbitrary<string> = fc.letrec<{ value: string; leaf: string }>((tie) => ({
  leaf: fc.oneof(
    numberTexts,
    strings.map((text) => JSON.stringify(text)),
    fc.constantFrom('true', 'false', 'null'),
  ),
  value: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    tie('leaf'),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
    objectOf(anyKeys, tie('value')),
  ),
})).value;

/** Objects with such keys, or with any. */
const objectTexts = (keys: fc.Arbitrary<string> = anyKeys): fc.Arbitrary<string> => objectOf(keys, jsonTexts);

it('BEH-161 JSON is written as it was read, whatever numbers, texts and keys are in it', () => {
  fc.assert(
    fc.property(jsonTexts, (text) => {
      expect(canonicalJson(parseExactJson(`[${text}]`))).toBe(`[${text}]`);
    }),
    { ...run, numRuns: 1_000 },
  );
});

it('the values in it are those of JSON.parse', () => {
  fc.assert(
    fc.property(jsonTexts, (text) => {
      expect(JSON.stringify(parseExactJson(text))).toBe(JSON.stringify(JSON.parse(text)));
    }),
    { ...run, numRuns: 1_000 },
  );
});

// --- records

const read = (texts: fc.Arbitrary<string>): fc.Arbitrary<Json> =>
  texts.map((text) => parseExactJson(text) as Json);

const anyKey = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('__proto__', 'constructor', 'length', '7'),
);
const anyMap = read(objectTexts(anyKey));
/** Keys that no version of the format has. */
const unknownKeys = read(
  objectTexts(
    fc.oneof(
      fc.string({ unit: 'binary' }).map((key) => `x ${key}`),
      fc.constantFrom('__proto__', 'constructor'),
    ),
  ),
);
const named = fc.tuple(unknownKeys, fc.string({ minLength: 1 })).map(([keys, name]) => ({ ...keys, name }));
const namedMap = fc.dictionary(anyKey, named, { maxKeys: 3 });

interface Foreign {
  readonly maps: Pick<Configuration, 'instances' | 'networks' | 'disks' | 'filters'>;
  /** For the top level, the cluster, each node and each group. */
  readonly unknown: Json;
  /** Private parameters of a node. */
  readonly parameters: Json;
}

const foreign: fc.Arbitrary<Foreign> = fc.record({
  maps: fc.record({ instances: namedMap, networks: namedMap, disks: anyMap, filters: anyMap }),
  unknown: unknownKeys,
  parameters: unknownKeys,
});

const eachWith = <T extends object>(objects: Readonly<Record<string, T>>, more: object) =>
  Object.fromEntries(Object.entries(objects).map(([key, object]) => [key, { ...object, ...more }]));

/** Three nodes, and all that is foreign. */
function draftWith({ maps, unknown, parameters }: Foreign): Draft {
  const { configuration, ours } = draftOfSize(3);
  const { cluster, nodes, nodegroups } = configuration;
  return {
    ours,
    configuration: {
      ...configuration,
      ...unknown,
      ...maps,
      cluster: { ...cluster, ...unknown },
      nodes: eachWith(nodes, { ...unknown, ndparams: parameters }),
      nodegroups: eachWith(nodegroups, unknown),
    },
  };
}

/** A copy, so that what is known of its numbers goes along. */
function only(object: object, keys: readonly string[]): object {
  const copy: Record<string, unknown> = { ...object };
  for (const key of Object.keys(copy)) if (!keys.includes(key)) delete copy[key];
  return copy;
}

/** All that is foreign in a draft, as one text; of the nodes the three that were there before. */
function foreignIn({ configuration }: Draft, { unknown }: Foreign): string {
  const keys = Object.keys(unknown);
  const { instances, networks, disks, filters, cluster, nodes, nodegroups } = configuration;
  return canonicalJson({
    maps: { instances, networks, disks, filters },
    top: only(configuration, keys),
    cluster: only(cluster, keys),
    nodes: [1, 2, 3].map((number) => only(nodes[uuidOf('node', number)] ?? {}, [...keys, 'ndparams'])),
    groups: Object.values(nodegroups).map((group) => only(group, keys)),
  });
}

it('BEH-161 a record is read as it was written, and then written as it was read', () => {
  fc.assert(
    fc.property(foreign, (given) => {
      const record = seal(draftWith(given), sha256);
      const text = writeRecord(record);
      const again = parseRecord(text, sha256);
      expect(canonicalJson(again)).toBe(canonicalJson(record));
      expect(writeRecord(again)).toBe(text);
    }),
    run,
  );
});

const later = testSeconds + 60;
const node2 = uuidOf('node', 2);

const changes: readonly (readonly [what: string, change: (draft: Draft) => Draft])[] = [
  ['a node added', (draft) => withNode(draft, testNode(4), later)],
  [
    'another master',
    (draft) => withMaster(draft, { node: node2, epoch: 2, nowSeconds: later, how: 'failover' }),
  ],
  ['a node marked offline', (draft) => withNodesOffline(draft, [node2], later)],
  ['a smaller pool', (draft) => withCandidatePoolSize(draft, 2, later).draft],
  ['another lease', (draft) => withParameters(draft, { leaseMs: 5_000 }, later)],
  ['another priority', (draft) => withCandidacy(draft, node2, { priority: 7 }, later)],
];

it.each(changes)(
  'BEH-162 what is not ours is the same after a record was read, changed and written: %s',
  (_, change) => {
    fc.assert(
      fc.property(foreign, (given) => {
        const record = seal(draftWith(given), sha256);
        const changed = change(parseRecord(writeRecord(record), sha256));
        const again = parseRecord(writeRecord(seal(changed, sha256)), sha256);
        expect(again.version.serial).toBe(record.version.serial + 1);
        expect(foreignIn(again, given)).toBe(foreignIn(record, given));
      }),
      { ...run, numRuns: 50 },
    );
  },
);

it('BEH-162 what Ganeti wrote and is not ours is the same in the record of an imported cluster', () => {
  const host = { nodePort: 1811, masterPort: 1816, certificateSha256: 'ab', clientCertificateSha1: 'AB' };
  fc.assert(
    fc.property(foreign, (given) => {
      const theirs = draftWith(given);
      const { configuration } = readGanetiConfiguration(canonicalJson(theirs.configuration));
      if (!configuration) throw new Error('It was not taken for a configuration');
      const record = seal(importedDraft(configuration, host, later), sha256);
      const again = parseRecord(writeRecord(record), sha256);
      expect(foreignIn(again, given)).toBe(foreignIn(theirs, given));
    }),
    run,
  );
});

/** What the text means as a record, or the reason why it is none. */
function outcomeOf(text: string): unknown {
  try {
    return canonicalJson(parseRecord(text, sha256));
  } catch (error) {
    return (error as { reason?: unknown }).reason;
  }
}

it('one altered character is noticed, unless the text says the same as before', () => {
  const text = writeRecord(seal(draftOfSize(3), sha256));
  const meaning = canonicalJson(JSON.parse(text));
  const place = fc.nat({ max: text.length - 2 });
  const character = fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code));
  fc.assert(
    fc.property(place, character, (at, other) => {
      const altered = text.slice(0, at) + other + text.slice(at + 1);
      expect([meaning, 'STATE_CORRUPT', 'STATE_TOO_NEW']).toContain(outcomeOf(altered));
    }),
    run,
  );
});

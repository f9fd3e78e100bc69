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
import { parseRecord, seal, writeRecord } from './record.ts';
import { draftOfSize, testNode, testSeconds, uuidOf } from './testing/drafts.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
/** The same run every time; a failure shows the smallest case. */
const run = { seed: 20_261_122, numRuns: 150 };

type Json = Readonly<Record<string, unknown>>;

/** Floats, big numbers, texts in any script. */
const json = fc.jsonValue({ maxDepth: 2, stringUnit: 'binary' });
const anyKey = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('__proto__', 'constructor', 'length', '7'),
);
const anyMap = fc.dictionary(anyKey, json, { maxKeys: 4 });
/** Keys that no version of the format has. */
const unknownKeys = fc.dictionary(
  fc.oneof(
    fc.string({ unit: 'binary' }).map((key) => `x ${key}`),
    fc.constantFrom('__proto__', 'constructor'),
  ),
  json,
  { maxKeys: 4 },
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

const only = (object: object, keys: readonly string[]): Json =>
  Object.fromEntries(keys.map((key) => [key, Object.getOwnPropertyDescriptor(object, key)?.value]));

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
      const read = parseRecord(text, sha256);
      expect(canonicalJson(read)).toBe(canonicalJson(record));
      expect(writeRecord(read)).toBe(text);
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
        const read = parseRecord(writeRecord(seal(changed, sha256)), sha256);
        expect(read.version.serial).toBe(record.version.serial + 1);
        expect(foreignIn(read, given)).toBe(foreignIn(record, given));
      }),
      { ...run, numRuns: 50 },
    );
  },
);

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

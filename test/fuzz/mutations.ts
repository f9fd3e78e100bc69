/**
 * Ways in which a text goes wrong: by a bad disk, by a transfer cut short, by hand, by malice. Each is decided by a
 * source of numbers alone, so the same seed damages the same text in the same way.
 */
import type { Seeded } from '@quorate/domain/testing/seeded';

/** One to three of them, upon each other. */
export function damaged(random: Seeded, text: string): string {
  const times = 1 + random.pick(3);
  let result = text;
  for (let i = 0; i < times; i += 1) result = random.oneOf(textMutations)(random, result);
  return result;
}

type TextMutation = (random: Seeded, text: string) => string;
type ByteMutation = (random: Seeded, bytes: Buffer) => Buffer;

/** As a reader of files gets it: what is not UTF-8 arrives as replacement characters. */
const onBytes =
  (mutation: ByteMutation): TextMutation =>
  (random, text) =>
    mutation(random, Buffer.from(text)).toString('utf8');

const flippedBit = onBytes((random, bytes) => {
  const at = random.pick(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.pick(8));
  return bytes;
});

const cutShort = onBytes((random, bytes) => bytes.subarray(0, random.pick(bytes.length + 1)));

/** A stretch of it, often a short one. */
function stretch(random: Seeded, bytes: Buffer): readonly [from: number, to: number] {
  const from = random.pick(bytes.length + 1);
  return [from, Math.min(bytes.length, from + random.pick(random.oneOf([4, 64, 2_048])))];
}

const chunkTwice = onBytes((random, bytes) => {
  const [from, to] = stretch(random, bytes);
  return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
});

const chunkGone = onBytes((random, bytes) => {
  const [from, to] = stretch(random, bytes);
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
});

const zeroes = onBytes((random, bytes) => bytes.fill(0, ...stretch(random, bytes)));

const strangers = [
  Buffer.from([0xff, 0xfe]),
  Buffer.from([0xc3]),
  Buffer.from([0xed, 0xa0, 0x80]),
  Buffer.from([0]),
  Buffer.from('\uFEFF'),
  Buffer.from('\r\n'),
  Buffer.from('\n\n='),
  Buffer.from('\u2028'),
  Buffer.from('\\ud800'),
  Buffer.from('🙂'),
] as const;

const strangerInside = onBytes((random, bytes) => {
  const at = random.pick(bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, at), random.oneOf(strangers), bytes.subarray(at)]);
});

const otherLineEnds: TextMutation = (_random, text) => text.replaceAll('\n', '\r\n');

const hugeNumbers = [
  '1e999',
  '-1e999',
  '9007199254740993',
  '1e308',
  '-0',
  '0.1e-400',
  '9'.repeat(400),
] as const;

const hugeNumber: TextMutation = (random, text) => replaceOne(random, text, /-?\d+(?:\.\d+)?/g, hugeNumbers);

const oddKeys = ['"__proto__"', '"constructor"', '"toString"', '""', '"\\u0000"'] as const;

const oddKey: TextMutation = (random, text) => replaceOne(random, text, /"[^"]*"(?=:)/g, oddKeys);

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
const depths = [nested(5), nested(90), nested(110), nested(9_000), '['.repeat(50_000)] as const;

/** Rarely the deepest, which is long. */
const deepNesting: TextMutation = (random, text) =>
  replaceOne(random, text, /"[^"]*"(?=[,}\]])|\{\}|\[\]/g, depths);

function replaceOne(
  random: Seeded,
  text: string,
  pattern: RegExp,
  choices: readonly [string, ...string[]],
): string {
  const found = [...text.matchAll(pattern)];
  const match = found[random.pick(found.length)];
  if (!match) return text;
  return text.slice(0, match.index) + random.oneOf(choices) + text.slice(match.index + match[0].length);
}

const textMutations: readonly [TextMutation, ...TextMutation[]] = [
  flippedBit,
  flippedBit,
  cutShort,
  chunkTwice,
  chunkGone,
  zeroes,
  strangerInside,
  strangerInside,
  otherLineEnds,
  hugeNumber,
  oddKey,
  deepNesting,
];

/** One to three members of a JSON value replaced, removed, renamed or doubled; `value` itself is changed. */
export function disfigured(random: Seeded, value: unknown): void {
  const times = 1 + random.pick(3);
  for (let i = 0; i < times; i += 1) {
    const places = containersIn(value);
    const container = places[random.pick(places.length)];
    if (container) disfigure(random, container);
  }
}

type Container = Record<string, unknown>;

function containersIn(value: unknown): readonly Container[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value as Container, ...Object.values(value).flatMap(containersIn)];
}

const oddNames = ['__proto__', 'constructor', 'hasOwnProperty', '', '\0', 'a=b', 'x\ny', '\ud800'] as const;

/** Made anew each time: what is put in may be disfigured next. */
const oddValues = (random: Seeded): unknown => {
  const values: readonly [unknown, ...unknown[]] = [
    null,
    true,
    0,
    -1,
    1.5,
    1e21,
    2 ** 53,
    '',
    'NO MASTER',
    ...oddNames,
    'x'.repeat(random.oneOf([300, 140_000])),
    [],
    {},
    [[]],
    { name: null },
    JSON.parse('{"__proto__":{"uuid":1}}'),
  ];
  return random.oneOf(values);
};

function disfigure(random: Seeded, container: Container): void {
  const keys = Object.keys(container);
  const key = keys[random.pick(keys.length)] ?? '0';
  const other = keys[random.pick(keys.length)] ?? '0';
  const how = random.pick(6);
  if (how === 0) delete container[key];
  else if (how === 1) define(container, random.oneOf(oddNames), container[key]);
  else if (how === 2) container[key] = structuredClone(container[other]);
  else if (how === 3) Object.assign(container, swapped(container, key, other));
  else container[key] = oddValues(random);
}

const swapped = (container: Container, a: string, b: string): Container => ({
  [a]: container[b],
  [b]: container[a],
});

/** As JSON does it: a key named __proto__ is one like any other. */
const define = (container: Container, key: string, value: unknown): void => {
  Object.defineProperty(container, key, { value, enumerable: true, configurable: true, writable: true });
};

/**
 * Types of parameters: which keys a dictionary has, and what a word typed for one of them comes to.
 *
 * Counterparts in Ganeti: ForceDictType of lib/utils/__init__.py, ParseUnit of lib/utils/text.py.
 */
import { type Decided, decided, type Word, type Words } from './parameter-words.ts';

/** `size` is in MiB; only a `maybe-string` may be null. */
export type ParameterType = 'string' | 'maybe-string' | 'bool' | 'size' | 'int' | 'float';
export type ParameterTypes = Readonly<Record<string, ParameterType>>;
export type ParameterValue = string | number | boolean | null;
export type ParameterValues = Readonly<Record<string, ParameterValue>>;

/** The types that these defaults have, but for those that a default cannot show. */
export function typesOf(defaults: object, exceptions: ParameterTypes = {}): ParameterTypes {
  const shown = Object.entries(defaults).map(([key, value]) => [key, typeShownBy(value)] as const);
  return { ...Object.fromEntries(shown), ...exceptions };
}

function typeShownBy(value: unknown): ParameterType {
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'number' ? 'int' : 'string';
}

/** Those of the words that are known and fit their types; one asked to be the default is left out. */
export function typedValues(types: ParameterTypes, words: Words): Decided<ParameterValues> {
  const known = [...words].filter(([key]) => Object.hasOwn(types, key));
  const read = known.map(([key, word]) => ({ key, word, value: valueOf(types[key] ?? 'string', word) }));
  const wrong = read.filter(({ value }) => value === wrongly);
  const right = read.filter(({ value }) => value !== wrongly && value !== absent);
  return decided(Object.fromEntries(right.map(({ key, value }) => [key, value as ParameterValue])), [
    ...unknownKeys(types, words),
    ...wrong.map(({ key, word }) => `'${key}' is ${shown(word)}, not ${typeWords[types[key] ?? 'string']}`),
  ]);
}

/** Plain set difference (spec D3, BEH-136). */
function unknownKeys(types: ParameterTypes, words: Words): readonly string[] {
  const unknown = [...words.keys()].filter((key) => !Object.hasOwn(types, key));
  return unknown.length === 0 ? [] : [`There is no parameter ${unknown.join(', ')}`];
}

const absent = Symbol('left to the default');
const wrongly = Symbol('does not fit the type');
type Reading = ParameterValue | typeof absent | typeof wrongly;

function valueOf(type: ParameterType, word: Word): Reading {
  if (word === null) return type === 'maybe-string' ? null : absent;
  return readers[type](word);
}

const readers: Readonly<Record<ParameterType, (word: string | boolean) => Reading>> = {
  string: readString,
  'maybe-string': readString,
  bool: readFlag,
  size: (word) => orWrong(typeof word === 'string' ? parseSize(word) : undefined),
  int: (word) => orWrong(typeof word === 'string' ? parseInteger(word) : Number(word)),
  float: (word) => orWrong(typeof word === 'string' ? parseFloating(word) : Number(word)),
};

const typeWords: Readonly<Record<ParameterType, string>> = {
  string: 'text on one line',
  'maybe-string': 'text on one line',
  bool: 'true or false',
  size: 'a size such as 512, 512m, 4g or 1t',
  int: 'a whole number',
  float: 'a number',
};

const shown = (word: Word): string => (typeof word === 'string' ? `'${word}'` : `given as ${word}`);
const orWrong = (value: number | undefined): Reading => value ?? wrongly;

/** A line end would begin another entry of an ssconf file. */
const hasControls = (text: string): boolean => /\p{Cc}/u.test(text);

function readString(word: string | boolean): Reading {
  if (typeof word === 'string') return hasControls(word) ? wrongly : word;
  return word ? wrongly : '';
}

function readFlag(word: string | boolean): Reading {
  if (typeof word === 'boolean') return word;
  const text = word.toLowerCase();
  if (text === 'true') return true;
  return text === 'false' || text === '' ? false : wrongly;
}

/** Undefined if it is none, or one too large to be kept exactly. */
export function parseInteger(text: string): number | undefined {
  const value = /^\s*[+-]?\d+\s*$/.test(text) ? Number(text) + 0 : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

export function parseFloating(text: string): number | undefined {
  const value = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

const mebibytesPer = { m: 1, g: 1024, t: 1024 * 1024 } as const;

/** MiB, rounded up to a multiple of 4; m, g, t (also mb, mib …) in any case after the number, m if there is none. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+\.?\d*|\.\d+)\s*(?:([mgt])(?:i?b)?)?$/i.exec(text);
  const unit = (match?.[2]?.toLowerCase() ?? 'm') as keyof typeof mebibytesPer;
  const value = match === null ? Number.NaN : Math.ceil((Number(match[1]) * mebibytesPer[unit]) / 4) * 4;
  return Number.isSafeInteger(value) ? value : undefined;
}

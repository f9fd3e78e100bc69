/**
 * Parameters as they are typed on a command line, taken apart: `key=value,key=value`, optionally behind a name, as in
 * `kvm:acpi=false`. What the values mean is decided later (parameter-types.ts).
 *
 * Nothing here throws: whatever is wrong becomes a complaint beside the rest, so that all of it can be told at once.
 *
 * Counterparts in Ganeti: lib/cli_opts.py (_SplitKeyVal, _SplitIdentKeyVal); UnescapeAndSplit of lib/utils/text.py.
 */

/** A value, and a sentence for everything that was wrong with what it came from. */
export interface Decided<T> {
  readonly value: T;
  readonly complaints: readonly string[];
}

export const decided = <T>(value: T, complaints: readonly string[] = []): Decided<T> => ({
  value,
  complaints,
});

/** Text after `=`; true for a bare `key`, false for `no_key`, null for `-key`, which asks for the default. */
export type Word = string | boolean | null;
export type Words = ReadonlyMap<string, Word>;

/** Splits at separators without a backslash; a backslash makes the character after it an ordinary one. */
export function splitUnescaped(text: string, separator = ','): readonly string[] {
  const parts = [''];
  for (const [piece] of text.matchAll(/\\[^]|[^]/g)) {
    if (piece === separator) parts.push('');
    else parts.push(`${parts.pop()}${piece.length > 1 ? piece.slice(1) : piece}`);
  }
  return parts;
}

/** `key=value,flag,no_other,-third`; of a key given twice the first value stays, with a complaint. */
export const keyValues = (text = ''): Decided<Words> => collect(pairsOf(text).map(prefixedPair));

/** As above, but every key needs its `=value`, as where a bare word could mean nothing (_SplitListKeyVal). */
export function plainKeyValues(text: string): Decided<Words> {
  const pairs = pairsOf(text);
  const bare = pairs.filter(({ word }) => word === undefined).map(({ key }) => `'${key}' has no value`);
  const { value, complaints } = collect(pairs.map(({ key, word = '' }) => ({ key, word })));
  return decided(value, [...bare, ...complaints]);
}

/** `name:key=value,…`, given once or more often. What is said of one name in several places is put together. */
export function namedKeyValues(texts: readonly string[] = []): Decided<ReadonlyMap<string, Words>> {
  const pairs = new Map<string, Pair[]>();
  for (const text of texts) {
    const [name, rest] = splitOnce(text, ':');
    pairs.set(name, [...(pairs.get(name) ?? []), ...pairsOf(rest ?? '').map(prefixedPair)]);
  }
  const collected = [...pairs].map(([name, own]) => ({ name, ...collect(own) }));
  return decided(
    new Map(collected.map(({ name, value }) => [name, value])),
    collected.flatMap(({ name, complaints }) => complaints.map((complaint) => `${name}: ${complaint}`)),
  );
}

/** Before and after the first separator; nothing after it if there is none. */
export function splitOnce(text: string, separator: string): readonly [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}

interface Pair {
  readonly key: string;
  readonly word: Word;
}

const pairsOf = (text: string): readonly { readonly key: string; readonly word: string | undefined }[] =>
  (text === '' ? [] : splitUnescaped(text)).map((part) => {
    const [key, word] = splitOnce(part, '=');
    return { key, word };
  });

function prefixedPair({ key, word }: { readonly key: string; readonly word: string | undefined }): Pair {
  if (word !== undefined) return { key, word };
  if (key.startsWith('no_')) return { key: key.slice('no_'.length), word: false };
  if (key.startsWith('-')) return { key: key.slice('-'.length), word: null };
  return { key, word: true };
}

function collect(pairs: readonly Pair[]): Decided<Words> {
  const value = new Map<string, Word>();
  const twice = new Set<string>();
  for (const { key, word } of pairs.filter((pair) => pair.key !== '')) {
    if (value.has(key)) twice.add(key);
    else value.set(key, word);
  }
  const nameless = pairs.some(({ key }) => key === '') ? ['A value has no key'] : [];
  return decided(value, [...nameless, ...[...twice].map((key) => `'${key}' is given twice`)]);
}

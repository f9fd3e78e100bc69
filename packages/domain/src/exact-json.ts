/**
 * JSON whose numbers are written again as they were read.
 *
 * JavaScript's numbers cannot tell `1.0` from `1`, and round integers above 2^53; Ganeti's data may hold both. A value
 * is read as a plain number all the same, and the object that holds it remembers the text if it would be printed as
 * another. The text goes along when the object is copied by spreading, and no longer counts when the value was changed.
 *
 * Two objects spread into one: only the texts of the later one are kept. `structuredClone` keeps none.
 */

/** Of an object or a list: key → text of a number that would be printed otherwise. */
const numberTexts = Symbol('texts of numbers');

type Holder = object & { [numberTexts]?: Record<string, string> };

/** As JSON.parse, which also says what is wrong. */
export function parseExactJson(json: string): unknown {
  const value: unknown = JSON.parse(json);
  const marked = withMarkedNumbers(json);
  return marked === undefined ? value : JSON.parse(marked, unmarked);
}

/** How the number that lies under `key` is written. */
export function numberText(holder: object, key: string | number, value: number): string {
  const text = (holder as Holder)[numberTexts]?.[key];
  return text !== undefined && Number(text) === value ? text : JSON.stringify(value);
}

/** Begins a text that was a number. Texts that begin with it themselves get a second one. */
const mark = '\u0001';
const quotedMark = '"\\u0001';

/** A text, or a number: in JSON that was parsed before, nothing else looks like either. */
const token = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;

/** Undefined if every number is printed as it was read. */
function withMarkedNumbers(json: string): string | undefined {
  if (!hasUnusualNumber(json)) return undefined;
  return json.replace(token, (text, at: number) => {
    if (isUnusualNumber(text)) return `${quotedMark}${text}"`;
    const isAmbiguous = text.startsWith(quotedMark) && !isKey(json, at + text.length);
    return isAmbiguous ? `${quotedMark}${text.slice(1)}` : text;
  });
}

function hasUnusualNumber(json: string): boolean {
  for (const [text] of json.matchAll(token)) if (isUnusualNumber(text)) return true;
  return false;
}

const isUnusualNumber = (text: string): boolean => !text.startsWith('"') && String(Number(text)) !== text;

function isKey(json: string, end: number): boolean {
  const colon = /\s*:/y;
  colon.lastIndex = end;
  return colon.test(json);
}

function unmarked(this: Holder, key: string, value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith(mark)) return value;
  const text = value.slice(mark.length);
  if (text.startsWith(mark)) return text;
  // Without a prototype, for the key may be anything.
  this[numberTexts] ??= Object.create(null) as Record<string, string>;
  this[numberTexts][key] = text;
  return Number(text);
}

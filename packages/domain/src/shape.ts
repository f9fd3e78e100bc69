/**
 * What a JSON value from outside must look like, written as a value of its own: `object({ port: integer(1) })`.
 *
 * A shape lists every place that does not fit, not only the first. Keys it does not name are carried through.
 */
import { ClusterError, type Reason } from './errors.ts';
import { parseExactJson } from './exact-json.ts';

/** The misfits of `value`, each as a sentence that begins with its path. Empty if it fits. */
export type Shape = (value: unknown, path: string) => readonly string[];

const shape =
  (what: string, fits: (value: unknown) => boolean): Shape =>
  (value, path) =>
    fits(value) ? [] : [`${path} is ${value === undefined ? 'missing' : `not ${what}`}`];

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const text = shape('a text', (v) => typeof v === 'string');
export const filledText = shape('a text with something in it', (v) => typeof v === 'string' && v !== '');
export const flag = shape('true or false', (v) => typeof v === 'boolean');
export const number = shape('a number', (v) => typeof v === 'number');
/** What stands for itself on one line. */
export const scalar = shape('a text, a number, true or false', (v) =>
  ['string', 'number', 'boolean'].includes(typeof v),
);
export const map = shape('an object', isPlainObject);

export const integer = (from: number, to = Number.MAX_SAFE_INTEGER): Shape =>
  shape(`a whole number from ${from}${to === Number.MAX_SAFE_INTEGER ? '' : ` to ${to}`}`, (v) =>
    Boolean(Number.isSafeInteger(v) && Number(v) >= from && Number(v) <= to),
  );

export const oneOf = (...values: readonly (string | number)[]): Shape =>
  shape(`one of ${values.join(', ')}`, (v) => values.some((value) => value === v));

export const optional =
  (inner: Shape): Shape =>
  (value, path) =>
    value === undefined ? [] : inner(value, path);

export const orNull =
  (inner: Shape): Shape =>
  (value, path) =>
    value === null ? [] : inner(value, path);

export const listOf =
  (item: Shape): Shape =>
  (value, path) =>
    Array.isArray(value)
      ? value.flatMap((v: unknown, i) => item(v, `${path}[${i}]`))
      : shape('a list', () => false)(value, path);

export const pairOf =
  (item: Shape): Shape =>
  (value, path) =>
    Array.isArray(value) && value.length === 2
      ? listOf(item)(value, path)
      : shape('a pair', () => false)(value, path);

export const mapOf =
  (member: Shape): Shape =>
  (value, path) =>
    isPlainObject(value)
      ? Object.entries(value).flatMap(([key, v]) => member(v, `${path}.${key}`))
      : map(value, path);

export const object =
  (members: Readonly<Record<string, Shape>>): Shape =>
  (value, path) =>
    isPlainObject(value)
      ? Object.entries(members).flatMap(([key, member]) => member(value[key], path ? `${path}.${key}` : key))
      : map(value, path || 'it');

/** Parses JSON of the given shape, or throws `reason` with what is wrong; `what` names the text, as in "The roster". */
export function parseShaped(json: string, wanted: Shape, what: string, reason: Reason): unknown {
  const value = parseJson(json, what, reason);
  requireShape(value, wanted, what, reason);
  return value;
}

/** Deeper than any text of ours or of Ganeti's, and far from where a program that follows it has no stack left. */
export const deepestJson = 100;

/** Fails with `reason` unless it is JSON that can be written again as it was read. */
export function parseJson(json: string, what: string, reason: Reason): unknown {
  const value = jsonValue(json, what, reason);
  const trouble = troubleIn(value);
  if (trouble === undefined) return value;
  throw new ClusterError(reason, `${what} ${trouble}`);
}

function jsonValue(json: string, what: string, reason: Reason): unknown {
  try {
    return parseExactJson(json);
  } catch (cause) {
    throw new ClusterError(reason, `${what} is not JSON`, { cause });
  }
}

/** Level by level, because a text of a hundred thousand brackets is parsed, but not followed by recursion. */
function troubleIn(value: unknown): string | undefined {
  let level: readonly unknown[] = [value];
  for (let depth = 0; depth < deepestJson; depth += 1) {
    if (level.some((one) => typeof one === 'number' && !Number.isFinite(one)))
      return 'holds a number that is too large';
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
    if (level.length === 0) return undefined;
  }
  return `is nested more than ${deepestJson} levels deep`;
}

export function requireShape(value: unknown, wanted: Shape, what: string, reason: Reason): void {
  const misfits = wanted(value, '');
  if (misfits.length === 0) return;
  const more = misfits.length > 5 ? ` and ${misfits.length - 5} more` : '';
  throw new ClusterError(reason, `${what} does not have its form: ${misfits.slice(0, 5).join('; ')}${more}`);
}

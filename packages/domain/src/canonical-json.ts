/**
 * One text per value: keys in code-unit order, no white space.
 *
 * Digests are taken over this form, so two programs that hold the same configuration agree on its digest,
 * whatever order its keys came in. A number is printed as it was read (exact-json.ts), any other as JavaScript does;
 * keys without a value are left out.
 */
import { numberText } from './exact-json.ts';

export function canonicalJson(value: unknown): string {
  if (Array.isArray(value))
    return `[${value.map((item, place) => memberText(value, place, item)).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${memberText(value, key, member)}`);
  return `{${members.join(',')}}`;
}

const memberText = (holder: object, key: string | number, member: unknown): string =>
  typeof member === 'number' ? numberText(holder, key, member) : canonicalJson(member ?? null);

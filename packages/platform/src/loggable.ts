/**
 * What may be written to a log: the same values with every secret withheld, by the name of its field and by its looks.
 *
 * Keys travel through the daemons as text, in requests and inside errors about requests that could not be read; no
 * caller can be trusted to remember that each time. In Ganeti such input was logged as it came (BEH-246).
 */

const withheld = '[withheld]';

/** `privateKeyPem`, `certificatePem`, `token`, `hmacKey`, `clusterDomainSecret`, `passphrase` … but not `keyType`. */
const secretName = /(pem|token|secret|password|passphrase|(private|hmac|signing)key)$/i;

/** Up to the end of the text if the end of the block is missing: half a key is a secret too. */
const privateKeyBlock =
  /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:(?!-----BEGIN )[^])*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;

/** A line of an operator's log is no place for more; also ends circles. */
const deepest = 6;

export const loggableText = (text: string): string => text.replaceAll(privateKeyBlock, withheld);

/** A copy that can be written as JSON. */
export function loggable(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return loggableText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (depth === deepest) return '[deeper]';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'no date' : value.toISOString();
  if (value instanceof Uint8Array) return `[${value.length} bytes]`;
  if (value instanceof Error) return loggable(errorFields(value), depth);
  if (value instanceof Map) return loggable(Object.fromEntries(value), depth);
  if (value instanceof Set || Array.isArray(value))
    return [...value].map((item) => loggable(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, loggableField(name, each, depth)]),
  );
}

function loggableField(name: string, value: unknown, depth: number): unknown {
  const empty = value === undefined || value === null || value === '';
  return secretName.test(name) && !empty ? withheld : loggable(value, depth + 1);
}

export const loggableFields = (fields: object): object => loggable(fields) as object;

/** Also what an error carries beside its message: code, reason, hint, facts. */
function errorFields(error: Error): object {
  const { name, message, stack, cause } = error;
  return Object.assign({ name, message }, error, { stack }, cause === undefined ? {} : { cause });
}

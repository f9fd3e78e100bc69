/**
 * A join token as the one line that an administrator carries from the master to a new host.
 *
 *   quorate1_ID_SECRET_ANCHORS_PORT_ADDRESSES_CHECK
 *
 * Where to knock, by which certificate the cluster is known, and the secret. The check sum finds what was mistyped or cut
 * off before anything is sent; it keeps nothing secret. What the cluster remembers of a token is in token-book.ts.
 *
 * Counterpart in Ganeti: none.
 */
import { ClusterError } from './errors.ts';
import { ipFamily } from './names.ts';

export interface JoinToken {
  /** By which it is listed and revoked: 12 lower-case hex characters. */
  readonly id: string;
  /** 256 random bits, lower-case hex. */
  readonly secret: string;
  /** SHA-256 of each cluster certificate that counts (DER), lower-case hex: two while it is being renewed. */
  readonly anchors: readonly string[];
  readonly port: number;
  /** Literal, where the master is or may be; the first that serves is the one. */
  readonly addresses: readonly string[];
}

const prefix = 'quorate1';

/** Beyond this a token gets too long for one line of a mail. */
export const tokenAddressLimit = 8;

export function joinTokenText({ id, secret, anchors, port, addresses }: JoinToken): string {
  const content = [prefix, id, secret, anchors.join(','), port, addresses.join(',')].join('_');
  return `${content}_${checkSum(content)}`;
}

/** White space anywhere in it is passed over: mail breaks lines. Fails with WRONG_INPUT, never quoting the text. */
export function parseJoinToken(typed: string): JoinToken {
  const text = typed.replaceAll(/\s+/g, '');
  const [found, id = '', secret = '', anchors = '', port = '', addresses = '', sum, ...rest] =
    text.split('_');
  if (found !== prefix) throw unusable(`a token begins with ${prefix}_`);
  if (sum === undefined || rest.length > 0) throw unusable('it is not whole');
  if (checkSum(text.slice(0, text.lastIndexOf('_'))) !== sum)
    throw unusable('its check sum is wrong: it was mistyped, or a part is missing');
  const token = {
    ...{ id, secret, port: Number(port) },
    ...{ anchors: anchors.split(','), addresses: addresses.split(',') },
  };
  if (!isWhole(token)) throw unusable('it does not have the form of this version');
  return token;
}

const isHex = (text: string, length: number): boolean => text.length === length && /^[0-9a-f]+$/.test(text);

const isWhole = ({ id, secret, anchors, port, addresses }: JoinToken): boolean =>
  isHex(id, 12) &&
  isHex(secret, 64) &&
  anchors.every((anchor) => isHex(anchor, 64)) &&
  Number.isInteger(port) &&
  port >= 1 &&
  port <= 65_535 &&
  addresses.length <= tokenAddressLimit &&
  addresses.every((address) => ipFamily(address) !== undefined);

const unusable = (why: string): ClusterError =>
  new ClusterError('WRONG_INPUT', `This is no usable join token: ${why}`, {
    hint: 'Copy the whole line that quorate token create printed',
  });

/** CRC-32 (IEEE 802.3), which finds every single wrong character and every exchanged pair; eight hex characters. */
function checkSum(text: string): string {
  let rest = 0xffff_ffff;
  for (const character of text) {
    rest ^= (character.codePointAt(0) ?? 0) & 0xff;
    for (let bit = 0; bit < 8; bit += 1) rest = (rest >>> 1) ^ (rest & 1 ? 0xedb8_8320 : 0);
  }
  return ((rest ^ 0xffff_ffff) >>> 0).toString(16).padStart(8, '0');
}

/**
 * One public key in a text of authorized_keys.
 *
 * A line that has the key already is left as it is, whatever its remark: with options before the key it lets in only
 * what the administrator wants, and a second line without them would undo that.
 *
 * Counterpart in Ganeti: lib/ssh.py, AddAuthorizedKey.
 */
import { type ChangedText, linesOf, withLineAdded } from './line-change.ts';

/** `publicKey` is the line of an OpenSSH `.pub` file. Undefined if nothing has to be changed. */
export function withAuthorizedKey(text: string, publicKey: string): ChangedText | undefined {
  const key = keyIn(publicKey);
  const isThere = key !== undefined && linesOf(text).some((line) => keyIn(line) === key);
  return isThere ? undefined : withLineAdded(text, publicKey.trim());
}

/** Type and key without options and remark, one blank between them. */
export const keyIn = (line: string): string | undefined => keyLineIn(line)?.key;

interface KeyLine {
  readonly key: string;
  /** What stands behind it. */
  readonly remark: string;
}

/** Every key that such a text lets in. */
export const keyLinesIn = (text: string): readonly KeyLine[] =>
  linesOf(text).flatMap((line) => keyLineIn(line) ?? []);

function keyLineIn(line: string): KeyLine | undefined {
  if (line.trimStart().startsWith('#')) return undefined;
  const found = /(?:^|[ \t])((?:ssh|ecdsa|sk)-[\w@.-]+)[ \t]+([A-Za-z0-9+/]+=*)(?:\s+(.*)|$)/.exec(line);
  return found ? { key: `${found[1]} ${found[2]}`, remark: (found[3] ?? '').trim() } : undefined;
}

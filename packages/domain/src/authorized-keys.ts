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
export function keyIn(line: string): string | undefined {
  if (line.trimStart().startsWith('#')) return undefined;
  const found = /(?:^|[ \t])((?:ssh|ecdsa|sk)-[\w@.-]+)[ \t]+([A-Za-z0-9+/]+=*)(?=\s|$)/.exec(line);
  return found ? `${found[1]} ${found[2]}` : undefined;
}

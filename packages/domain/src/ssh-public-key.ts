/**
 * A node's SSH public key on its way to the other hosts: one line of type, key and perhaps a remark.
 *
 * It ends as a line of authorized_keys, which is a way in as root. So it is judged by whoever passes it on and by
 * whoever receives it: no options before the key, no second line, no type that does not fit the key, and a bound.
 * What is not such a line is no key. Other keys of an administrator's are none of ours (authorized-keys.ts).
 */
import type { Shape } from './shape.ts';

/** Kinds of key pairs that a cluster can have, as OpenSSH names their files. */
export type SshKeyType = 'rsa' | 'dsa' | 'ecdsa';

export const sshKeyTypes: readonly SshKeyType[] = ['rsa', 'dsa', 'ecdsa'];

/** Every key begins with the length and the name of its type, here in base64 as far as that ends on whole characters. */
const beginnings: Readonly<Record<string, string>> = {
  'ssh-rsa': 'AAAAB3NzaC1yc2',
  'ssh-dss': 'AAAAB3NzaC1kc3',
  'ecdsa-sha2-nistp256': 'AAAAE2VjZHNhLXNoYTItbmlzdHAyNT',
  'ecdsa-sha2-nistp384': 'AAAAE2VjZHNhLXNoYTItbmlzdHAzOD',
  'ecdsa-sha2-nistp521': 'AAAAE2VjZHNhLXNoYTItbmlzdHA1Mj',
};

/** A key of RSA 16384, the largest that OpenSSH takes, has 2800. */
export const sshPublicKeyMaxLength = 4096;

/** Whether this is exactly such a line, without its end. */
export function isSshPublicKey(line: string): boolean {
  if (line.length > sshPublicKeyMaxLength) return false;
  const found = /^([a-z0-9-]+) ([A-Za-z0-9+/]+={0,2})(?: [ -~]*)?$/.exec(line);
  const [, type = '', key = ''] = found ?? [];
  const beginning = Object.hasOwn(beginnings, type) ? beginnings[type] : undefined;
  return beginning !== undefined && key.length % 4 === 0 && key.startsWith(beginning);
}

/**
 * The line of an OpenSSH `.pub` file as it is passed on. A remark in another encoding than ASCII is left out. Undefined
 * if it is no key.
 */
export function sshPublicKeyIn(text: string): string | undefined {
  const line = text.trim();
  if (isSshPublicKey(line)) return line;
  const [type = '', key = '', ...remark] = line.split(/[ \t]+/);
  const words = remark.filter((word) => /^[!-~]+$/.test(word));
  const passed = [type, key, ...(words.length === remark.length ? words : [])].join(' ');
  return isSshPublicKey(passed) ? passed : undefined;
}

/**
 * The keys in a text of `ganeti_pub_keys`, by node UUID. A node that has several there, or one that cannot be passed on,
 * is left out.
 */
export function sshPublicKeysIn(text: string): Readonly<Record<string, string>> {
  const lines = text.split('\n').map((line) => line.trim());
  const pairs = lines.map(
    (line) => [line.split(' ', 1)[0] ?? '', line.slice(line.indexOf(' ') + 1)] as const,
  );
  const single = pairs.filter(([uuid]) => pairs.filter(([other]) => other === uuid).length === 1);
  return Object.fromEntries(
    single.flatMap(([uuid, line]) => {
      const key = sshPublicKeyIn(line);
      return key === undefined ? [] : [[uuid, key] as const];
    }),
  );
}

/** The value of a field that must be such a line. */
export const sshPublicKey: Shape = (value, path) =>
  typeof value === 'string' && isSshPublicKey(value) ? [] : [`${path} is not an SSH public key`];

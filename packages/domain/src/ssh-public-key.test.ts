/** What passes as a line of authorized_keys must let in by its key only, and be one line. */
import { describe, expect, it } from 'vitest';
import {
  isSshPublicKey,
  sshPublicKey,
  sshPublicKeyIn,
  sshPublicKeyMaxLength,
  sshPublicKeysIn,
} from './ssh-public-key.ts';

const blob = 'AAAAB3NzaC1yc2EAAAADAQAB';
const ecdsa = 'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAA=';

describe('a line of a public key', () => {
  it.each([
    `ssh-rsa ${blob}`,
    `ssh-rsa ${blob} root@node1.lab.test`,
    `ssh-rsa ${blob} two words, "quoted"`,
    ecdsa,
  ])('%s is one', (line) => {
    expect(isSshPublicKey(line)).toBe(true);
    expect(sshPublicKey(line, 'key')).toEqual([]);
    expect(sshPublicKeyIn(`${line}\n`)).toBe(line);
  });

  it.each<[string, string]>([
    ['nothing', ''],
    ['two lines', `ssh-rsa ${blob} a\nssh-rsa ${blob} b`],
    ['an end of line', `ssh-rsa ${blob}\n`],
    ['a carriage return', `ssh-rsa ${blob} a\r${ecdsa}`],
    ['a NUL', `ssh-rsa ${blob} a\0b`],
    ['another line by Unicode', `ssh-rsa ${blob} a\u2028b`],
    ['options before it', `command="/bin/sh" ssh-rsa ${blob}`],
    ['an authority', `cert-authority ssh-rsa ${blob}`],
    ['a remark', `# ssh-rsa ${blob}`],
    ['a blank before it', ` ssh-rsa ${blob}`],
    ['a certificate', `ssh-rsa-cert-v01@openssh.com ${blob}`],
    ['a type of no cluster', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA'],
    ['a type of an object', `constructor ${blob}`],
    ['the key of another type', `ssh-dss ${blob}`],
    ['half a key', `ssh-rsa ${blob}A`],
    ['a key that is no base64', `ssh-rsa ${blob.slice(0, -1)}!`],
    ['more than the bound', `ssh-rsa ${blob} ${'x'.repeat(sshPublicKeyMaxLength)}`],
    ['a private key', '-----BEGIN OPENSSH PRIVATE KEY-----'],
  ])('%s is none', (_what, line) => {
    expect(isSshPublicKey(line)).toBe(false);
    expect(sshPublicKey(line, 'nodes[0].key')).toEqual(['nodes[0].key is not an SSH public key']);
  });

  it('is taken from a file with its remark if that is ASCII', () => {
    expect(sshPublicKeyIn(`ssh-rsa\t${blob}  root@a  b \r\n`)).toBe(`ssh-rsa ${blob} root@a b`);
    expect(sshPublicKeyIn(`ssh-rsa ${blob} root@Küche\n`)).toBe(`ssh-rsa ${blob}`);
    expect(sshPublicKeyIn(`from="*" ssh-rsa ${blob}\n`)).toBeUndefined();
    expect(sshPublicKeyIn('ssh-rsa\n')).toBeUndefined();
  });

  it('is found by node in what Ganeti kept, if the node has just one', () => {
    const text = `a ssh-rsa ${blob} root@a\nb ssh-rsa ${blob}\nb ${ecdsa}\nc ssh-rsa\n\nd ${ecdsa}\n`;
    expect(sshPublicKeysIn(text)).toEqual({ a: `ssh-rsa ${blob} root@a`, d: ecdsa });
  });

  it('is no other value', () => {
    for (const value of [undefined, null, 1, [ecdsa], { ecdsa }])
      expect(sshPublicKey(value, 'key')).toHaveLength(1);
  });
});

/** Keys as OpenSSH's own tool sees them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCommand } from './processes.ts';
import { createSshKeyPair, type SshKeyWishes } from './ssh-keys.ts';

let scratch: string;
beforeAll(() => void (scratch = mkdtempSync(join(tmpdir(), 'quorate-ssh-keys-'))));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const keygen = (...args: string[]) => runCommand('ssh-keygen', args, { timeoutMs: 30_000 });
const hasKeygen = await keygen('-?').then(
  () => true,
  () => false,
);

it.skipIf(!hasKeygen).each<[SshKeyWishes['type'], number, string]>([
  ['rsa', 2048, 'ssh-rsa'],
  ['ecdsa', 384, 'ecdsa-sha2-nistp384'],
  ['ecdsa', 521, 'ecdsa-sha2-nistp521'],
  ['dsa', 1024, 'ssh-dss'],
])(
  'a pair of type %s with %i bits is one for ssh-keygen too, without pass phrase',
  async (type, bits, word) => {
    const { privateKey, publicKey } = await createSshKeyPair({ type, bits, comment: 'root@node1' });
    const file = join(scratch, `${type}-${bits}`);
    writeFileSync(file, privateKey, { mode: 0o600 });
    const derived = await keygen('-y', '-P', '', '-f', file);
    expect(derived.stderr).toBe('');
    expect(derived.stdout.split(' ').slice(0, 2).join(' ').trim()).toBe(
      publicKey.split(' ').slice(0, 2).join(' '),
    );
    expect(publicKey).toMatch(new RegExp(`^${word} [A-Za-z0-9+/]+=* root@node1$`));
    const { stdout } = await keygen('-l', '-f', file);
    expect(stdout).toMatch(new RegExp(`^${bits} `));
  },
);

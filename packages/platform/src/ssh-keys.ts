/**
 * Key pairs for SSH clients, in the files' texts of OpenSSH, without pass phrase.
 *
 * Counterpart in Ganeti: lib/ssh.py, GenerateRootSshKeys, which lets ssh-keygen overwrite what is there.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { utils } from 'ssh2';
import { commandFailed, runCommand } from './processes.ts';

export interface SshKeyWishes {
  readonly type: 'rsa' | 'dsa' | 'ecdsa';
  readonly bits: number;
  /** The third word of the public key's line. */
  readonly comment: string;
}

export interface SshKeyPair {
  readonly privateKey: string;
  /** One line, without its end. */
  readonly publicKey: string;
}

/** A key of 1024 bits is made in a second even on a slow machine. */
const keygenMs = 60_000;

/** DSA only with ssh-keygen: fails with HOST_UNFIT where there is none, COMMAND_FAILED where it knows DSA no more. */
export async function createSshKeyPair(wishes: SshKeyWishes): Promise<SshKeyPair> {
  const { privateKey, publicKey } = await (wishes.type === 'dsa'
    ? withSshKeygen(wishes)
    : withLibrary(wishes));
  return { privateKey: `${privateKey.trim()}\n`, publicKey: publicKey.trim() };
}

type CurveBits = 256 | 384 | 521;

function withLibrary({ type, bits, comment }: SshKeyWishes): Promise<SshKeyPair> {
  return new Promise((resolve, reject) => {
    const answer = (error: Error | null, pair: { private: string; public: string }): void =>
      error ? reject(error) : resolve({ privateKey: pair.private, publicKey: pair.public });
    if (type === 'rsa') utils.generateKeyPair('rsa', { bits, comment }, answer);
    else utils.generateKeyPair('ecdsa', { bits: bits as CurveBits, comment }, answer);
  });
}

/** In a directory that nobody else can enter. */
async function withSshKeygen({ type, bits, comment }: SshKeyWishes): Promise<SshKeyPair> {
  const directory = await mkdtemp(join(tmpdir(), 'quorate-key-'));
  try {
    const file = join(directory, 'key');
    const args = ['-q', '-t', type, '-b', String(bits), '-N', '', '-C', comment, '-f', file];
    const result = await runCommand('ssh-keygen', args, { timeoutMs: keygenMs });
    if (result.code !== 0) throw commandFailed('ssh-keygen', args, result);
    const [privateKey, publicKey] = await Promise.all([
      readFile(file, 'utf8'),
      readFile(`${file}.pub`, 'utf8'),
    ]);
    return { privateKey, publicKey };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

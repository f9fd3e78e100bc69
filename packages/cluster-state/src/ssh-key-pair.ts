/**
 * A pair of SSH key files as it lies there, taken up and put back byte by byte.
 *
 * Who logs in with it meanwhile must never find two halves that do not belong together: OpenSSH refuses such a pair,
 * and takes the public half from the private one where there is no file of it. So the public half goes first, and comes
 * back last.
 */
import { integer, object, orNull, text } from '@quorate/domain/shape';
import type { RootSshFiles } from './layout.ts';
import type { State } from './state.ts';

export interface KeyFile {
  /** Each byte one character. */
  readonly bytes: string;
  /** Permission bits. */
  readonly mode: number;
}

export interface KeyPairFiles {
  readonly privateKey: KeyFile;
  /** null if there was none. */
  readonly publicKey: KeyFile | null;
}

export type KeyPairPlaces = Pick<RootSshFiles, 'privateKey' | 'publicKey'>;

/** undefined without a private half. */
export async function readKeyPair(
  state: State,
  { privateKey, publicKey }: KeyPairPlaces,
): Promise<KeyPairFiles | undefined> {
  const found = await readKeyFile(state, privateKey.path);
  return found && { privateKey: found, publicKey: (await readKeyFile(state, publicKey.path)) ?? null };
}

async function readKeyFile({ files }: State, path: string): Promise<KeyFile | undefined> {
  const bytes = await files.readBytes(path);
  const facts = await files.stat(path);
  return bytes === undefined || !facts ? undefined : { bytes, mode: facts.mode };
}

/** What is in order is not written. Links to the private half, and its owner, stay. */
export async function putKeyPair(
  state: State,
  { privateKey, publicKey }: KeyPairPlaces,
  pair: KeyPairFiles,
): Promise<void> {
  const { files } = state;
  const before = await readKeyPair(state, { privateKey, publicKey });
  if (before?.privateKey.bytes !== pair.privateKey.bytes) {
    await files.remove(publicKey.path);
    await putKeyFile(state, privateKey.path, pair.privateKey);
  }
  const { publicKey: half } = pair;
  const present = await files.readBytes(publicKey.path);
  if (half && half.bytes !== present) await putKeyFile(state, publicKey.path, half);
  if (!half && present !== undefined) await files.remove(publicKey.path);
}

/** A new file is written as UTF-8; a remark in another encoding is rewritten then, byte by byte. */
async function putKeyFile({ files }: State, path: string, { bytes, mode }: KeyFile): Promise<void> {
  const isThere = (await files.stat(path)) !== undefined;
  const isPlain = /^[\0-\x7f]*$/.test(bytes);
  if (!isThere) await files.writeAtomic(path, isPlain ? bytes : '', { mode });
  if (isThere || !isPlain) await files.rewrite(path, bytes);
}

const keyFile = object({ bytes: text, mode: integer(0, 0o7777) });

export const keyPairFiles = object({ privateKey: keyFile, publicKey: orNull(keyFile) });

/**
 * Root's SSH key pair of the cluster's type, and its line in root's authorized_keys.
 *
 * The pair has OpenSSH's usual name, because Ganeti's verify compares that file with ganeti_pub_keys and its commands
 * log in with it. An administrator who has a pair of that name keeps it: then it is used, never replaced, and not ours
 * to delete (BEH-151).
 *
 * Counterpart in Ganeti: lib/ssh.py, InitSSHSetup, which replaces what is there.
 */
import { homeOfRoot } from '@quorate/domain/accounts-file';
import { withAuthorizedKey } from '@quorate/domain/authorized-keys';
import { ClusterError } from '@quorate/domain/errors';
import { type RootSshKeyFacts, rootSshKeyComplaint } from '@quorate/domain/root-ssh-key';
import { sshPublicKeyIn } from '@quorate/domain/ssh-public-key';
import { sha256Hex } from '@quorate/platform/digest';
import { createSshKeyPair, type SshKeyWishes } from '@quorate/platform/ssh-keys';
import { noteHostChange, readHostChanges, type SshKeyChange } from './host-change-record.ts';
import { ensureHostDirectories } from './host-directories.ts';
import { ensureLines, removeTemporariesOf } from './host-lines.ts';
import { type RootSshFiles, rootSshFiles } from './layout.ts';
import { type KeyPairPlaces, putKeyPair } from './ssh-key-pair.ts';
import type { State } from './state.ts';

/** Where they lie on this host: below the home directory that /etc/passwd gives root. */
export async function rootSshPlaces({ files, layout }: State, type: string): Promise<RootSshFiles> {
  const accounts = (await files.readText(layout.accountsFile.path)) ?? '';
  return rootSshFiles(layout, homeOfRoot(accounts) ?? '/root', type);
}

/** Looks at the pair for the checks of init. */
export async function rootSshKeyFacts(state: State, type: string): Promise<RootSshKeyFacts> {
  const { privateKey, publicKey } = await rootSshPlaces(state, type);
  const line = await state.files.readText(publicKey.path);
  return {
    path: privateKey.path,
    hasPrivateKey: (await state.files.stat(privateKey.path)) !== undefined,
    publicKey: line === undefined ? 'absent' : sshPublicKeyIn(line) === undefined ? 'unusable' : 'usable',
  };
}

/**
 * Resolves to the public key as it is passed on (ssh-public-key.ts). May be repeated. Throws HOST_UNFIT, with nothing
 * changed, if half a pair is there or its public half is no key.
 */
export async function ensureRootKeyPair(state: State, wishes: SshKeyWishes): Promise<string> {
  const places = await rootSshPlaces(state, wishes.type);
  const complaint = rootSshKeyComplaint(await rootSshKeyFacts(state, wishes.type));
  const noted = (await readHostChanges(state))?.sshKey;
  if (complaint !== undefined && noted === undefined) throw new ClusterError('HOST_UNFIT', complaint);
  await ensureHostDirectories(state, [places.home, places.directory]);
  const publicKey = sshPublicKeyIn(await ensureKeyPair(state, places, wishes));
  if (publicKey !== undefined) return publicKey;
  throw new ClusterError('HOST_UNFIT', `${places.publicKey.path} is not an SSH public key`);
}

/** The pair, and that it is let in here: before there is a roster that says so (host-setup.ts). */
export async function ensureRootSshKey(state: State, wishes: SshKeyWishes): Promise<string> {
  const publicKey = await ensureRootKeyPair(state, wishes);
  const { authorizedKeys } = await rootSshPlaces(state, wishes.type);
  await ensureLines(state, 'authorizedKeys', authorizedKeys, [(text) => withAuthorizedKey(text, publicKey)]);
  return publicKey;
}

async function ensureKeyPair(state: State, places: RootSshFiles, wishes: SshKeyWishes): Promise<string> {
  const noted = (await readHostChanges(state))?.sshKey;
  if (noted?.privatePath === places.privateKey.path && (await isOurs(state, noted))) {
    await ensurePublicHalf(state, places, noted.publicKey);
    return noted.publicKey;
  }
  return (await administratorsKey(state, wishes.type)) ?? (await makeKeyPair(state, places, wishes));
}

export async function isOurs(
  { files }: State,
  { privatePath, privateSha256 }: SshKeyChange,
): Promise<boolean> {
  const found = await files.readText(privatePath);
  return found !== undefined && sha256Hex(found) === privateSha256;
}

/** Undefined if there is none. */
async function administratorsKey(state: State, type: string): Promise<string | undefined> {
  const facts = await rootSshKeyFacts(state, type);
  const complaint = rootSshKeyComplaint(facts);
  if (complaint !== undefined) throw new ClusterError('HOST_UNFIT', complaint);
  const { publicKey } = await rootSshPlaces(state, type);
  return (await state.files.readText(publicKey.path))?.trim();
}

/** The private half first: a public one alone would look like half a pair of the administrator's. */
async function makeKeyPair(state: State, places: RootSshFiles, wishes: SshKeyWishes): Promise<string> {
  const { privateKey, publicKey } = await createSshKeyPair(wishes);
  await noteHostChange(state, {
    sshKey: {
      privatePath: places.privateKey.path,
      publicPath: places.publicKey.path,
      privateSha256: sha256Hex(privateKey),
      publicKey,
    },
  });
  await state.files.writeAtomic(places.privateKey.path, privateKey, { mode: places.privateKey.mode });
  await ensurePublicHalf(state, places, publicKey);
  return publicKey;
}

async function ensurePublicHalf({ files }: State, { publicKey }: RootSshFiles, line: string): Promise<void> {
  if ((await files.stat(publicKey.path)) === undefined)
    await files.writeAtomic(publicKey.path, `${line}\n`, { mode: publicKey.mode });
}

/**
 * Deletes what is still as it was made, and puts back what that replaced; what somebody has put in its place is his, and
 * then what was replaced is laid beside it. May be repeated.
 */
export async function takeBackSshKey(state: State, noted: SshKeyChange): Promise<void> {
  const { files } = state;
  const places = placesOf(noted);
  for (const path of [noted.privatePath, noted.publicPath]) await removeTemporariesOf(state, path);
  const { replaced } = noted;
  const found = await files.readBytes(noted.privatePath);
  const isFree = found === undefined || found === replaced?.privateKey.bytes || (await isOurs(state, noted));
  if (replaced) return putKeyPair(state, isFree ? places : besidePlaces(places), replaced);
  if (await isOurs(state, noted)) await files.remove(noted.privatePath);
  if ((await files.readText(noted.publicPath))?.trim() === noted.publicKey)
    await files.remove(noted.publicPath);
}

export const placesOf = ({ privatePath, publicPath }: SshKeyChange): KeyPairPlaces => ({
  privateKey: { path: privatePath, mode: 0o600 },
  publicKey: { path: publicPath, mode: 0o644 },
});

const besidePlaces = ({ privateKey, publicKey }: KeyPairPlaces): KeyPairPlaces => {
  const path = `${privateKey.path}.before-quorate`;
  return { privateKey: { ...privateKey, path }, publicKey: { ...publicKey, path: `${path}.pub` } };
};

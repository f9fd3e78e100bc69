/**
 * A node's half of the renewal of root's SSH key pair: the new one is made and waits in renewal.json, takes the place of
 * the old one at the switch, and the old one waits there until the renewal is over.
 *
 * What it takes the place of may be the administrator's own: then it goes into the record of what was changed on this
 * host before it is overwritten, and is put back byte by byte whenever ours goes (root-ssh-key.ts). No private key
 * leaves this node.
 *
 * Counterpart in Ganeti: RenewSshKeys of lib/backend.py, which runs ssh-keygen over what is there.
 */
import { ClusterError } from '@quorate/domain/errors';
import { rootSshKeyComplaint } from '@quorate/domain/root-ssh-key';
import { object, oneOf, optional, orNull, text } from '@quorate/domain/shape';
import { isSshPublicKey, sshKeyTypes, type SshKeyType } from '@quorate/domain/ssh-public-key';
import { sha256Hex } from '@quorate/platform/digest';
import { createSshKeyPair, type SshKeyWishes } from '@quorate/platform/ssh-keys';
import { noteHostChange, readHostChanges, type SshKeyChange } from './host-change-record.ts';
import { ensureHostDirectories } from './host-directories.ts';
import { removeTemporariesOf } from './host-lines.ts';
import { isOurs, placesOf, rootSshKeyFacts, rootSshPlaces, takeBackSshKey } from './root-ssh-key.ts';
import { type KeyPairFiles, keyPairFiles, putKeyPair, readKeyPair } from './ssh-key-pair.ts';
import type { State } from './state.ts';

export interface SshPairRenewal {
  readonly type: SshKeyType;
  readonly privateKey: string;
  /** One line, without its end. */
  readonly publicKey: string;
  /** What it takes the place of; null for nothing, absent before the switch. */
  readonly previous?: KeyPairFiles | null;
}

export const sshPairRenewal = object({
  type: oneOf(...sshKeyTypes),
  privateKey: text,
  publicKey: text,
  previous: optional(orNull(keyPairFiles)),
});

/**
 * Makes a pair, and changes nothing. Throws HOST_UNFIT where it could not take the place it is for: before any node has
 * switched.
 */
export async function newSshPair(state: State, wishes: SshKeyWishes): Promise<SshPairRenewal> {
  await assertPlaceable(state, wishes.type);
  const { privateKey, publicKey } = await createSshKeyPair(wishes);
  if (!isSshPublicKey(publicKey)) throw new ClusterError('INTERNAL', 'What was made is no SSH public key');
  return { type: wishes.type, privateKey, publicKey };
}

async function assertPlaceable(state: State, type: SshKeyType): Promise<void> {
  const places = await rootSshPlaces(state, type);
  const complaint = rootSshKeyComplaint(await rootSshKeyFacts(state, type));
  if (complaint !== undefined) throw new ClusterError('HOST_UNFIT', complaint);
  const pair = await readKeyPair(state, places);
  if (pair && (pair.privateKey.mode & 0o077) !== 0)
    throw new ClusterError('HOST_UNFIT', `${places.privateKey.path} can be read by others than root`, {
      hint: `No SSH client uses it like that: chmod 600 ${places.privateKey.path}`,
    });
}

/** Just before the switch. */
export async function withPresentPair(state: State, renewal: SshPairRenewal): Promise<SshPairRenewal> {
  const places = await rootSshPlaces(state, renewal.type);
  return { ...renewal, previous: (await readKeyPair(state, places)) ?? null };
}

/** Repeatable; what it replaces is on record before. */
export async function placeSshPair(state: State, renewal: SshPairRenewal): Promise<void> {
  const places = await rootSshPlaces(state, renewal.type);
  const { sshKey, newSshKey } = (await readHostChanges(state)) ?? {};
  const { privateKey, publicKey, previous } = renewal;
  const isOwn =
    sshKey?.privatePath === places.privateKey.path &&
    sshKey.privateSha256 === sha256Hex(previous?.privateKey.bytes ?? '');
  const noted: SshKeyChange = {
    privatePath: places.privateKey.path,
    publicPath: places.publicKey.path,
    privateSha256: sha256Hex(privateKey),
    publicKey,
    ...(previous && !isOwn && { replaced: previous }),
  };
  if (newSshKey?.privateSha256 !== noted.privateSha256) await noteHostChange(state, { newSshKey: noted });
  await ensureHostDirectories(state, [places.home, places.directory]);
  await putKeyPair(state, places, {
    privateKey: { bytes: privateKey, mode: places.privateKey.mode },
    publicKey: { bytes: `${publicKey}\n`, mode: places.publicKey.mode },
  });
}

/** Repeatable. Whatever somebody has put there since is his. */
export async function putBackSshPair(state: State, { previous }: SshPairRenewal): Promise<void> {
  const noted = (await readHostChanges(state))?.newSshKey;
  if (!noted || previous === undefined) return;
  const places = placesOf(noted);
  for (const { path } of Object.values(places)) await removeTemporariesOf(state, path);
  const found = await state.files.readBytes(noted.privatePath);
  const isBetween = found === undefined || found === previous?.privateKey.bytes;
  if (previous && (isBetween || (await isOurs(state, noted)))) await putKeyPair(state, places, previous);
  else if (!previous) await takeBackSshKey(state, noted);
  await noteHostChange(state, { newSshKey: undefined });
}

/** Repeatable. One of another type that was made here goes; what that had replaced comes back. */
export async function keepNewSshPair(state: State): Promise<void> {
  const { sshKey, newSshKey } = (await readHostChanges(state)) ?? {};
  if (!newSshKey) return;
  const inPlace = sshKey?.privatePath === newSshKey.privatePath;
  if (sshKey && !inPlace) await takeBackSshKey(state, sshKey);
  const replaced = newSshKey.replaced ?? (inPlace ? sshKey?.replaced : undefined);
  await noteHostChange(state, {
    sshKey: { ...newSshKey, ...(replaced && { replaced }) },
    newSshKey: undefined,
  });
}

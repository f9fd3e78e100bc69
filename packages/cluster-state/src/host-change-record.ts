/**
 * The record of what this node's membership changed on its host outside the data directory, so that it can be taken
 * back exactly.
 *
 * A change is noted before it is made. What is noted may therefore not have happened yet, and taking it back must look.
 */
import type { LineChange } from '@quorate/domain/line-change';
import {
  filledText,
  flag,
  integer,
  listOf,
  object,
  optional,
  orNull,
  parseShaped,
  text,
} from '@quorate/domain/shape';
import { type KeyPairFiles, keyPairFiles } from './ssh-key-pair.ts';
import type { State } from './state.ts';

export interface DirectoryChange {
  readonly path: string;
  /** Permission bits it had; null if it was made. */
  readonly modeBefore: number | null;
}

/** A line in a file of somebody else's. */
export interface FileChange extends LineChange {
  readonly path: string;
  /** There was no such file. */
  readonly created: boolean;
}

export interface SshKeyChange {
  readonly privatePath: string;
  readonly publicPath: string;
  readonly privateSha256: string;
  /** The line, without its end. */
  readonly publicKey: string;
  /** A pair of the administrator's that it took the place of; absent for none. */
  readonly replaced?: KeyPairFiles;
}

export interface HostChanges {
  /** In the order in which they were made. */
  readonly directories: readonly DirectoryChange[];
  /** In the order in which they were made, as in the next. */
  readonly hostsFile?: readonly FileChange[];
  readonly authorizedKeys?: readonly FileChange[];
  readonly sshKey?: SshKeyChange;
  /** While it is renewed: what takes its place (node-ssh-renewal.ts). */
  readonly newSshKey?: SshKeyChange | undefined;
}

/** Files of others that have lines of ours. */
export type TextFile = 'hostsFile' | 'authorizedKeys';

export const noHostChanges: HostChanges = { directories: [] };

/** Undefined if nothing was noted. Throws STATE_CORRUPT. */
export async function readHostChanges({ files, layout }: State): Promise<HostChanges | undefined> {
  const { path } = layout.hostChanges;
  const json = await files.readText(path);
  if (json === undefined) return undefined;
  return parseShaped(json, hostChangesShape, path, 'STATE_CORRUPT') as HostChanges;
}

/** Durable when it resolves. */
export async function writeHostChanges({ files, layout }: State, changes: HostChanges): Promise<void> {
  const { path, mode } = layout.hostChanges;
  await files.writeAtomic(path, `${JSON.stringify(changes, undefined, 2)}\n`, { mode });
}

/** Adds to what was noted. */
export async function noteHostChange(state: State, change: Partial<HostChanges>): Promise<void> {
  await writeHostChanges(state, { ...((await readHostChanges(state)) ?? noHostChanges), ...change });
}

const fileChangeShape = object({
  path: filledText,
  created: flag,
  line: text,
  replaced: orNull(text),
  endedLine: flag,
});

const sshKeyChangeShape = object({
  privatePath: filledText,
  publicPath: filledText,
  privateSha256: filledText,
  publicKey: filledText,
  replaced: optional(keyPairFiles),
});

const hostChangesShape = object({
  directories: listOf(object({ path: filledText, modeBefore: orNull(integer(0, 0o7777)) })),
  hostsFile: optional(listOf(fileChangeShape)),
  authorizedKeys: optional(listOf(fileChangeShape)),
  sshKey: optional(sshKeyChangeShape),
  newSshKey: optional(sshKeyChangeShape),
});

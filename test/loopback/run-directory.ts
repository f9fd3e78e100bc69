/**
 * The quickstart's one directory, per user: where its hosts live, and a note of which run they belong to.
 *
 * It is what lets a run clean up after another that was killed: everything of ours carries this directory's
 * path, so nothing has to be remembered for that. The note is only for what a look cannot tell: whether the
 * run that wrote it is still under way, and what it left running on purpose.
 */
import { lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive, startTimeOf } from './host-processes.ts';

export interface RunNote {
  /** The story that runs, or that ran last. */
  readonly owner: { readonly pid: number; readonly startTime: string };
  readonly network: string;
  readonly nodes: number;
  /** It was asked to leave its cluster running. */
  readonly kept: boolean;
}

/** The longest path of ours that a Unix socket must have in it; the kernel allows 107 bytes. */
const longestBelow = '/n9/run/quorate/socket/masterd.sock'.length;

export function runDirectory(uid: number): string {
  const name = `quorate-quickstart-${uid}`;
  const usual = join(tmpdir(), name);
  return usual.length + longestBelow <= 107 ? usual : join('/tmp', name);
}

/** One line saying why this directory is not to be trusted; undefined if it is ours or not there. */
export function foreignDirectory(directory: string, uid: number): string | undefined {
  const found = lstatSync(directory, { throwIfNoEntry: false });
  if (found === undefined || (found.isDirectory() && found.uid === uid)) return undefined;
  return `${directory} exists and is not a directory of yours; ask user number ${found.uid} to remove it, or set TMPDIR`;
}

/** Makes the directory anew. Call it when nothing runs in it any more. */
export function emptyDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { mode: 0o700 });
}

const noteFile = (directory: string): string => join(directory, 'run.json');

export function writeNote(directory: string, note: Omit<RunNote, 'owner'>): void {
  const owner = { pid: process.pid, startTime: startTimeOf(process.pid) ?? '' };
  writeFileSync(noteFile(directory), `${JSON.stringify({ owner, ...note }, null, 2)}\n`);
}

export function readNote(directory: string): RunNote | undefined {
  try {
    return JSON.parse(readFileSync(noteFile(directory), 'utf8')) as RunNote;
  } catch {
    return undefined; // never written, or broken off while writing: then it says nothing
  }
}

/** Another story is under way in this directory right now. */
export const isUnderWay = (note: RunNote | undefined): boolean => note !== undefined && isAlive(note.owner);

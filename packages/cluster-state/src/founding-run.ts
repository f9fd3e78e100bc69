/**
 * An init or an import that has begun to change this host and has not ended: what it was asked for, and what it chose
 * and must choose again when it is gone on with.
 *
 * It is on disk before the first change and goes last of all, also when everything is taken back.
 */
import { filledText, flag, integer, object, oneOf, optional, parseShaped } from '@quorate/domain/shape';
import type { State } from './state.ts';

export interface FoundingRun {
  readonly command: 'init' | 'import';
  /** Digest of what was asked for: only the same can be gone on with. */
  readonly request: string;
  /** Chosen at random; an import takes over those it finds. */
  readonly uuids?: FirstUuids;
  /** Unix time, ms: the moment the cluster is said to be from. */
  readonly startedMs: number;
  /** The first record is on disk whole; from then on it belongs to the daemons. */
  readonly isPublished: boolean;
}

export interface FirstUuids {
  readonly cluster: string;
  readonly node: string;
  readonly group: string;
}

const runShape = object({
  command: oneOf('init', 'import'),
  request: filledText,
  uuids: optional(object({ cluster: filledText, node: filledText, group: filledText })),
  startedMs: integer(0),
  isPublished: flag,
});

/** Undefined if none is under way. Throws STATE_CORRUPT. */
export async function readFoundingRun({ files, layout }: State): Promise<FoundingRun | undefined> {
  const { path } = layout.foundingRun;
  const json = await files.readText(path);
  return json === undefined ? undefined : (parseShaped(json, runShape, path, 'STATE_CORRUPT') as FoundingRun);
}

/** Durable when it resolves. */
export async function writeFoundingRun({ files, layout }: State, run: FoundingRun): Promise<void> {
  const { path, mode } = layout.foundingRun;
  await files.writeAtomic(path, `${JSON.stringify(run)}\n`, { mode });
}

export const removeFoundingRun = ({ files, layout }: State): Promise<void> =>
  files.remove(layout.foundingRun.path);

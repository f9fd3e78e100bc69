/**
 * The authoritative file, `cluster.json`: read with its digest checked, written whole, its last three
 * predecessors kept.
 *
 * A damaged record is never silently replaced by an older one: that could undo a committed change. The error
 * names the newest sound predecessor and leaves the decision to the operator.
 */
import type { ClusterRecord } from '@quorate/domain/configuration';
import { ClusterError, clusterErrorFrom } from '@quorate/domain/errors';
import { parseRecord, writeRecord } from '@quorate/domain/record';
import { compareVersions, describeVersion, sameVersion, type Version } from '@quorate/domain/version';
import { sha256Hex } from '@quorate/platform/digest';
import { clusterRecordGenerations, type LayoutEntry } from './layout.ts';
import type { State } from './state.ts';

/**
 * The record on this node's disk; undefined if it holds none. Throws STATE_CORRUPT, or STATE_TOO_NEW for the
 * work of a newer program.
 */
export async function readClusterRecord(state: State): Promise<ClusterRecord | undefined> {
  const text = await state.files.readText(state.layout.clusterRecord.path);
  if (text === undefined) return undefined;
  try {
    return parseRecord(text, sha256Hex);
  } catch (caught) {
    throw await unusable(state, caught);
  }
}

/** Replaces the record and keeps the one before it as a generation. Repeating it changes nothing. */
export async function writeClusterRecord(state: State, record: ClusterRecord): Promise<void> {
  const { path, mode } = state.layout.clusterRecord;
  const text = writeRecord(record);
  const before = await state.files.readText(path);
  if (before === text) return;
  if (before !== undefined) await keepGeneration(state, before);
  await state.files.writeAtomic(path, text, { mode });
}

export interface Generation {
  readonly entry: LayoutEntry;
  readonly version: Version;
}

/** The predecessors whose digest is right, newest first. */
export async function soundGenerations(state: State): Promise<readonly Generation[]> {
  const found: Generation[] = [];
  for (const entry of clusterRecordGenerations(state.layout)) {
    const version = versionOf(await state.files.readText(entry.path));
    if (version) found.push({ entry, version });
  }
  return found.sort((a, b) => compareVersions(b.version, a.version));
}

/**
 * Puts a text into the slot of the oldest generation, or into one that is free or damaged. Slots are not
 * shifted: that would cost two more files written per change. A damaged text takes no sound one's place.
 */
async function keepGeneration(state: State, text: string): Promise<void> {
  const version = versionOf(text);
  if (!version) return;
  const sound = await soundGenerations(state);
  if (sound.some((kept) => sameVersion(kept.version, version))) return;
  const isSound = (entry: LayoutEntry) => sound.some((kept) => kept.entry.path === entry.path);
  const slot = clusterRecordGenerations(state.layout).find((entry) => !isSound(entry)) ?? sound.at(-1)?.entry;
  if (slot) await state.files.writeAtomic(slot.path, text, { mode: slot.mode });
}

function versionOf(text: string | undefined): Version | undefined {
  if (text === undefined) return undefined;
  try {
    return parseRecord(text, sha256Hex).version;
  } catch {
    return undefined;
  }
}

async function unusable(state: State, caught: unknown): Promise<ClusterError> {
  const { reason, message } = clusterErrorFrom(caught);
  const { path } = state.layout.clusterRecord;
  const [newest] = await soundGenerations(state);
  const way = newest
    ? `copy ${newest.entry.path} (${describeVersion(newest.version)}), its newest sound predecessor, over it`
    : 'restore it from a backup, for no predecessor of it is sound';
  const hint =
    reason === 'STATE_TOO_NEW'
      ? 'Run the program version that wrote it'
      : `The master sends it again while it is in office; with no master left, ${way}`;
  return new ClusterError(reason, `${path} cannot be used: ${message}`, {
    hint,
    facts: { path },
    cause: caught,
  });
}

/**
 * Makes durable what is found on this node's disk. A text can be read before it is synced: after a process that died
 * in between, or a write that failed. What was told from it could be undone by a power cut.
 */
import type { State } from './state.ts';

/** All that others are told of; the ssconf files and the other views follow from it and can be made again. */
export async function syncState({ files, layout }: State): Promise<void> {
  const told = [layout.voterRecord, layout.clusterRecord, layout.roster];
  await Promise.all(told.map(({ path }) => files.sync(path)));
}

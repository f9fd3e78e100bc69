/**
 * A node's disk in memory for unit tests: two candidates, node 1 master in epoch 1, and this node has acknowledged
 * that. Writes are noted, and can be made to fail or to hang, as a disk does.
 */
import { layoutUnder } from '@quorate/cluster-state/layout';
import type { Locking } from '@quorate/cluster-state/ssconf-lock';
import { ensureDirectories, type State } from '@quorate/cluster-state/state';
import { nodeUuids, sampleRecord } from '@quorate/cluster-state/testing/sample-record';
import { publishRecord, publishViews, viewsOf } from '@quorate/cluster-state/views';
import { writeVoterRecord } from '@quorate/cluster-state/voter-store';
import { emptyVoterRecord, type VoterRecord } from '@quorate/domain/voter-record';
import type { Log } from '@quorate/platform/log';
import { virtualClock } from '@quorate/platform/testing/clock';
import { memoryFiles, type MemoryFiles } from '@quorate/platform/testing/files';

export const [node1, node2] = nodeUuids;

/** What every node has seen at first. */
export const present = sampleRecord();

/** Nobody else publishes on this host. */
export const unlocked: Locking = {
  acquire: () => Promise.resolve({ release: () => Promise.resolve() }),
  clock: virtualClock(),
};

export interface MemoryNode {
  readonly state: State;
  readonly files: MemoryFiles;
  /** Names of the files written since the last look, in order. */
  written(): readonly string[];
  /** Called before each write with the file's name; may throw, or take its time. */
  onWrite: (name: string) => Promise<void> | void;
  /** Called when a text can be read and is yet to be synced; may throw, or take its time. */
  onSync: (name: string) => Promise<void> | void;
}

/** `holdsRecord: false` is a node that is no candidate: views only. */
export async function memoryNode({ holdsRecord = true } = {}): Promise<MemoryNode> {
  const files = memoryFiles();
  const layout = layoutUnder('/');
  const names: string[] = [];
  const sync = async (path: string): Promise<void> => node.onSync(nameOf(path));
  const node: MemoryNode = {
    files,
    state: { layout, files: { ...files, writeAtomic, sync } },
    written: () => names.splice(0),
    onWrite: () => undefined,
    onSync: () => undefined,
  };
  async function writeAtomic(
    ...[path, text, options]: Parameters<MemoryFiles['writeAtomic']>
  ): Promise<void> {
    await node.onWrite(nameOf(path));
    await files.writeAtomic(path, text, options);
    await sync(path);
    names.push(nameOf(path));
  }
  await ensureDirectories(node.state);
  if (holdsRecord) await publishRecord(node.state, present, unlocked);
  else await publishViews(node.state, viewsOf(present), unlocked);
  await writeVoterRecord(node.state, acknowledged({}));
  names.length = 0;
  return node;
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The voter record of a node that follows node 1 in epoch 1, with changes. */
export const acknowledged = (changes: Partial<VoterRecord>): VoterRecord => ({
  ...emptyVoterRecord,
  epoch: 1,
  grantedTo: node1,
  master: { node: node1, epoch: 1 },
  version: present.version,
  ...changes,
});

export interface NotedLog extends Log {
  readonly lines: { readonly level: string; readonly fields: object; readonly message: string }[];
}

/** Keeps what is logged. */
export function notedLog(): NotedLog {
  const lines: NotedLog['lines'] = [];
  const at = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, fields, message });
  const log: NotedLog = {
    lines,
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: () => log,
  };
  return log;
}

/**
 * One host's disk: three files, each replaced as a whole (temporary file, fsync, rename, fsync of the directory).
 *
 * A reader sees the new text from the rename on, a power cut may lose it until the directory is synced: whether it
 * does is chance. A file is never seen half-written, which is what rename is for; the order of the files is the
 * business of who writes them.
 */
import type { ClusterRecord } from '@quorate/domain/configuration';
import type { Roster } from '@quorate/domain/roster';
import { emptyVoterRecord, type VoterRecord } from '@quorate/domain/voter-record';
import type { Random } from './random.ts';

export interface Files {
  readonly voter: VoterRecord;
  readonly roster: Roster | null;
  readonly record: ClusterRecord | null;
}

export interface Disk {
  /** What a reader sees. */
  read(): Files;
  /** What a power cut would leave for certain. */
  durable(): Files;
  /** Begins to replace one file; to be ended with `settle`. */
  write<K extends keyof Files>(name: K, text: Files[K]): void;
  /** The write of this text is synced. */
  settle<K extends keyof Files>(name: K, text: Files[K]): void;
  /** All that is seen is synced. */
  settleAll(): void;
  crash(): void;
  /** As an operator would put files there before any daemon runs. */
  lay(files: Partial<Files>): void;
}

export function createDisk(random: Random): Disk {
  let seen: Files = { voter: emptyVoterRecord, roster: null, record: null };
  let synced: Files = seen;
  return {
    read: () => seen,
    durable: () => synced,
    write(name, text) {
      seen = { ...seen, [name]: text };
    },
    settle(name, text) {
      if (seen[name] === text) synced = { ...synced, [name]: text };
    },
    settleAll() {
      synced = seen;
    },
    crash() {
      const left = <K extends keyof Files>(name: K): Files[K] =>
        random.chance(0.3) ? seen[name] : synced[name];
      synced = { voter: left('voter'), roster: left('roster'), record: left('record') };
      seen = synced;
    },
    lay(files) {
      seen = { ...seen, ...files };
      synced = seen;
    },
  };
}

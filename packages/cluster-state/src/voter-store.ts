/**
 * The voter record on disk: what this node granted and acknowledged. It is on disk, synced, before the answer
 * that depends on it leaves the node.
 *
 * It carries its own digest, since a promise misread is a promise broken: two masters of one epoch.
 */
import { ClusterError, clusterErrorFrom } from '@quorate/domain/errors';
import { filledText, integer, object, orNull, parseShaped, text } from '@quorate/domain/shape';
import { emptyVoterRecord, type VoterRecord } from '@quorate/domain/voter-record';
import { sha256Hex } from '@quorate/platform/digest';
import type { State } from './state.ts';

/** What this node remembers; the empty record if it has never voted. Throws STATE_CORRUPT. */
export async function readVoterRecord(state: State): Promise<VoterRecord> {
  const { path } = state.layout.voterRecord;
  const json = await state.files.readText(path);
  if (json === undefined) return emptyVoterRecord;
  try {
    return parseVoterRecord(json);
  } catch (cause) {
    const { message } = clusterErrorFrom(cause);
    throw new ClusterError(
      'STATE_CORRUPT',
      `${path} does not say any more what this node promised: ${message}`,
      {
        hint: 'Restore the file as it was last, or take this node out of the cluster and add it again',
        facts: { path },
        cause,
      },
    );
  }
}

/** Durable when it resolves. */
export async function writeVoterRecord({ files, layout }: State, record: VoterRecord): Promise<void> {
  await files.writeAtomic(layout.voterRecord.path, voterText(record), { mode: layout.voterRecord.mode });
}

/** The record of the process that alone writes it. What `read` tells is durable, also while another is written. */
export interface OwnVoterRecord {
  /** Throws STATE_CORRUPT, or what the disk says when it cannot sync. */
  read(): Promise<VoterRecord>;
  /** One at a time, each decided from what `read` told; durable when it resolves. */
  write(record: VoterRecord): Promise<void>;
}

export function ownVoterRecord(state: State): OwnVoterRecord {
  /** Undefined while it is unknown: at first, and after a write that failed, for it may have got as far as the rename. */
  let durable: Promise<VoterRecord> | undefined;

  async function load(): Promise<VoterRecord> {
    await state.files.sync(state.layout.voterRecord.path);
    return readVoterRecord(state);
  }

  const unlessFailed = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (caught) {
      durable = undefined;
      throw caught;
    }
  };

  return {
    read: () => (durable ??= unlessFailed(load())),
    async write(record) {
      await unlessFailed(writeVoterRecord(state, record));
      durable = Promise.resolve(record);
    },
  };
}

/** The file's text; for a node whose first record is made by the master that takes it in. */
export const voterText = (record: VoterRecord): string =>
  `${JSON.stringify({ record, sha256: sha256Hex(JSON.stringify(record)) })}\n`;

const voterShape = object({
  record: object({
    epoch: integer(0),
    grantedTo: orNull(filledText),
    master: orNull(object({ node: filledText, epoch: integer(0) })),
    version: object({ epoch: integer(0), serial: integer(0), digest: text }),
    longestLeaseMs: integer(0),
  }),
  sha256: filledText,
});

function parseVoterRecord(json: string): VoterRecord {
  const found = parseShaped(json, voterShape, 'The voter record', 'STATE_CORRUPT');
  const { record, sha256 } = found as { record: VoterRecord; sha256: string };
  if (sha256 === sha256Hex(JSON.stringify(record))) return record;
  throw new ClusterError('STATE_CORRUPT', 'The voter record does not match its digest');
}

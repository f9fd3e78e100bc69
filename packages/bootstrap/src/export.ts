/**
 * Writes this node's data directory for Ganeti: what its daemons need to start on the cluster as it is.
 *
 * Only a candidate can: it takes the full record and the cluster's key. Nothing of Quorate is changed, and whether
 * both run at the same time afterwards is for the administrator to prevent.
 */
import { ganetiFiles, writeGanetiDirectory } from '@quorate/cluster-state/ganeti-directory';
import { readClusterRecord } from '@quorate/cluster-state/record-store';
import { readRoster } from '@quorate/cluster-state/roster-store';
import { readCertificateDigests, readNodeIdentity } from '@quorate/cluster-state/secrets';
import type { State } from '@quorate/cluster-state/state';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { ClusterError } from '@quorate/domain/errors';
import { exportNotes } from '@quorate/domain/export-notes';
import { isCandidate, nodeByUuid, type RosterNode } from '@quorate/domain/roster';
import type { Version } from '@quorate/domain/version';

export interface Exported {
  /** Whom the directory is for: this node. */
  readonly node: RosterNode;
  readonly version: Version;
  /** Names, in the order they were written. */
  readonly files: readonly string[];
  /** What Ganeti will complain of. */
  readonly notes: readonly string[];
}

/** Throws NOT_IN_CLUSTER, NOT_A_MASTER_CANDIDATE, or WRONG_INPUT for a directory that is not empty. */
export async function exportCluster(state: State, directory: string): Promise<Exported> {
  const { node, record } = await readOwn(state);
  await requireEmpty(state, directory);
  const { files, missing } = await ganetiFiles(state, record);
  await writeGanetiDirectory(state.files, directory, files);
  const notes = exportNotes({
    configuration: record.configuration,
    node: node.uuid,
    clientCertificateSha1: (await readCertificateDigests(state)).clientCertificateSha1,
    publicKeysOf: await ownersOfPublicKeys(state),
    missing,
  });
  return { node, version: record.version, files: files.map(({ name }) => name), notes };
}

/** A record may be left from a time as candidate; the roster says whether it is one now. */
async function readOwn(state: State): Promise<{ node: RosterNode; record: ClusterRecord }> {
  const roster = await readRoster(state);
  const node = nodeByUuid(roster, (await readNodeIdentity(state)).nodeUuid);
  const record = await readClusterRecord(state);
  if (record && node && isCandidate(node)) return { node, record };
  throw new ClusterError('NOT_A_MASTER_CANDIDATE', 'This node does not hold the whole configuration', {
    hint: "Run this on the master or on a master candidate; Ganeti takes the other nodes back with 'gnt-node add --readd'",
  });
}

async function requireEmpty({ files }: State, directory: string): Promise<void> {
  const kind = (await files.stat(directory))?.kind;
  if (kind !== undefined && kind !== 'directory')
    throw new ClusterError('WRONG_INPUT', `${directory} is not a directory`);
  const [first] = await files.list(directory);
  if (first === undefined) return;
  throw new ClusterError('WRONG_INPUT', `${directory} is not empty: it holds ${first}`, {
    hint: 'Name a directory that is empty, or is not there yet',
  });
}

/** First words of the lines. */
async function ownersOfPublicKeys({ files, layout }: State): Promise<readonly string[]> {
  const text = (await files.readText(layout.ganetiPubKeys.path)) ?? '';
  return text.split('\n').map((line) => line.split(' ')[0] ?? '');
}

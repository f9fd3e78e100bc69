/**
 * `quorate node leave`: makes this host one of no cluster, asking nobody. For a node that was removed while it could not be
 * reached, and for one whose cluster is gone.
 *
 * Counterpart in Ganeti: tools/node-cleanup.
 */
import { ownProgramsRemoval } from '@quorate/cluster-state/brought-programs';
import { restoreHost } from '@quorate/cluster-state/host-changes';
import { findLeftovers } from '@quorate/cluster-state/installed-files';
import { readRoster } from '@quorate/cluster-state/roster-store';
import { ClusterError } from '@quorate/domain/errors';
import { timings } from '@quorate/domain/timings';
import type { Peer } from '@quorate/rpc/channels';
import { createChannels } from '@quorate/rpc/channels';
import { masterServices } from '@quorate/rpc/services';
import { openHost, type GlobalOptions } from '../context.ts';
import { printResult } from '../output.ts';

interface NodeLeaveOptions extends GlobalOptions {
  readonly yesDoIt?: boolean;
}

export default async function nodeLeave(options: NodeLeaveOptions): Promise<number> {
  const { state, daemons, master } = await openHost(options);
  const { clusterName } = await readRoster(state);
  if (!options.yesDoIt) throw unconfirmed(clusterName);
  if (await isInOffice(master)) throw masterHere(clusterName);
  for (const name of ['masterd', 'noded']) await daemons.stop(name, timings.shutdownGraceMs);
  await restoreHost(state);
  const left = await findLeftovers(state);
  const removedPrograms = await ownProgramsRemoval(state, { fromDaemon: false })();
  printResult(options, { cluster: clusterName, left, removedPrograms }, [
    `This host belongs to no cluster any more`,
    ...left.map((path) => `${path} is not the cluster's and was left`),
  ]);
  return 0;
}

async function isInOffice(master: Peer): Promise<boolean> {
  const { connectMs, reconnectMaxMs, voteMs: deadlineMs } = timings;
  const channels = createChannels({ connectMs, reconnectMaxMs });
  try {
    return (await channels.call(master, masterServices.status.GetStatus, {}, { deadlineMs })).inOffice;
  } catch {
    return false;
  } finally {
    channels.close();
  }
}

const unconfirmed = (clusterName: string): ClusterError =>
  new ClusterError(
    'CONFIRMATION_NEEDED',
    `This deletes what this host has of ${clusterName}, its keys and its part of the configuration`,
    {
      hint: 'While the cluster knows this node, remove it there: quorate node remove. Else add --yes-do-it',
    },
  );

const masterHere = (clusterName: string): ClusterError =>
  new ClusterError('WRONG_INPUT', `This host is the master of ${clusterName}`, {
    hint: 'Make another node the master first, or take the cluster apart with quorate destroy',
  });

/** What the two commands for the master IP share: whom they ask, and what must have come of it. */
import { nodeDaemonOf, nodeOf } from '@quorate/bootstrap/cluster-access';
import { ClusterError } from '@quorate/domain/errors';
import { nodeByUuid } from '@quorate/domain/roster';
import type { Peer } from '@quorate/rpc/channels';
import type { ClusterContext } from './context.ts';

/** The node daemon of this host, which holds the address. */
export const ownNodeDaemon = ({ roster, access }: ClusterContext): Peer =>
  nodeDaemonOf(nodeOf(roster, access.own));

export function assertHere(isHere: boolean, wanted: boolean): void {
  if (isHere === wanted) return;
  throw new ClusterError(
    'POST_CONDITION_FAILED',
    wanted
      ? 'The master IP was raised and is not seen on this host afterwards'
      : 'The master IP was taken down and is still seen on this host',
  );
}

export function notHolder({ roster, access }: ClusterContext): ClusterError {
  const master = nodeByUuid(roster, roster.master);
  const other = master && master.uuid !== access.own ? master.name : undefined;
  return new ClusterError('NOT_MASTER', 'This node does not hold the office of master, nor its address', {
    hint: other === undefined ? 'See quorate status' : `Run the command on ${other}`,
    ...(other !== undefined && { facts: { master: other } }),
  });
}

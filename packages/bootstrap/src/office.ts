/** Asks node daemons to take or leave the master's office on their host, and looks at what came of it. */
import { ClusterError } from '@quorate/domain/errors';
import type { Roster, RosterNode } from '@quorate/domain/roster';
import { timings } from '@quorate/domain/timings';
import type { ObservedOffice__Output } from '@quorate/rpc/gen/quorate/node/v1/ObservedOffice';
import { nodeServices } from '@quorate/rpc/services';
import { nodeDaemonOf, type ClusterAccess } from './cluster-access.ts';

export type ObservedOffice = ObservedOffice__Output;

const patience = { deadlineMs: timings.officeMs };

function seen(node: RosterNode, observed: ObservedOffice | null): ObservedOffice {
  if (observed) return observed;
  throw new ClusterError('INTERNAL', `${node.name} answered about its office without saying what it sees`);
}

export async function getOffice(access: ClusterAccess, node: RosterNode): Promise<ObservedOffice> {
  const options = { deadlineMs: timings.voteMs };
  const answer = await access.channels.call(nodeDaemonOf(node), nodeServices.office.GetOffice, {}, options);
  return seen(node, answer.observed);
}

/** This node's own daemon raises the address; fails unless it was then seen to be there, or was lowered by command. */
export async function takeOffice(
  access: ClusterAccess,
  own: RosterNode,
  epoch: number,
  leaseUntilMs: number,
  addressIsFree = false,
): Promise<ObservedOffice> {
  const request = { epoch, untilMonotonicUs: Math.floor(leaseUntilMs * 1000), addressIsFree };
  const answer = await access.channels.call(nodeDaemonOf(own), nodeServices.office.TakeOffice, request, {
    deadlineMs: timings.raiseAddressMs,
  });
  const observed = seen(own, answer.observed);
  if (observed.masterIpHere || observed.masterIpLowered) return observed;
  throw new ClusterError(
    'POST_CONDITION_FAILED',
    `${own.name} raised the master IP and does not see it afterwards`,
  );
}

/** Tells this node's own daemon until when the office may be held; resolves to whether the address is there. */
export async function holdOffice(
  access: ClusterAccess,
  own: RosterNode,
  epoch: number,
  leaseUntilMs: number,
): Promise<boolean> {
  const request = { epoch, untilMonotonicUs: Math.floor(leaseUntilMs * 1000) };
  const answer = await access.channels.call(
    nodeDaemonOf(own),
    nodeServices.office.HoldOffice,
    request,
    patience,
  );
  return seen(own, answer.observed).masterIpHere;
}

export async function leaveOffice(
  access: ClusterAccess,
  node: RosterNode,
  epoch: number,
): Promise<ObservedOffice> {
  const answer = await access.channels.call(
    nodeDaemonOf(node),
    nodeServices.office.LeaveOffice,
    { epoch },
    patience,
  );
  return seen(node, answer.observed);
}

/** Whether the node that answers on the master IP proves, by its certificate, to be `master`. */
export async function masterIpAnswersAs(
  access: ClusterAccess,
  roster: Roster,
  master: RosterNode,
): Promise<boolean> {
  const peer = nodeDaemonOf({ ...master, address: roster.masterIp.address });
  const options = { deadlineMs: timings.voteMs };
  return access.channels.call(peer, nodeServices.nodeVersion.GetNodeVersion, {}, options).then(
    () => true,
    () => false,
  );
}

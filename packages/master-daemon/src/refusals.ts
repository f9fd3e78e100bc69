/** Why a master daemon does not take a change or an order at the moment, each with the way on. */
import { ClusterError } from '@quorate/domain/errors';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { describeVersion } from '@quorate/domain/version';

/** The new master may have found the change on a node that took it, and may have not. */
export const deposedDuring = ({ version }: ClusterRecord, { message, facts }: ClusterError): ClusterError =>
  new ClusterError(
    'COMMIT_UNDECIDED',
    `This node lost its office during the change (${describeVersion(version)}): ${message}`,
    { hint: 'Ask the new master whether it has the change: quorate status names it', facts },
  );

export const inProgress = (): ClusterError =>
  new ClusterError('OPERATION_IN_PROGRESS', 'This node is already being made master', {
    hint: 'Wait for it to end; quorate status shows what came of it',
  });

export const handingOver = (): ClusterError =>
  new ClusterError('OPERATION_IN_PROGRESS', 'The mastership is just being handed over to another node', {
    hint: 'Try again on the new master in a moment; quorate master names it',
  });

/**
 * `quorate failover`: makes a node master. The work is done by that node's master daemon; here its steps
 * are shown and its outcome becomes the exit code.
 */
import { ClusterError } from '@quorate/domain/errors';
import { timings } from '@quorate/domain/timings';
import type { FailoverOutcome__Output } from '@quorate/rpc/gen/quorate/master/v1/FailoverOutcome';
import { masterServices } from '@quorate/rpc/services';
import { openCluster, type GlobalOptions } from '../context.ts';
import { failoverTarget, type FailoverTarget } from '../failover-target.ts';
import { followSteps } from '../follow-steps.ts';
import { printNote, printResult } from '../output.ts';

interface FailoverOptions extends GlobalOptions, FailoverTarget {
  /** commander's name for the absence of --no-voting. */
  readonly voting?: boolean;
  readonly yesDoIt?: boolean;
  readonly acceptDataLoss?: boolean;
}

export default async function failover(options: FailoverOptions): Promise<number> {
  const noVoting = options.voting === false;
  if (noVoting && !options.yesDoIt) throw unconfirmed();
  const context = await openCluster(options);
  const candidate = await failoverTarget(context, options);
  const request = {
    noVoting,
    confirmed: options.yesDoIt === true,
    acceptDataLoss: options.acceptDataLoss === true,
  };
  const method = masterServices.mastership.Failover;
  return followSteps<FailoverOutcome__Output>(options, {
    what: 'failover',
    open: () =>
      context.access.channels.stream(candidate, method, request, { deadlineMs: timings.failoverMs }),
    print: (outcome, steps) => printOutcome(options, outcome, steps),
    none: { master: null },
  });
}

function printOutcome(
  options: FailoverOptions,
  { masterName, masterUuid, epoch, warnings }: FailoverOutcome__Output,
  steps: readonly object[],
): number {
  for (const warning of warnings) printNote(`Warning: ${warning}`);
  const value = { master: { name: masterName, uuid: masterUuid }, epoch, warnings, steps };
  printResult(options, value, [`${masterName} is master in epoch ${epoch}`]);
  return 0;
}

const unconfirmed = (): ClusterError =>
  new ClusterError(
    'CONFIRMATION_NEEDED',
    'Without votes two masters may come to be, and changes this node missed are lost',
    {
      hint: 'Make sure that no other master runs and none comes back, then add --yes-do-it',
    },
  );

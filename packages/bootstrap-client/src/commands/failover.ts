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
import { liveSteps, stepRecorder } from '../live-steps.ts';
import { errorObject, printNote, printResult, reportError } from '../output.ts';
import { stepEvent } from '../step-event.ts';

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
  const { report, steps } = stepRecorder(liveSteps(options.json === true));
  const request = {
    noVoting,
    confirmed: options.yesDoIt === true,
    acceptDataLoss: options.acceptDataLoss === true,
  };
  try {
    const events = context.access.channels.stream(candidate, masterServices.mastership.Failover, request, {
      deadlineMs: timings.failoverMs,
    });
    let outcome: FailoverOutcome__Output | null = null;
    for await (const { step, outcome: last } of events) {
      if (step) report(stepEvent(step));
      outcome = last ?? outcome;
    }
    return printOutcome(options, outcome, steps);
  } catch (caught) {
    if (!options.json) return reportError(caught, options);
    const error = errorObject(caught);
    printResult(options, { master: null, error, steps }, []);
    return error.exitCode;
  }
}

function printOutcome(
  options: FailoverOptions,
  outcome: FailoverOutcome__Output | null,
  steps: readonly object[],
): number {
  if (!outcome) throw new ClusterError('INTERNAL', 'The master daemon ended the failover without an outcome');
  const { masterName, masterUuid, epoch, warnings } = outcome;
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

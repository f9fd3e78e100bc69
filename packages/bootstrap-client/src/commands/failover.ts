/**
 * `quorate failover`: makes this node master. The work is done by this node's master daemon; here its steps
 * are shown and its outcome becomes the exit code.
 */
import type { StepEvent } from '@quorate/bootstrap/steps';
import { ClusterError } from '@quorate/domain/errors';
import { nodeNamed, type Roster } from '@quorate/domain/roster';
import { timings } from '@quorate/domain/timings';
import { masterDaemonOf } from '@quorate/bootstrap/cluster-access';
import type { Peer } from '@quorate/rpc/channels';
import type { FailoverOutcome__Output } from '@quorate/rpc/gen/quorate/master/v1/FailoverOutcome';
import type { StepEvent__Output } from '@quorate/rpc/gen/quorate/master/v1/StepEvent';
import { masterServices } from '@quorate/rpc/services';
import { openCluster, type GlobalOptions } from '../context.ts';
import { liveSteps, stepRecorder } from '../live-steps.ts';
import { errorObject, printNote, printResult, reportError } from '../output.ts';

interface FailoverOptions extends GlobalOptions {
  /** commander's name for the absence of --no-voting. */
  readonly voting?: boolean;
  readonly yesDoIt?: boolean;
  readonly acceptDataLoss?: boolean;
  /** Name of the node to make master; without it, this node. */
  readonly to?: string;
}

export default async function failover(options: FailoverOptions): Promise<number> {
  const noVoting = options.voting === false;
  if (noVoting && !options.yesDoIt) throw unconfirmed();
  const { access, master, roster } = await openCluster(options);
  const candidate = options.to === undefined ? master : masterDaemonNamed(roster, options.to);
  const { report, steps } = stepRecorder(liveSteps(options.json === true));
  const request = {
    noVoting,
    confirmed: options.yesDoIt === true,
    acceptDataLoss: options.acceptDataLoss === true,
  };
  try {
    const events = access.channels.stream(candidate, masterServices.mastership.Failover, request, {
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

function masterDaemonNamed(roster: Roster, name: string): Peer {
  const node = nodeNamed(roster, name) ?? roster.nodes.find((n) => n.name.startsWith(`${name}.`));
  if (node) return masterDaemonOf(node);
  throw new ClusterError('NODE_UNKNOWN', `${name} is not a node of ${roster.clusterName}`, {
    hint: `Its nodes are ${roster.nodes.map((n) => n.name).join(', ')}`,
  });
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

const states = {
  STEP_STATE_UNSPECIFIED: 'started',
  STEP_STATE_STARTED: 'started',
  STEP_STATE_DONE: 'done',
  STEP_STATE_WARNED: 'warned',
  STEP_STATE_FAILED: 'failed',
} as const;

const stepEvent = ({ name, doing, state, durationMs, message }: StepEvent__Output): StepEvent => ({
  name,
  doing,
  state: states[state],
  durationMs,
  ...(message && { error: new ClusterError('INTERNAL', message) }),
});

const unconfirmed = (): ClusterError =>
  new ClusterError(
    'CONFIRMATION_NEEDED',
    'Without votes two masters may come to be, and changes this node missed are lost',
    {
      hint: 'Make sure that no other master runs and none comes back, then add --yes-do-it',
    },
  );

/**
 * `quorate node remove`: takes a node out of the cluster; on the master. The work is done by the master daemon; here its
 * steps are shown. Exit 0 once the node is out, also if it could not be reached: what it may keep is told then.
 */
import { ClusterError } from '@quorate/domain/errors';
import { timings } from '@quorate/domain/timings';
import { describeVersion } from '@quorate/domain/version';
import type { RemoveNodeOutcome__Output } from '@quorate/rpc/gen/quorate/master/v1/RemoveNodeOutcome';
import { versionFrom } from '@quorate/rpc/messages';
import { masterServices } from '@quorate/rpc/services';
import { openCluster, type GlobalOptions } from '../context.ts';
import { liveSteps, stepRecorder } from '../live-steps.ts';
import { errorObject, printNote, printResult, reportError } from '../output.ts';
import { stepEvent } from '../step-event.ts';

interface NodeRemoveOptions extends GlobalOptions {
  readonly dryRun?: boolean;
}

export default async function nodeRemove(options: NodeRemoveOptions, name: string): Promise<number> {
  const { access, master } = await openCluster(options);
  const { report, steps } = stepRecorder(liveSteps(options.json === true));
  const request = { name, dryRun: options.dryRun === true };
  try {
    const events = access.channels.stream(master, masterServices.nodes.RemoveNode, request, {
      deadlineMs: timings.nodeRemoveMs,
    });
    let outcome: RemoveNodeOutcome__Output | null = null;
    for await (const { step, outcome: last } of events) {
      if (step) report(stepEvent(step));
      outcome = last ?? outcome;
    }
    return printOutcome(options, outcome, steps);
  } catch (caught) {
    if (!options.json) return reportError(caught, options);
    const error = errorObject(caught);
    printResult(options, { node: null, error, steps }, []);
    return error.exitCode;
  }
}

function printOutcome(
  options: NodeRemoveOptions,
  outcome: RemoveNodeOutcome__Output | null,
  steps: readonly object[],
): number {
  if (!outcome) throw new ClusterError('INTERNAL', 'The master daemon ended the removal without an outcome');
  const { name, uuid, left, exposed, warnings } = outcome;
  const version = versionFrom(outcome.version);
  for (const warning of warnings) printNote(`Warning: ${warning}`);
  const value = { node: { name, uuid }, version, left, exposed, warnings, steps };
  if (options.dryRun) {
    printResult(options, value, [`${name} can be removed; nothing was changed`]);
    return 0;
  }
  if (exposed.length > 0) printNote(exposedNote(name, exposed));
  printResult(options, value, [`${name} is no node any more: ${describeVersion(version)}`]);
  return 0;
}

const exposedNote = (name: string, exposed: readonly string[]): string =>
  `Warning: ${name} was not seen to leave and may keep ${exposed.join(', ')}; replace them, or clean it with 'quorate node leave' there`;

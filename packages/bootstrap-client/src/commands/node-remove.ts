/**
 * `quorate node remove`: takes a node out of the cluster; on the master. The work is done by the master daemon; here its
 * steps are shown. Exit 0 once the node is out, also if it could not be reached: what it may keep is told then.
 */
import { timings } from '@quorate/domain/timings';
import { describeVersion } from '@quorate/domain/version';
import type { RemoveNodeOutcome__Output } from '@quorate/rpc/gen/quorate/master/v1/RemoveNodeOutcome';
import { versionFrom } from '@quorate/rpc/messages';
import { masterServices } from '@quorate/rpc/services';
import { openCluster, type GlobalOptions } from '../context.ts';
import { followSteps } from '../follow-steps.ts';
import { printNote, printResult } from '../output.ts';

interface NodeRemoveOptions extends GlobalOptions {
  readonly dryRun?: boolean;
}

export default async function nodeRemove(options: NodeRemoveOptions, name: string): Promise<number> {
  const { access, master } = await openCluster(options);
  const request = { name, dryRun: options.dryRun === true };
  const method = masterServices.nodes.RemoveNode;
  return followSteps<RemoveNodeOutcome__Output>(options, {
    what: 'removal',
    open: () => access.channels.stream(master, method, request, { deadlineMs: timings.nodeRemoveMs }),
    print: (outcome, steps) => printOutcome(options, outcome, steps),
    none: { node: null },
  });
}

function printOutcome(
  options: NodeRemoveOptions,
  outcome: RemoveNodeOutcome__Output,
  steps: readonly object[],
): number {
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

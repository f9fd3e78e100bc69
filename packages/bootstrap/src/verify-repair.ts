/**
 * Mends what `verify` found, as far as nothing can be lost by it: a step for each thing and node, each tried whatever
 * became of the others. Whether it helped is for the next look to say.
 *
 *   send-configuration   the master sends the committed configuration; the node writes what differs on its disk
 *   mend-files           the node sets modes and owners, and removes what interrupted writes left
 */
import { nodeNamed } from '@quorate/domain/roster';
import { timings } from '@quorate/domain/timings';
import type { PlannedRepair } from '@quorate/domain/verify';
import type { VerifyFacts } from '@quorate/domain/verify-facts';
import { masterOf } from '@quorate/domain/verify-mastership';
import { masterServices, nodeServices } from '@quorate/rpc/services';
import { ClusterError } from '@quorate/domain/errors';
import { masterDaemonOf, nodeDaemonOf, nodeOf, type ClusterAccess } from './cluster-access.ts';
import { stepRunner, type ReportStep } from './steps.ts';

const doing = {
  'send-configuration': 'Sending the configuration to',
  'mend-files': 'Setting modes and removing leftovers on',
} as const;

const stepName = ({ repair, node }: PlannedRepair): string => `${repair} ${node}`;

export async function repair(
  access: ClusterAccess,
  facts: VerifyFacts,
  planned: readonly PlannedRepair[],
  report: ReportStep,
): Promise<void> {
  const table = Object.fromEntries(
    planned.map((each) => [stepName(each), `${doing[each.repair]} ${each.node}`]),
  );
  const steps = stepRunner(table, report, access.clock);
  for (const each of planned) await steps.tolerated(stepName(each), () => mend(access, facts, each));
}

async function mend(access: ClusterAccess, facts: VerifyFacts, each: PlannedRepair): Promise<void> {
  const node = nodeNamed(facts.roster, each.node);
  if (!node) throw new ClusterError('NODE_UNKNOWN', `${each.node} is not a node of this cluster`);
  if (each.repair === 'mend-files') {
    const options = { deadlineMs: timings.inspectMs };
    await access.channels.call(nodeDaemonOf(node), nodeServices.verify.MendNode, {}, options);
    return;
  }
  const options = { deadlineMs: 2 * timings.putConfigurationMs };
  const master = masterDaemonOf(nodeOf(facts.roster, masterOf(facts) ?? ''));
  const request = { nodeUuid: node.uuid };
  await access.channels.call(master, masterServices.repair.SendConfiguration, request, options);
}

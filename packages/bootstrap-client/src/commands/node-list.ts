/** `quorate node list`: the nodes, how readily each becomes master, whether it can be reached, and what it has. */
import { gatherVotes } from '@quorate/bootstrap/votes';
import { statusReport } from '@quorate/domain/status-report';
import { openCluster, type GlobalOptions } from '../context.ts';
import { printResult, table } from '../output.ts';
import { pauseEnd } from '../pause-end.ts';

export default async function nodeList(options: GlobalOptions): Promise<number> {
  const { access, roster } = await openCluster(options);
  const { nodes } = statusReport(
    roster,
    await gatherVotes(access, roster),
    access.clock.now().getTime() / 1000,
  );
  const rows = nodes.map((node) => [
    node.name,
    node.role,
    node.address,
    node.reachable ? 'yes' : 'no',
    node.version ? String(node.version.serial) : '-',
    String(node.priority),
    node.pause ? pauseEnd(node.pause) : '-',
  ]);
  printResult(
    options,
    { nodes },
    table([['NODE', 'ROLE', 'ADDRESS', 'REACHABLE', 'SERIAL', 'PRIORITY', 'PAUSED'], ...rows]),
  );
  return 0;
}

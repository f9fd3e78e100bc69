/** `quorate node list`: the nodes, whether each can be reached, and which configuration it has. */
import { gatherVotes } from '@quorate/bootstrap/votes';
import { statusReport } from '@quorate/domain/status-report';
import { openCluster, type GlobalOptions } from '../context.ts';
import { printResult, table } from '../output.ts';

export default async function nodeList(options: GlobalOptions): Promise<number> {
  const { access, roster } = await openCluster(options);
  const { nodes } = statusReport(roster, await gatherVotes(access, roster));
  const rows = nodes.map((node) => [
    node.name,
    node.role,
    node.address,
    node.reachable ? 'yes' : 'no',
    node.version ? String(node.version.serial) : '-',
  ]);
  printResult(options, { nodes }, table([['NODE', 'ROLE', 'ADDRESS', 'REACHABLE', 'SERIAL'], ...rows]));
  return 0;
}

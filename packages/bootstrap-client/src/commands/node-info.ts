/** `quorate node info`: everything that is known of nodes; without a master, what this node's disk and the votes tell. */
import type { ListedNode } from '@quorate/domain/node-listing';
import { requireNodeNamed } from '@quorate/domain/roster';
import { describeVersion } from '@quorate/domain/version';
import type { NodeDetails__Output } from '@quorate/rpc/gen/quorate/master/v1/NodeDetails';
import { openCluster, type GlobalOptions } from '../context.ts';
import { listNodes } from '../list-nodes.ts';
import { printResult } from '../output.ts';
import { pauseEnd } from '../pause-end.ts';

export default async function nodeInfo(options: GlobalOptions, ...names: string[]): Promise<number> {
  const context = await openCluster(options);
  const chosen = names.map((name) => requireNodeNamed(context.roster, name).uuid);
  const { nodes, details } = await listNodes(context);
  const shown = nodes
    .filter(({ uuid }) => chosen.length === 0 || chosen.includes(uuid))
    .map((node) => ({ node, more: details.find(({ uuid }) => uuid === node.uuid) }));
  printResult(
    options,
    { nodes: shown.map(({ node, more }) => ({ ...node, details: more ? objectOf(more) : null })) },
    shown.flatMap(({ node, more }) => [...linesOf(node), ...(more ? moreLines(more) : [noMaster])]),
  );
  return 0;
}

const noMaster = '  (no master answers, who knows the rest)';

const objectOf = ({ nodeParameters, ...rest }: NodeDetails__Output) => ({
  ...rest,
  nodeParameters: JSON.parse(nodeParameters || '{}') as unknown,
});

const line = (title: string, value: string): string => `  ${`${title}:`.padEnd(20)}${value}`;
const yesNo = (value: boolean): string => (value ? 'yes' : 'no');

const linesOf = (node: ListedNode): readonly string[] => [
  `${node.name} (${node.uuid})`,
  line('Role', `${node.role} (${node.letter})`),
  line('Address', node.address),
  line('Reachable', node.reachable ? 'yes' : `no: ${node.reason ?? 'unknown'}`),
  line('Votes for', node.vote ? `${node.vote.master}, epoch ${node.vote.epoch}` : '-'),
  line('Configuration', node.version ? describeVersion(node.version) : '-'),
  line('Lags by', node.lag === null ? 'unknown' : String(node.lag)),
  line('Priority', String(node.priority)),
  line('Paused', node.pause ? pauseEnd(node.pause) : 'no'),
];

const moreLines = (more: NodeDetails__Output): readonly string[] => [
  line('Secondary address', more.secondaryIp),
  line('Ports', `${more.nodePort} (node daemon), ${more.masterPort} (master daemon)`),
  line('Group', more.group),
  line('Master-capable', yesNo(more.masterCapable)),
  line('VM-capable', yesNo(more.vmCapable)),
  line('Parameters', more.nodeParameters === '{}' ? 'as the cluster' : more.nodeParameters),
  line('Instances', more.instances.join(', ') || 'none'),
  line(
    'Certificate',
    more.certificateSha256 ? `SHA256 ${more.certificateSha256}` : 'none: it has yet to join',
  ),
  ...(more.mayHoldClusterKey ? [line('Cluster key', 'not yet seen to be gone from it')] : []),
  line('Added', isoOf(more.createdSeconds)),
  line('Changed', `${isoOf(more.modifiedSeconds)}, serial ${more.serial}`),
];

const isoOf = (seconds: number): string => (seconds === 0 ? '-' : new Date(seconds * 1000).toISOString());

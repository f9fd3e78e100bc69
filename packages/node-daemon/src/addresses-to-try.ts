/**
 * Which addresses this node tries to reach for `verify`, told from its own roster and ssconf values: every other node
 * by both its addresses, the master IP, and SSH where it is wanted. Nobody can make it connect anywhere else.
 *
 * Counterpart in Ganeti: NodeNetTest of lib/backend.py, which tries the second address only if the first fails.
 */
import type { NodeUuid, Roster, RosterNode } from '@quorate/domain/roster';
import type { TcpAnswer } from '@quorate/platform/network';
import type { Network } from '@quorate/rpc/gen/quorate/node/v1/Network';
import type { TriedAddress } from '@quorate/rpc/gen/quorate/node/v1/TriedAddress';

interface Target {
  readonly nodeUuid: NodeUuid;
  readonly network: keyof typeof Network;
  readonly address: string;
  readonly port: number;
}

/** `secondaries` is the value of `node_secondary_ips`, `sshPorts` that of `ssh_ports`; empty for none. */
export function addressesToTry(
  roster: Roster,
  own: NodeUuid,
  secondaries: string,
  sshPorts: string,
): readonly Target[] {
  const others = roster.nodes.filter(({ uuid, role }) => uuid !== own && role !== 'offline');
  const me = roster.nodes.find(({ uuid }) => uuid === own);
  return [
    ...others.flatMap((node) =>
      targetsOf(node, valueOf(secondaries, node, ' '), valueOf(sshPorts, node, '=')),
    ),
    ...(me ? [masterIpTarget(roster, me)] : []),
  ];
}

function targetsOf(node: RosterNode, secondary: string | undefined, sshPort: string | undefined): Target[] {
  const { uuid: nodeUuid, address, nodePort: port } = node;
  const ssh = Number(sshPort);
  return [
    { nodeUuid, network: 'NETWORK_PRIMARY', address, port },
    ...(secondary !== undefined && secondary !== address
      ? [{ nodeUuid, network: 'NETWORK_SECONDARY', address: secondary, port } as const]
      : []),
    ...(Number.isInteger(ssh) && ssh > 0 && ssh < 65_536
      ? [{ nodeUuid, network: 'NETWORK_SSH', address, port: ssh } as const]
      : []),
  ];
}

/** The master's node daemon listens there too; by its port, or by this node's if there is no master. */
function masterIpTarget({ nodes, master, masterIp }: Roster, me: RosterNode): Target {
  const { nodePort: port } = nodes.find(({ uuid }) => uuid === master) ?? me;
  return { nodeUuid: '', network: 'NETWORK_MASTER_IP', address: masterIp.address, port };
}

/** What stands behind a node's name in lines of `name<separator>value`. */
const valueOf = (text: string, { name }: RosterNode, separator: string): string | undefined =>
  text
    .split('\n')
    .find((line) => line.startsWith(`${name}${separator}`))
    ?.slice(name.length + 1)
    .trim();

/** Both addresses of this node; one if they are the same. */
export function ownAddressesIn({ nodes }: Roster, own: NodeUuid, secondaries: string): readonly string[] {
  const me = nodes.find(({ uuid }) => uuid === own);
  if (!me) return [];
  return [...new Set([me.address, valueOf(secondaries, me, ' ') ?? me.address])];
}

const answers = {
  open: 'TCP_ANSWER_OPEN',
  refused: 'TCP_ANSWER_REFUSED',
  silent: 'TCP_ANSWER_SILENT',
  unreachable: 'TCP_ANSWER_UNREACHABLE',
} as const satisfies Record<TcpAnswer, string>;

/** All at once; each is bounded. */
export const tryAddresses = (
  { tcp }: { tcp(address: string, port: number): Promise<TcpAnswer> },
  targets: readonly Target[],
): Promise<TriedAddress[]> =>
  Promise.all(
    targets.map(async (target) => ({ ...target, answer: answers[await tcp(target.address, target.port)] })),
  );

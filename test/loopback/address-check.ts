/**
 * Looks whether the addresses of a plan are free before anything is started, and if one is not, says whose it
 * is. Reads /proc/net/tcp for that, so the name of the holder is known on Linux only.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import type { HostPlan } from './host-plan.ts';
import { ports } from './host-plan.ts';

interface Endpoint {
  readonly address: string;
  readonly port: number;
}

const endpointsOf = (plan: HostPlan): readonly Endpoint[] => [
  ...plan.hosts.flatMap(({ address }) => Object.values(ports).map((port) => ({ address, port }))),
  ...[ports.node, ports.master].map((port) => ({ address: plan.masterIp, port })),
];

/** Undefined if it can be listened on; otherwise the system's error code. */
function tryToListen({ address, port }: Endpoint): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

/** One line about the first address that cannot be had; undefined if all can. */
export async function takenAddress(plan: HostPlan): Promise<string | undefined> {
  for (const endpoint of endpointsOf(plan)) {
    const code = await tryToListen(endpoint);
    if (code !== undefined) return explain(endpoint, code);
  }
  return undefined;
}

function explain(endpoint: Endpoint, code: string): string {
  const where = `${endpoint.address}:${endpoint.port}`;
  if (code === 'EADDRINUSE') return `${where} is taken by ${holderOf(endpoint)}`;
  if (code === 'EADDRNOTAVAIL')
    return `${where} is not an address of this machine; 127.0.0.0/8 must be on the loopback interface, as it is on Linux`;
  return `${where} cannot be listened on (${code})`;
}

function holderOf(endpoint: Endpoint): string {
  const socket = listeningSocket(endpoint);
  if (socket === undefined) return 'another process';
  const process = processHolding(socket.inode);
  const user = `user ${userName(socket.uid)}`;
  return process === undefined ? `a process of ${user}; ask them` : `${process} of ${user}`;
}

/** As the kernel writes an IPv4 address in /proc/net/tcp: hexadecimal, lowest byte first. */
const kernelAddress = (address: string): string =>
  address
    .split('.')
    .reverse()
    .map((byte) => Number(byte).toString(16).padStart(2, '0').toUpperCase())
    .join('');

function listeningSocket({ address, port }: Endpoint): { uid: string; inode: string } | undefined {
  const listening = '0A';
  const kernelPort = port.toString(16).padStart(4, '0').toUpperCase();
  for (const line of [...linesOf('/proc/net/tcp'), ...linesOf('/proc/net/tcp6')]) {
    const [, local = '', , state, , , , uid = '', , inode = ''] = line.trim().split(/\s+/);
    const [at = '', on] = local.split(':');
    if (state === listening && on === kernelPort && (at === kernelAddress(address) || /^0+$/.test(at)))
      return { uid, inode };
  }
  return undefined;
}

/** The holder's command and pid, if it is one we may look at. */
function processHolding(inode: string): string | undefined {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
    if (holdsSocket(pid, inode)) return `process ${pid} (${linesOf(`/proc/${pid}/comm`)[0] ?? '?'})`;
  return undefined;
}

function holdsSocket(pid: string, inode: string): boolean {
  try {
    const open = readdirSync(`/proc/${pid}/fd`);
    return open.some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === `socket:[${inode}]`);
  } catch {
    return false; // gone, or not ours to look at
  }
}

const userName = (uid: string): string =>
  linesOf('/etc/passwd')
    .map((line) => line.split(':'))
    .find((fields) => fields[2] === uid)?.[0] ?? uid;

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}

/**
 * Where each host of a loopback cluster lives: name, address, root directory; and what lies there before
 * Quorate comes. Values and paths only; nothing here starts a process.
 *
 * Many nodes fit on one machine because every program takes a root directory and binds to its node's own
 * 127.x address. The master IP is one more such address.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Host {
  /** What people call it: n1, n2, … */
  readonly short: string;
  readonly name: string;
  readonly address: string;
  /** Every program of this host runs with this as its root directory. */
  readonly root: string;
}

export interface HostPlan {
  readonly directory: string;
  readonly clusterName: string;
  readonly masterIp: string;
  readonly hosts: readonly Host[];
}

/** The product's own default ports; its addresses are what tells these nodes apart. */
export const ports = { node: 1811, master: 1816, ssh: 2277 } as const;

/** `network` is the first three numbers of the addresses: 127.0.77. */
export function planHosts(directory: string, network: string, count: number): HostPlan {
  const hosts = Array.from({ length: count }, (_, i): Host => {
    const short = `n${i + 1}`;
    return {
      short,
      name: `${short}.quorate.test`,
      address: `${network}.${i + 1}`,
      root: join(directory, short),
    };
  });
  return { directory, clusterName: 'cluster.quorate.test', masterIp: `${network}.100`, hosts };
}

/** The network of a user: the same at every run, and seldom that of somebody else on the machine. */
export const networkOf = (uid: number, third = 77): string => `127.${uid % 251}.${third}`;

export function hostNamed(plan: HostPlan, name: string): Host {
  const host = plan.hosts.find((h) => h.name === name || h.short === name);
  if (host === undefined) throw new Error(`there is no host ${name} here`);
  return host;
}

const hostsFile = (plan: HostPlan): string =>
  [
    '127.0.0.1 localhost',
    ...plan.hosts.map((h) => `${h.address} ${h.name} ${h.short}`),
    `${plan.masterIp} ${plan.clusterName}`,
    '',
  ].join('\n');

/** What an administrator has on a host before installing: its name, the names of the others, one setting. */
export async function writeHostFiles(plan: HostPlan, host: Host): Promise<void> {
  await mkdir(join(host.root, 'etc', 'quorate'), { recursive: true });
  await mkdir(join(host.root, 'root'), { recursive: true, mode: 0o700 });
  await writeFile(join(host.root, 'etc', 'hosts'), hostsFile(plan));
  await writeFile(join(host.root, 'etc', 'hostname'), `${host.name}\n`);
  const settings = `${JSON.stringify({ bind: host.address }, null, 2)}\n`;
  await writeFile(join(host.root, 'etc', 'quorate', 'settings.json'), settings);
}

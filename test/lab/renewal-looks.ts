/** What the tests of renewals look at on the hosts of a lab, from outside: disks, daemons, and who has the master IP. */
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import type { X509Certificate } from 'node:crypto';
import { phaseOn, renewalFaults } from '../e2e/renewals.ts';
import type { Host } from '../loopback/host-plan.ts';
import { awaitUntil } from './await.ts';
import { awaitMaster, quorate } from './cluster-for-tests.ts';
import { processOneOf } from './host.ts';
import type { Lab } from './lab.ts';
import { planHost, planLab } from './plan.ts';
import { namespaceOf, processesIn, signalAll, stateLetter } from './processes.ts';
import type { Sampler } from './sampler.ts';

/** The host as the tests on loopback know one, with a root directory that shows what of it lies on its disk. */
export function diskHost(lab: Lab, k: number): Host {
  const { directory, label, nodeName, address } = planHost(planLab(lab.name), k);
  const root = `${directory}/seen-from-outside`;
  if (!existsSync(root)) {
    mkdirSync(`${root}/var`, { recursive: true });
    symlinkSync('../../var-lib', `${root}/var/lib`);
  }
  return { root, short: label, name: nodeName, address };
}

export interface Daemon {
  readonly host: number;
  readonly pid: number;
  readonly program: 'quorate-noded' | 'quorate-masterd';
}

const commandOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
};

/** The daemons of host K, by their numbers on the machine; none while it is down. */
export function daemonsOn(lab: Lab, k: number): readonly Daemon[] {
  const one = processOneOf(planHost(planLab(lab.name), k));
  const namespace = one === undefined ? undefined : namespaceOf(one, 'pid');
  if (namespace === undefined) return [];
  return processesIn('pid', new Set([namespace])).flatMap((pid) => {
    const [, program] = /(?:^|[/\0])(quorate-noded|quorate-masterd)(?:\0|$)/.exec(commandOf(pid)) ?? [];
    return program === undefined ? [] : [{ pid, host: k, program: program as Daemon['program'] }];
  });
}

/** Resident memory and open files of a process; undefined if it has ended. */
export function useOf(pid: number): { readonly rssKiB: number; readonly files: number } | undefined {
  try {
    const [, rss = '0'] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return { rssKiB: Number(rss), files: readdirSync(`/proc/${pid}/fd`).length };
  } catch {
    return undefined;
  }
}

/** SIGKILL to these, and back when none of them is any more. */
export async function killDaemons(daemons: readonly Daemon[]): Promise<void> {
  const pids = daemons.map(({ pid }) => pid);
  signalAll(pids, 'SIGKILL');
  const areGone = () => pids.every((pid) => 'Z' === (stateLetter(pid) ?? 'Z'));
  await awaitUntil('Daemons survive kill -9', 5_000, areGone);
}

/** Hosts that had the master IP at one look, for each at which not exactly one of them had it. */
export function wrongMasterIpLooks(lab: Lab, { looks }: Sampler): readonly string[] {
  const seen = looks.filter(({ by }) => by === 'address');
  const size = lab.hosts.length;
  return Array.from({ length: Math.floor(seen.length / size) }, (_, n) =>
    seen.slice(n * size, n * size + size),
  )
    .map((look) => look.flatMap(({ holds, host }) => (holds ? [`q${host}`] : [])))
    .flatMap((holders) => (holders.length === 1 ? [] : [holders.join(' and ') || 'nobody']));
}

/** Waits until host K is master by everybody's word, and sees nothing that is not as it must be. */
export async function awaitHealthy(lab: Lab, k: number): Promise<void> {
  await awaitMaster(lab, k);
  let said = '';
  const isHealthy = async (): Promise<boolean> => {
    const { code, stdout } = await quorate(lab, k, 'status');
    said = stdout;
    return code === 0;
  };
  await awaitUntil('The cluster is not healthy', 60_000, isHealthy, () => said);
}

/** Waits until nothing is left of a renewal on any host, and all show certificates of one new cluster certificate. */
export const awaitRenewed = (lab: Lab, oldAnchor: X509Certificate): Promise<void> => {
  const hosts = lab.hosts.map((k) => diskHost(lab, k));
  const faults = (): readonly string[] => [
    ...hosts.flatMap((host) => {
      const phase = phaseOn(host);
      return phase === undefined ? [] : [`${host.short} knows of phase ${phase}`];
    }),
    ...renewalFaults(hosts, oldAnchor),
  ];
  return awaitUntil(
    'The renewal does not end',
    90_000,
    () => faults().length === 0,
    () => faults().join('; '),
  );
};

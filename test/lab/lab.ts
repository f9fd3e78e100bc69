/**
 * A lab: hosts q1…qN on one switch, each with its own network, mounts, host name, processes and disk.
 *
 * `startLab` puts one up, `openLab` takes hold of one that is up; both answer the same `Lab`, which the command
 * line (main.ts) and the tests use alike. A lab knows nothing of clusters but `init` and the master IP.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { awaitAll } from './await.ts';
import type { Ran } from './command.ts';
import { createDisks, onDisk } from './disk.ts';
import {
  crashHost,
  pauseHost,
  resumeHost,
  runAttachedOn,
  runOn,
  startHost,
  stateOf,
  type HostState,
} from './host.ts';
import { LabError } from './lab-error.ts';
import { ensurePackages } from './packages.ts';
import { clusterName, masterIp, planHost, planHosts, planLab, type HostPlan, type LabPlan } from './plan.ts';
import { namespaceOf } from './processes.ts';
import { removeLab } from './remove.ts';
import { addCuts, addressesOn, readCuts, removeCuts, startSwitch, type Cut } from './switch.ts';

/** Above the longest limit of our own commands, so that it is theirs that speaks. */
const commandLimitMs = 180_000;

export interface CutOptions {
  /** Only between the host and this one; without it, between the host and everybody. */
  readonly from?: number | undefined;
  /** `in`: nothing reaches the host; `out`: nothing leaves it. Without it, both. */
  readonly oneWay?: 'in' | 'out' | undefined;
}

export interface Lab {
  readonly name: string;
  /** 1…N */
  readonly hosts: readonly number[];
  /** Runs a command on host K; a failure is its exit code, running longer than `limitMs` throws. */
  on(k: number, command: readonly string[], options?: { input?: string; limitMs?: number }): Promise<Ran>;
  /** The same with this process's own terminal and pipes; answers the exit code. */
  onAttached(k: number, command: readonly string[]): Promise<number>;
  cut(k: number, options?: CutOptions): Promise<void>;
  /** Ends all cuts at host K, or all. */
  heal(k?: number): Promise<void>;
  cuts(): Promise<readonly Cut[]>;
  pause(k: number): Promise<void>;
  resume(k: number): Promise<void>;
  /** Power off. The disk stays. */
  crash(k: number): Promise<void>;
  /** Power on: link, sshd, and the daemons if the host belongs to a cluster. */
  revive(k: number): Promise<void>;
  state(k: number): HostState;
  nodeName(k: number): string;
  /** IPv4 addresses on eth0, asked from outside; none of a host that is down. */
  addresses(k: number): Promise<readonly string[]>;
  holdersOfMasterIp(): Promise<readonly number[]>;
  /** Where on the machine lies what host K sees at `path` under /etc, /var/lib or /var/log; also while it is down. */
  disk(k: number, path: string): string;
  /** `quorate init` on q1 and `quorate node add` of the others; throws with the command's words. */
  init(): Promise<void>;
  down(): Promise<void>;
}

export interface StartOptions {
  readonly name: string;
  readonly hosts: number;
  readonly say?: (line: string) => void;
  /** Changes disks before the hosts start; answers where on the machine lies what host K sees at `path`. */
  readonly prepare?: (disk: (k: number, path: string) => string) => Promise<void>;
}

/** Throws LabError if a lab of this name is up; clears away one that never came up whole. */
export async function startLab({ name, hosts, say = () => undefined, prepare }: StartOptions): Promise<Lab> {
  const lab = planLab(name);
  const plans = planHosts(lab, hosts);
  if (existsSync(lab.readyFile)) throw new LabError(`Lab ${name} is up already; take it down first`);
  await refuseSecondBuilder(lab);
  await removeLab(lab);
  await ensurePackages(say);
  try {
    await build(lab, plans, prepare);
  } catch (error) {
    await removeLab(lab);
    throw error;
  }
  return holdOf(lab, plans);
}

async function refuseSecondBuilder(lab: LabPlan): Promise<void> {
  const builder = Number(await readFile(lab.builderFile, 'utf8').catch(() => '0'));
  if (builder !== 0 && builder !== process.pid && namespaceOf(builder, 'pid') !== undefined)
    throw new LabError(`Process ${builder} is putting lab ${lab.name} up already`);
}

async function build(
  lab: LabPlan,
  hosts: readonly HostPlan[],
  prepare?: StartOptions['prepare'],
): Promise<void> {
  await mkdir(lab.directory, { recursive: true, mode: 0o700 });
  await writeFile(lab.builderFile, String(process.pid));
  await awaitAll([startSwitch(lab), createDisks(lab, hosts)]);
  await prepare?.((k, path) => onDisk(planHost(lab, k), path));
  await awaitAll(hosts.map(startHost));
  await writeFile(lab.readyFile, JSON.stringify({ hosts: hosts.length }));
  await rm(lab.builderFile);
}

/** Throws LabError if no lab of this name is up. */
export async function openLab(name: string): Promise<Lab> {
  const lab = planLab(name);
  const text = await readFile(lab.readyFile, 'utf8').catch(() => undefined);
  if (text === undefined) throw new LabError(`Lab ${name} is not up; "tools/lab up" puts it up`);
  const { hosts } = JSON.parse(text) as { hosts: number };
  return holdOf(lab, planHosts(lab, hosts));
}

export const downLab = (name: string): Promise<void> => removeLab(planLab(name));

function holdOf(lab: LabPlan, plans: readonly HostPlan[]): Lab {
  const host = (k: number): HostPlan => {
    if (!plans.some(({ number }) => number === k)) throw new LabError(`Lab ${lab.name} has no host ${k}`);
    return planHost(lab, k);
  };
  const hosts = plans.map(({ number }) => number);
  const addresses = async (k: number): Promise<readonly string[]> =>
    stateOf(host(k)) === 'down' ? [] : addressesOn(host(k));
  const on: Lab['on'] = (k, command, { input, limitMs = commandLimitMs } = {}) =>
    runOn(host(k), command, { input, limitMs });
  return {
    name: lab.name,
    hosts,
    on,
    addresses,
    onAttached: (k, command) => runAttachedOn(host(k), command),
    cut: async (k, options) => addCuts(lab, cutsBetween(host(k), plans, options)),
    heal: async (k) => removeCuts(lab, k === undefined ? undefined : host(k).label),
    cuts: () => readCuts(lab),
    pause: async (k) => pauseHost(host(k)),
    resume: async (k) => resumeHost(host(k)),
    crash: async (k) => crashHost(host(k)),
    revive: async (k) => startHost(host(k)),
    state: (k) => stateOf(host(k)),
    nodeName: (k) => host(k).nodeName,
    holdersOfMasterIp: async () => {
      const lists = await Promise.all(hosts.map(addresses));
      return hosts.filter((_, index) => lists[index]?.includes(masterIp));
    },
    disk: (k, path) => onDisk(host(k), path),
    init: async () => {
      for (const command of initCommands(plans)) {
        const { code, stdout, stderr } = await on(1, command);
        if (code !== 0) throw new LabError(`${command.join(' ')} on q1: exit ${code}\n${stdout}${stderr}`);
      }
    },
    down: () => removeLab(lab),
  };
}

/** Typed on q1, in this order. */
export const initCommands = (
  hosts: readonly { readonly nodeName: string }[],
): readonly (readonly string[])[] => [
  ['quorate', 'init', clusterName, '--master-netdev', 'eth0'],
  ...hosts.slice(1).map(({ nodeName }) => ['quorate', 'node', 'add', nodeName]),
];

function cutsBetween(
  host: HostPlan,
  all: readonly HostPlan[],
  { from, oneWay }: CutOptions = {},
): readonly Cut[] {
  const others = all.filter(
    ({ number }) => number !== host.number && (from === undefined || number === from),
  );
  if (others.length === 0)
    throw new LabError(`There is no link between ${host.label} and q${from ?? '?'} to cut`);
  return others.flatMap(({ label }) => [
    ...(oneWay === 'out' ? [] : [{ from: label, to: host.label }]),
    ...(oneWay === 'in' ? [] : [{ from: host.label, to: label }]),
  ]);
}

/**
 * Clusters for the end-to-end tests: each test file makes its own on addresses nobody else uses, and ends it.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takenAddress } from '../loopback/address-check.ts';
import { createLoopbackCluster } from '../loopback/cluster.ts';
import type { LoopbackCluster } from '../loopback/cluster.ts';
import type { CommandResult } from '../loopback/command.ts';
import { planHosts } from '../loopback/host-plan.ts';
import type { Host, HostPlan } from '../loopback/host-plan.ts';
import type { World } from '../loopback/story.ts';

export interface TestCluster {
  readonly cluster: LoopbackCluster;
  readonly hosts: readonly Host[];
  readonly world: World;
  /** Ends every process and removes every file. */
  end(): Promise<void>;
}

/** Tests of several people and branches may run at once; the process number keeps them apart. */
async function freePlan(directory: string, count: number): Promise<HostPlan> {
  let taken: string | undefined;
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const network = `127.${((process.pid + attempt * 31) % 250) + 1}.78`;
    const plan = planHosts(directory, network, count);
    taken = await takenAddress(plan);
    if (taken === undefined) return plan;
  }
  throw new Error(taken);
}

/** Hosts that have their files and run nothing yet. */
export async function planCluster(count: number): Promise<TestCluster> {
  const directory = mkdtempSync(join(tmpdir(), 'quorate-e2e-'));
  const cluster = await createLoopbackCluster(await freePlan(directory, count));
  const { hosts } = cluster.plan;
  const [first, second = first, third = second] = hosts;
  if (!first || !second || !third) throw new Error('a cluster has at least one host');
  const end = async (): Promise<void> => {
    await cluster.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  return { cluster, hosts, world: { cluster, first, second, third }, end };
}

/** What was half made is ended before the test learns that it could not be made. */
async function orEnd(made: TestCluster, make: () => Promise<void>): Promise<TestCluster> {
  try {
    await make();
    return made;
  } catch (error) {
    await made.end();
    throw error;
  }
}

/** Hosts with SSH servers, and nothing of Quorate on them yet. */
export async function makeHosts(count: number): Promise<TestCluster> {
  const made = await planCluster(count);
  return orEnd(made, () => made.cluster.startHosts());
}

/** A cluster with the first host as its master and all others joined to it. */
export async function makeCluster(
  count: number,
  more: { readonly managesSsh?: boolean } = {},
): Promise<TestCluster> {
  const made = await makeHosts(count);
  return orEnd(made, async () => {
    await made.cluster.init(made.world.first, more);
    for (const host of made.hosts.slice(1)) await made.cluster.addNode(made.world.first, host);
  });
}

export const stateDirectory = (host: Host): string => join(host.root, 'var', 'lib', 'quorate');

/** A text from a node's data directory. */
export const readState = (host: Host, name: string): string =>
  readFileSync(join(stateDirectory(host), name), 'utf8');

/** The change the tests commit: the size of the candidate pool, as this node's config.data has it. */
export function poolSizeOn(host: Host): number {
  const { cluster } = JSON.parse(readState(host, 'config.data')) as {
    cluster: { candidate_pool_size: number };
  };
  return cluster.candidate_pool_size;
}

export const changePoolSize = (made: TestCluster, master: Host, size: number): Promise<CommandResult> =>
  made.cluster.quorate(master, ['modify', '--candidate-pool-size', String(size)]);

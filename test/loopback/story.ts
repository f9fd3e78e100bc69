/**
 * What the quickstart shows, as a list of steps. Each step does one thing and then looks, for a bounded time,
 * whether it came about; its result is the sentence that says what was seen.
 *
 *                 init   join   planned failover   kill -9 of n2   failover   n2 returns
 *   master         n1     n1           n2               -             n3          n3
 *   answer at IP   n1     n1           n2            nobody           n3          n3
 *   follow         1      all          all          all but n2     all but n2     all
 */
import type { LoopbackCluster } from './cluster.ts';
import type { Host } from './host-plan.ts';
import { processesUnder, describe } from './host-processes.ts';
import { whoHoldsMasterIp } from './master-ip-probe.ts';
import { asWanted, awaitSight, notYet } from './observe.ts';
import type { Sight } from './observe.ts';
import { masterNamedBy } from './sampler.ts';
import { nodeIn, shortcomings } from './status.ts';

export interface World {
  readonly cluster: LoopbackCluster;
  readonly first: Host;
  readonly second: Host;
  readonly third: Host;
  readonly signal?: AbortSignal;
}

export interface StoryStep {
  /** Stable; tests and people refer to it. */
  readonly name: string;
  readonly doing: (world: World) => string;
  /** Acts and observes; the sentence tells what was seen. Throws if it was not. */
  readonly run: (world: World) => Promise<string>;
}

/** How long a step may take to show, beyond the command that caused it. */
const showsWithinMs = 20_000;
/** A node that returns has to start, notice the higher epoch and be brought up to date. */
const returnsWithinMs = 30_000;

const watch = ({ signal }: World, wanted: string, limitMs = showsWithinMs) => ({
  wanted,
  limitMs,
  ...(signal && { signal }),
});

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const shorts = (hosts: readonly Host[]): string => hosts.map((h) => h.short).join(', ');

/** Everyone in `following` says so, by command and by vote, and the master IP is answered by this node alone. */
export async function lookForMaster(
  { cluster }: World,
  master: Host,
  following: readonly Host[],
): Promise<Sight> {
  const holder = await whoHoldsMasterIp(cluster.plan);
  if (holder !== master.name) return notYet(`${holder ?? 'nobody'} answers at ${cluster.plan.masterIp}`);
  const named = following.filter((host) => masterNamedBy(host) !== master.name);
  if (named.length > 0) return notYet(`${shorts(named)} does not name ${master.short} as master`);
  const status = await cluster.status(master);
  const missing = shortcomings(status, { master: master.name, following: following.map((h) => h.name) });
  if (missing.length > 0) return notYet(missing.join('; '));
  return asWanted(
    `${master.short} is master in epoch ${status.epoch}, answers at ${cluster.plan.masterIp}; ` +
      `${shorts(following)} vote for it with configuration ${status.version.serial}`,
  );
}

export const awaitMaster = (
  world: World,
  master: Host,
  following: readonly Host[],
  limitMs = showsWithinMs,
): Promise<string> =>
  awaitSight(
    () => lookForMaster(world, master, following),
    watch(world, `${shorts(following)} follow ${master.short}`, limitMs),
  );

/** `quorate master`, typed on every host, gives the same name. */
async function mustAllSay({ cluster }: World, hosts: readonly Host[], master: Host): Promise<string> {
  const answers = await Promise.all(hosts.map((host) => cluster.mustQuorate(host, ['master'])));
  const wrong = hosts.filter((_, i) => answers[i]?.stdout.trim() !== master.name);
  if (wrong.length > 0) throw new Error(`'quorate master' on ${shorts(wrong)} does not say ${master.name}`);
  return `'quorate master' says ${master.short} on ${shorts(hosts)}`;
}

async function failOverTo(world: World, host: Host, following: readonly Host[]): Promise<string> {
  const before = await world.cluster.status(host);
  const { durationMs } = await world.cluster.mustQuorate(host, ['failover']);
  const saw = await awaitMaster(world, host, following);
  const after = await world.cluster.status(host);
  if (after.epoch <= before.epoch) throw new Error(`the epoch is still ${after.epoch}`);
  return `${saw}; the command took ${seconds(durationMs)}\n${await mustAllSay(world, following, host)}`;
}

const allHosts = ({ cluster }: World): readonly Host[] => cluster.plan.hosts;
const without = (world: World, gone: Host): readonly Host[] =>
  allHosts(world).filter((host) => host !== gone);

const startHosts: StoryStep = {
  name: 'start-hosts',
  doing: (world) => `Starting ${allHosts(world).length} hosts, each with an SSH server`,
  run: async (world) => {
    await world.cluster.startHosts();
    return `SSH servers answer on ${allHosts(world)
      .map((h) => h.address)
      .join(', ')}`;
  },
};

const init: StoryStep = {
  name: 'init',
  doing: ({ cluster, first }) => `Making ${cluster.plan.clusterName} with its first node, ${first.short}`,
  run: async (world) => {
    await world.cluster.init(world.first);
    return awaitMaster(world, world.first, [world.first]);
  },
};

const join: StoryStep = {
  name: 'join',
  doing: (world) => `Joining ${shorts(without(world, world.first))} over SSH, host keys verified`,
  run: async (world) => {
    const joining = without(world, world.first);
    // One after the other: the electorate changes by one node at a time.
    for (const host of joining) await world.cluster.addNode(world.first, host);
    const saw = await awaitMaster(world, world.first, allHosts(world));
    return `${saw}\n${await mustAllSay(world, allHosts(world), world.first)}`;
  },
};

const showStatus: StoryStep = {
  name: 'status',
  doing: ({ first }) => `Asking for the status on ${first.short}`,
  run: async ({ cluster, first }) => (await cluster.mustQuorate(first, ['status'])).stdout.trimEnd(),
};

const plannedFailover: StoryStep = {
  name: 'planned-failover',
  doing: ({ second }) => `Planned failover: 'quorate failover' on ${second.short}`,
  run: (world) => failOverTo(world, world.second, allHosts(world)),
};

const loseMaster: StoryStep = {
  name: 'lose-master',
  doing: ({ second }) => `kill -9 of everything that runs on the master, ${second.short}`,
  run: async (world) => {
    const killed = await world.cluster.kill(world.second);
    const programs = killed.map((p) => p.program);
    for (const program of ['quorate-noded', 'quorate-masterd', 'sshd'])
      if (!programs.includes(program)) throw new Error(`no ${program} ran on ${world.second.short}`);
    const look = async (): Promise<Sight> => {
      const holder = await whoHoldsMasterIp(world.cluster.plan);
      const left = processesUnder(world.second.root);
      if (left.length > 0) return notYet(`${describe(left)} still there`);
      return holder === null ? asWanted('nobody answers at the master IP') : notYet(`${holder} answers`);
    };
    return `killed ${describe(killed)}; ${await awaitSight(look, watch(world, 'a dead host'))}`;
  },
};

const emergencyFailover: StoryStep = {
  name: 'failover-after-loss',
  doing: ({ third }) => `Failover after the loss: 'quorate failover' on ${third.short}`,
  run: async (world) => {
    const saw = await failOverTo(world, world.third, without(world, world.second));
    const lost = nodeIn(await world.cluster.status(world.third), world.second.name);
    if (lost.reachable) throw new Error(`status calls ${world.second.short} reachable`);
    return `${saw}\nstatus says of ${world.second.short}: ${lost.reason ?? 'does not answer'}`;
  },
};

const returnOfTheKilled: StoryStep = {
  name: 'return',
  doing: ({ second }) => `${second.short} is switched on again; nobody types a command`,
  run: async (world) => {
    await world.cluster.startSshd(world.second);
    await world.cluster.startDaemons(world.second);
    return awaitMaster(world, world.third, allHosts(world), returnsWithinMs);
  },
};

const verify: StoryStep = {
  name: 'verify',
  doing: ({ third }) => `Verifying the cluster on ${third.short}`,
  run: async (world) => {
    const { stdout } = await world.cluster.mustQuorate(world.third, ['verify']);
    const saw = await mustAllSay(world, allHosts(world), world.third);
    return `'quorate verify' found nothing wrong\n${stdout.trimEnd() || saw}`;
  },
};

export const story: readonly StoryStep[] = [
  startHosts,
  init,
  join,
  showStatus,
  plannedFailover,
  loseMaster,
  emergencyFailover,
  returnOfTheKilled,
  verify,
];

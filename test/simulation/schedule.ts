/**
 * What happens to a cluster in one run: made from the seed before the run, as a list, so that a failing run can be
 * shrunk by leaving things out.
 *
 * A host is a number, or 'master' for whoever is in office at that moment. Everything bad is over at `quietAtMs`.
 */
import type { PlantedFault } from './planted-faults.ts';
import { createRandom, type Random } from './random.ts';
import type { SmallCluster } from './small-cluster.ts';

export type Target = number | 'master' | 'candidate';

export type Happening =
  | { readonly kind: 'power-cut'; readonly host: Target; readonly ms: number }
  | {
      readonly kind: 'kill';
      readonly host: Target;
      readonly daemon: 'noded' | 'masterd' | 'both';
      readonly ms: number;
    }
  | {
      readonly kind: 'pause';
      readonly host: Target;
      readonly daemon: 'noded' | 'masterd' | 'both';
      readonly ms: number;
    }
  | {
      readonly kind: 'cut';
      readonly from: Target;
      readonly to: Target;
      readonly oneWay: boolean;
      readonly ms: number;
    }
  | { readonly kind: 'isolate'; readonly host: Target; readonly ms: number }
  | { readonly kind: 'partition'; readonly side: readonly number[]; readonly ms: number }
  | {
      readonly kind: 'noise';
      readonly loss: number;
      readonly duplication: number;
      readonly slow: number;
      readonly slowMs: number;
      readonly slowDisk: number;
      readonly ms: number;
    }
  | { readonly kind: 'change'; readonly host: Target; readonly tag: string }
  | { readonly kind: 'lease'; readonly host: Target; readonly leaseMs: number }
  | {
      readonly kind: 'add-node';
      readonly host: Target;
      readonly node: number;
      readonly masterCapable: boolean;
    }
  | { readonly kind: 'mark-offline'; readonly host: Target; readonly node: number }
  | { readonly kind: 'failover'; readonly host: Target }
  | { readonly kind: 'forced'; readonly host: number; readonly isPromised: boolean };

export type Action = Happening & { readonly atMs: number };

export interface Schedule {
  readonly seed: number;
  readonly cluster: SmallCluster;
  /** Hosts in the world: the cluster's, and those that may join. */
  readonly hosts: number;
  readonly actions: readonly Action[];
  /** Nobody was told that the other side is really down: I1 and I2 do not hold while it lasts. */
  readonly isUnpromised: boolean;
}

export const quietAtMs = 46_000;
export const orderAtMs = 52_000;
export const endMs = 62_000;
const beginMs = 2_500;

export function scheduleOf(seed: number, _fault?: PlantedFault): Schedule {
  const random = createRandom(seed * 7 + 3);
  const cluster = clusterOf(random);
  const hosts = Math.min(9, cluster.size + (random.chance(0.45) ? 1 + random.below(3) : 0));
  const style = random.below(20);
  if (style === 0 && cluster.candidates > 1) return forcedSchedule(seed, random, cluster);
  const actions = [
    ...changes(random),
    ...memberships(random, cluster.size, hosts),
    ...misfortunes(random, cluster.size),
    ...orders(random),
    ...storms(random, cluster),
  ];
  return { seed, cluster, hosts, actions: inOrder(actions), isUnpromised: false };
}

function clusterOf(random: Random): SmallCluster {
  const size = random.oneOf([2, 3, 3, 3, 3, 3, 3, 4, 4, 5, 5, 5, 6, 7, 9]);
  const candidates = random.chance(0.6)
    ? size
    : Math.max(Math.min(size, 2), size - 1 - random.below(size - 1));
  return {
    size,
    candidates,
    leaseMs: random.oneOf([3_000, 3_000, 2_000, 1_500]),
    automatic: random.chance(0.75),
  };
}

const inOrder = (actions: readonly Action[]): readonly Action[] =>
  actions.toSorted((a, b) => a.atMs - b.atMs);

const sometime = (random: Random, from = beginMs, to = quietAtMs): number =>
  Math.floor(random.between(from, to));

/** As many times as it is told to, each at a time of its own. */
function several(random: Random, times: number, make: () => Happening): readonly Action[] {
  return Array.from({ length: times }, () => ({ ...make(), atMs: sometime(random) }));
}

function changes(random: Random): readonly Action[] {
  let number = 0;
  const tags = several(random, 4 + random.below(14), () => {
    number += 1;
    return { kind: 'change', host: random.chance(0.85) ? 'master' : random.below(3), tag: `c${number}` };
  });
  const leases = random.chance(0.15) ? 1 + random.below(2) : 0;
  return [
    ...tags,
    ...several(random, leases, () => ({
      kind: 'lease',
      host: 'master',
      leaseMs: 1_200 + random.below(2_800),
    })),
  ];
}

function memberships(random: Random, size: number, hosts: number): readonly Action[] {
  const joining = Array.from({ length: hosts - size }, (_, index) => size + index);
  const from = sometime(random, beginMs, 25_000);
  const adding = joining.map((node, index): Action => ({
    kind: 'add-node',
    host: 'master',
    node,
    masterCapable: random.chance(0.8),
    atMs: from + index * Math.floor(random.between(50, 3_000)),
  }));
  const leaving = size + joining.length > 3 && random.chance(0.4) ? 1 + random.below(2) : 0;
  return [
    ...adding,
    ...several(random, leaving, () => ({ kind: 'mark-offline', host: 'master', node: random.below(hosts) })),
  ];
}

function orders(random: Random): readonly Action[] {
  return several(random, random.below(4), () => ({ kind: 'failover', host: 'candidate' }));
}

function misfortunes(random: Random, size: number): readonly Action[] {
  const anybody = (): Target => (random.chance(0.4) ? 'master' : random.below(size));
  const briefly = (): number =>
    Math.floor(random.chance(0.5) ? random.between(20, 900) : random.between(500, 9_000));
  const daemon = () => random.oneOf(['both', 'both', 'masterd', 'noded'] as const);
  const misfortune = (): Happening => {
    switch (random.below(9)) {
      case 0:
      case 1:
        return { kind: 'power-cut', host: anybody(), ms: briefly() };
      case 2:
        return { kind: 'kill', host: anybody(), daemon: daemon(), ms: Math.floor(random.between(5, 600)) };
      case 3:
      case 4:
        return { kind: 'pause', host: anybody(), daemon: daemon(), ms: briefly() };
      case 5:
        return {
          kind: 'cut',
          from: anybody(),
          to: random.below(size),
          oneWay: random.chance(0.5),
          ms: briefly(),
        };
      case 6:
        return { kind: 'isolate', host: anybody(), ms: briefly() };
      case 7:
        return { kind: 'partition', side: someOf(random, size), ms: briefly() };
      default:
        return noise(random);
    }
  };
  return several(random, 2 + random.below(14), misfortune);
}

/** Misfortunes that belong together: each makes a rule of the product earn its keep. */
function storms(random: Random, cluster: SmallCluster): readonly Action[] {
  const count = random.chance(0.6) ? 1 + random.below(2) : 0;
  return Array.from({ length: count }, () => {
    const from = sometime(random, beginMs, quietAtMs - 14_000);
    return random.oneOf([
      forgetfulVoters,
      forgetfulVoters,
      frozenMaster,
      brokenElection,
      darkSite,
      hungDaemon,
    ])(random, cluster, from);
  }).flat();
}

const near = (random: Random, from: number, within: number): number =>
  Math.floor(from + random.between(0, within));

/** One candidate alone no longer hears the master, and voters are restarted while they are bound to it. */
function forgetfulVoters(random: Random, { size, leaseMs }: SmallCluster, from: number): readonly Action[] {
  const lonely = random.below(size);
  const lengthMs = leaseMs + 6_000;
  const restarts = Array.from({ length: 12 }, (): Action => ({
    ...(random.chance(0.7)
      ? { kind: 'kill', host: random.below(size), daemon: 'noded', ms: 5 + random.below(80) }
      : { kind: 'power-cut', host: random.below(size), ms: 20 + random.below(150) }),
    atMs: near(random, from + leaseMs, 6_000),
  }));
  return [
    { kind: 'cut', from: 'master', to: lonely, oneWay: random.chance(0.3), ms: lengthMs, atMs: from },
    ...restarts,
    { kind: 'failover', host: lonely, atMs: near(random, from + leaseMs, 4_000) },
  ];
}

/** Answers take long, and then the master stops, or is cut off, with a round of renewals under way. */
function frozenMaster(random: Random, { leaseMs }: SmallCluster, from: number): readonly Action[] {
  const slowMs = random.oneOf([200, 600, 1_200]);
  const ms = Math.floor(leaseMs * random.between(0.7, 3));
  const atMs = from + 1_000 + random.below(1_500);
  return [
    {
      kind: 'noise',
      loss: 0,
      duplication: 0.05,
      slow: 0.7,
      slowMs,
      slowDisk: 0,
      ms: 1_500 + random.below(2_500),
      atMs: from,
    },
    random.chance(0.6)
      ? { kind: 'pause', host: 'master', daemon: random.oneOf(['both', 'masterd'] as const), ms, atMs }
      : { kind: 'isolate', host: 'master', ms, atMs },
  ];
}

/** A failover while everything is slow, and voters lose power, or the candidate stops, on the way. */
function brokenElection(random: Random, { size, leaseMs }: SmallCluster, from: number): readonly Action[] {
  const slowMs = random.oneOf([100, 500, 900, 1_300]);
  const failures = Array.from({ length: 1 + random.below(4) }, (): Action => ({
    ...(random.chance(0.75)
      ? {
          kind: 'power-cut',
          host: random.below(size),
          ms: 20 + random.below(random.chance(0.7) ? 150 : 1_500),
        }
      : {
          kind: 'pause',
          host: random.below(size),
          daemon: 'both',
          ms: Math.floor(leaseMs * random.between(0.3, 1.2)),
        }),
    atMs: near(random, from + 150, 2_500),
  }));
  const lost: readonly Action[] = random.chance(0.25)
    ? [{ kind: 'isolate', host: 'master', ms: leaseMs * 2, atMs: from - 2_000 }]
    : [];
  const slowDisk = random.chance(0.4) ? random.between(0.1, 0.7) : 0;
  return [
    ...lost,
    {
      kind: 'noise',
      loss: 0,
      duplication: 0.05,
      slow: random.between(0.3, 1),
      slowMs,
      slowDisk,
      ms: 5_000,
      atMs: from,
    },
    { kind: 'failover', host: 'candidate', atMs: from + 100 },
    { kind: 'change', host: 'master', tag: `s${from}`, atMs: near(random, from + 1_500, 2_000) },
    ...failures,
  ];
}

/** A change reaches nobody but the queue of the master's own node daemon, which hangs; then the master restarts. */
function hungDaemon(random: Random, _cluster: SmallCluster, from: number): readonly Action[] {
  const change = (tag: string, atMs: number): Action => ({
    kind: 'change',
    host: 'master',
    tag: `${tag}${from}`,
    atMs,
  });
  const hangMs = 2_000 + random.below(3_000);
  return [
    { kind: 'pause', host: 'master', daemon: 'noded', ms: hangMs, atMs: from },
    { kind: 'isolate', host: 'master', ms: 500 + random.below(400), atMs: from },
    change('h', near(random, from + 20, 300)),
    { kind: 'kill', host: 'master', daemon: 'masterd', ms: 20 + random.below(200), atMs: from + 400 },
    change('i', near(random, from + 1_500, hangMs)),
    change('j', near(random, from + 2_000, hangMs)),
  ];
}

/** In the middle of a failover many lose power at once; when they are back, another candidate tries. */
function darkSite(random: Random, { size }: SmallCluster, from: number): readonly Action[] {
  const slowMs = random.oneOf([30, 100, 300]);
  const dark = from + 100 + Math.floor(random.between(1, 7) * slowMs);
  const cuts = Array.from({ length: size }, (_, host): Action => ({
    kind: 'power-cut',
    host,
    ms: 50 + random.below(random.chance(0.6) ? 500 : 6_000),
    atMs: dark + random.below(slowMs),
  }));
  return [
    { kind: 'noise', loss: 0, duplication: 0, slow: 1, slowMs, slowDisk: 0, ms: 2_500, atMs: from },
    { kind: 'failover', host: 'candidate', atMs: from + 100 },
    ...cuts.filter(() => random.chance(0.75)),
    { kind: 'failover', host: 'candidate', atMs: dark + 3_500 },
    { kind: 'failover', host: 'candidate', atMs: dark + 6_500 },
  ];
}

const someOf = (random: Random, size: number): readonly number[] =>
  Array.from({ length: size }, (_, index) => index).filter(() => random.chance(0.5));

const noise = (random: Random): Happening => ({
  kind: 'noise',
  loss: random.chance(0.6) ? random.between(0, 0.25) : 0,
  duplication: random.chance(0.5) ? random.between(0, 0.2) : 0,
  slow: random.chance(0.7) ? random.between(0, 0.3) : 0,
  slowMs: random.oneOf([30, 300, 3_000]),
  slowDisk: random.chance(0.3) ? random.between(0, 0.6) : 0,
  ms: Math.floor(random.between(500, 12_000)),
});

/** A failover without voting: the others are really down until all is quiet (or, unpromised, only cut off). */
function forcedSchedule(seed: number, random: Random, cluster: SmallCluster): Schedule {
  const isPromised = random.chance(0.7);
  const last = cluster.candidates - 1;
  const lost = Array.from({ length: Math.max(1, Math.ceil(cluster.size / 2)) }, (_, index) => index).filter(
    (i) => i < last,
  );
  const lostAll = lost.length > 0 ? lost : [0];
  const atMs = sometime(random, 15_000, 20_000);
  const loss: readonly Action[] = isPromised
    ? lostAll.map((host) => ({ kind: 'power-cut', host, ms: quietAtMs - atMs, atMs }))
    : [{ kind: 'partition', side: lostAll, ms: quietAtMs - atMs, atMs }];
  const forced: Action = { kind: 'forced', host: last, isPromised, atMs: atMs + 6_000 + random.below(4_000) };
  return {
    seed,
    cluster: { ...cluster, automatic: false },
    hosts: cluster.size,
    actions: inOrder([...changes(random), ...loss, forced]),
    isUnpromised: !isPromised,
  };
}

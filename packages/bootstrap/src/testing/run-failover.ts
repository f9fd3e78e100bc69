/** Runs a failover on a node of a fake cluster, as its master daemon would, and keeps what it showed. */
import { uuidOf } from '@quorate/domain/testing/drafts';
import { timings } from '@quorate/domain/timings';
import { failover, reignOf, type FailoverOutcome } from '../failover.ts';
import type { FailoverHooks } from '../hooks.ts';
import { fakeCluster, type FakeCluster, type FakeNode } from './fake-cluster.ts';

export interface FailoverRun {
  readonly outcome: Promise<FailoverOutcome>;
  /** `request-grants done`, in order; what was started and not ended is missing. */
  readonly steps: string[];
}

interface Wishes {
  readonly noVoting?: boolean;
  readonly acceptDataLoss?: boolean;
  readonly automatic?: boolean;
  readonly anewAbove?: number;
  readonly hooks?: Partial<FailoverHooks>;
  readonly diesAfter?: number;
}

const nothing = (): Promise<void> => Promise.resolve();

export function runFailover(cluster: FakeCluster, number: number, wishes: Wishes = {}): FailoverRun {
  const { noVoting = false, hooks, diesAfter, ...request } = wishes;
  const [node, master] = [cluster.node(number), cluster.master(number)];
  const steps: string[] = [];
  const outcome = failover(
    {
      access: cluster.access(number, diesAfter === undefined ? {} : { diesAfter }),
      roster: node.roster,
      ownRecord: node.text ?? undefined,
      report: ({ name, state }) => void (state !== 'started' && steps.push(`${name} ${state}`)),
      hooks: { before: nothing, after: nothing, ...hooks },
      keepLease: master.take,
      leaseUntilMs: master.leaseUntilMs,
      startServing(record) {
        cluster.events.push(`${number} serves`);
        node.masterDaemonInOffice = true;
        void master.rule(reignOf(record));
      },
    },
    { noVoting, ...request },
  );
  // Who lets its program die does not look at the outcome.
  outcome.catch(() => undefined);
  return { outcome, steps };
}

/** Lets time pass until it has ended; `look` is called every 10 ms of it. */
export async function inTime<T>(
  { clock }: Pick<FakeCluster, 'clock'>,
  work: Promise<T>,
  look: () => void = () => undefined,
): Promise<T> {
  let ended = false;
  const end = (): void => void (ended = true);
  work.then(end, end);
  const giveUpMs = clock.monotonicMs() + timings.failoverMs;
  for (await clock.advance(0); !ended; await clock.advance(10)) {
    look();
    if (clock.monotonicMs() > giveUpMs) throw new Error('It never ended');
  }
  return work;
}

/** A cluster whose master has the lease and renews it, as it is every day. */
export async function ruledCluster(...given: Parameters<typeof fakeCluster>): Promise<FakeCluster> {
  const cluster = fakeCluster(...given);
  await cluster.rule(1);
  return cluster;
}

const numbersOf = (cluster: FakeCluster, is: (node: FakeNode) => boolean): number[] =>
  cluster.roster.nodes.flatMap((_, index) => (is(cluster.node(index + 1)) ? [index + 1] : []));

/** Who holds the address and serves; anything but one of each is worth looking at. */
export const mastersOf = (cluster: FakeCluster): { address: number[]; serving: number[] } => ({
  address: numbersOf(cluster, (node) => node.masterIpHere),
  serving: numbersOf(cluster, (node) => node.masterDaemonInOffice),
});

export const onlyMaster = (number: number) => ({ address: [number], serving: [number] });

/** A cluster whose master's host is dead; what it held is gone with it, and its lease is over. */
export function withoutMaster(...given: Parameters<typeof fakeCluster>): FakeCluster {
  const cluster = fakeCluster(...given);
  cluster.crash(1);
  return cluster;
}

/** `2@2` for each node: whom it names, in which epoch. */
export const opinionsOf = (cluster: FakeCluster): string[] =>
  cluster.roster.nodes.map((_, index) => {
    const { master } = cluster.node(index + 1).voter;
    const named = numbersOf(cluster, (node) => node.uuid === master?.node);
    return master ? `${named.join()}@${master.epoch}` : '-';
  });

/** Everything on all disks, to see that nothing has changed. */
export const disksOf = (cluster: FakeCluster): string =>
  JSON.stringify(
    cluster.roster.nodes.map(({ uuid }, i) => [uuid, cluster.node(i + 1).voter, cluster.node(i + 1).text]),
  );

export const nodeUuid = (number: number): string => uuidOf('node', number);

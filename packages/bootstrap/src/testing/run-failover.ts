/** Runs a failover on a node of a fake cluster, as its master daemon would, and keeps what it showed. */
import { safeLeaseMs } from '@quorate/domain/lease';
import { uuidOf } from '@quorate/domain/testing/drafts';
import { failover, type FailoverOutcome, type Reign } from '../failover.ts';
import { fakeCluster, type FakeCluster, type FakeNode } from './fake-cluster.ts';

export interface FailoverRun {
  readonly outcome: Promise<FailoverOutcome>;
  /** `request-grants done`, in order; what was started and not ended is missing. */
  readonly steps: string[];
}

interface Wishes {
  readonly noVoting?: boolean;
  readonly diesAfter?: number;
}

export function runFailover(cluster: FakeCluster, number: number, wishes: Wishes = {}): FailoverRun {
  const { noVoting = false, ...dying } = wishes;
  const node = cluster.node(number);
  const steps: string[] = [];
  let reign: Reign | undefined;
  const outcome = failover(
    {
      access: cluster.access(number, dying),
      roster: node.roster,
      ownRecord: node.text ?? undefined,
      report: ({ name, state }) => void (state !== 'started' && steps.push(`${name} ${state}`)),
      hooks: { before: async () => undefined, after: async () => undefined },
      keepLease: (granted) => void (reign = granted),
      // Its renewals are for the tests of the master daemon; here the lease just lives.
      leaseUntilMs: async () => cluster.clock.monotonicMs() + safeLeaseMs(reign?.durationMs ?? 0),
      startServing() {
        cluster.events.push(`${number} serves`);
        node.masterDaemonInOffice = true;
      },
    },
    { noVoting },
  );
  // Who lets its program die does not look at the outcome.
  outcome.catch(() => undefined);
  return { outcome, steps };
}

const numbersOf = (cluster: FakeCluster, is: (node: FakeNode) => boolean): number[] =>
  cluster.roster.nodes.flatMap((_, index) => (is(cluster.node(index + 1)) ? [index + 1] : []));

/** Who holds the address and serves; anything but one of each is worth looking at. */
export const mastersOf = (cluster: FakeCluster): { address: number[]; serving: number[] } => ({
  address: numbersOf(cluster, (node) => node.masterIpHere),
  serving: numbersOf(cluster, (node) => node.masterDaemonInOffice),
});

export const onlyMaster = (number: number) => ({ address: [number], serving: [number] });

/** A cluster whose master's host is dead; what it held is gone with it. */
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

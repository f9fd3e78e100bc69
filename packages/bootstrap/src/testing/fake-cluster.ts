/**
 * A whole cluster in one process, for tests of the operations: nodes that vote by the domain's rules, a network
 * that can be told what not to deliver, and the sequence of all calls to look at afterwards.
 *
 *   const cluster = fakeCluster(3);      node 1 is master in epoch 1, all are candidates
 *   cluster.isolate(1);                  connections to node 1 are refused
 *   cluster.hang(3);                     node 3 takes calls and never answers
 *   cluster.cut(1, 2);                   node 1 and node 2 do not reach each other; all others do
 *   cluster.on(1, 'LeaveOffice', …);     what node 1 does instead
 *   await cluster.rule(1);               node 1 has the lease and renews it; until then nobody is bound by one
 *
 * Nothing in it waits for real time; what has a deadline waits for `cluster.clock`.
 */
import { viewsOf } from '@quorate/cluster-state/views';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { ClusterError } from '@quorate/domain/errors';
import type { InitRequest } from '@quorate/domain/initial-configuration';
import { leaseMemoryAtStart } from '@quorate/domain/lease';
import { seal } from '@quorate/domain/record';
import { isCandidate, type NodeUuid, type Roster, type RosterNode } from '@quorate/domain/roster';
import { draftOfSize, uuidOf } from '@quorate/domain/testing/drafts';
import { sha256Hex } from '@quorate/platform/digest';
import { virtualClock, type VirtualClock } from '@quorate/platform/testing/clock';
import type { ClusterAccess } from '../cluster-access.ts';
import { reignOf } from '../failover.ts';
import { fakeChannels, type FakeCall, type Respond } from './fake-channels.ts';
export type { FakeNode } from './fake-node.ts';
import { fakeMaster, type FakeMaster } from './fake-master.ts';
import { fakeNode, nodeMethods, type FakeNode } from './fake-node.ts';

/** What a node does instead of answering by its rules; `answer` is how it would have. */
export type Instead = (answer: () => unknown, call: FakeCall) => unknown;

export interface FakeCluster {
  readonly clock: VirtualClock;
  /** What the cluster began with. */
  readonly record: ClusterRecord;
  readonly roster: Roster;
  /** `2 GetVote` when a call to node 2 sets out, `2 GetVote ok` or `2 GetVote REASON` when it has ended. */
  readonly events: string[];
  node(number: number): FakeNode;
  rosterNode(number: number): RosterNode;
  /** As the master daemon of node `number` has it. `diesAfter`: its process ends when it has made so many calls. */
  access(number: number, options?: { readonly diesAfter?: number }): ClusterAccess;
  isolate(...numbers: number[]): void;
  hang(...numbers: number[]): void;
  heal(...numbers: number[]): void;
  cut(one: number, other: number): void;
  on(number: number, method: string, instead: Instead): void;
  /** The master daemon of that node, as far as its lease goes. */
  master(number: number): FakeMaster;
  /** The node's master daemon, in office, gets a lease and renews it from now on. */
  rule(number: number): Promise<void>;
  /** What the master daemon behind a local socket answers; until then nobody listens there. */
  onMasterDaemon(method: string, respond: Respond): void;
  /** Ends all that a crash of the host ends, and cuts it off. */
  crash(number: number): void;
}

type Condition = 'fine' | 'unreachable' | 'hanging';

export function fakeCluster(size: number, changes: Partial<InitRequest> = {}): FakeCluster {
  const record = seal(draftOfSize(size, changes), sha256Hex);
  const { roster } = viewsOf(record);
  const clock = virtualClock();
  const events: string[] = [];
  const nodes = new Map<NodeUuid, FakeNode>(
    roster.nodes.map((node) => [node.uuid, fakeNode(node, roster, isCandidate(node) ? record : null)]),
  );
  const conditions = new Map<NodeUuid, Condition>();
  const cuts = new Set<string>();
  const masters = new Map<NodeUuid, FakeMaster>();
  const instead = new Map<string, Instead>();
  const masterDaemon = new Map<string, Respond>();
  const set = (condition: Condition, numbers: readonly number[]): void =>
    numbers.forEach((number) => conditions.set(uuidOf('node', number), condition));
  const node = (number: number): FakeNode => found(nodes.get(uuidOf('node', number)), number);

  /** The node behind a peer's address, which for the master IP is whoever holds it. */
  function reached({ peer }: FakeCall): FakeNode {
    if (peer.kind === 'socket') throw new Error('Not a node');
    const isMasterIp = peer.address === roster.masterIp.address;
    const there = isMasterIp ? [...nodes.values()].find((each) => each.masterIpHere) : nodes.get(peer.uuid);
    if (!there || conditions.get(there.uuid) === 'unreachable') throw refusedBy(peer);
    if (there.uuid !== peer.uuid) throw new ClusterError('UNREACHABLE', `${peer.address} is another node`);
    return there;
  }

  async function deliver(sender: NodeUuid, call: FakeCall): Promise<unknown> {
    await Promise.resolve();
    if (call.peer.kind === 'socket') return (masterDaemon.get(call.method) ?? nobodyThere)(call);
    const to = reached(call);
    if (cuts.has(`${sender} ${to.uuid}`)) throw refusedBy(call.peer);
    if (conditions.get(to.uuid) === 'hanging') await silence(clock, call);
    const answer = (): unknown =>
      call.method === 'HandOver' ? masterOf(to).handOver(sender) : answerOf(to, call, sender, clock);
    return (instead.get(`${to.uuid} ${call.method}`) ?? ((real) => real()))(answer, call);
  }

  const placeOf = ({ peer }: FakeCall): string =>
    peer.kind === 'socket' ? 'masterd' : String(roster.nodes.findIndex(({ uuid }) => uuid === peer.uuid) + 1);

  async function noted(sender: NodeUuid, call: FakeCall): Promise<unknown> {
    const what = `${placeOf(call)} ${call.method}`;
    events.push(what);
    try {
      const answer = await deliver(sender, call);
      events.push(`${what} ok`);
      return answer;
    } catch (caught) {
      events.push(`${what} ${(caught as ClusterError).reason}`);
      throw caught;
    }
  }

  const accessOf = (own: NodeUuid, diesAfter = Number.POSITIVE_INFINITY): ClusterAccess => {
    let calls = 0;
    const channels = fakeChannels((call) => (++calls > diesAfter ? forEver() : noted(own, call)));
    return { own, channels, clock };
  };

  function masterOf(of: FakeNode): FakeMaster {
    const known = masters.get(of.uuid) ?? fakeMaster(accessOf(of.uuid), of);
    masters.set(of.uuid, known);
    return known;
  }

  return {
    clock,
    record,
    roster,
    events,
    node,
    rosterNode: (number) => found(roster.nodes[number - 1], number),
    access: (number, { diesAfter } = {}) => accessOf(uuidOf('node', number), diesAfter),
    master: (number) => masterOf(node(number)),
    rule(number) {
      void masterOf(node(number)).rule(reignOf(node(number).text ?? record));
      return clock.advance(0);
    },
    cut(one, other) {
      const [a, b] = [uuidOf('node', one), uuidOf('node', other)];
      cuts.add(`${a} ${b}`).add(`${b} ${a}`);
    },
    isolate: (...numbers) => set('unreachable', numbers),
    hang: (...numbers) => set('hanging', numbers),
    heal: (...numbers) => set('fine', numbers),
    on: (number, method, what) => void instead.set(`${uuidOf('node', number)} ${method}`, what),
    onMasterDaemon: (method, respond) => void masterDaemon.set(method, respond),
    crash(number) {
      const leases = leaseMemoryAtStart(node(number).voter, clock.now().getTime());
      Object.assign(node(number), { leases, masterIpHere: false, masterDaemonInOffice: false });
      set('unreachable', [number]);
    },
  };
}

function answerOf(
  to: FakeNode,
  { method, request }: FakeCall,
  sender: NodeUuid,
  clock: VirtualClock,
): unknown {
  const answer = nodeMethods[method];
  if (!answer) throw new Error(`The fake node does not know ${method}`);
  return answer(to, request as never, sender, clock.now().getTime());
}

/** Until the caller's deadline, or until it calls off. */
async function silence(clock: VirtualClock, { peer, options }: FakeCall): Promise<never> {
  await clock.sleep(options.deadlineMs, options.signal).catch(() => undefined);
  throw new ClusterError('TIMED_OUT', `${peer.name} did not answer within ${options.deadlineMs / 1000} s`);
}

const refusedBy = ({ name }: FakeCall['peer']): ClusterError =>
  new ClusterError('UNREACHABLE', `${name} refused the connection`, {
    facts: { node: name, cause: 'refused' },
  });

const nobodyThere: Respond = ({ peer }) =>
  Promise.reject(new ClusterError('DAEMON_NOT_RUNNING', `${peer.name} does not run`));

const forEver = (): Promise<never> => new Promise(() => undefined);

function found<T>(value: T | undefined, number: number): T {
  if (value === undefined) throw new Error(`The cluster has no node ${number}`);
  return value;
}

/** Lets everything happen that needs no time. */
export const settled = (cluster: Pick<FakeCluster, 'clock'>): Promise<void> => cluster.clock.advance(0);

/** What the master of the same epoch would have made of it `by` changes later. */
export function laterRecord(record: ClusterRecord, by = 1): ClusterRecord {
  const { configuration, ours } = record;
  return seal(
    { configuration: { ...configuration, serial_no: configuration.serial_no + by }, ours },
    sha256Hex,
  );
}

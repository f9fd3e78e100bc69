import { electorateOf } from '@quorate/domain/electorate';
import { rosterOf } from '@quorate/domain/roster-of';
import { withNodesOffline } from '@quorate/domain/configuration-changes';
import { seal } from '@quorate/domain/record';
import { timings } from '@quorate/domain/timings';
import type { Ballot } from '@quorate/domain/vote';
import { countVotes, surveyDecided } from '@quorate/domain/votes';
import { uuidOf } from '@quorate/domain/testing/drafts';
import { sha256Hex } from '@quorate/platform/digest';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fakeCluster, settled, type FakeCluster } from './testing/fake-cluster.ts';
import { gatherVotes } from './votes.ts';

const gather = (cluster: FakeCluster, decided?: (ballots: readonly Ballot[]) => boolean) =>
  gatherVotes(cluster.access(1), cluster.roster, decided);

/** `2 UNREACHABLE` for a ballot that says why, `1` for a vote for node 1. */
const wordsFor = (ballots: readonly Ballot[]) =>
  ballots.map((b) => (b.kind === 'unreachable' ? `${b.node.name} ${b.reason}` : b.kind));

const master = (number: number, epoch = 1) => ({ node: uuidOf('node', number), epoch });
const name = (number: number) => `node${number}.lab.test`;

afterEach(() => vi.useRealTimers());

describe('a round of votes', () => {
  it('BEH-008 asks nobody for an empty electorate', async () => {
    const cluster = fakeCluster(1);
    expect(await gatherVotes(cluster.access(1), { ...cluster.roster, nodes: [] })).toEqual([]);
    expect(cluster.events).toEqual([]);
  });

  it('BEH-009 counts three nodes that name the same master', async () => {
    expect(countVotes(await gather(fakeCluster(3)))).toEqual([{ master: master(1), votes: 3 }]);
  });

  it('BEH-010 counts those that name another one, the highest first', async () => {
    const cluster = fakeCluster(3);
    cluster.node(3).voter = { ...cluster.node(3).voter, master: master(2) };
    expect(countVotes(await gather(cluster))).toEqual([
      { master: master(1), votes: 2 },
      { master: master(2), votes: 1 },
    ]);
  });

  it('BEH-011 a node that fails is a ballot that names it and its cause', async () => {
    const cluster = fakeCluster(3);
    cluster.isolate(2);
    const ballots = await gather(cluster);
    expect(ballots.find((b) => b.node.name === name(2))).toEqual({
      kind: 'unreachable',
      node: cluster.rosterNode(2),
      reason: 'UNREACHABLE',
      why: `${name(2)} refused the connection`,
    });
    expect(countVotes(ballots)).toEqual([{ master: master(1), votes: 2 }]);
  });

  it('BEH-012 that reaches nobody has no votes', async () => {
    const cluster = fakeCluster(3);
    cluster.isolate(1, 2, 3);
    expect(countVotes(await gather(cluster))).toEqual([]);
  });

  it.each<[string, string, (answer: object) => object, RegExp]>([
    ['BEH-013', 'no opinion', (a) => ({ ...a, master: null }), /no master/],
    ['BEH-017', 'an empty name', (a) => ({ ...a, master: { nodeUuid: '', epoch: 1 } }), /no master/],
    ['BEH-018', 'another cluster', (a) => ({ ...a, clusterUuid: 'other' }), /another cluster, other/],
    [
      'BEH-019',
      'a stranger as master',
      (a) => ({ ...a, master: { nodeUuid: 'x', epoch: 1 } }),
      /not a node here, x/,
    ],
  ])('%s a vote with %s is invalid and says so', async (_beh, _what, change, why) => {
    const cluster = fakeCluster(3);
    cluster.on(2, 'GetVote', (answer) => change(answer() as object));
    const ballots = await gather(cluster);
    expect(ballots.find((b) => b.node.name === name(2))).toMatchObject({
      kind: 'invalid',
      why: expect.stringMatching(why),
    });
    expect(countVotes(ballots)).toEqual([{ master: master(1), votes: 2 }]);
  });

  it('BEH-014 an answer without what a vote must have is that node’s failure, not the round’s', async () => {
    const cluster = fakeCluster(3);
    cluster.on(2, 'GetVote', (answer) => ({ ...(answer() as object), version: null }));
    expect(wordsFor(await gather(cluster)).sort()).toEqual([`${name(2)} WRONG_INPUT`, 'valid', 'valid']);
  });

  it('BEH-020 brings epoch, serial and digest with each vote', async () => {
    const { record, ...cluster } = fakeCluster(2);
    const ballots = await gatherVotes(cluster.access(1), cluster.roster);
    for (const ballot of ballots)
      expect(ballot).toMatchObject({ vote: { epoch: 1, version: record.version } });
  });

  it('BEH-034 does not ask nodes that are marked offline', async () => {
    const cluster = fakeCluster(3);
    const offline = seal(withNodesOffline(cluster.record, [uuidOf('node', 3)], 0), sha256Hex);
    await gatherVotes(cluster.access(1), rosterOf(offline, ''));
    expect(cluster.events.filter((event) => event.startsWith('3'))).toEqual([]);
  });
});

describe('a voter that hangs', () => {
  it('BEH-016 BEH-021 ends with its own limit of 5 s, and the others are asked meanwhile', async () => {
    const cluster = fakeCluster(5);
    cluster.hang(2);
    let ballots: readonly Ballot[] | undefined;
    const round = gather(cluster).then((found) => (ballots = found));
    await settled(cluster);
    expect(cluster.events.filter((event) => event.endsWith('ok'))).toHaveLength(4);
    await cluster.clock.advance(timings.voteMs - 1);
    expect(ballots).toBeUndefined();
    await cluster.clock.advance(1);
    await round;
    expect(wordsFor(ballots ?? [])).toEqual(['valid', 'valid', 'valid', 'valid', `${name(2)} TIMED_OUT`]);
    expect(timings.voteMs).toBe(5_000);
  });

  it('BEH-021 and keeps no deadline at all does not outlive the round', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const cluster = fakeCluster(3);
    cluster.on(3, 'GetVote', () => new Promise(() => undefined));
    const round = gather(cluster);
    await vi.advanceTimersByTimeAsync(timings.voteRoundMs);
    expect(wordsFor(await round)).toEqual(['valid', 'valid']);
  });
});

describe('a round that is decided', () => {
  const decidedIn =
    ({ roster }: FakeCluster) =>
    (ballots: readonly Ballot[]) =>
      surveyDecided(ballots, electorateOf(roster));

  it('BEH-022 ends when a majority names one master, and calls off who has not answered', async () => {
    const cluster = fakeCluster(5);
    cluster.hang(4, 5);
    expect(await gather(cluster, decidedIn(cluster))).toHaveLength(3);
    await settled(cluster);
    expect(cluster.clock.sleepers(), 'nobody is waited for any more').toBe(0);
  });

  it('BEH-023 ends when no majority is possible any more', async () => {
    const cluster = fakeCluster(5);
    cluster.isolate(1, 2, 3);
    cluster.hang(4, 5);
    expect(wordsFor(await gather(cluster, decidedIn(cluster)))).toEqual(
      [1, 2, 3].map((n) => `${name(n)} UNREACHABLE`),
    );
  });

  it('BEH-024 is not changed by an answer that comes late', async () => {
    const cluster = fakeCluster(3);
    let late: () => void = () => undefined;
    cluster.on(3, 'GetVote', async (answer) => {
      await new Promise<void>((resolve) => (late = resolve));
      return answer();
    });
    const ballots = await gather(cluster, decidedIn(cluster));
    late();
    await settled(cluster);
    expect(cluster.events.at(-1), 'it did answer').toBe('3 GetVote ok');
    expect(ballots.map((b) => b.node.name)).toEqual([name(1), name(2)]);
  });
});

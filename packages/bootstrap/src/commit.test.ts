import { withCandidatePoolSize, withNodesOffline } from '@quorate/domain/configuration-changes';
import { planCommit } from '@quorate/domain/commit';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { seal } from '@quorate/domain/record';
import { timings } from '@quorate/domain/timings';
import { sameVersion } from '@quorate/domain/version';
import { draftOfSize, testSeconds, uuidOf } from '@quorate/domain/testing/drafts';
import { sha256Hex } from '@quorate/platform/digest';
import { describe, expect, it } from 'vitest';
import { commit, type CommitOutcome } from './commit.ts';
import { pack } from './put-configuration.ts';
import { fakeCluster, laterRecord, settled, type FakeCluster } from './testing/fake-cluster.ts';

const commitOf = (
  cluster: FakeCluster,
  record: ClusterRecord = laterRecord(cluster.record),
): Promise<CommitOutcome> => commit(cluster.access(1), planCommit(cluster.record, record), pack(record));

const errorIn = (outcome: CommitOutcome) => (outcome.kind === 'committed' ? undefined : outcome.error);

/** Candidates are nodes 1 and 2, the others are regular. */
const twoCandidates = (size: number) => fakeCluster(size, { candidatePoolSize: 2 });

const knows = (cluster: FakeCluster, number: number, { version }: ClusterRecord) =>
  sameVersion(cluster.node(number).voter.version, version);

describe('the order of a commit', () => {
  it('BEH-280 is two full copies before anybody else hears of the version', async () => {
    const cluster = twoCandidates(4);
    expect(await commitOf(cluster)).toEqual({ kind: 'committed' });
    await settled(cluster);
    expect(cluster.events).toEqual([
      '1 PutConfiguration',
      '2 PutConfiguration',
      '1 PutConfiguration ok',
      '2 PutConfiguration ok',
      '3 PutConfiguration',
      '4 PutConfiguration',
      '3 PutConfiguration ok',
      '4 PutConfiguration ok',
    ]);
  });

  it('BEH-271 leaves every node at the new version, and only candidates with its text', async () => {
    const cluster = twoCandidates(4);
    const record = laterRecord(cluster.record);
    await commitOf(cluster, record);
    await settled(cluster);
    expect([1, 2, 3, 4].map((number) => knows(cluster, number, record))).toEqual([true, true, true, true]);
    expect([1, 2, 3, 4].map((number) => cluster.node(number).text?.version)).toEqual([
      record.version,
      record.version,
      undefined,
      undefined,
    ]);
  });

  it('nobody else hears of a version that only the master holds', async () => {
    const cluster = twoCandidates(4);
    cluster.isolate(2);
    const outcome = await commitOf(cluster);
    expect(outcome.kind).toBe('undecided');
    expect(cluster.events.filter((event) => /^[34]/.test(event))).toEqual([]);
  });

  it('a candidate that acknowledges without holding the text is no copy', async () => {
    const cluster = twoCandidates(4);
    cluster.on(2, 'PutConfiguration', (answer) => ({ ...(answer() as object), holdsRecord: false }));
    expect((await commitOf(cluster)).kind).toBe('undecided');
  });
});

describe('a commit with a node missing', () => {
  it('is not held up by a dead candidate of three', async () => {
    const cluster = fakeCluster(3);
    cluster.isolate(2);
    expect(await commitOf(cluster)).toEqual({ kind: 'committed' });
  });

  it('nor by one that hangs, which is waited for in the background only', async () => {
    const cluster = fakeCluster(3);
    cluster.hang(2);
    expect(await commitOf(cluster)).toEqual({ kind: 'committed' });
    cluster.heal(2);
  });

  it('brings the version to a slow node after it is committed', async () => {
    const cluster = fakeCluster(3);
    const record = laterRecord(cluster.record);
    cluster.on(3, 'PutConfiguration', async (answer) => {
      await cluster.clock.sleep(2_000);
      return answer();
    });
    expect(await commitOf(cluster, record)).toEqual({ kind: 'committed' });
    await cluster.clock.advance(2_000);
    expect(knows(cluster, 3, record)).toBe(true);
  });

  it('is not done before the committing node has its own copy, by which it takes office', async () => {
    const cluster = fakeCluster(3);
    cluster.on(1, 'PutConfiguration', async (answer) => {
      await cluster.clock.sleep(2_000);
      return answer();
    });
    let outcome: CommitOutcome | undefined;
    void commitOf(cluster).then((ended) => (outcome = ended));
    await settled(cluster);
    expect([outcome, cluster.events.at(-1)]).toEqual([undefined, '3 PutConfiguration ok']);
    await cluster.clock.advance(2_000);
    expect(outcome).toEqual({ kind: 'committed' });
  });

  it('is undecided, and names who lacks it and why, when a majority does not answer', async () => {
    const cluster = fakeCluster(5, { candidatePoolSize: 2 });
    cluster.isolate(3, 4);
    cluster.on(5, 'PutConfiguration', () => Promise.reject(new Error('disk full')));
    const error = errorIn(await commitOf(cluster));
    expect(error).toMatchObject({ reason: 'COMMIT_UNDECIDED', facts: { acknowledged: '2' } });
    expect(error?.message).toContain('neither committed nor withdrawn');
    expect(error?.message).toContain('node3.lab.test (node3.lab.test refused the connection)');
    expect(error?.message).toContain('node5.lab.test (disk full)');
    expect(error?.message).not.toMatch(/node[12]\.lab\.test/);
    expect(error?.hint).toContain('quorate node modify NAME --offline yes');
  });

  it('is undecided after its limit, whatever hangs', async () => {
    const cluster = fakeCluster(3);
    for (const number of [2, 3]) cluster.on(number, 'PutConfiguration', () => new Promise(() => undefined));
    let outcome: CommitOutcome | undefined;
    const under = commitOf(cluster).then((ended) => (outcome = ended));
    await cluster.clock.advance(timings.commitMs - 1);
    expect(outcome).toBeUndefined();
    await cluster.clock.advance(1);
    expect(errorIn(await under)?.message).toContain(
      'node2.lab.test (no answer yet), node3.lab.test (no answer yet)',
    );
  });
});

describe('a commit of who is master no longer', () => {
  it('BEH-078 BEH-294 is deposed by a node that knows a higher epoch, and told which', async () => {
    const cluster = fakeCluster(3);
    for (const number of [2, 3]) cluster.node(number).voter = { ...cluster.node(number).voter, epoch: 4 };
    const outcome = await commitOf(cluster);
    expect(outcome).toMatchObject({
      kind: 'deposed',
      error: { reason: 'EPOCH_TOO_OLD', facts: { epoch: '4' } },
    });
  });

  it('is not deposed by one voter that has promised a later epoch, while a majority follows', async () => {
    const cluster = fakeCluster(3);
    cluster.node(3).voter = { ...cluster.node(3).voter, epoch: 4 };
    expect(await commitOf(cluster)).toEqual({ kind: 'committed' });
  });

  it('is deposed by a node that knows another master of the same epoch', async () => {
    const cluster = fakeCluster(3);
    cluster.node(2).voter = { ...cluster.node(2).voter, master: { node: uuidOf('node', 2), epoch: 1 } };
    expect(await commitOf(cluster)).toMatchObject({ kind: 'deposed', error: { reason: 'NOT_ALLOWED' } });
  });
});

describe('a change of the electorate', () => {
  it('needs a majority of the old one as well as of the new one', async () => {
    const cluster = fakeCluster(3);
    const record = laterRecord(cluster.record);
    const joinOfNode3 = planCommit(draftOfSize(2), record);
    cluster.isolate(2);
    expect((await commit(cluster.access(1), joinOfNode3, pack(record))).kind).toBe('undecided');
    cluster.heal(2);
    expect((await commit(cluster.access(1), joinOfNode3, pack(record))).kind).toBe('committed');
  });

  it('marking a dead candidate offline needs only the others', async () => {
    const cluster = twoCandidates(3);
    cluster.isolate(2);
    const draft = withNodesOffline(cluster.record, [uuidOf('node', 2)], testSeconds);
    expect(await commitOf(cluster, seal(draft, sha256Hex))).toEqual({ kind: 'committed' });
  });

  it('marking a living node offline asks for its vote too, which the old electorate may need', async () => {
    const cluster = fakeCluster(2);
    const draft = withNodesOffline(cluster.record, [uuidOf('node', 2)], testSeconds);
    const record = seal(draft, sha256Hex);
    expect(await commitOf(cluster, record)).toEqual({ kind: 'committed' });
    expect(knows(cluster, 2, record)).toBe(true);
  });

  it('a node that was marked offline before is not asked', async () => {
    const cluster = fakeCluster(3);
    const offline = seal(withNodesOffline(cluster.record, [uuidOf('node', 2)], testSeconds), sha256Hex);
    await commitOf(cluster, offline);
    cluster.events.length = 0;
    const record = laterRecord(offline);
    await commit(cluster.access(1), planCommit(offline, record), pack(record));
    expect(cluster.events.filter((event) => event.startsWith('2'))).toEqual([]);
  });
});

describe('repeating a commit', () => {
  it('of the same version is committed again', async () => {
    const cluster = fakeCluster(3);
    const record = laterRecord(cluster.record);
    await commitOf(cluster, record);
    expect(await commitOf(cluster, record)).toEqual({ kind: 'committed' });
  });

  it('BEH-279 of another text in the same place is taken by nobody who has the first', async () => {
    const cluster = fakeCluster(3);
    const draft = withCandidatePoolSize(cluster.record, 5, testSeconds).draft;
    await commitOf(cluster);
    await settled(cluster);
    const outcome = await commitOf(cluster, seal(draft, sha256Hex));
    expect(outcome.kind).toBe('undecided');
    expect(errorIn(outcome)?.message).toContain('knows another configuration');
  });

  it('BEH-273 of an older version is refused', async () => {
    const cluster = fakeCluster(3);
    await commitOf(cluster, laterRecord(cluster.record, 3));
    await settled(cluster);
    const outcome = await commitOf(cluster, laterRecord(cluster.record, 2));
    expect(errorIn(outcome)?.message).toContain('knows of a newer configuration');
  });
});

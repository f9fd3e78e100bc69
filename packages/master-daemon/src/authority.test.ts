/** The master's hold on the configuration: when a change may begin, when it is done, and who is pushed to. */
import { gatherVotes } from '@quorate/bootstrap/votes';
import { laterRecord, type FakeCluster } from '@quorate/bootstrap/testing/fake-cluster';
import { planCommit } from '@quorate/domain/commit';
import type { ClusterRecord, Configuration, Draft } from '@quorate/domain/configuration';
import { seal } from '@quorate/domain/record';
import { testSeconds, uuidOf } from '@quorate/domain/testing/drafts';
import { nobodyEntrusted } from '@quorate/domain/candidate-pool';
import { withNodesOffline } from '@quorate/domain/configuration-changes';
import { timings } from '@quorate/domain/timings';
import { sha256Hex } from '@quorate/platform/digest';
import { describe, expect, it } from 'vitest';
import { bringUpToDate, commitChange, type Change } from './authority.ts';
import { rosterIn } from './in-office.ts';
import { createPushPauses, type PushPauses } from './push-pauses.ts';
import { inOfficeWith, type InOffice } from './tenure.ts';
import { daemonScene, gate, until, type DaemonScene } from './testing/daemon-scene.ts';

const later: Change = (present) => laterRecord(present);

/** The same place in the order of changes, another text. */
const rivalOf = (record: ClusterRecord): ClusterRecord =>
  seal({ ...record, configuration: { ...record.configuration, mtime: 1 } }, sha256Hex);

const withConfiguration = (draft: Draft, changes: (was: Configuration) => Partial<Configuration>): Draft => ({
  ...draft,
  configuration: { ...draft.configuration, ...changes(draft.configuration) },
});

describe('a change', () => {
  it('BEH-271 ends with the same serial and digest on every candidate', async () => {
    const { cluster, access } = await daemonScene();
    const { outcome, record } = await commitChange(access, inOfficeWith(cluster.record), later);
    expect(outcome).toEqual({ kind: 'committed' });
    await until(() => [1, 2, 3].every((n) => cluster.node(n).text?.version.serial === record.version.serial));
    for (const n of [1, 2, 3]) {
      expect(cluster.node(n).voter.version).toEqual(record.version);
      expect(cluster.node(n).text).toEqual(record);
    }
  });

  it('is made out of the present record, now', async () => {
    const { cluster, access } = await daemonScene();
    const seen: unknown[] = [];
    await commitChange(
      access,
      inOfficeWith(cluster.record),
      (...given) => (seen.push(...given), later(...given)),
    );
    expect(seen).toEqual([cluster.record, cluster.clock.now().getTime() / 1000, nobodyEntrusted]);
  });

  it('BEH-280 is done only when a majority has stored it', async () => {
    const { cluster, access } = await daemonScene();
    const disk = gate();
    cluster.isolate(2);
    cluster.on(3, 'PutConfiguration', async (answer) => (await disk.passed, answer()));
    let done = false;
    const change = commitChange(access, inOfficeWith(cluster.record), later).then((r) => ((done = true), r));
    await until(() => cluster.events.includes('1 PutConfiguration ok'));
    await until(() => cluster.events.includes('2 PutConfiguration UNREACHABLE'));
    expect(done).toBe(false);
    disk.open();
    expect((await change).outcome).toEqual({ kind: 'committed' });
  });

  it('without a majority is undecided, names who did not acknowledge it, and tells what to remember', async () => {
    const { cluster, access } = await daemonScene();
    cluster.isolate(2, 3);
    const { outcome, record, pending } = await commitChange(access, inOfficeWith(cluster.record), later);
    expect(outcome).toMatchObject({ kind: 'undecided', error: { reason: 'COMMIT_UNDECIDED' } });
    expect(outcome.kind === 'undecided' && outcome.error.message).toMatch(
      /node2\.lab\.test .*node3\.lab\.test/,
    );
    expect(pending).toEqual({ record, plan: planCommit(cluster.record, record) });
  });

  it('is refused while an earlier one is undecided, and nobody is asked', async () => {
    const { cluster, access } = await daemonScene();
    const record = laterRecord(cluster.record);
    const office = inOfficeWith(cluster.record, { record, plan: planCommit(cluster.record, record) });
    await expect(commitChange(access, office, later)).rejects.toMatchObject({
      reason: 'COMMIT_UNDECIDED',
      message: expect.stringContaining(`serial ${record.version.serial}`),
    });
    expect(cluster.events).toEqual([]);
  });

  it('BEH-097 that would make the configuration invalid is refused with all findings, and nobody is asked', async () => {
    const { cluster, access } = await daemonScene();
    const spoil: Change = (present) =>
      withConfiguration(present, ({ cluster: was }) => ({
        cluster: { ...was, enabled_hypervisors: [], master_node: 'nobody' },
      }));
    const change = commitChange(access, inOfficeWith(cluster.record), spoil);
    await expect(change).rejects.toMatchObject({
      reason: 'WRONG_INPUT',
      message: expect.stringMatching(/No hypervisor is enabled.*nobody/),
    });
    expect(cluster.events).toEqual([]);
  });

  it('BEH-040 that alters the electorate by two nodes is refused, and nobody is asked', async () => {
    const { cluster, access } = await daemonScene({ size: 5 });
    const shrink: Change = (present) =>
      withNodesOffline(present, [uuidOf('node', 4), uuidOf('node', 5)], testSeconds);
    await expect(commitChange(access, inOfficeWith(cluster.record), shrink)).rejects.toMatchObject({
      reason: 'INTERNAL',
    });
    expect(cluster.events).toEqual([]);
  });

  it('BEH-279 made twice at once out of the same record is committed once at most', async () => {
    const { cluster, access } = await daemonScene();
    const rival: Change = (present) => rivalOf(laterRecord(present));
    const office = inOfficeWith(cluster.record);
    const both = await Promise.all([
      commitChange(access, office, later),
      commitChange(access, office, rival),
    ]);
    expect(both.filter(({ outcome }) => outcome.kind === 'committed')).toHaveLength(1);
  });

  it('BEH-078 of a master that a majority has turned away from is told so', async () => {
    const { cluster, access } = await daemonScene();
    for (const n of [2, 3])
      cluster.node(n).voter = { ...cluster.node(n).voter, epoch: 2, grantedTo: uuidOf('node', 2) };
    const { outcome } = await commitChange(access, inOfficeWith(cluster.record), later);
    expect(outcome).toMatchObject({
      kind: 'deposed',
      error: { reason: 'EPOCH_TOO_OLD', facts: { epoch: '2' } },
    });
  });
});

/**
 * How a node stands to the record that is to reach everybody, one letter per node:
 *
 *   =   has it          t   knows of it and lacks its text      !   has another text in its place
 *   <   missed it       >   knows a newer one                   x   does not answer
 */
function stand(cluster: FakeCluster, target: ClusterRecord, line: string): void {
  for (const [i, letter] of line.split(' ').entries()) {
    const node = cluster.node(i + 1);
    const knows = (record: ClusterRecord, text = node.text && record): void =>
      void Object.assign(node, { text, voter: { ...node.voter, version: record.version } });
    if (letter === '=') knows(target);
    if (letter === 't') knows(target, node.text);
    if (letter === '>') knows(laterRecord(target));
    if (letter === '!') knows(rivalOf(target));
    if (letter === 'x') cluster.isolate(i + 1);
  }
}

async function look({ access }: DaemonScene, office: InOffice, pauses?: PushPauses): Promise<InOffice> {
  const ballots = await gatherVotes(access, rosterIn(office));
  return bringUpToDate(access, office, ballots, pauses);
}

const uuids = (...numbers: number[]) => numbers.map((n) => uuidOf('node', n));
const numbersOf = (answers: readonly string[]) =>
  answers.map((answer) => Number(answer.split(' ')[0])).sort((a, b) => a - b);

describe('bringing nodes up to date, nodes 1 to 3 being candidates', () => {
  it.each([
    ['= = = = =', [], [], 'nobody is behind'],
    ['= < = < =', [2, 4], [], 'BEH-272 who missed the change gets it without a further one'],
    ['= t = = =', [2], [], 'a candidate without the text is behind'],
    ['= = = t =', [], [], 'others need no text'],
    ['= x = x =', [], [2, 4], 'who does not answer lags'],
    ['= > = = =', [], [2], 'nobody is pushed back'],
    ['< < = < x', [1, 2, 4], [5], 'this node itself may be behind'],
    ['= = = ! =', [4], [4], 'another text in the same place is not the record, and is not overwritten'],
  ])('%s: pushed to %j, lagging %j: %s', async (line, pushed, lagging) => {
    const scene = await daemonScene({ size: 5, candidatePoolSize: 3 });
    const target = laterRecord(scene.cluster.record);
    stand(scene.cluster, target, line);
    const office = await look(scene, inOfficeWith(target));
    expect(numbersOf(scene.answers('PutConfiguration'))).toEqual(pushed);
    expect(office).toEqual({ ...inOfficeWith(target), lagging: uuids(...lagging) });
    const texts = [1, 2, 3, 4, 5].filter((n) => scene.cluster.node(n).text !== null);
    expect(texts).toEqual([1, 2, 3]);
  });

  it('BEH-266 leaves out nodes marked offline', async () => {
    const scene = await daemonScene({ size: 3 });
    const target = seal(withNodesOffline(scene.cluster.record, uuids(3), testSeconds), sha256Hex);
    const office = await look(scene, inOfficeWith(target));
    expect(numbersOf(scene.answers('PutConfiguration'))).toEqual([1, 2]);
    expect(office.lagging).toEqual([]);
  });

  it('who refuses still lags', async () => {
    const scene = await daemonScene();
    const target = laterRecord(scene.cluster.record);
    scene.cluster.on(2, 'PutConfiguration', () => Promise.reject(new Error('disk full')));
    expect((await look(scene, inOfficeWith(target))).lagging).toEqual(uuids(2));
  });

  it('who refuses is left alone for a while, longer each time; a newer version is a new reason to try', async () => {
    const scene = await daemonScene();
    const target = laterRecord(scene.cluster.record);
    const pauses = createPushPauses(scene.access.clock);
    scene.cluster.on(2, 'PutConfiguration', () => Promise.reject(new Error('disk full')));
    const triesIn = async (looks: number, record = target): Promise<number> => {
      let tries = 0;
      for (let n = 0; n < looks; n += 1) {
        await look(scene, inOfficeWith(record), pauses);
        tries += scene.answers('PutConfiguration').filter((answer) => answer.startsWith('2 ')).length;
        await scene.cluster.clock.advance(timings.surveyIntervalMs);
      }
      return tries;
    };
    expect(await triesIn(16)).toBe(5);
    expect(await triesIn(60)).toBe(2);
    expect(await triesIn(1, laterRecord(target))).toBe(1);
    scene.cluster.on(2, 'PutConfiguration', (real) => real());
    expect(await triesIn(2, laterRecord(target))).toBe(1);
  });
});

describe('an undecided change, nodes 1 to 3 being candidates', () => {
  async function undecided(line: string, candidatePoolSize = 3) {
    const scene = await daemonScene({ size: 5, candidatePoolSize });
    const { record: before } = scene.cluster;
    const target = laterRecord(before);
    stand(scene.cluster, target, line);
    const office = inOfficeWith(before, { record: target, plan: planCommit(before, target) });
    return { scene, office, decided: { ...inOfficeWith(target) }, before, target };
  }

  it.each([
    ['= < < < <', [2, 3, 4, 5], [], 'everybody is back'],
    ['= < x < x', [2, 4], [3, 5], 'a majority is back'],
    ['= = = x x', [], [4, 5], 'a majority turns out to have it'],
    ['x < < < x', [2, 3, 4], [1, 5], 'two candidates are enough, this node need not be one of them'],
  ])('%s is decided: pushed to %j, lagging %j: %s', async (line, pushed, lagging) => {
    const { scene, office, decided } = await undecided(line);
    expect(await look(scene, office)).toEqual({ ...decided, lagging: uuids(...lagging) });
    expect(numbersOf(scene.answers('PutConfiguration'))).toEqual(pushed);
  });

  it.each([
    ['= < x x x', [2], 'two of five are no majority'],
    ['= x x < <', [], 'nobody is told what the master alone holds'],
    ['x < x < <', [2], 'nor what one candidate alone holds'],
    ['= > > < <', [], 'candidates that know a newer one are not pushed to'],
  ])('%s stays undecided: pushed to %j: %s', async (line, pushed) => {
    const { scene, office } = await undecided(line);
    expect(await look(scene, office)).toMatchObject({ pending: office.pending, record: office.record });
    expect(numbersOf(scene.answers('PutConfiguration'))).toEqual(pushed);
  });

  it('is not decided by who has another text in its place', async () => {
    const { scene, office } = await undecided('= = ! x x', 2);
    expect(await look(scene, office)).toMatchObject({ pending: office.pending, lagging: uuids(3, 4, 5) });
  });

  it('reaches the second candidate before it reaches anybody else', async () => {
    const { scene, office } = await undecided('= < x < <');
    await look(scene, office);
    const { events } = scene.cluster;
    const [stored, told] = ['2 PutConfiguration ok', '4 PutConfiguration'].map((event) =>
      events.indexOf(event),
    );
    expect(stored).toBeGreaterThan(-1);
    expect(told).toBeGreaterThan(stored ?? 0);
  });
});

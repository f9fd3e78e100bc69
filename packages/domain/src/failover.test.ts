import { describe, expect, it } from 'vitest';
import { decideFailover, decideForcedFailover, type FailoverFacts, type FailoverPlan } from './failover.ts';
import { ballotsFrom, rosterFrom, uuidOf, versionOf } from './testing/notation.ts';
import { forManySeeds, type Seeded } from './testing/seeded.ts';
import { compareVersions } from './version.ts';

/** The failover of q2, which holds what its roster says: (1, 10) unless told. */
function factsOf(cluster: string, votes: string, version = versionOf(1, 10)): FailoverFacts {
  const roster = rosterFrom(cluster, version);
  return { own: uuidOf(2), roster, ownVersion: version, ballots: ballotsFrom(votes, roster) };
}

const planOf = (cluster: string, votes: string) => decideFailover(factsOf(cluster, votes));
const forced = { randomJump: 7, acceptDataLoss: false };
const forcedPlanOf = (cluster: string, votes: string, acceptDataLoss = false) =>
  decideForcedFailover({ ...factsOf(cluster, votes), ...forced, acceptDataLoss });

/** `go 2`, `fetch q3.lab`, or the reason of the refusal. */
function wordFor(plan: FailoverPlan): string {
  if (plan.kind === 'go') return `go ${plan.epoch}`;
  return plan.kind === 'fetch' ? `fetch ${plan.from.name}` : plan.error.reason;
}

const errorOf = (plan: FailoverPlan) => (plan.kind === 'refuse' ? plan.error : undefined);

describe('a failover to q2', () => {
  it.each([
    ['M C C', '1 1 1', 'go 2', 'BEH-044 planned: all are there'],
    ['M C C', 'x 1 1', 'go 2', 'BEH-044 the master is lost, a majority is left'],
    ['M C R', 'x 1 1', 'go 2', 'BEH-085 two candidates and a witness'],
    ['M C C', '. 1 1', 'go 2', 'a node that was not waited for'],
    ['M C C C C', 'x 1 1 1 x', 'go 2', ''],
    ['M C C', 'x 1^6 1', 'go 7', 'above every epoch anybody has seen'],
    ['M C C', 'x 1 -', 'go 2', 'who has no opinion can grant all the same'],
    ['M C O O O', '1 1 x x x', 'go 2', 'BEH-041 the electorate is two'],
    // a majority is missing
    ['M C', 'x 1', 'NO_MAJORITY', 'one of two'],
    ['M C C', 'x 1 x', 'NO_MAJORITY', ''],
    ['M C C C', 'x 1 1 x', 'NO_MAJORITY', 'half is not a majority'],
    ['M C C', 'x x x', 'NO_MAJORITY', 'BEH-054 zero votes (they pass in the reference)'],
    ['M C C', 'x x 1', 'NO_MAJORITY', 'the own node daemon is down, its vote is missing'],
    ['M C C C C', 'x 1 1 x x', 'NO_MAJORITY', 'BEH-040 silent nodes stay in the denominator'],
    ['M C O', 'x 1 1', 'NO_MAJORITY', 'a node marked offline has no vote'],
    ['M C C', 'f f f', 'NO_MAJORITY', 'BEH-057 this node holds another cluster’s configuration'],
    // who asks
    ['C M C', '2 2 2', 'ALREADY_MASTER', 'BEH-042'],
    ['C M C', '2 2 x', 'ALREADY_MASTER', 'BEH-042'],
    ['C M C', 'x 2 x', 'NO_MAJORITY', 'a cut-off master cannot confirm that it still is'],
    ['M C C', '2@2 2@2 1', 'ALREADY_MASTER', 'the votes know better than this node’s roster'],
    ['M R C', '1 1 1', 'NOT_A_MASTER_CANDIDATE', 'BEH-043'],
    ['M D C', '1 1 1', 'NOT_A_MASTER_CANDIDATE', 'BEH-043'],
    ['M', '1', 'NODE_UNKNOWN', 'BEH-051 q2 is not in the configuration'],
    // opinions differ
    ['M C C', '1 1 3', 'VOTES_SPLIT', 'BEH-053 two masters of one epoch'],
    ['M C C C', 'x 1 1 3@2:10', 'fetch q4.lab', 'BEH-045 the reference stops here: own view differs'],
    // configurations differ
    ['M C C', 'x 1 1@1:12', 'fetch q3.lab', 'BEH-055'],
    ['M C C', 'x 1 1@2:3', 'fetch q3.lab', 'BEH-055 epoch before serial'],
    [
      'M C R',
      'x 1 1@1:12',
      'NEWER_CONFIGURATION_ELSEWHERE',
      'BEH-055 q3 knows of it, and cannot hand it over',
    ],
    ['M C C', 'x 1 1@1:12~', 'NEWER_CONFIGURATION_ELSEWHERE', 'BEH-055 q3 holds an older text'],
    ['M C C', '1@1:12 1 1@1:12~', 'fetch q1.lab', 'from whoever holds it, the master too'],
    ['M C C C C', 'x 1 1@1:12 x x', 'fetch q3.lab', 'first: the electorate may have become smaller'],
    ['M C C', 'x 1 1@1:9', 'go 2', 'who lags behind is brought up to date afterwards'],
  ])('in %s on %s: %s (%s)', (cluster, votes, word) => expect(wordFor(planOf(cluster, votes))).toBe(word));

  it('knows whom to ask to leave office, and whether it can be asked', () => {
    expect(planOf('M C C', '1 1 1')).toMatchObject({ oldMaster: { name: 'q1.lab' }, oldMasterAnswers: true });
    expect(planOf('M C C', 'x 1 1')).toMatchObject({
      oldMaster: { name: 'q1.lab' },
      oldMasterAnswers: false,
    });
    expect(planOf('C C C', '- - -')).toMatchObject({ kind: 'go', oldMaster: null, oldMasterAnswers: false });
  });

  it('who names a master that was removed since can grant all the same', () => {
    expect(wordFor(decideFailover(factsOf('M C C', 'x 1@2 ?@1', versionOf(2, 10))))).toBe('go 3');
  });

  it('BEH-076 that broke off before it was committed is taken up again, above its own epoch', () => {
    const facts = factsOf('C M C', 'x 2@2 1', versionOf(2, 10));
    expect(decideFailover(facts)).toMatchObject({ kind: 'go', epoch: 3, oldMaster: { name: 'q1.lab' } });
    const again = factsOf('C M C', '2 2@2 2', versionOf(2, 10));
    expect(wordFor(decideFailover(again))).toBe('go 3');
  });

  it('takes a master that has restarted into a new epoch, and still needs a majority for it', () => {
    const anew = (votes: string) => wordFor(decideFailover({ ...factsOf('C M C', votes), anewAbove: 1 }));
    expect(anew('2 2 2')).toBe('go 2');
    expect(anew('2 2 x')).toBe('go 2');
    expect(anew('x 2 x')).toBe('NO_MAJORITY');
  });

  it.each<[string, boolean, string | null, string]>([
    ['2!2 2!2 2', true, 'q1.lab', 'voters are bound to it by an earlier attempt: q1 may have handed over'],
    ['x 2!2 2!2', true, 'q1.lab', 'whether or not q1 answers'],
    ['2 2 2', false, null, 'whatever was handed over is over'],
  ])(
    'a master elected anew on %s: the old lease may live: %s, of %s (%s)',
    (votes, oldLeaseMayLive, name, _why) => {
      const facts = { ...factsOf('C M C', votes), anewAbove: 1, formerMaster: uuidOf(1) };
      const oldMaster = name === null ? null : { name };
      expect(decideFailover(facts)).toMatchObject({ kind: 'go', oldLeaseMayLive, oldMaster });
    },
  );

  it('knows that an attempt before it may have been handed the office', () => {
    expect(planOf('M C C', 'x 1!2 1!2')).toMatchObject({ oldLeaseMayLive: true });
    expect(planOf('M C C', '1!1 1!1 1!1')).toMatchObject({ oldLeaseMayLive: false });
  });

  it('BEH-077 that broke off on q3 is overtaken on q2, with what q3 had stored', () => {
    const facts = factsOf('M C C', 'x 1 3@2:11');
    expect(wordFor(decideFailover(facts))).toBe('fetch q3.lab');
    const fetched = factsOf('C C M', 'x 1 3@2:11', versionOf(2, 11));
    expect(decideFailover(fetched)).toMatchObject({ kind: 'go', epoch: 3, oldMaster: { name: 'q3.lab' } });
  });

  it('BEH-050 a configuration whose master is none of its nodes is not started from', () => {
    const facts = factsOf('M C C', '1 1 1');
    const error = errorOf(decideFailover({ ...facts, roster: { ...facts.roster, master: uuidOf(9) } }));
    expect(error).toMatchObject({
      reason: 'NODE_UNKNOWN',
      message: expect.stringContaining('The master (uuid-9)'),
    });
  });

  it('a candidate that holds no readable text fetches it', () => {
    expect(wordFor(decideFailover({ ...factsOf('M C C', 'x 1 1'), ownVersion: null }))).toBe('fetch q2.lab');
    const nowhere = { ...factsOf('M C R', 'x 1@1:10~ 1'), ownVersion: null };
    expect(wordFor(decideFailover(nowhere))).toBe('NEWER_CONFIGURATION_ELSEWHERE');
  });
});

describe('what the operator reads', () => {
  it('BEH-037 BEH-047 a missing majority names exactly the nodes that did not answer, each with its cause', () => {
    const error = errorOf(planOf('M C R', 'x 1 .'));
    expect(error?.message).toBe(
      '2 of 3 nodes needed, 1 answered; ' +
        'q1.lab: connection timed out; q3.lab: no answer before the round ended',
    );
    expect(error?.hint).toMatch(/^Bring back 1 of them; .* --no-voting --yes-do-it$/);
    expect(error?.facts).toEqual({ needed: '2', answered: '1', silent: 'q1.lab,q3.lab' });
  });

  it('BEH-057 a node of another cluster is among them', () => {
    expect(errorOf(planOf('M C C', 'x 1 f'))?.message).toContain('q3.lab: belongs to another cluster');
  });

  it('BEH-043 who is not a candidate reads who is, without the old master', () => {
    expect(errorOf(planOf('M R C C', '1 1 1 1'))?.message).toBe(
      'q2.lab is not a master candidate; candidates are q3.lab, q4.lab',
    );
    expect(errorOf(planOf('M R', '1 1'))?.message).toContain('candidates are none');
  });

  it('BEH-053 two masters are both named', () => {
    expect(errorOf(planOf('M C C', '1 1 3'))?.message).toBe(
      'q1.lab and q3.lab are both named as master of epoch 1',
    );
  });

  it('BEH-055 a configuration out of reach: who knows of it, who is missing', () => {
    expect(errorOf(planOf('M C R', 'x 1 1@1:12'))?.message).toBe(
      'Nobody who answers holds the newest configuration (epoch 1, serial 12), known to q3.lab; ' +
        'q1.lab: connection timed out',
    );
  });

  it('a failover that goes ahead warns of every voter that is not there', () => {
    expect(planOf('M C C O', 'x 1 1 x')).toMatchObject({
      warnings: ['No answer from q1.lab: connection timed out'],
      silent: [uuidOf(1)],
    });
    expect(planOf('M C C', '1 1 1')).toMatchObject({ warnings: [], silent: [] });
  });
});

describe('a failover to q2 without voting', () => {
  it.each([
    ['M C', 'x 1', 'go 1008', 'BEH-046 nobody’s grant is needed'],
    ['M C C', 'x 1 x', 'go 1008', ''],
    ['M C C', 'x x x', 'go 1008', 'not even an answer'],
    ['M C C', 'x 1 1^40', 'go 1047', 'a jump above everything seen'],
    ['M C', '1 1', 'MASTER_STILL_SERVING', 'the present master answers and names itself'],
    ['M C C', '- 1 x', 'go 1008', 'it answers and holds no office'],
    ['M C C', '1 1 3', 'MASTER_STILL_SERVING', 'two of one epoch, and both serve'],
    ['C M', 'x 2', 'go 1008', 'the master itself, when its majority will not come back'],
    ['C M C', '2 2 2', 'ALREADY_MASTER', ''],
    ['M R C', 'x 1 x', 'NOT_A_MASTER_CANDIDATE', ''],
    ['M C C', 'x 1 1@1:12', 'fetch q3.lab', 'still the newest that answers'],
    ['M C C', 'x 1 1@1:12~', 'NEWER_CONFIGURATION_ELSEWHERE', 'its loss was not accepted'],
  ])('in %s on %s: %s (%s)', (cluster, votes, word) =>
    expect(wordFor(forcedPlanOf(cluster, votes))).toBe(word),
  );

  it('is not stopped by a former master that has returned and still names itself', () => {
    const facts = factsOf('C C M', '1 3@2 x', versionOf(2, 10));
    expect(wordFor(decideForcedFailover({ ...facts, ...forced }))).toBe('go 1009');
  });

  it('marks offline exactly the others that did not answer', () => {
    expect(forcedPlanOf('M C C C O', 'x x 1 . x')).toMatchObject({ silent: [uuidOf(1), uuidOf(4)] });
  });

  it('starts from the newest text there is, if the loss of newer ones is accepted', () => {
    expect(wordFor(forcedPlanOf('M C C', 'x 1 1@1:12~', true))).toBe('fetch q3.lab');
    expect(errorOf(forcedPlanOf('M C R', 'x 1 1@1:12'))?.hint).toContain('--accept-data-loss');
  });

  it('says which changes it gives up', () => {
    expect(forcedPlanOf('M C R', 'x 1 1@1:12', true)).toMatchObject({
      kind: 'go',
      version: versionOf(1, 10),
      warnings: [
        'Changes after epoch 1, serial 10 are given up: no node that answers holds epoch 1, serial 12',
        'No answer from q1.lab: connection timed out',
      ],
    });
  });

  it('needs a configuration to start from', () => {
    const facts = { ...factsOf('M C R', 'x x 1'), ownVersion: null, ...forced };
    expect(wordFor(decideForcedFailover(facts))).toBe('NEWER_CONFIGURATION_ELSEWHERE');
  });
});

describe('whatever the votes', () => {
  const words = ['1', '1', '1@2:3', '2@2:3', '3@2:4~', '-', '?', 'f', 'x', 'x', '.', '1^9'] as const;

  const randomFacts = (random: Seeded): FailoverFacts => {
    const others = Array.from({ length: random.pick(5) }, () => random.oneOf(['C', 'C', 'R', 'O']));
    const cluster = ['M', 'C', ...others];
    return factsOf(cluster.join(' '), cluster.map(() => random.oneOf(words)).join(' '));
  };

  it('a failover that goes ahead has a majority, goes upward, and loses no version that anybody knows', () => {
    let went = 0;
    forManySeeds(2000, (random) => {
      const { roster, ballots, ...facts } = randomFacts(random);
      const plan = decideFailover({ roster, ballots, ...facts });
      if (plan.kind !== 'go') return;
      went += 1;
      const ours = ballots.filter(
        (b) => b.kind !== 'unreachable' && b.vote.clusterUuid === roster.clusterUuid,
      );
      const votes = ours.flatMap((b) => (b.kind === 'unreachable' ? [] : [b.vote]));
      const voters = roster.nodes.filter((node) => node.role !== 'offline');
      expect(2 * ours.filter((b) => voters.includes(b.node)).length).toBeGreaterThan(voters.length);
      expect(votes.filter((vote) => vote.epoch >= plan.epoch)).toEqual([]);
      expect(votes.filter((vote) => compareVersions(vote.version, plan.version) > 0)).toEqual([]);
    });
    expect(went).toBeGreaterThan(50);
  });
});

import { describe, expect, it } from 'vitest';
import { statusReport, votesReport } from './status-report.ts';
import { ballotsFrom, rosterFrom, uuidOf, versionOf } from './testing/notation.ts';

const nowSeconds = 1_795_348_800;
const statusOf = (cluster: string, votes: string) => {
  const roster = rosterFrom(cluster);
  return statusReport(roster, ballotsFrom(votes, roster), nowSeconds);
};
const votesOf = (cluster: string, votes: string) => {
  const roster = rosterFrom(cluster);
  return votesReport(roster, ballotsFrom(votes, roster));
};

describe('the keys of status --json', () => {
  const report = statusOf('M C R', '1@3:12 1@3:12 x');

  it('are these at the top', () => {
    expect(report).toEqual({
      cluster: { name: 'cluster.lab', uuid: 'cluster-uuid' },
      master: { name: 'q1.lab', uuid: uuidOf(1) },
      epoch: 3,
      version: versionOf(3, 12),
      electorate: 3,
      needed: 2,
      healthy: true,
      automaticFailover: { on: false, pause: null },
      nodes: expect.any(Array),
    });
  });

  it('and these of a node that answers, and of one that does not', () => {
    expect(report.nodes[1]).toEqual({
      name: 'q2.lab',
      uuid: uuidOf(2),
      role: 'candidate',
      priority: 50,
      pause: null,
      address: '10.77.0.2',
      reachable: true,
      vote: { master: 'q1.lab', epoch: 3 },
      version: versionOf(3, 12),
    });
    expect(report.nodes[2]).toEqual({
      name: 'q3.lab',
      uuid: uuidOf(3),
      role: 'regular',
      priority: 50,
      pause: null,
      address: '10.77.0.3',
      reachable: false,
      reason: 'connection timed out',
      vote: null,
      version: null,
    });
  });

  it('survive JSON unchanged: nothing is undefined that a reader would look for', () => {
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });
});

describe('the status of a cluster', () => {
  it.each<[string, string, string | undefined, number, boolean, string]>([
    ['M C C', '1 1 1', 'q1.lab', 1, true, ''],
    ['M C C', 'x 1 1', 'q1.lab', 1, true, 'the master itself need not answer'],
    ['M C C', '2@4 2@4 x', 'q2.lab', 4, true, 'the votes know better than this node’s roster'],
    ['M C C', '1 2 x', undefined, 0, true, 'BEH-029 healthy without agreement'],
    ['M C C', '1 x x', undefined, 0, false, 'BEH-028'],
    ['M C C C', '1 1 x x', undefined, 0, false, 'BEH-030'],
    ['M C C C C', '1 1 - x x', undefined, 0, false, 'BEH-032 no opinion is no vote'],
    ['M C O O O', '1 1 . . .', 'q1.lab', 1, true, 'BEH-041 offline nodes have no vote'],
    ['M C C', 'x x x', undefined, 0, false, 'BEH-033'],
  ])('%s on %s: master %s, epoch %i, healthy %s (%s)', (cluster, votes, master, epoch, healthy) => {
    const report = statusOf(cluster, votes);
    expect([report.master?.name, report.epoch, report.healthy]).toEqual([master, epoch, healthy]);
  });

  it('shows the newest version that anybody has acknowledged', () => {
    expect(statusOf('M C C', '1@1:10 1@1:12 1@1:11').version).toEqual(versionOf(1, 12));
    expect(statusOf('M C C', 'x x x').version).toEqual({ epoch: 0, serial: 0, digest: '' });
  });

  it.each([
    ['O', '.', false, 'not asked: it is marked offline'],
    ['C', '.', false, 'no answer before the round ended'],
    ['C', 'f', true, 'belongs to another cluster, another-cluster'],
    ['C', '-', true, 'knows of no master'],
    ['C', '?', true, 'names a master that is not a node here, uuid-of-nobody'],
    ['C', '1', true, undefined],
  ])('says of a node that is %s and answers %s: reachable %s, %s', (role, vote, reachable, reason) => {
    const [, node] = statusOf(`M ${role}`, `1 ${vote}`).nodes;
    expect([node?.reachable, node?.reason]).toEqual([reachable, reason]);
  });

  it.each<[string, number | null | undefined, object | null]>([
    ['none', undefined, null],
    ['one that is over', nowSeconds, null],
    ['one with an end', nowSeconds + 60, { until: '2026-11-22T12:01:00.000Z' }],
    ['one without', null, { until: null }],
  ])('shows of a node’s pause and of the cluster’s: %s', (_, pausedUntilSeconds, pause) => {
    const roster = rosterFrom('M C80');
    const given = pausedUntilSeconds === undefined ? {} : { pausedUntilSeconds };
    const nodes = roster.nodes.map((node) => ({ ...node, ...given }));
    const parameters = { ...roster.parameters, ...given };
    const report = statusReport({ ...roster, nodes, parameters }, [], nowSeconds);
    expect(report.nodes[1]).toMatchObject({ name: 'q2.lab', priority: 80, pause });
    expect(report.automaticFailover).toEqual({ on: false, pause });
  });

  it('calls a master that is no node here by its uuid', () => {
    expect(statusOf('M C', '1 ?').nodes[1]?.vote).toEqual({ master: 'uuid-of-nobody', epoch: 1 });
  });
});

describe('the keys of votes --json', () => {
  it('are these', () => {
    expect(votesOf('M C C C', '1@3 1@3 2@3 x')).toEqual({
      electorate: 4,
      needed: 3,
      valid: 3,
      healthy: true,
      verdict: 'split',
      votes: [
        { master: 'q1.lab', epoch: 3, votes: 2 },
        { master: 'q2.lab', epoch: 3, votes: 1 },
      ],
      unhealthy: [{ name: 'q4.lab', why: 'connection timed out' }],
    });
  });

  it('BEH-037 list exactly the nodes without a valid vote', () => {
    const { unhealthy } = votesOf('M C C C', '1 x - f');
    expect(unhealthy.map(({ name }) => name)).toEqual(['q2.lab', 'q3.lab', 'q4.lab']);
  });

  it('BEH-038 list nobody when all vote', () => {
    expect(votesOf('M C C', '1 1 1').unhealthy).toEqual([]);
  });

  it.each([
    ['1 1 1', 'agreed'],
    ['1 1 x', 'agreed'],
    ['1 1@2 x', 'split'],
    ['1 x x', 'too-few'],
  ])('on %s the verdict is %s', (votes, verdict) => expect(votesOf('M C C', votes).verdict).toBe(verdict));
});

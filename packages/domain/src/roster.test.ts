import { describe, expect, it } from 'vitest';
import { isCandidate, nodeByUuid, nodeNamed, requireNodeNamed, type Roster } from './roster.ts';
import { rosterFrom, uuidOf } from './testing/notation.ts';

const roster = rosterFrom('M C R D O');

describe('a roster', () => {
  it('finds a node by name and by uuid', () => {
    expect(nodeNamed(roster, 'q2.lab')?.uuid).toBe(uuidOf(2));
    expect(nodeByUuid(roster, uuidOf(3))?.name).toBe('q3.lab');
  });

  it('finds nobody for what is not in it', () => {
    expect(nodeNamed(roster, 'q9.lab')).toBeUndefined();
    expect(nodeByUuid(roster, uuidOf(9))).toBeUndefined();
    expect(nodeByUuid(roster, null)).toBeUndefined();
  });

  it.each([
    ['q2.lab', 'q2.lab'],
    ['q2', 'q2.lab'],
  ])('takes %s for %s', (said, name) => expect(requireNodeNamed(roster, said).name).toBe(name));

  it.each(['q', 'q9', 'q2.', 'q2.lab.', ''])('knows no node %j, and tells which there are', (said) =>
    expect(() => requireNodeNamed(roster, said)).toThrow(
      expect.objectContaining({
        reason: 'NODE_UNKNOWN',
        message: `${said} is not a node of cluster.lab`,
        hint: 'Its nodes are q1.lab, q2.lab, q3.lab, q4.lab, q5.lab',
      }),
    ),
  );

  it('does not choose among nodes of the same first label, but takes a whole name', () => {
    const names = ['q1', 'q1.east.lab', 'q1.west.lab', 'q2.east.lab', 'q2.west.lab'];
    const nodes = roster.nodes.map((node, index) => ({ ...node, name: names[index] ?? '' }));
    const twoSites: Roster = { ...roster, nodes };
    expect(requireNodeNamed(twoSites, 'q1').name).toBe('q1');
    expect(() => requireNodeNamed(twoSites, 'q2')).toThrow(
      expect.objectContaining({
        reason: 'WRONG_INPUT',
        hint: 'Give the whole name: q2.east.lab, q2.west.lab',
      }),
    );
  });

  it('has candidates, of which the master is one', () => {
    expect(roster.nodes.filter(isCandidate).map(({ role }) => role)).toEqual(['master', 'candidate']);
  });
});

import { describe, expect, it } from 'vitest';
import { isCandidate, nodeByUuid, nodeNamed } from './roster.ts';
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

  it('has candidates, of which the master is one', () => {
    expect(roster.nodes.filter(isCandidate).map(({ role }) => role)).toEqual(['master', 'candidate']);
  });
});

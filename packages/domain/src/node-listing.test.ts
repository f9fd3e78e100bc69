import { describe, expect, it } from 'vitest';
import { listedFields, nodeListing, usualFields } from './node-listing.ts';
import { statusReport } from './status-report.ts';
import { ballotsFrom, rosterFrom, uuidOf } from './testing/notation.ts';

const listing = (cluster: string, votes: string) => {
  const roster = rosterFrom(cluster);
  return nodeListing(statusReport(roster, ballotsFrom(votes, roster), 0), [
    { uuid: uuidOf(2), secondaryIp: '192.0.2.2', group: 'rack2', masterCapable: false, vmCapable: true },
  ]);
};

describe('a list of nodes', () => {
  it('has Ganeti’s letters', () =>
    expect(
      listing('M C R D O', '1@3:12 1@3:12 1@3:12 1@3:12 x')
        .map(({ letter }) => letter)
        .join(''),
    ).toBe('MCRDO'));

  it('tells how far each is behind the newest, if that can be counted', () =>
    expect(listing('M C C C', '1@3:12 1@3:9 1@2:40 x').map(({ lag }) => lag)).toEqual([0, 3, null, null]));

  it('knows of addresses, groups and capabilities what the master says, and else nothing', () => {
    const [first, second] = listing('M C', '1@3:12 1@3:12');
    const cells = (node: typeof first) =>
      ['sip', 'group', 'master_capable', 'vm_capable'].map((name) =>
        node ? listedFields.find((field) => field.name === name)?.value(node) : '',
      );
    expect([cells(first), cells(second)]).toEqual([
      ['-', '-', '-', '-'],
      ['192.0.2.2', 'rack2', 'N', 'Y'],
    ]);
  });

  it('usually shows fields that there are', () =>
    expect(usualFields.filter((name) => !listedFields.some((field) => field.name === name))).toEqual([]));
});

/** Who may answer as a node, by the certificate it shows and by what it is called for. */
import { describe, expect, it } from 'vitest';
import { whyServerRefused } from './pins.ts';
import { rosterFrom, uuidOf } from './testing/notation.ts';

const pinned = 'ab'.repeat(32);
const named = rosterFrom('M C R');
const roster = {
  ...named,
  nodes: named.nodes.map((node) => ({ ...node, certificateSha256: pinned })),
  revoked: { nodes: [uuidOf(9)], certificates: ['stolen'] },
};
const own = { uuid: uuidOf(3), certificateSha256: 'repaired' };

const usual = { pinned: false, leaving: false };
const forCandidates = { pinned: true, leaving: false };
const parting = { pinned: false, leaving: true };

describe('who answers as a node', () => {
  it.each([
    ['with the certificate that is pinned', 2, pinned, usual, undefined],
    ['with it, for what is for candidates', 2, pinned, forCandidates, undefined],
    ['with a newer one: this node may be behind', 2, 'newer', usual, undefined],
    ['with a newer one, for what is for candidates', 2, 'newer', forCandidates, 'not that of q2.lab'],
    ['with one that is revoked', 2, 'stolen', usual, 'is revoked'],
    ['with one that is revoked, for candidates', 2, 'stolen', forCandidates, 'is revoked'],
    ['although it was removed', 9, 'any', usual, 'was removed'],
    ['although it was removed, of which it is told', 9, 'any', parting, undefined],
    ['with a revoked one, which is what it is told', 2, 'stolen', parting, undefined],
    ['as this node itself, which was repaired by hand', 3, 'repaired', forCandidates, undefined],
    ['as another node, with the certificate of this one', 2, 'repaired', forCandidates, 'not that of q2.lab'],
    ['as one that is not known here yet', 7, 'any', forCandidates, undefined],
  ] as const)('%s', (_who, number, certificateSha256, demand, wanted) => {
    const why = whyServerRefused(roster, { uuid: uuidOf(number), certificateSha256 }, demand, own);
    expect(why ?? 'may').toContain(wanted ?? 'may');
  });
});

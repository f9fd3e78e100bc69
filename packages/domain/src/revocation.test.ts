/** Whom nobody listens to any more: kept from version to version, and never a node that is in the cluster. */
import { describe, expect, it } from 'vitest';
import { withNodeAwaited, withNodeRemoved } from './node-changes.ts';
import { nobodyEntrusted } from './candidate-pool.ts';
import type { Draft } from './configuration.ts';
import { revokedIn, whyRevoked, withRevocation } from './revocation.ts';
import { parseRoster, rosterOf } from './roster-of.ts';
import { seal } from './record.ts';
import { draftOfSize, testNode, testSeconds, uuidOf } from './testing/drafts.ts';

const later = testSeconds + 100;
const [second, third] = [uuidOf('node', 2), uuidOf('node', 3)];
const digestOf = (number: number): string => testNode(number).certificateSha256;
const removed = (draft: Draft, uuid: string): Draft =>
  withNodeRemoved(draft, uuid, later, nobodyEntrusted).draft;
const rosterFor = (draft: Draft) =>
  rosterOf(
    seal(draft, () => 'digest'),
    'ssconf',
  );

describe('BEH-270 a revoked certificate', () => {
  const roster = rosterFor(removed(withNodeAwaited(draftOfSize(3), second, later), third));

  it.each([
    ['a removed node, whatever it shows', third, 'anything', 'was removed from cluster.lab.test'],
    ['a removed node that shows nothing known', third, undefined, 'was removed from'],
    ['the replaced certificate of a node', second, digestOf(2), 'was replaced by another and is revoked'],
    ['its certificate shown by another', uuidOf('node', 9), digestOf(2), 'is revoked'],
  ])('%s is refused', (_whose, uuid, sha256, why) => expect(whyRevoked(roster, uuid, sha256)).toContain(why));

  it.each([
    ['the same node with another certificate', second],
    ['somebody who is not known at all', uuidOf('node', 9)],
  ])('%s is not', (_whose, uuid) => expect(whyRevoked(roster, uuid, 'new')).toBeUndefined());

  it('goes with the roster, and is read back from it', () =>
    expect(parseRoster(JSON.stringify(roster)).revoked).toEqual({
      nodes: [third],
      certificates: [digestOf(2), digestOf(3)],
    }));
});

it('a cluster that has revoked nothing has nothing of it in its roster', () => {
  expect(rosterFor(draftOfSize(2))).not.toHaveProperty('revoked');
  expect(whyRevoked(rosterFor(draftOfSize(2)), third, 'x')).toBeUndefined();
});

it('a node of the cluster is never refused as such, should its UUID have been removed before', () => {
  const { ours } = removed(draftOfSize(3), third);
  expect(revokedIn({ ...draftOfSize(3), ours }).revoked).toEqual({ nodes: [], certificates: [digestOf(3)] });
});

describe('the list', () => {
  const revocation = { node: third, name: 'node3', certificateSha256: 'ab', why: 'removed' } as const;
  const draft = draftOfSize(1);
  const listed = (list: ReturnType<typeof withRevocation>): Draft => ({
    ...draft,
    ours: { ...draft.ours, revoked: list },
  });

  it('has each once', () => {
    const once = withRevocation(draft, revocation, later);
    expect(withRevocation(listed(once), revocation, later + 1)).toBe(once);
  });

  it('forgets what has ended by itself', () => {
    const old = withRevocation(draft, revocation, testSeconds);
    const years = testSeconds + 6 * 365 * 86_400;
    const names = withRevocation(
      listed(old),
      { ...revocation, name: 'node4', node: uuidOf('node', 4) },
      years,
    );
    expect(names.map(({ name }) => name)).toEqual(['node4']);
  });
});

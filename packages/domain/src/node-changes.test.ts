/** Leaving the cluster and being awaited back: out of everything at once, and refused where it would do harm. */
import { describe, expect, it } from 'vitest';
import { nobodyEntrusted } from './candidate-pool.ts';
import { withCandidacy, withNode, withNodesOffline } from './configuration-changes.ts';
import type { Configuration, Draft } from './configuration.ts';
import {
  instancesOn,
  withCandidateDigests,
  withNodeAwaited,
  withNodeRemoved,
  withoutKeyMark,
} from './node-changes.ts';
import { planCommit } from './commit.ts';
import { electorateOfDraft } from './electorate.ts';
import { draftOfSize, testNode, testSeconds, uuidOf } from './testing/drafts.ts';
import { configurationFindings } from './validate-configuration.ts';

const later = testSeconds + 100;
const node = (number: number): string => uuidOf('node', number);
const removed = (draft: Draft, number: number, entrusted = nobodyEntrusted) =>
  withNodeRemoved(draft, node(number), later, entrusted);

/** An instance on node 2 whose mirrored disk is on node 3 as well. */
function withInstance({ configuration, ours }: Draft): Draft {
  const disk = { uuid: 'd', children: [{ logical_id: [node(2), node(3), 11_000, 0, 0, 'secret'] }] };
  const instance = { uuid: 'i', name: 'web.lab.test', primary_node: node(2), disks: ['d'] };
  return { ours, configuration: { ...configuration, instances: { i: instance }, disks: { d: disk } } };
}

describe('a node that is removed', () => {
  it('BEH-270 is out of nodes, digests, ours and the electorate in one change, its certificate revoked', () => {
    const { draft } = removed(draftOfSize(3), 3);
    const { configuration, ours } = draft;
    expect(Object.keys(configuration.nodes)).toEqual([node(1), node(2)]);
    expect(Object.keys(configuration.cluster.candidate_certs)).toEqual([node(1), node(2)]);
    expect(Object.keys(ours.nodes)).toEqual([node(1), node(2)]);
    expect(electorateOfDraft(draft)).toEqual([node(1), node(2)]);
    expect(ours.revoked).toMatchObject([
      { node: node(3), certificateSha256: testNode(3).certificateSha256, why: 'removed' },
    ]);
    expect([configuration.serial_no, configuration.cluster.serial_no]).toEqual([4, 4]);
    expect(configurationFindings(configuration)).toEqual({ fatal: [], warnings: [] });
  });

  it('has its say in its own removal, unless it is offline', () => {
    const before = draftOfSize(3);
    expect(planCommit(before, removed(before, 3).draft)).toMatchObject({
      electorates: [
        [node(1), node(2)],
        [node(1), node(2), node(3)],
      ],
      leaving: [{ uuid: node(3), role: 'regular', address: '10.99.0.13' }],
    });
    const offline = withNodesOffline(before, [node(3)], later);
    expect(planCommit(offline, removed(offline, 3).draft)).toMatchObject({
      electorates: [[node(1), node(2)]],
      leaving: [],
    });
  });

  it('BEH-261 makes room for another, who comes with its digest', () => {
    const small = draftOfSize(4, { candidatePoolSize: 2 });
    const { draft, notes } = removed(small, 2, { digests: { [node(3)]: 'AA:BB' }, unfit: {} });
    expect(draft.configuration.nodes[node(3)]?.master_candidate).toBe(true);
    expect(draft.configuration.cluster.candidate_certs).toMatchObject({ [node(3)]: 'AA:BB' });
    expect(notes).toEqual(['node3.lab.test is now a master candidate']);
  });

  it('goes although nobody can take its place', () => {
    const small = draftOfSize(3, { candidatePoolSize: 2 });
    const { draft, notes } = removed(small, 2, { digests: {}, unfit: { [node(3)]: 'node3 (silent)' } });
    expect(draft.configuration.nodes[node(3)]?.master_candidate).toBe(false);
    expect(notes).toEqual([
      'Not made a candidate: node3 (silent)',
      'There are 1 master candidates, fewer than 2',
    ]);
  });

  it.each([
    ['BEH-268 the master', draftOfSize(2), 1, 'WRONG_INPUT', 'quorate failover'],
    ['the last node', draftOfSize(1), 1, 'WRONG_INPUT', 'quorate destroy'],
    ['the home of an instance', withInstance(draftOfSize(3)), 2, 'INSTANCES_REMAIN', 'Move or remove'],
    ['the second home of one', withInstance(draftOfSize(3)), 3, 'INSTANCES_REMAIN', 'Move or remove'],
  ])('is not %s', (_what, draft, number, reason, hint) =>
    expect(() => removed(draft, number)).toThrow(
      expect.objectContaining({ reason, hint: expect.stringContaining(hint) }),
    ),
  );

  it('is not a stranger', () =>
    expect(() => removed(draftOfSize(2), 7)).toThrow(expect.objectContaining({ reason: 'NODE_UNKNOWN' })));
});

it('instances use the nodes that their disks name, wherever', () => {
  const { configuration } = withInstance(draftOfSize(4));
  const users = (number: number) => instancesOn(configuration, node(number));
  expect([1, 2, 3, 4].map(users)).toEqual([[], ['web.lab.test'], ['web.lab.test'], []]);
  const plain = { ...configuration, disks: {} } as Configuration;
  expect(instancesOn(plain, node(3))).toEqual([]);
});

describe('a node that is awaited back', () => {
  const before = withCandidacy(draftOfSize(3), node(3), { priority: 9 }, later);
  const awaited = withNodeAwaited(before, node(3), later);

  it('does not vote, has no certificate and no digest, and its old one is revoked', () => {
    expect(electorateOfDraft(awaited)).toEqual([node(1), node(2)]);
    expect(awaited.configuration.nodes[node(3)]).toMatchObject({
      offline: true,
      master_candidate: false,
      drained: false,
    });
    expect(awaited.configuration.cluster.candidate_certs).not.toHaveProperty(node(3));
    expect(awaited.ours.nodes[node(3)]).toMatchObject({ certificateSha256: '', priority: 9 });
    expect(awaited.ours.revoked).toMatchObject([{ node: node(3), why: 'replaced' }]);
    expect(withNodeAwaited(awaited, node(3), later + 1)).toBe(awaited);
  });

  it('joins under its UUID as a candidate, with its new certificate and what was wished of it', () => {
    const { uuid: _, ...rest } = testNode(3);
    const again = { ...rest, uuid: node(3), certificateSha256: 'ef'.repeat(32) };
    const joined = withNode(awaited, again, later + 1);
    expect(joined.configuration.nodes[node(3)]).toMatchObject({ offline: false, master_candidate: true });
    expect(joined.ours.nodes[node(3)]).toEqual({
      ...{ nodePort: 1811, masterPort: 1816, certificateSha256: 'ef'.repeat(32), priority: 9 },
    });
  });

  it.each([
    ['the master', 1, 'WRONG_INPUT'],
    ['BEH-253 a stranger', 7, 'NODE_UNKNOWN'],
  ])('is not %s', (_what, number, reason) =>
    expect(() => withNodeAwaited(before, node(number), later)).toThrow(expect.objectContaining({ reason })),
  );
});

describe('what the keeper of candidates found', () => {
  it('takes the mark from those that were seen without the key, and leaves others', () => {
    const offline = withNodesOffline(draftOfSize(4), [node(3), node(4)], later);
    const after = withoutKeyMark(offline, [node(3), node(2)], later);
    expect(after.ours.nodes[node(3)]).not.toHaveProperty('mayHoldClusterKey');
    expect(after.ours.nodes[node(4)]).toMatchObject({ mayHoldClusterKey: true });
    expect(withoutKeyMark(after, [node(3)], later)).toBe(after);
  });

  it('enters digests of candidates alone', () => {
    const draft = withNodesOffline(draftOfSize(3), [node(3)], later);
    const after = withCandidateDigests(draft, { [node(2)]: 'AA', [node(3)]: 'BB', [node(9)]: 'CC' }, later);
    expect(after.configuration.cluster.candidate_certs).toEqual({
      ...draft.configuration.cluster.candidate_certs,
      [node(2)]: 'AA',
    });
    expect(withCandidateDigests(after, { [node(2)]: 'AA' }, later)).toBe(after);
  });
});

/**
 * Notation of a cluster, one letter per node: C candidate (the first is the master), R regular, D drained,
 * O offline, N not master-capable.
 */
import { describe, expect, it } from 'vitest';
import { newNodeBecomesCandidate, nodesToPromote, poolState } from './candidate-pool.ts';
import type { Configuration, Draft, NodeObject } from './configuration.ts';
import { draftOfSize } from './testing/drafts.ts';

const cluster = (letters: string, poolSize = 10): Configuration => draftOf(letters, poolSize).configuration;

function draftOf(letters: string, poolSize: number): Draft {
  const { configuration, ours } = draftOfSize(letters.length);
  const nodes = Object.values(configuration.nodes).map((node, i) => withRole(node, letters[i] ?? ''));
  return {
    ours,
    configuration: {
      ...configuration,
      cluster: { ...configuration.cluster, candidate_pool_size: poolSize },
      nodes: Object.fromEntries(nodes.map((node) => [node.uuid, node])),
    },
  };
}

const withRole = (node: NodeObject, letter: string): NodeObject => ({
  ...node,
  master_candidate: letter === 'C',
  drained: letter === 'D',
  offline: letter === 'O',
  master_capable: letter !== 'N',
});

describe('the candidate pool', () => {
  // possible/now/should, and whether a new node becomes a candidate.
  it.each([
    ['C', 10, '1/1/1', true, 'the first table row of the specification'],
    ['CCCCCCCCC', 10, '9/9/9', true, 'BEH-258 room for the tenth'],
    ['CCCCCCCCCC', 10, '10/10/10', false, 'BEH-257 the pool is full'],
    ['CRR', 1, '3/1/1', false, 'a pool of one is the master'],
    ['CCON', 10, '2/2/2', true, 'neither offline nor incapable nodes count'],
    ['CDD', 10, '1/1/1', true, 'nor do drained ones'],
    ['CRR', 10, '3/1/3', true, 'a pool that is not full takes the new one'],
    ['CCC', 2, '3/3/2', false, 'more than there should be'],
  ])('%s, size %i is %s, takes a new node: %s (%s)', (letters, size, counts, promoted) => {
    const { possible, now, should } = poolState(cluster(letters, size));
    expect([possible, now, should].join('/')).toBe(counts);
    expect(newNodeBecomesCandidate(cluster(letters, size), true)).toBe(promoted);
    expect(newNodeBecomesCandidate(cluster(letters, size), false)).toBe(false);
  });

  // Priorities and groups of nodes 2 to 5; node 1 is the master, in group a.
  it.each([
    ['50a 50a 50b 50c', 2, 'node4', 'a group without a candidate goes before the group of the master'],
    ['50b 50b 50a 50c', 4, 'node2 node5 node3', 'groups take turns, and within one the name decides'],
    ['50b 80a 50c 90a', 3, 'node5 node3', 'the priority goes before the group'],
    ['0b 0c 1a 0a', 3, 'node4 node2', 'the last resort comes last'],
  ])('%s, size %i promotes %s: %s', (line, size, names) => {
    const plain = draftOf('CRRRR', size);
    const wishes = ['50a', ...line.split(' ')].map((each) => [parseInt(each), each.at(-1) ?? ''] as const);
    const uuids = Object.keys(plain.configuration.nodes);
    const nodes = uuids.map((uuid, i) => [
      uuid,
      { ...plain.configuration.nodes[uuid], group: wishes[i]?.[1] },
    ]);
    const ours = uuids.map((uuid, i) => [uuid, { ...plain.ours.nodes[uuid], priority: wishes[i]?.[0] }]);
    const draft = {
      configuration: { ...plain.configuration, nodes: Object.fromEntries(nodes) },
      ours: { ...plain.ours, nodes: Object.fromEntries(ours) },
    } as Draft;
    expect(
      nodesToPromote(draft)
        .map((node) => node.name.split('.')[0])
        .join(' '),
    ).toBe(names);
  });

  it('passes over who is unfit, and takes the next', () => {
    const draft = draftOf('CRRR', 3);
    const [, second = ''] = Object.keys(draft.configuration.nodes);
    expect(nodesToPromote(draft, [], [second]).map(({ name }) => name)).toEqual([
      'node3.lab.test',
      'node4.lab.test',
    ]);
  });

  it('counts as if the excepted nodes were gone', () => {
    const configuration = cluster('CCR');
    const [, second = ''] = Object.keys(configuration.nodes);
    expect(poolState(configuration, [second])).toEqual({ possible: 2, now: 1, should: 2 });
  });

  it.each([
    ['CRRR', 2, 'node2'],
    ['CRRR', 10, 'node2 node3 node4'],
    ['CODNR', 10, 'node5'],
    ['CCR', 2, ''],
    ['CCC', 1, ''],
  ])('%s, size %i promotes %j', (letters, size, names) => {
    const promoted = nodesToPromote(draftOf(letters, size)).map((node) => node.name.split('.')[0]);
    expect(promoted.join(' ')).toBe(names);
  });
});

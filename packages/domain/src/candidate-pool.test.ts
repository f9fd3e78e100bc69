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

import { describe, expect, it } from 'vitest';
import { whyRefused } from './peer-identity.ts';

const identity = { clusterUuid: 'c1', nodeUuid: 'n1' };

describe('the identity of a peer', () => {
  it.each([
    ['a node of this cluster, whichever', identity, 'c1', undefined, 'admitted'],
    ['the node that is expected', identity, 'c1', 'n1', 'admitted'],
    ['BEH-182 another node than the expected one', identity, 'c1', 'n2', 'another node'],
    ['BEH-290 a node of another cluster', identity, 'c2', 'n1', 'another cluster'],
    ['BEH-290 a certificate without identity', undefined, 'c1', undefined, 'names no node'],
  ])('%s', (_, found, cluster, expected, refusal) => {
    expect(whyRefused(found, cluster, expected) ?? 'admitted').toContain(refusal);
  });
});

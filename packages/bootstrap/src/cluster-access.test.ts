import { rosterFrom, uuidOf } from '@quorate/domain/testing/notation';
import { describe, expect, it } from 'vitest';
import { masterDaemonOf, nodeDaemonOf, nodeOf } from './cluster-access.ts';

const roster = rosterFrom('M C');
const node = { kind: 'node', name: 'q2.lab', uuid: uuidOf(2), address: '10.77.0.2' };

describe('the way to a node', () => {
  it('is its literal address, the port of the daemon, and who must answer there', () => {
    const q2 = nodeOf(roster, uuidOf(2));
    expect(nodeDaemonOf(q2)).toEqual({ ...node, port: 1811 });
    expect(masterDaemonOf(q2)).toEqual({ ...node, port: 1816 });
  });

  it('is unknown for a node that is not of the cluster', () => {
    expect(() => nodeOf(roster, 'uuid-9')).toThrow('Node uuid-9 is not (yet) among the nodes of cluster.lab');
  });
});

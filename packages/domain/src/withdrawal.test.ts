import { describe, expect, it } from 'vitest';
import { withNode } from './configuration-changes.ts';
import { draftOfSize, testNode, testSeconds, uuidOf } from './testing/drafts.ts';
import { configurationFindings } from './validate-configuration.ts';
import { withNodeWithdrawn } from './withdrawal.ts';

const enrolled = (number: number) => {
  const { uuid, name, certificateSha256 } = testNode(number);
  return { uuid, name, certificateSha256 };
};

const revocationOf = (number: number) => {
  const { uuid, ...rest } = enrolled(number);
  return { node: uuid, ...rest };
};

describe('a join that is taken back', () => {
  const revoked = (number: number, why: string) => [
    expect.objectContaining({ ...revocationOf(number), why }),
  ];

  it('leaves of the node that its certificate is revoked, and the rest as it was', () => {
    const before = draftOfSize(2);
    const joined = withNode(before, testNode(3), testSeconds + 2);
    const { configuration, ours } = withNodeWithdrawn(joined, enrolled(3), testSeconds + 3);
    expect(JSON.stringify(configuration)).not.toContain(uuidOf('node', 3));
    expect(configuration.nodes).toEqual(before.configuration.nodes);
    expect(ours).toEqual({ ...before.ours, revoked: revoked(3, 'removed') });
    expect(configuration.serial_no).toBe(joined.configuration.serial_no + 1);
    expect(configurationFindings(configuration).fatal).toEqual([]);
  });

  it('of a node that never got there revokes its certificate', () => {
    const before = draftOfSize(2);
    const { configuration, ours } = withNodeWithdrawn(before, enrolled(3), testSeconds + 3);
    expect(configuration.nodes).toEqual(before.configuration.nodes);
    expect(ours).toEqual({ ...before.ours, revoked: revoked(3, 'removed') });
  });

  it('of a node that is waited for keeps the node, which was known before', () => {
    const draft = draftOfSize(2);
    const uuid = uuidOf('node', 2);
    const node = { ...draft.configuration.nodes[uuid]!, offline: true };
    const awaited = {
      configuration: { ...draft.configuration, nodes: { ...draft.configuration.nodes, [uuid]: node } },
      ours: {
        ...draft.ours,
        nodes: { ...draft.ours.nodes, [uuid]: { ...draft.ours.nodes[uuid]!, certificateSha256: '' } },
      },
    };
    const { configuration, ours } = withNodeWithdrawn(awaited, enrolled(2), testSeconds);
    expect(configuration.nodes).toEqual(awaited.configuration.nodes);
    expect(ours).toEqual({ ...awaited.ours, revoked: revoked(2, 'replaced') });
  });

  it('is refused for a node that is in by another enrolment', () => {
    const draft = draftOfSize(2);
    for (const other of [{ name: 'node7.lab.test' }, { certificateSha256: 'f'.repeat(64) }])
      expect(() => withNodeWithdrawn(draft, { ...enrolled(2), ...other }, testSeconds)).toThrow(
        'is a node by another enrolment',
      );
  });

  it('is refused for the master, and for a node that instances use', () => {
    const draft = draftOfSize(2);
    expect(() => withNodeWithdrawn(draft, enrolled(1), testSeconds)).toThrow('is the master');
    const instances = { i: { primary_node: uuidOf('node', 2) } } as never;
    const used = { ...draft, configuration: { ...draft.configuration, instances } };
    expect(() => withNodeWithdrawn(used, enrolled(2), testSeconds)).toThrow('is used by instances');
  });
});

/**
 * What `node modify` makes of a node. One letter per node: M master, C candidate, R regular, D drained, O offline,
 * N not master-capable; the second node is the one that is modified.
 */
import { describe, expect, it } from 'vitest';
import { nobodyEntrusted, type Entrusted } from './candidate-pool.ts';
import type { Draft, NodeObject } from './configuration.ts';
import { comesBack, withNodeModified, type NodeModification } from './node-modification.ts';
import { draftOfSize, initRequest, testNode, testSeconds, uuidOf } from './testing/drafts.ts';
import { withNode } from './configuration-changes.ts';
import { initialDraft } from './initial-configuration.ts';
import { configurationFindings } from './validate-configuration.ts';

const later = testSeconds + 100;
const node = (number: number): string => uuidOf('node', number);

function cluster(letters: string, poolSize = 10): Draft {
  const { configuration, ours } = draftOfSize(letters.length);
  const nodes = Object.values(configuration.nodes).map((each, i) => withRole(each, letters[i] ?? ''));
  const candidates = nodes.filter((each) => each.master_candidate).map(({ uuid }) => uuid);
  const { candidate_certs } = configuration.cluster;
  const certs = Object.entries(candidate_certs).filter(([uuid]) => candidates.includes(uuid));
  return {
    ours,
    configuration: {
      ...configuration,
      cluster: {
        ...configuration.cluster,
        candidate_pool_size: poolSize,
        candidate_certs: Object.fromEntries(certs),
      },
      nodes: Object.fromEntries(nodes.map((each) => [each.uuid, each])),
    },
  };
}

const withRole = (each: NodeObject, letter: string): NodeObject => ({
  ...each,
  master_candidate: 'MC'.includes(letter),
  drained: letter === 'D',
  offline: letter === 'O',
  master_capable: letter !== 'N',
});

const lettersOf = ({ configuration: { nodes, cluster: object } }: Draft): string =>
  Object.values(nodes)
    .map((each) => {
      if (each.uuid === object.master_node) return 'M';
      if (each.master_candidate) return 'C';
      if (each.drained) return 'D';
      if (each.offline) return 'O';
      return each.master_capable ? 'R' : 'N';
    })
    .join('');

const allEntrusted: Entrusted = {
  digests: Object.fromEntries([1, 2, 3, 4, 5].map((number) => [node(number), `new ${number}`])),
  unfit: {},
};

const modified = (draft: Draft, given: NodeModification, number = 2, entrusted = allEntrusted) =>
  withNodeModified(draft, node(number), given, later, entrusted);

const yes = { auto: { autoPromote: true } } as const;

describe('a role', () => {
  it.each<[string, NodeModification, string, number, string]>([
    ['MCC', { masterCandidate: false }, 'MRC', 10, 'demoted; the rest are all there can be'],
    ['MCC', { masterCandidate: false, ...yes.auto }, 'MRC', 10, 'it does not take its own place'],
    ['MCR', { masterCandidate: false, ...yes.auto }, 'MRC', 2, 'BEH-261 another takes its place'],
    ['MCR', { drained: true, ...yes.auto }, 'MDC', 2, 'so when it is drained'],
    ['MCR', { offline: true, ...yes.auto }, 'MOC', 2, 'or offline'],
    ['MCR', { masterCapable: false, ...yes.auto }, 'MNC', 2, 'or no longer capable'],
    ['MRR', { masterCandidate: true }, 'MCR', 1, 'promoted, whatever the size of the pool'],
    ['MDC', { masterCandidate: true }, 'MCC', 10, 'out of being drained'],
    ['MOC', { masterCandidate: true }, 'MCC', 10, 'or offline'],
    ['MDC', { drained: false }, 'MCC', 10, 'drained no more: the pool has room'],
    ['MDC', { drained: false }, 'MRC', 2, 'or has none'],
    ['MDC', { drained: false, masterCandidate: false }, 'MRC', 10, 'or it is not wished'],
    ['MOC', { offline: false }, 'MCC', 10, 'back from offline'],
    ['MOC', { drained: true }, 'MDC', 10, 'or half of it'],
    ['MNC', { masterCapable: true }, 'MCC', 10, 'capable at last: the pool has room'],
    [
      'MNC',
      { masterCapable: true, masterCandidate: false },
      'MRC',
      10,
      'a witness stays what it is unless told',
    ],
    ['MRC', { drained: false }, 'MRC', 10, 'what it is not cannot be taken from it'],
    ['MRC', { vmCapable: false }, 'MRC', 10, 'nor does anything else touch its role'],
  ])('%s with %j is %s in a pool of %i: %s', (letters, given, after, poolSize) => {
    const before = cluster(letters, poolSize);
    const { draft } = modified(before, given);
    expect(lettersOf(draft)).toBe(after);
    expect(configurationFindings(draft.configuration).fatal).toEqual([]);
    const certs = Object.keys(draft.configuration.cluster.candidate_certs);
    const candidates = Object.values(draft.configuration.nodes).filter((each) => each.master_candidate);
    expect(certs.sort()).toEqual(candidates.map(({ uuid }) => uuid).sort());
    const raised = draft.configuration.serial_no - before.configuration.serial_no;
    expect(raised).toBe(letters === after && given.vmCapable === undefined ? 0 : 1);
  });

  it.each<[string, string, NodeModification, number, string]>([
    ['BEH-260 the last spare candidate', 'MCR', { masterCandidate: false }, 2, 'TOO_FEW_CANDIDATES'],
    ['BEH-260 drained', 'MCR', { drained: true }, 2, 'TOO_FEW_CANDIDATES'],
    ['BEH-260 offline', 'MCR', { offline: true }, 2, 'TOO_FEW_CANDIDATES'],
    ['BEH-260 not capable', 'MCR', { masterCapable: false }, 2, 'TOO_FEW_CANDIDATES'],
    ['BEH-264 two flags', 'MCC', { drained: true, offline: true }, 2, 'WRONG_INPUT'],
    ['BEH-264 two flags', 'MRC', { masterCandidate: true, drained: true }, 2, 'WRONG_INPUT'],
    ['one who is not capable', 'MNC', { masterCandidate: true }, 2, 'NODE_UNFIT'],
    ['one who is to be so no more', 'MRC', { masterCandidate: true, masterCapable: false }, 2, 'NODE_UNFIT'],
    ['nothing', 'MRC', {}, 2, 'WRONG_INPUT'],
    ['no more than a wish for others', 'MRC', { autoPromote: true, force: true }, 2, 'WRONG_INPUT'],
    ['BEH-263 the master', 'MRC', { offline: true }, 1, 'WRONG_INPUT'],
    ['BEH-263 the master', 'MRC', { drained: false }, 1, 'WRONG_INPUT'],
    ['BEH-263 the master', 'MRC', { masterCandidate: true }, 1, 'WRONG_INPUT'],
    ['the master’s capability', 'MRC', { masterCapable: false }, 1, 'NODE_UNFIT'],
    ['a stranger', 'MRC', { drained: true }, 9, 'NODE_UNKNOWN'],
  ])('%s is refused: %s with %j', (_what, letters, given, number, reason) => {
    expect(() => modified(cluster(letters, 2), given, number)).toThrow(expect.objectContaining({ reason }));
  });

  it('BEH-261 whoever takes its place is named, and so is what was changed', () =>
    expect(modified(cluster('MCR', 2), { drained: true, autoPromote: true })).toMatchObject({
      notes: ['node3.lab.test is now a master candidate'],
      changes: ['master_candidate -> false', 'drained -> true'],
    }));

  it('whoever cannot be given the key is refused if it was named, and passed over if not', () => {
    const entrusted = { digests: {}, unfit: { [node(2)]: 'node2 (silent)' } };
    expect(() => modified(cluster('MRC'), { masterCandidate: true }, 2, entrusted)).toThrow(
      expect.objectContaining({ reason: 'NODE_UNFIT', message: expect.stringContaining('node2 (silent)') }),
    );
    const { draft, notes } = modified(cluster('MDC'), { drained: false }, 2, entrusted);
    expect([lettersOf(draft), notes]).toEqual(['MRC', ['Not made a candidate: node2 (silent)']]);
  });

  it('a demoted node may have the key until it was seen without, and one that is promoted has it by right', () => {
    const demoted = modified(cluster('MCC'), { drained: true }).draft;
    expect(demoted.ours.nodes[node(2)]).toMatchObject({ mayHoldClusterKey: true });
    const again = modified(demoted, { drained: false }).draft;
    expect(again.ours.nodes[node(2)]).not.toHaveProperty('mayHoldClusterKey');
  });

  it('priority and role are one change', () => {
    const before = cluster('MCC');
    const { draft, changes } = modified(before, { drained: true, candidacy: { priority: 7 } });
    expect(draft.ours.nodes[node(2)]).toMatchObject({ priority: 7 });
    expect(draft.configuration.serial_no).toBe(before.configuration.serial_no + 1);
    expect(draft.configuration.nodes[node(2)]?.serial_no).toBe(2);
    expect(changes).toContain('priority -> 7');
  });

  it.each<[NodeModification, boolean]>([
    [{ offline: false }, true],
    [{ masterCandidate: true }, true],
    [{ drained: true }, true],
    [{ vmCapable: false }, false],
  ])('an offline node with %j comes back: %s', (given, back) => {
    expect(comesBack({ offline: true }, given)).toBe(back);
    expect(comesBack({ offline: false }, given)).toBe(false);
  });
});

describe('what else a node has', () => {
  it('is set beside its role', () => {
    const { draft, changes } = modified(cluster('MRC'), {
      vmCapable: false,
      nodeParameters: 'ssh_port=2222',
    });
    expect(draft.configuration.nodes[node(2)]).toMatchObject({
      vm_capable: false,
      ndparams: { ssh_port: 2222 },
    });
    expect(changes).toEqual(['vm_capable -> false', 'ndparams -> {"ssh_port":2222}']);
  });

  it('instances keep it from being closed to them', () => {
    const { configuration, ours } = cluster('MRC');
    const instances = { i: { uuid: 'i', name: 'web', primary_node: node(2) } };
    expect(() =>
      modified({ ours, configuration: { ...configuration, instances } }, { vmCapable: false }),
    ).toThrow(expect.objectContaining({ reason: 'NODE_UNFIT', message: expect.stringContaining('web') }));
  });

  const dual = withNode(
    initialDraft(initRequest({ node: { ...testNode(1), secondaryIp: '192.168.7.1' } })),
    { ...testNode(2), secondaryIp: '192.168.7.2' },
    later,
  );

  it.each<[string, Draft, string, string]>([
    ['no address', dual, 'x', 'WRONG_INPUT'],
    ['IPv6', dual, 'fd00::2', 'WRONG_INPUT'],
    ['that of another', dual, '192.168.7.1', 'ADDRESS_IN_USE'],
    ['none of its own beside a master that has one', dual, '10.99.0.12', 'WRONG_INPUT'],
    ['one of its own beside a master that has none', cluster('MR'), '192.168.7.2', 'WRONG_INPUT'],
  ])('a secondary address: %s is refused', (_what, draft, secondaryIp, reason) =>
    expect(() => modified(draft, { secondaryIp })).toThrow(expect.objectContaining({ reason })),
  );

  it('a secondary address: another of the same network is taken, and the master begins with the first, by force', () => {
    const { draft } = modified(dual, { secondaryIp: '192.168.7.22' });
    expect(draft.configuration.nodes[node(2)]?.secondary_ip).toBe('192.168.7.22');
    const first = { secondaryIp: '192.168.7.1' };
    expect(() => modified(cluster('MR'), first, 1)).toThrow(
      expect.objectContaining({ reason: 'WRONG_INPUT' }),
    );
    const begun = modified(cluster('MR'), { ...first, force: true }, 1).draft;
    expect(begun.configuration.nodes[node(1)]?.secondary_ip).toBe('192.168.7.1');
  });

  it('nothing of it makes a change where it is so already', () => {
    const before = cluster('MRC');
    expect(modified(before, { vmCapable: true }, 2, nobodyEntrusted).draft).toBe(before);
  });
});

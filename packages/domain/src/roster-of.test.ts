import { describe, expect, it } from 'vitest';
import { withCandidacy, withMaster, withNodesOffline, withoutMaster } from './configuration-changes.ts';
import { seal } from './record.ts';
import { parseRoster, roleOf, rosterOf } from './roster-of.ts';
import { draftOfSize, testSeconds, uuidOf } from './testing/drafts.ts';

const sha256 = (): string => 'd'.repeat(64);
const sealed = (size: number) => seal(draftOfSize(size), sha256);

describe('the roster of a configuration', () => {
  it('names no certificate while they are renewed: a node may show either', () => {
    const draft = draftOfSize(2);
    const named = ({ ours }: typeof draft) =>
      rosterOf(seal({ ...draft, ours }, sha256), 'e').nodes.map(
        (node) => node.certificateSha256 !== undefined,
      );
    expect(named(draft)).toEqual([true, true]);
    const items = ['node-certificates'] as const;
    const renewal = { id: 'r', items, nodes: null } as unknown as NonNullable<typeof draft.ours.renewal>;
    expect(named({ ...draft, ours: { ...draft.ours, renewal } })).toEqual([false, false]);
  });

  it('holds what a node must know of the others', () => {
    expect(rosterOf(sealed(1), 'e')).toEqual({
      clusterUuid: uuidOf('cluster'),
      clusterName: 'cluster.lab.test',
      version: { epoch: 1, serial: 1, digest: sha256() },
      master: uuidOf('node'),
      masterIp: { address: '10.99.0.100', netmask: 32, device: 'eth0', family: 4 },
      nodes: [
        {
          uuid: uuidOf('node'),
          name: 'node1.lab.test',
          address: '10.99.0.11',
          nodePort: 1811,
          masterPort: 1816,
          role: 'master',
          certificateSha256: '1'.padStart(64, '0'),
        },
      ],
      parameters: { leaseMs: 3_000, automaticFailover: false, pausedUntilSeconds: 0 },
      hostSetup: { etcHosts: true, sshKeyType: 'rsa' },
      ssconfDigest: 'e',
    });
  });

  it('hands on both SSH keys of a candidate while they are renewed', () => {
    const draft = draftOfSize(1);
    const keys = { sshPublicKey: 'ssh-rsa AAAAB3NzaC1yc2EA', newSshPublicKey: 'ssh-rsa AAAAB3NzaC1yc2EB' };
    const nodes = { [uuidOf('node')]: { ...draft.ours.nodes[uuidOf('node')]!, ...keys } };
    const roster = rosterOf(seal({ ...draft, ours: { ...draft.ours, nodes } }, sha256), 'e');
    expect(roster.nodes[0]).toMatchObject(keys);
    expect(parseRoster(JSON.stringify(roster))).toEqual(roster);
  });

  it('hands on the SSH keys of candidates only, and none where SSH is not managed', () => {
    const { configuration, ours } = sealed(3);
    const key = 'ssh-rsa AAAAB3NzaC1yc2EA root@host';
    const [master = '', second = '', third = ''] = Object.keys(ours.nodes);
    const keyed = Object.entries(ours.nodes).map(([uuid, node]) => [uuid, { ...node, sshPublicKey: key }]);
    const regular = { ...configuration.nodes[third]!, master_candidate: false };
    const draft = (modify_ssh_setup: boolean) => ({
      configuration: {
        ...configuration,
        cluster: { ...configuration.cluster, modify_ssh_setup },
        nodes: { ...configuration.nodes, [third]: regular },
      },
      ours: { ...ours, nodes: Object.fromEntries(keyed) as typeof ours.nodes },
    });
    const letIn = (isManaged: boolean) =>
      rosterOf(seal(draft(isManaged), sha256), '').nodes.flatMap(({ uuid, sshPublicKey }) =>
        sshPublicKey === key ? [uuid] : [],
      );
    expect(letIn(true)).toEqual([master, second]);
    expect(letIn(false)).toEqual([]);
  });

  it('with a key that is not exactly one line is refused', () => {
    const roster = rosterOf(sealed(1), '');
    const withKey = (sshPublicKey: string) =>
      parseRoster(JSON.stringify({ ...roster, nodes: [{ ...roster.nodes[0], sshPublicKey }] }));
    expect(withKey('ssh-rsa AAAAB3NzaC1yc2EA x').nodes[0]?.sshPublicKey).toContain('ssh-rsa');
    for (const line of [
      'ssh-rsa AAAAB3NzaC1yc2EA\nssh-rsa AAAAB3NzaC1yc2EA',
      'command="x" ssh-rsa AAAAB3NzaC1yc2EA',
    ])
      expect(() => withKey(line)).toThrow('sshPublicKey is not an SSH public key');
  });

  it('sorts nodes naturally', () => {
    const names = rosterOf(sealed(11), '').nodes.map((node) => node.name.replace('.lab.test', ''));
    expect(names.slice(0, 3).concat(names.slice(9))).toEqual(['node1', 'node2', 'node3', 'node10', 'node11']);
  });

  it('names the new master and who is offline', () => {
    const moved = withMaster(draftOfSize(3), {
      node: uuidOf('node', 2),
      epoch: 2,
      nowSeconds: testSeconds,
      how: 'failover',
    });
    const roster = rosterOf(seal(withNodesOffline(moved, [uuidOf('node')], testSeconds), sha256), '');
    expect([roster.master, roster.version.epoch]).toEqual([uuidOf('node', 2), 2]);
    expect(roster.nodes.map((node) => node.role)).toEqual(['offline', 'master', 'candidate']);
  });

  it('holds what is wanted of a node as a candidate, where anything is', () => {
    const given = { priority: 80, pausedUntilSeconds: null };
    const { nodes } = rosterOf(
      seal(withCandidacy(draftOfSize(2), uuidOf('node', 2), given, testSeconds), sha256),
      '',
    );
    expect(nodes[1]).toMatchObject(given);
    expect(nodes[0]).not.toHaveProperty('priority');
    expect(nodes[0]).not.toHaveProperty('pausedUntilSeconds');
  });

  it('has no master while the cluster is destroyed', () => {
    expect(rosterOf(seal(withoutMaster(draftOfSize(1), testSeconds), sha256), '').master).toBeNull();
  });

  // Flags of a node that is not master: c(andidate), d(rained), o(ffline).
  it.each([
    ['cdo', 'candidate'],
    ['do', 'drained'],
    ['o', 'offline'],
    ['', 'regular'],
  ])('flags %j make it %s', (flags, role) => {
    const draft = draftOfSize(2);
    const node = draft.configuration.nodes[uuidOf('node', 2)];
    if (!node) throw new Error('no second node');
    const [master_candidate, drained, offline] = ['c', 'd', 'o'].map((f) => flags.includes(f)) as [
      boolean,
      boolean,
      boolean,
    ];
    expect(roleOf(draft, { ...node, master_candidate, drained, offline })).toBe(role);
  });
});

describe('the text of a roster', () => {
  const roster = rosterOf(sealed(3), 'e');

  it('is read back unchanged', () => expect(parseRoster(JSON.stringify(roster))).toEqual(roster));

  it('is read back with what is wanted of candidates', () => {
    const [first, ...others] = roster.nodes;
    const wanted = { ...roster, nodes: [{ ...first, priority: 0, pausedUntilSeconds: 9 }, ...others] };
    expect(parseRoster(JSON.stringify(wanted))).toEqual(wanted);
  });

  it.each([
    ['{}', 'clusterUuid is missing'],
    ['', 'is not JSON'],
    [JSON.stringify({ ...roster, nodes: [{}] }), 'nodes[0].uuid is missing'],
    [
      JSON.stringify({ ...roster, nodes: [{ ...roster.nodes[0], priority: 101 }] }),
      'nodes[0].priority is not a whole number from 0 to 100',
    ],
    [JSON.stringify({ ...roster, master: uuidOf('node', 9) }), 'not among its nodes'],
    [JSON.stringify({ ...roster, nodes: [...roster.nodes, roster.nodes[0]] }), 'two nodes of the same uuid'],
    [
      JSON.stringify({ ...roster, nodes: [...roster.nodes, { ...roster.nodes[0], uuid: 'x' }] }),
      'two nodes of the same name',
    ],
  ])('%s is refused: %s', (text, words) => {
    expect(() => parseRoster(text)).toThrow(
      expect.objectContaining({ reason: 'STATE_CORRUPT', message: expect.stringContaining(words) }),
    );
  });
});

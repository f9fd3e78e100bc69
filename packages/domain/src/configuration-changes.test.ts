import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  withCandidacy,
  withCandidatePoolSize,
  withMaster,
  withMasterIp,
  withNode,
  withNodesOffline,
  withoutMaster,
  withOverruled,
  withParameters,
} from './configuration-changes.ts';
import type { Configuration, Draft } from './configuration.ts';
import { draftFrom, draftOfSize, initRequest, testNode, testSeconds, uuidOf } from './testing/drafts.ts';
import { initialDraft } from './initial-configuration.ts';
import { masterIpOf } from './roster-of.ts';
import { configurationFindings } from './validate-configuration.ts';

const sample = (name: string): Configuration => {
  const file = new URL(`../../../test/samples/config.data.${name}`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Configuration;
};
const later = testSeconds + 100;
const node = (number: number) => uuidOf('node', number);
const serials = ({ configuration: { serial_no, cluster, nodes } }: Draft) => ({
  top: serial_no,
  cluster: cluster.serial_no,
  nodes: Object.values(nodes)
    .map((n) => n.serial_no)
    .join(' '),
});
const candidates = ({ configuration }: Draft) =>
  Object.values(configuration.nodes)
    .filter((n) => n.master_candidate)
    .map((n) => n.name.replace('.lab.test', ''));

/** Paths at which two values differ. */
function differences(a: unknown, b: unknown, path = ''): string[] {
  if (Object.is(a, b)) return [];
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return [path];
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].flatMap((key) =>
    differences((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], `${path}/${key}`),
  );
}

describe('a new master', () => {
  const before = draftFrom(sample('before-failover'));
  const real = sample('after-failover');
  const after = withMaster(before, {
    node: real.cluster.master_node,
    epoch: 2,
    nowSeconds: real.cluster.mtime,
    how: 'failover',
  });

  it('changes exactly what Ganeti’s failover changed, to the same values', () => {
    const changes = differences(before.configuration, after.configuration);
    expect(changes.sort()).toEqual(differences(before.configuration, real).sort());
    expect(changes).toHaveLength(5);
    // Ganeti took the time twice, a microsecond apart.
    expect(differences(after.configuration, { ...real, mtime: real.cluster.mtime })).toEqual([]);
  });

  it('that was overruled is entered in the order of epochs, once', () => {
    const [entry] = after.ours.history;
    const rival = { node: before.configuration.cluster.master_node, epoch: 1 };
    const merged = withOverruled(after, [rival, rival], real.cluster.mtime + 1);
    expect(merged.ours.history).toMatchObject([{ ...rival, how: 'overruled' }, entry ?? {}]);
    expect(merged.configuration.serial_no).toBe(after.configuration.serial_no + 1);
    expect(withOverruled(merged, [rival], real.cluster.mtime + 2)).toBe(merged);
  });

  it('is entered into the history, in its epoch', () => {
    expect(after.ours.epoch).toBe(2);
    expect(after.ours.history).toEqual([
      {
        epoch: 2,
        node: real.cluster.master_node,
        name: 'node2.lab.test',
        since: '2026-11-22T11:30:25.184Z',
        how: 'failover',
      },
    ]);
  });

  it.each([
    ['NODE_UNKNOWN', 7, 2, 'No node'],
    ['NOT_A_MASTER_CANDIDATE', 2, 2, 'candidates are node1.lab.test, node3.lab.test'],
    ['EPOCH_TOO_OLD', 3, 0, 'Epoch 0 is older than 1'],
  ])('is refused with %s', (reason, number, epoch, words) => {
    const draft = withNodesOffline(draftOfSize(3), [node(2)], later);
    expect(() =>
      withMaster(draft, { node: node(number), epoch, nowSeconds: later, how: 'failover' }),
    ).toThrow(expect.objectContaining({ reason, message: expect.stringContaining(words) }));
  });
});

describe('a new node', () => {
  it('has the keys and values of one that Ganeti added', () => {
    const real = sample('after-node-add');
    const master = real.cluster.master_node;
    const added = Object.values(real.nodes).filter((n) => n.uuid !== master);
    const grown = added.reduce(
      (draft, n) =>
        withNode(
          draft,
          {
            ...testNode(9),
            uuid: n.uuid,
            name: n.name,
            primaryIp: n.primary_ip,
            clientCertificateSha1: real.cluster.candidate_certs[n.uuid] ?? '',
          },
          n.ctime ?? 0,
        ),
      draftFrom(sample('after-init')),
    );
    for (const n of added) expect(grown.configuration.nodes[n.uuid]).toEqual(n);
    expect(grown.configuration.cluster.candidate_certs).toEqual(real.cluster.candidate_certs);
  });

  it('raises top level and cluster, and no other node', () => {
    expect(serials(draftOfSize(1))).toEqual({ top: 1, cluster: 1, nodes: '1' });
    expect(serials(draftOfSize(3))).toEqual({ top: 3, cluster: 3, nodes: '1 1 1' });
  });

  it('BEH-258 becomes candidate, flag and digest in one change; its ports are kept with ours', () => {
    const draft = withNode(draftOfSize(9), testNode(10), later);
    expect(draft.configuration.nodes[node(10)]?.master_candidate).toBe(true);
    expect(draft.configuration.cluster.candidate_certs[node(10)]).toBe(testNode(10).clientCertificateSha1);
    expect(draft.ours.nodes[node(10)]).toEqual({
      nodePort: 1811,
      masterPort: 1816,
      certificateSha256: testNode(10).certificateSha256,
    });
  });

  it('BEH-257 is regular, and without digest, when the pool is full', () => {
    const draft = withNode(draftOfSize(10), testNode(11), later);
    expect(draft.configuration.nodes[node(11)]?.master_candidate).toBe(false);
    expect(draft.configuration.cluster.candidate_certs).not.toHaveProperty(node(11));
  });

  it('is regular when it is a witness', () => {
    const draft = withNode(draftOfSize(2), { ...testNode(3), masterCapable: false }, later);
    expect(draft.configuration.nodes[node(3)]).toMatchObject({
      master_candidate: false,
      master_capable: false,
    });
  });

  it('BEH-162 leaves all else as it is', () => {
    const draft = draftOfSize(2);
    const opaque = { instances: {}, disks: { d: { uuid: 'd', x: 1.5 } }, filters: { f: {} } };
    const before = { ...draft, configuration: { ...draft.configuration, ...opaque } };
    expect(withNode(before, testNode(3), later).configuration).toMatchObject(opaque);
  });

  it.each([
    ['BEH-253 a name', { name: 'node1.lab.test' }, 'NODE_EXISTS', 'already a node'],
    ['BEH-253 a UUID', { uuid: node(2) }, 'NODE_EXISTS', 'node2.lab.test is already'],
    ['BEH-254 an address', { primaryIp: '10.99.0.12' }, 'ADDRESS_IN_USE', 'belongs to node2.lab.test'],
    [
      'BEH-254 the cluster IP',
      { primaryIp: '10.99.0.100' },
      'ADDRESS_IN_USE',
      'the cluster (cluster.lab.test)',
    ],
    ['BEH-255 dual-homed', { secondaryIp: '192.168.7.3' }, 'WRONG_INPUT', 'all nodes must be alike'],
    ['another family', { primaryIp: 'fd00::3' }, 'WRONG_INPUT', 'is not IPv4'],
    ['a secondary IP of IPv6', { secondaryIp: 'fd00::3' }, 'WRONG_INPUT', 'must be IPv4'],
    ['no host name', { name: 'a=b' }, 'WRONG_INPUT', 'not a host name'],
    ['capitals', { name: 'Node3.lab.test' }, 'WRONG_INPUT', 'not in lower case'],
    ['a group there is not', { group: 'attic' }, 'WRONG_INPUT', "no node group 'attic'"],
    ['an unknown parameter', { nodeParameters: 'speed=9' }, 'WRONG_INPUT', 'speed'],
    [
      "a parameter of the cluster's",
      { nodeParameters: 'exclusive_storage=true' },
      'WRONG_INPUT',
      'exclusive',
    ],
    ['a port that is none', { nodeParameters: 'ssh_port=x' }, 'WRONG_INPUT', 'ssh_port'],
  ])('%s is refused: %j, %s', (_, changes, reason, words) => {
    expect(() => withNode(draftOfSize(2), { ...testNode(3), ...changes }, later)).toThrow(
      expect.objectContaining({ reason, message: expect.stringContaining(words) }),
    );
  });

  it('BEH-255 must have a second network if the master has one', () => {
    const dual = initialDraft(initRequest({ node: { ...testNode(1), secondaryIp: '192.168.7.1' } }));
    expect(() => withNode(dual, testNode(2), later)).toThrow('all nodes must be alike');
    expect(candidates(withNode(dual, { ...testNode(2), secondaryIp: '192.168.7.2' }, later))).toHaveLength(2);
  });

  it('joins the group it names; with several it must name one', () => {
    const { configuration, ours } = draftOfSize(1);
    const second = { ...Object.values(configuration.nodegroups)[0], uuid: uuidOf('group', 2), name: 'rack2' };
    const nodegroups = { ...configuration.nodegroups, [second.uuid]: second } as Configuration['nodegroups'];
    const draft = { configuration: { ...configuration, nodegroups }, ours };
    const joined = withNode(draft, { ...testNode(2), group: second.uuid }, later);
    expect(joined.configuration.nodes[node(2)]?.group).toBe(second.uuid);
    const byName = withNode(draft, { ...testNode(2), group: 'rack2' }, later);
    expect(byName.configuration.nodes[node(2)]?.group).toBe(second.uuid);
    expect(() => withNode(draft, testNode(2), later)).toThrow(
      expect.objectContaining({
        message: expect.stringContaining('more than one node group'),
        hint: 'With --node-group, of default, rack2',
      }),
    );
  });

  it('has the capabilities and the parameters that are wished of it', () => {
    const wishes = { vmCapable: false, nodeParameters: 'oob_program=/bin/oob,ssh_port=2222' };
    const draft = withNode(draftOfSize(2), { ...testNode(3), ...wishes }, later);
    expect(draft.configuration.nodes[node(3)]).toMatchObject({
      vm_capable: false,
      ndparams: { oob_program: '/bin/oob', ssh_port: 2222 },
    });
  });
});

describe('the size of the candidate pool', () => {
  it.each([0, -1, 2.5, Number.NaN, Infinity])('BEH-135 %d is refused', (size) => {
    expect(() => withCandidatePoolSize(draftOfSize(1), size, later)).toThrow(
      expect.objectContaining({ reason: 'WRONG_INPUT' }),
    );
  });

  it('BEH-262 reduced, demotes nobody and says so', () => {
    const { draft, notes } = withCandidatePoolSize(draftOfSize(3), 2, later);
    expect(candidates(draft)).toEqual(['node1', 'node2', 'node3']);
    expect(notes).toEqual(['There are 3 master candidates, more than 2; nobody was demoted']);
    expect(serials(draft)).toEqual({ top: 4, cluster: 4, nodes: '1 1 1' });
    expect(draft.configuration.mtime).toBe(later);
  });

  it('BEH-261 raised, promotes in the order of names, with the digests it was given', () => {
    const small = draftOfSize(4, { candidatePoolSize: 1 });
    expect(candidates(small)).toEqual(['node1']);
    const { draft, notes } = withCandidatePoolSize(small, 3, later, {
      digests: { [node(2)]: 'AA:BB' },
      unfit: {},
    });
    expect(candidates(draft)).toEqual(['node1', 'node2', 'node3']);
    expect(notes).toEqual([
      'node2.lab.test is now a master candidate',
      'node3.lab.test is now a master candidate',
    ]);
    expect(draft.configuration.cluster.candidate_certs).toEqual({
      ...small.configuration.cluster.candidate_certs,
      [node(2)]: 'AA:BB',
    });
    expect(serials(draft)).toEqual({ top: 5, cluster: 5, nodes: '1 2 2 1' });
  });

  it('is left alone if it is that already', () => {
    const draft = draftOfSize(2);
    expect(withCandidatePoolSize(draft, 10, later)).toEqual({ draft, notes: [] });
    expect(withCandidatePoolSize(draft, 10, later).draft).toBe(draft);
  });
});

describe('parameters of ours', () => {
  const before = draftOfSize(3);

  it.each([
    [{ leaseMs: 1_200 }],
    [{ leaseMs: 60_000 }],
    [{ automaticFailover: true }],
    [{ pausedUntilSeconds: later }],
    [{ pausedUntilSeconds: null }],
    [{ leaseMs: 5_000, automaticFailover: true, pausedUntilSeconds: 0 }],
  ])('%j are set, and the rest of ours is as it was', (given) => {
    const { ours } = withParameters(before, given, later);
    expect(ours).toEqual({ ...before.ours, parameters: { ...before.ours.parameters, ...given } });
  });

  it('raise the serials of cluster and top level, and nothing else in Ganeti’s file', () => {
    const { configuration } = withParameters(before, { automaticFailover: true }, later);
    expect(differences(before.configuration, configuration).sort()).toEqual(
      ['/cluster/mtime', '/cluster/serial_no', '/mtime', '/serial_no'].sort(),
    );
  });

  it.each([1_199, 60_001, 0, -3_000, 3_000.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'a lease of %d ms is refused, the bounds being told',
    (leaseMs) =>
      expect(() => withParameters(before, { leaseMs }, later)).toThrow(
        expect.objectContaining({
          reason: 'WRONG_INPUT',
          message: `A lease of ${leaseMs} ms is not within 1200 and 60000 ms`,
        }),
      ),
  );
});

describe('the master IP', () => {
  const before = draftOfSize(2);

  it('changes by mask, device and holder alone, in one change', () => {
    const after = withMasterIp(before, { netmask: 24, device: 'br0', externalScript: true }, later);
    const values = ['master_netdev', 'master_netmask', 'use_external_mip_script'];
    const changed = differences(before, after).filter((path) => !/serial_no|mtime/.test(path));
    expect(changed).toEqual(values.map((key) => `/configuration/cluster/${key}`));
    expect(masterIpOf(after)).toMatchObject({ netmask: 24, device: 'br0', externalScript: true });
    expect(serials(after)).toEqual({
      ...serials(before),
      top: serials(before).top + 1,
      cluster: serials(before).cluster + 1,
    });
  });

  it('that is to be as it is changes nothing', () => {
    const { netmask, device } = masterIpOf(before);
    expect(withMasterIp(before, { netmask, device, externalScript: false }, later)).toBe(before);
  });

  it.each([
    [4, 0],
    [4, 33],
    [4, 1.5],
    [6, 129],
  ] as const)('BEH-117 of IPv%s with netmask %s is refused', (family, netmask) => {
    const { configuration } = before;
    const cluster = { ...configuration.cluster, primary_ip_family: family === 6 ? 10 : 2 };
    const draft = { ...before, configuration: { ...configuration, cluster } } as Draft;
    expect(() => withMasterIp(draft, { netmask }, later)).toThrow(`Netmask ${netmask} is not a whole number`);
  });

  it.each(['', 'eth 0', 'a/b'])('on a device %j is refused', (device) => {
    expect(() => withMasterIp(before, { device }, later)).toThrow('cannot be the name of a network device');
  });
});

describe('the candidacy of a node', () => {
  const before = draftOfSize(3);

  it.each([
    [{ priority: 0 }],
    [{ priority: 100 }],
    [{ pausedUntilSeconds: null }],
    [{ pausedUntilSeconds: later }],
    [{ priority: 51, pausedUntilSeconds: later }],
  ])('%j is set with ours, and the rest of ours is as it was', (given) => {
    const { ours } = withCandidacy(before, node(2), given, later);
    const changed = { ...before.ours.nodes[node(2)], ...given };
    expect(ours).toEqual({ ...before.ours, nodes: { ...before.ours.nodes, [node(2)]: changed } });
  });

  it('raises serials, and adds nothing to Ganeti’s file', () => {
    const { configuration } = withCandidacy(
      before,
      node(2),
      { priority: 1, pausedUntilSeconds: null },
      later,
    );
    expect(differences(before.configuration, configuration).sort()).toEqual(
      ['', '/cluster', `/nodes/${node(2)}`].flatMap((of) => [`${of}/mtime`, `${of}/serial_no`]).sort(),
    );
  });

  it('keeps what is not given', () => {
    const paused = withCandidacy(before, node(2), { pausedUntilSeconds: null }, later);
    const both = withCandidacy(paused, node(2), { priority: 7 }, later);
    expect(both.ours.nodes[node(2)]).toMatchObject({ priority: 7, pausedUntilSeconds: null });
  });

  it.each([[{}], [{ priority: 50 }], [{ pausedUntilSeconds: 0 }]])(
    'is left alone by %j, which is the usual one',
    (given) => expect(withCandidacy(before, node(2), given, later)).toBe(before),
  );

  it('outlives being offline', () => {
    const offline = withNodesOffline(
      withCandidacy(before, node(2), { priority: 9 }, later),
      [node(2)],
      later,
    );
    expect(offline.ours.nodes[node(2)]?.priority).toBe(9);
  });

  it.each([
    ['NODE_UNKNOWN', 7, 50, 'No node'],
    ['WRONG_INPUT', 2, 101, "Priority '101' is not a whole number from 0 to 100"],
    ['WRONG_INPUT', 2, -1, "Priority '-1'"],
    ['WRONG_INPUT', 2, 2.5, "Priority '2.5'"],
  ])('is refused with %s', (reason, number, priority, words) =>
    expect(() => withCandidacy(before, node(number), { priority }, later)).toThrow(
      expect.objectContaining({ reason, message: expect.stringContaining(words) }),
    ),
  );
});

describe('nodes marked offline', () => {
  it('BEH-264, BEH-266 have no other flag and no digest', () => {
    const draft = withNodesOffline(draftOfSize(4), [node(2), node(4)], later);
    for (const uuid of [node(2), node(4)]) {
      expect(draft.configuration.nodes[uuid]).toMatchObject({
        offline: true,
        drained: false,
        master_candidate: false,
      });
      expect(draft.configuration.cluster.candidate_certs).not.toHaveProperty(uuid);
    }
    expect(serials(draft)).toEqual({ top: 5, cluster: 5, nodes: '1 2 1 2' });
    expect(configurationFindings(draft.configuration)).toEqual({ fatal: [], warnings: [] });
  });

  it('stay as they are if they are offline already', () => {
    const draft = withNodesOffline(draftOfSize(2), [node(2)], later);
    expect(withNodesOffline(draft, [node(2)], later + 1)).toBe(draft);
  });

  it('BEH-263 are never the master, nor strangers', () => {
    expect(() => withNodesOffline(draftOfSize(2), [node(1)], later)).toThrow('is the master');
    expect(() => withNodesOffline(draftOfSize(2), [node(5)], later)).toThrow(
      expect.objectContaining({ reason: 'NODE_UNKNOWN' }),
    );
  });
});

describe('a cluster without master', () => {
  it('keeps all else and can be asked for twice', () => {
    const draft = withoutMaster(draftOfSize(1), later);
    expect(draft.configuration.cluster.master_node).toBe('');
    expect(serials(draft)).toEqual({ top: 2, cluster: 2, nodes: '1' });
    expect(configurationFindings(draft.configuration).fatal).toEqual([]);
    expect(withoutMaster(draft, later)).toBe(draft);
  });

  it('is refused while nodes or instances are left, and says how many', () => {
    const { configuration, ours } = draftOfSize(1);
    const busy = { configuration: { ...configuration, instances: { i: {} } }, ours };
    expect(() => withoutMaster(draftOfSize(3), later)).toThrow('2 nodes and 0 instances');
    expect(() => withoutMaster(busy, later)).toThrow(expect.objectContaining({ reason: 'NODES_REMAIN' }));
  });
});

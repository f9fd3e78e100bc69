import { layoutUnder } from '@quorate/cluster-state/layout';
import { readRoster, rosterDigestOf, writeRoster } from '@quorate/cluster-state/roster-store';
import { machineLocking, type Locking } from '@quorate/cluster-state/ssconf-lock';
import { ensureDirectories, type State } from '@quorate/cluster-state/state';
import { publishRecord, viewsOf } from '@quorate/cluster-state/views';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { uuidOf } from '@quorate/domain/testing/drafts';
import { timings } from '@quorate/domain/timings';
import { plannedRepairs, verifyFindings } from '@quorate/domain/verify';
import { memoryFiles } from '@quorate/platform/testing/files';
import { describe, expect, it } from 'vitest';
import { fakeCluster, laterRecord, type FakeCluster } from './testing/fake-cluster.ts';
import { stepReport } from './testing/step-report.ts';
import { examine, gatherVerifyFacts } from './verify.ts';
import { repair } from './verify-repair.ts';

const unlocked: Locking = {
  ...machineLocking,
  acquire: () => Promise.resolve({ release: () => Promise.resolve() }),
};

interface Scene {
  readonly cluster: FakeCluster;
  readonly state: State;
}

/** Nodes whose files are as they should be; on this node's disk lies the record. */
async function scene(size = 3): Promise<Scene> {
  const cluster = fakeCluster(size);
  const state = { files: memoryFiles(), layout: layoutUnder('/') };
  await ensureDirectories(state);
  await publishRecord(state, cluster.record, unlocked);
  const { candidate_certs: listed } = cluster.record.configuration.cluster;
  for (let k = 1; k <= size; k += 1) {
    const uuid = uuidOf('node', k);
    const certificate = (file: string, more: object) => ({
      ...{
        file,
        problem: '',
        notBefore: 0,
        notAfter: cluster.clock.now().getTime() / 1000 + 5 * 365 * 86_400,
      },
      ...{ sha1: listed[uuid], sha256: cluster.record.ours.nodes[uuid]?.certificateSha256 },
      ...{ selfSigned: false, signedByCluster: true, signedByTrusted: false },
      ...more,
    });
    cluster.node(k).facts = {
      hostName: cluster.node(k).name,
      files: ['node.pem', 'client.pem', 'server.pem', 'voter.json', 'config.data'].map((name) => ({
        ...{ path: `/var/lib/quorate/${name}`, mode: 0o400, wantedMode: 0o400, owner: 0, wantedOwner: 0 },
      })),
      certificates: [certificate('node.pem', {}), certificate('client.pem', {})],
      sharedFileDigests: { 'hmac.key': 'ab' },
      ssconfVersion: cluster.record.version,
      ssconfComplete: true,
      rosterDigest: rosterDigestOf(viewsOf(cluster.record).roster),
      ...{ differingViews: [], temporaries: [], strangers: [], lackingAddresses: [], missingFileSystems: [] },
      ...{ holdsClusterKey: true, masterDeviceExists: true, storage: null },
      presentedCertificateSha256: cluster.record.ours.nodes[uuid]?.certificateSha256,
      tried: [
        {
          ...{ nodeUuid: '', network: 'NETWORK_MASTER_IP', address: '10.99.0.100', port: 1811 },
          answer: 'TCP_ANSWER_OPEN',
        },
        { nodeUuid: '', network: 'NETWORK_UNSPECIFIED', address: 'x', port: 1, answer: 'TCP_ANSWER_SILENT' },
      ],
    };
  }
  return { cluster, state };
}

const gather = ({ cluster, state }: Scene, from = 1) =>
  gatherVerifyFacts(cluster.access(from), state, cluster.roster);

describe('the facts that verify judges', () => {
  it('are complete for every node of a sound cluster, in which nothing is found', async () => {
    const made = await scene();
    const facts = await gather(made);
    expect(verifyFindings(facts)).toEqual([]);
    expect(facts.nodes.map(({ facts: seen }) => seen)).toEqual(
      [true, false, false].map((isMaster) =>
        expect.objectContaining({
          masterIpHere: isMaster,
          masterDaemonInOffice: isMaster,
          ssconfVersion: made.cluster.record.version,
          softwareVersion: facts.softwareVersion,
          protocolVersion: facts.protocolVersion,
          clockOffsetMs: 0,
          clockUncertaintyMs: 0,
          tried: [{ node: null, network: 'master-ip', address: '10.99.0.100', port: 1811, answer: 'open' }],
        }),
      ),
    );
  });

  it('say of a node that fails why it does, and come from the others all the same', async () => {
    const made = await scene();
    made.cluster.isolate(3);
    const { nodes } = await gather(made);
    expect(nodes[2]).toEqual({
      node: made.cluster.rosterNode(3),
      failure: 'node3.lab.test refused the connection',
    });
    expect(nodes.filter((n) => n.facts)).toHaveLength(2);
  });

  it('wait for one that hangs no longer than its limit', async () => {
    const made = await scene();
    made.cluster.hang(3);
    const gathering = gather(made);
    await made.cluster.clock.advance(timings.voteMs);
    expect((await gathering).nodes[2]?.failure).toContain('did not answer within 5 s');
  });

  it('take the way of question and answer out of a clock, and half of it for the uncertainty', async () => {
    const made = await scene();
    const { clock } = made.cluster;
    made.cluster.on(2, 'InspectNode', async (answer) => {
      await clock.sleep(1_000);
      const receivedAtMs = clock.now().getTime() + 60_000;
      await clock.sleep(4_000);
      const answeredAtMs = clock.now().getTime() + 60_000;
      await clock.sleep(1_000);
      return { ...(answer() as object), receivedAtMs, answeredAtMs };
    });
    const gathering = gather(made);
    await clock.advance(6_000);
    const { nodes } = await gathering;
    expect(nodes[1]?.facts).toMatchObject({ clockOffsetMs: 60_000, clockUncertaintyMs: 1_000 });
  });

  it('leave out nodes that are marked offline, and this is said', async () => {
    const { cluster, state } = await scene();
    const nodes = cluster.roster.nodes.map((n) =>
      n.uuid === uuidOf('node', 3) ? { ...n, role: 'offline' as const } : n,
    );
    const facts = await gatherVerifyFacts(cluster.access(1), state, { ...cluster.roster, nodes });
    expect(facts.nodes).toHaveLength(2);
    expect(cluster.events.filter((event) => event.startsWith('3 '))).toEqual([]);
    expect(verifyFindings(facts)).toContainEqual(
      expect.objectContaining({ severity: 'notice', name: 'node3.lab.test', check: 'offline-nodes' }),
    );
  });

  it('hold the newest record, of another candidate if this node’s is older', async () => {
    const made = await scene();
    const newer = laterRecord(made.cluster.record);
    for (const k of [2, 3]) {
      made.cluster.node(k).text = newer;
      made.cluster.node(k).voter = { ...made.cluster.node(k).voter, version: newer.version };
    }
    expect((await gather(made)).record?.version).toEqual(newer.version);
    made.cluster.on(2, 'GetConfiguration', () => Promise.reject(new Error('its disk is broken')));
    expect((await gather(made)).record?.version).toEqual(made.cluster.record.version);
  });

  it('are of one group only where that is wanted, by its name or UUID', async () => {
    const made = await scene();
    const { cluster, state } = made;
    const record = inGroups(cluster.record);
    await publishRecord(state, record, unlocked);
    const gatherGroup = (group: string) =>
      gatherVerifyFacts(cluster.access(1), state, cluster.roster, { group });
    for (const typed of ['racks', uuidOf('group', 2)]) {
      const facts = await gatherGroup(typed);
      expect(facts.nodes.map(({ node }) => node.name)).toEqual(['node3.lab.test']);
      expect(facts.onlyGroup).toEqual({ name: 'racks', nodes: [uuidOf('node', 3)] });
      expect(facts.ballots).toHaveLength(3);
    }
    await expect(gatherGroup('attic')).rejects.toMatchObject({
      ...{ reason: 'WRONG_INPUT', message: "There is no node group 'attic'" },
      hint: 'The groups are default, racks',
    });
    await state.files.remove(state.layout.clusterRecord.path);
    await expect(gatherGroup('racks')).rejects.toMatchObject({ reason: 'STATE_CORRUPT' });
  });

  it("ask for the site's program for the master IP only where one holds it", async () => {
    const made = await scene();
    const { cluster, state, roster } = { ...made, roster: made.cluster.roster };
    expect((await gather(made)).nodes.map(({ facts }) => facts?.masterIpScript)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    cluster.on(2, 'GetMasterIp', (answer) => ({
      ...(answer() as object),
      script: 'MASTER_IP_SCRIPT_STATE_NOT_EXECUTABLE',
    }));
    const scripted = { ...roster, masterIp: { ...roster.masterIp, externalScript: true } };
    const { nodes } = await gatherVerifyFacts(cluster.access(1), state, scripted);
    expect(nodes.map(({ facts }) => facts?.masterIpScript)).toEqual(['ready', 'not-executable', 'ready']);
  });

  it('have no clutter of SSH keys where nobody manages them, and that is said', async () => {
    const { cluster, state } = await scene();
    const { configuration } = cluster.record;
    const unmanaged = { ...configuration, cluster: { ...configuration.cluster, modify_ssh_setup: false } };
    await publishRecord(state, laterRecord({ ...cluster.record, configuration: unmanaged }), unlocked);
    await expect(
      gatherVerifyFacts(cluster.access(1), state, cluster.roster, { sshClutter: true }),
    ).rejects.toMatchObject({ reason: 'WRONG_INPUT' });
  });

  it('are for candidates: another node is told where to run it, and nobody is asked', async () => {
    const { cluster, state } = await scene();
    const nodes = cluster.roster.nodes.map((n) =>
      n.uuid === uuidOf('node', 3) ? { ...n, role: 'regular' as const } : n,
    );
    await expect(
      gatherVerifyFacts(cluster.access(3), state, { ...cluster.roster, nodes }),
    ).rejects.toMatchObject({
      reason: 'NOT_A_MASTER_CANDIDATE',
      hint: 'Run it on node1.lab.test, node2.lab.test',
    });
    expect(cluster.events).toEqual([]);
  });
});

/** Node 3 is in a second group. */
function inGroups(record: ClusterRecord): ClusterRecord {
  const { nodes, nodegroups } = record.configuration;
  const [first] = Object.values(nodegroups);
  const racks = { ...first!, uuid: uuidOf('group', 2), name: 'racks' };
  const moved = { ...nodes[uuidOf('node', 3)]!, group: racks.uuid };
  const configuration = {
    ...record.configuration,
    nodegroups: { ...nodegroups, [racks.uuid]: racks },
    nodes: { ...nodes, [moved.uuid]: moved },
  };
  return laterRecord({ ...record, configuration });
}

describe('an examination', () => {
  const changing = async () => {
    const made = await scene();
    const { cluster } = made;
    const settled = cluster.node(2).facts;
    cluster.node(2).facts = { ...settled, ssconfComplete: false };
    return { ...made, settle: () => (cluster.node(2).facts = settled) };
  };
  const looks = ({ cluster }: Scene) => cluster.events.filter((event) => event === '2 InspectNode').length;

  it('looks once where nothing is on its way', async () => {
    const made = await scene();
    expect((await examine(made.cluster.access(1), made.state)).findings).toEqual([]);
    expect(looks(made)).toBe(1);
  });

  it('looks again after a push at what may be a change on its way, and tells what is left', async () => {
    const made = await changing();
    const { cluster, state, settle } = made;
    const examining = examine(cluster.access(1), state);
    await cluster.clock.advance(timings.surveyIntervalMs - 1);
    settle();
    await cluster.clock.advance(1);
    expect((await examining).findings).toEqual([]);
    expect(looks(made)).toBe(2);
  });

  it('looks at a file that differs again only if something was changed meanwhile', async () => {
    const made = await scene();
    const { cluster, state } = made;
    const sound = cluster.node(2).facts;
    cluster.node(2).facts = { ...sound, sharedFileDigests: { 'hmac.key': 'other' } };
    expect((await examine(cluster.access(1), state)).findings).toHaveLength(1);
    expect(looks(made)).toBe(1);
    const roster = await readRoster(state);
    const version = { ...roster.version, serial: roster.version.serial + 1 };
    cluster.on(3, 'InspectNode', async (answer) => {
      await writeRoster(state, { ...roster, version });
      return answer();
    });
    const examining = examine(cluster.access(1), state);
    for (let k = 0; k < 5; k += 1) await cluster.clock.advance(timings.surveyIntervalMs);
    expect((await examining).findings.map(({ code }) => code)).toContain('ECLUSTERFILECHECK');
    expect(looks(made)).toBeGreaterThan(2);
  });

  it('tells what is still there at the second look', async () => {
    const { cluster, state } = await changing();
    const examining = examine(cluster.access(1), state, { ignored: ['ENODEFILECHECK'] });
    await cluster.clock.advance(timings.surveyIntervalMs);
    expect((await examining).findings).toEqual([
      expect.objectContaining({ severity: 'warning', code: 'ENODEFILECHECK', name: 'node2.lab.test' }),
    ]);
  });
});

describe('a repair', () => {
  it('is one named step for each thing and node; one that fails does not stop the others', async () => {
    const made = await scene();
    const { cluster } = made;
    const broken = cluster.node(2).facts;
    cluster.node(2).facts = { ...broken, ssconfComplete: false, temporaries: ['x'] };
    cluster.node(3).facts = { ...cluster.node(3).facts, temporaries: ['x'] };
    cluster.on(2, 'MendNode', () => Promise.reject(new Error('read-only file system')));
    cluster.on(1, 'SendConfiguration', () => ({}));
    const facts = await gather(made);
    const { steps, report } = stepReport();
    await repair(cluster.access(2), facts, plannedRepairs(verifyFindings(facts)), report);
    expect(steps()).toEqual([
      'send-configuration node2.lab.test: done',
      'mend-files node2.lab.test: warned (read-only file system)',
      'mend-files node3.lab.test: done',
    ]);
    expect(cluster.events).toEqual(expect.arrayContaining(['1 SendConfiguration ok', '3 MendNode ok']));
  });
});

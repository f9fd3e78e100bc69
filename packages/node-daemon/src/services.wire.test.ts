/** The services of node daemons over real TLS: how they vote, follow a master, and who may call what. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { viewsOf } from '@quorate/cluster-state/views';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { withMaster } from '@quorate/domain/configuration-changes';
import { seal, writeRecord } from '@quorate/domain/record';
import { testSeconds } from '@quorate/domain/testing/drafts';
import { systemClock } from '@quorate/platform/clock';
import { sha256Hex } from '@quorate/platform/digest';
import { diskFiles } from '@quorate/platform/files';
import type { Channels, Peer } from '@quorate/rpc/channels';
import { nodeServices } from '@quorate/rpc/services';
import { afterEach, describe, expect, it } from 'vitest';
import { voteRound } from './testing/vote-round.ts';
import {
  clusterUuid,
  masterIp,
  patient,
  reasonOf,
  uuid,
  wireCluster,
  type RunningNode,
  type WireCluster,
} from './testing/wire-cluster.ts';

const { vote, grant, lease, configuration, office, membership, verify, nodeVersion } = nodeServices;
const address = nodeServices.masterIp;

/** A lease that outlives the test, on the clock of this host. */
const inEpoch1 = () => ({ epoch: 1, untilMonotonicUs: Math.floor(systemClock.monotonicMs() * 1000) + 6e7 });

/** As an answer shows the address of that node. */
const triedOf = (node: RunningNode | undefined) => ({
  nodeUuid: node?.peer.uuid,
  address: node?.peer.address,
  port: node?.peer.port,
});

const made: WireCluster[] = [];
afterEach(async () => {
  for (const cluster of made.splice(0)) await cluster.end();
});

async function runningCluster(...wishes: Parameters<typeof wireCluster>) {
  const cluster = await wireCluster(...wishes);
  made.push(cluster);
  return { ...cluster, nodes: await cluster.startAll() };
}

/** The next configuration: node `number` is master in epoch 2. */
function movedTo(record: ClusterRecord, number: number): ClusterRecord {
  const master = { node: uuid(number), epoch: 2, nowSeconds: testSeconds, how: 'failover' } as const;
  return seal(withMaster(record, master), sha256Hex);
}

/** As its master sends it to a candidate. */
function put(
  channels: Channels,
  peer: Peer,
  record: ClusterRecord,
  changes: { masterUuid?: string; rewrite?: boolean } = {},
) {
  const { version } = record;
  const { roster, ssconf } = viewsOf(record);
  const texts = { roster: JSON.stringify(roster), record: writeRecord(record) };
  const masterUuid = record.configuration.cluster.master_node;
  const request = { version, masterUuid, ssconf, ...texts, ...changes };
  return channels.call(peer, configuration.PutConfiguration, request, patient);
}

describe('three daemons', () => {
  it('BEH-009 BEH-020 vote for one master, in one epoch, with one version', async () => {
    const { channelsOf, record } = await runningCluster(3);
    const { ballots, verdict } = await voteRound(await channelsOf(2), record);
    expect(verdict).toEqual({ kind: 'agreed', master: { node: uuid(1), epoch: 1 }, votes: 3 });
    expect(ballots.map((b) => b.kind === 'valid' && b.vote.holds)).toEqual([
      record.version,
      record.version,
      record.version,
    ]);
  });

  it('BEH-011 of which one has ended: the others are a majority, and it is told why it is missing', async () => {
    const { channelsOf, record, nodes } = await runningCluster(3);
    await nodes[0]?.daemon.stop();
    const { ballots, verdict } = await voteRound(await channelsOf(2), record);
    expect(verdict).toMatchObject({ kind: 'agreed', votes: 2 });
    expect(ballots.find((b) => b.kind === 'unreachable')).toMatchObject({
      node: { uuid: uuid(1) },
      reason: 'UNREACHABLE',
    });
  });

  it('BEH-058 BEH-078 follow a master that they granted; the deposed one gives up the address by itself', async () => {
    const { channelsOf, record, nodes } = await runningCluster(3);
    const [first, second] = [await channelsOf(1), await channelsOf(2)];
    const [old] = nodes as [RunningNode, ...RunningNode[]];
    const taken = await first.call(old.peer, office.TakeOffice, inEpoch1(), patient);
    expect(taken.observed).toEqual({
      masterDaemon: 'MASTER_DAEMON_STATE_NOT_RUNNING',
      masterIpHere: true,
      masterIpLowered: false,
      epoch: 0,
    });

    const request = { epoch: 2, candidateUuid: uuid(2), version: record.version };
    for (const { peer } of nodes) await second.call(peer, grant.RequestGrant, request, patient);
    const moved = movedTo(record, 2);
    for (const { peer } of nodes) expect(await put(second, peer, moved)).toMatchObject({ holdsRecord: true });

    expect((await voteRound(second, moved)).verdict).toEqual({
      kind: 'agreed',
      master: { node: uuid(2), epoch: 2 },
      votes: 3,
    });
    // Asked after the delivery, so answered after the daemon has seen to its office.
    expect(await first.call(old.peer, address.DeactivateMasterIp, {}, patient)).toEqual({
      masterIpHere: false,
    });
    expect(old.log.lines.map((line) => line.message)).toContain('another node is master: leaving office');
    expect(await reasonOf(first.call(old.peer, office.TakeOffice, inEpoch1(), patient))).toBe(
      'EPOCH_TOO_OLD',
    );
  });

  it('BEH-081 give one epoch to one of two candidates that ask at the same time', async () => {
    const { channelsOf, record, nodes } = await runningCluster(3);
    const asked = [2, 3].map(async (number) => {
      const channels = await channelsOf(number);
      const request = { epoch: 2, candidateUuid: uuid(number), version: record.version };
      const answers = nodes.map(({ peer }) =>
        reasonOf(channels.call(peer, grant.RequestGrant, request, patient)),
      );
      return Promise.all(answers);
    });
    const [second = [], third = []] = await Promise.all(asked);
    for (const [i, answer] of second.entries())
      expect(new Set([answer, third[i]])).toEqual(new Set(['GRANT_REFUSED', 'it succeeded']));
  });

  it('BEH-056 BEH-294 tell a latecomer the epoch, over the wire too', async () => {
    const { channelsOf, record, nodes } = await runningCluster(1);
    const channels = await channelsOf(1);
    const ask = (epoch: number) =>
      channels.call(
        nodes[0]!.peer,
        grant.RequestGrant,
        { epoch, candidateUuid: uuid(1), version: record.version },
        patient,
      );
    await ask(9);
    await expect(ask(8)).rejects.toMatchObject({ reason: 'EPOCH_TOO_OLD', facts: { epoch: '9' } });
  });
});

describe('a lease', () => {
  async function renewed(size: number) {
    const cluster = await runningCluster(size);
    const [first, second] = [await cluster.channelsOf(1), await cluster.channelsOf(2)];
    const [{ peer }] = cluster.nodes as [RunningNode, ...RunningNode[]];
    const mine = { epoch: 1, masterUuid: uuid(1), order: 1 };
    await first.call(peer, lease.RenewLease, { ...mine, durationMs: 60_000 }, patient);
    const request = { epoch: 2, candidateUuid: uuid(2), version: cluster.record.version, leaseMs: 3_000 };
    const askGrant = () => second.call(peer, grant.RequestGrant, request, patient);
    return { first, second, peer, mine, askGrant };
  }

  it('that lives refuses another’s grant, tells for how long, and is shown in the vote', async () => {
    const { second, peer, askGrant } = await renewed(2);
    await expect(askGrant()).rejects.toMatchObject({
      reason: 'LEASE_LIVE',
      facts: { holder: uuid(1), leftMs: expect.stringMatching(/^[0-9]+$/) },
    });
    const { leaseLeftMs, leaseHolderUuid } = await second.call(peer, vote.GetVote, {}, patient);
    expect(leaseLeftMs).toBeGreaterThan(0);
    expect(leaseHolderUuid).toBe(uuid(1));
  });

  it('BEH-080 whose holder names a successor may be granted to that one', async () => {
    const { first, second, peer, mine, askGrant } = await renewed(2);
    await first.call(peer, lease.Nominate, { ...mine, candidateUuid: uuid(2) }, patient);
    expect(await askGrant()).toEqual({ epoch: 2 });
    expect(await second.call(peer, vote.GetVote, {}, patient)).toMatchObject({ leaseHolderUuid: uuid(2) });
  });

  it('that is given back is over', async () => {
    const { first, peer, mine, askGrant } = await renewed(2);
    await first.call(peer, lease.Resign, mine, patient);
    expect(await askGrant()).toEqual({ epoch: 2 });
  });

  it('is for its holder alone, whatever another says', async () => {
    const { second, peer, mine } = await renewed(2);
    const calls = [
      () => second.call(peer, lease.RenewLease, { ...mine, durationMs: 3_000 }, patient),
      () => second.call(peer, lease.Nominate, { ...mine, candidateUuid: uuid(2) }, patient),
      () => second.call(peer, lease.Resign, mine, patient),
      () => second.call(peer, lease.Resign, { ...mine, masterUuid: uuid(2) }, patient),
    ];
    for (const call of calls) expect(await reasonOf(call())).toBe('NOT_ALLOWED');
  });

  it('BEH-079 that is over takes no office', async () => {
    const { channelsOf, nodes } = await runningCluster(1);
    const [{ peer }] = nodes as [RunningNode];
    const channels = await channelsOf(1);
    const over = { epoch: 1, untilMonotonicUs: 1 };
    expect(await reasonOf(channels.call(peer, office.TakeOffice, over, patient))).toBe('LEASE_LOST');
    expect(await channels.call(peer, office.GetOffice, {}, patient)).toMatchObject({
      observed: { masterIpHere: false },
    });
  });
});

describe('the master IP on loopback', () => {
  it('answers as the node that took office, and as nobody when it has left', async () => {
    const { channelsOf, peer, nodes } = await runningCluster(2);
    const [first, second] = [await channelsOf(1), await channelsOf(2)];
    const [holder] = nodes as [RunningNode, ...RunningNode[]];
    const ask = () => reasonOf(second.call(peer(1, masterIp), nodeVersion.GetNodeVersion, {}, patient));
    expect(await ask()).toBe('UNREACHABLE');
    await first.call(holder.peer, office.TakeOffice, inEpoch1(), patient);
    expect(await ask()).toBe('it succeeded');
    expect(await reasonOf(second.call(peer(2, masterIp), nodeVersion.GetNodeVersion, {}, patient))).toBe(
      'UNREACHABLE',
    );
    await first.call(holder.peer, office.LeaveOffice, { epoch: 1 }, patient);
    expect(await ask()).toBe('UNREACHABLE');
    expect(await reasonOf(second.call(holder.peer, vote.GetVote, {}, patient))).toBe('it succeeded');
  });
});

describe('a look at a node', () => {
  it('tells its files, its certificates, its clock, and that it reaches the others', async () => {
    const { channelsOf, nodes, record } = await runningCluster(2);
    const [, second] = nodes as [RunningNode, RunningNode];
    const channels = await channelsOf(1);
    const before = Date.now();
    const seen = await channels.call(second.peer, verify.InspectNode, {}, patient);
    expect(seen).toMatchObject({
      ...{ ssconfVersion: record.version, ssconfComplete: true, differingViews: [], strangers: [] },
      ...{ temporaries: [], lackingAddresses: [], masterDeviceExists: true, holdsClusterKey: false },
    });
    expect(seen.receivedAtMs).toBeGreaterThanOrEqual(before);
    expect(seen.answeredAtMs).toBeLessThanOrEqual(Date.now());
    expect(seen.files.filter(({ mode, wantedMode }) => mode !== wantedMode)).toEqual([]);
    const node = seen.certificates.find(({ file }) => file === 'node.pem');
    expect(node).toMatchObject({ problem: '', selfSigned: false, signedByCluster: true });
    expect(node?.sha256).toBe(seen.presentedCertificateSha256);
    expect(seen.tried).toEqual([
      { ...triedOf(nodes[0]), network: 'NETWORK_PRIMARY', answer: 'TCP_ANSWER_OPEN' },
      expect.objectContaining({
        network: 'NETWORK_MASTER_IP',
        address: masterIp,
        answer: 'TCP_ANSWER_REFUSED',
      }),
    ]);
    await nodes[0]?.daemon.stop();
    const again = await channels.call(second.peer, verify.InspectNode, {}, patient);
    expect(again.tried[0]).toMatchObject({ nodeUuid: uuid(1), answer: 'TCP_ANSWER_REFUSED' });
  });

  it('finds what was changed on its disk; the master’s own configuration, sent again, puts it right', async () => {
    const { channelsOf, nodes, record } = await runningCluster(2);
    const [first, second] = nodes as [RunningNode, RunningNode];
    const channels = await channelsOf(1);
    const { layout } = second.state;
    await diskFiles.writeAtomic(layout.configData.path, '{}', { mode: 0o600 });
    await diskFiles.writeAtomic(layout.clusterRecord.path, 'damaged', { mode: 0o600 });
    const look = () => channels.call(second.peer, verify.InspectNode, {}, patient);
    expect((await look()).files.filter(({ mode, wantedMode }) => mode !== wantedMode)).toEqual([
      expect.objectContaining({ path: '/var/lib/quorate/config.data', mode: 0o600, wantedMode: 0o640 }),
    ]);
    await put(channels, second.peer, record);
    expect((await look()).differingViews).toEqual([]);
    await diskFiles.writeAtomic(layout.configData.path, '{}', { mode: 0o640 });
    await put(channels, second.peer, record);
    expect((await look()).differingViews, 'it was acknowledged before').toEqual(['config.data']);
    await put(channels, second.peer, record, { rewrite: true });
    expect((await look()).differingViews).toEqual([]);
    const other = await channelsOf(2);
    expect(await reasonOf(put(other, first.peer, record, { rewrite: true }))).toBe('NOT_ALLOWED');
  });
});

describe('the master daemon beside it', () => {
  it('that takes the connection and says no more is silent, which is not the same as not running', async () => {
    const { channelsOf, nodes } = await runningCluster(1);
    const [{ peer, state }] = nodes as [RunningNode];
    const channels = await channelsOf(1);
    const stopped = createServer();
    stopped.listen(state.layout.masterdSocket.path);
    await once(stopped, 'listening');
    const { observed } = await channels.call(peer, office.GetOffice, {}, patient);
    stopped.close();
    expect(observed).toMatchObject({ masterDaemon: 'MASTER_DAEMON_STATE_SILENT', epoch: 0 });
  });
});

describe('who may call what', () => {
  /** Node 3 is no candidate, node 4 is of the cluster but not (yet) in the roster. */
  async function callers() {
    const { channelsOf, record, nodes } = await runningCluster(3, { candidatePoolSize: 2 });
    const [own, other, regular, newcomer] = await Promise.all([1, 2, 3, 4].map(channelsOf));
    return { own: own!, other: other!, regular: regular!, newcomer: newcomer!, record, node: nodes[0]! };
  }

  it('looking is for every node of the cluster, known or not', async () => {
    const { newcomer, node } = await callers();
    expect(await newcomer.call(node.peer, vote.GetVote, {}, patient)).toMatchObject({
      nodeUuid: uuid(1),
      clusterUuid,
    });
    expect(await newcomer.call(node.peer, nodeVersion.GetNodeVersion, {}, patient)).toMatchObject({
      configurationFormat: 3_000_000,
    });
    expect(await newcomer.call(node.peer, office.GetOffice, {}, patient)).toMatchObject({
      observed: { masterIpHere: false },
    });
    expect(await newcomer.call(node.peer, address.GetMasterIp, { device: 'lo' }, patient)).toMatchObject({
      ...{ officeHeld: false, masterIpHere: false, lowered: false, problem: '', deviceExists: true },
      script: 'MASTER_IP_SCRIPT_STATE_MISSING',
    });
  });

  it('its files and their mending are for candidates', async () => {
    const { other, regular, newcomer, node } = await callers();
    for (const channels of [regular, newcomer]) {
      expect(await reasonOf(channels.call(node.peer, verify.InspectNode, {}, patient))).toBe('NOT_ALLOWED');
      expect(await reasonOf(channels.call(node.peer, verify.MendNode, {}, patient))).toBe('NOT_ALLOWED');
    }
    expect(await other.call(node.peer, verify.MendNode, {}, patient)).toEqual({
      changedPaths: [],
      removedNames: [],
    });
  });

  it('BEH-293 the host’s own office and membership are for the node itself alone', async () => {
    const { other, node } = await callers();
    const refused = (call: Promise<unknown>) => expect(call).rejects.toMatchObject({ reason: 'NOT_ALLOWED' });
    await refused(other.call(node.peer, office.TakeOffice, inEpoch1(), patient));
    await refused(other.call(node.peer, office.HoldOffice, inEpoch1(), patient));
    await refused(other.call(node.peer, address.ActivateMasterIp, {}, patient));
    await refused(other.call(node.peer, address.DeactivateMasterIp, {}, patient));
    const change = { netmask: 24, device: 'lo', externalScript: false };
    await refused(other.call(node.peer, address.ChangeMasterIp, change, patient));
    await refused(other.call(node.peer, membership.LeaveCluster, { clusterUuid, epoch: 1 }, patient));
    expect(node.afterwards).toEqual([]);
  });

  it('a grant is for the candidate that asks, and nobody else', async () => {
    const { own, other, node, record } = await callers();
    const request = { epoch: 2, candidateUuid: uuid(1), version: record.version };
    expect(await reasonOf(other.call(node.peer, grant.RequestGrant, request, patient))).toBe('NOT_ALLOWED');
    expect(await own.call(node.peer, vote.GetVote, {}, patient)).toMatchObject({ epoch: 1 });
    expect(await own.call(node.peer, grant.RequestGrant, request, patient)).toEqual({ epoch: 2 });
  });

  it('BEH-293 a configuration comes from its master, and the full text goes to candidates', async () => {
    const { other, regular, newcomer, node, record } = await callers();
    expect(await reasonOf(put(other, node.peer, record))).toBe('NOT_ALLOWED');
    const inOtherName = { masterUuid: uuid(1) };
    expect(await reasonOf(put(other, node.peer, movedTo(record, 2), inOtherName))).toBe('NOT_ALLOWED');
    const read = (channels: Channels) =>
      channels.call(node.peer, configuration.GetConfiguration, {}, patient);
    expect(await read(other)).toEqual({ version: record.version, record: writeRecord(record) });
    expect(await reasonOf(read(regular))).toBe('NOT_ALLOWED');
    expect(await reasonOf(read(newcomer))).toBe('NOT_ALLOWED');
  });

  it('BEH-294 ending another’s office takes a higher epoch', async () => {
    const { own, other, node } = await callers();
    await own.call(node.peer, office.TakeOffice, inEpoch1(), patient);
    await expect(other.call(node.peer, office.LeaveOffice, { epoch: 1 }, patient)).rejects.toMatchObject({
      reason: 'EPOCH_TOO_OLD',
      facts: { epoch: '1' },
    });
    expect(await other.call(node.peer, office.LeaveOffice, { epoch: 2 }, patient)).toMatchObject({
      observed: { masterIpHere: false },
    });
  });

  it('what was refused is in the log', async () => {
    const { other, node } = await callers();
    await reasonOf(other.call(node.peer, office.TakeOffice, inEpoch1(), patient));
    expect(node.log.lines).toContainEqual({
      level: 'warn',
      fields: expect.objectContaining({
        path: '/quorate.node.v1.OfficeService/TakeOffice',
        reason: 'NOT_ALLOWED',
      }),
      message: 'call refused',
    });
  });
});

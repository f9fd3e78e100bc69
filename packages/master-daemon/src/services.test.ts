/** What administrators and nodes are answered by a master daemon, in office and out of it. */
import { fakeChannels, type FakeCall } from '@quorate/bootstrap/testing/fake-channels';
import type { ClusterAccess } from '@quorate/bootstrap/cluster-access';
import { writeSecret } from '@quorate/cluster-state/secrets';
import { ClusterError } from '@quorate/domain/errors';
import { leaseBounds, safeLeaseMs } from '@quorate/domain/lease';
import { timings } from '@quorate/domain/timings';
import { uuidOf } from '@quorate/domain/testing/drafts';
import { createCertificateRequest } from '@quorate/platform/certificate-request';
import { createEcKeyPair, describeCertificate } from '@quorate/platform/certificates';
import { testAuthority, testIdentity } from '@quorate/platform/testing/certificates';
import type { FailoverResponse } from '@quorate/rpc/gen/quorate/master/v1/FailoverResponse';
import { masterServices } from '@quorate/rpc/services';
import { afterEach, describe, expect, it } from 'vitest';
import { createMastership } from './mastership.ts';
import { serveMaster } from './services.ts';
import { atRest, daemonScene, firstLook } from './testing/daemon-scene.ts';
import { handlerServer } from './testing/handlers.ts';

const admin = { kind: 'local' } as const;
const { signal } = new AbortController();

const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const ending of endings.splice(0)) await ending();
});

/** The services of node `own`'s master daemon after its first look; node 1 is master. */
async function services(
  wishes: Parameters<typeof daemonScene>[0] = {},
  reachedBy = (access: ClusterAccess) => access,
) {
  const scene = await daemonScene(wishes);
  const access = reachedBy(scene.access);
  const mastership = createMastership({ ...scene, access });
  const { server, handlersOf } = handlerServer();
  serveMaster(server, { state: scene.state, access, mastership });
  const ending = new AbortController();
  const ended = mastership.watch(ending.signal);
  endings.push(() => {
    ending.abort();
    return ended;
  });
  await firstLook(scene, mastership);
  return {
    ...{ ...scene, mastership },
    status: handlersOf(masterServices.status),
    masterships: handlersOf(masterServices.mastership),
    enrolment: handlersOf(masterServices.enrolment),
    parameters: handlersOf(masterServices.parameters),
    nodes: handlersOf(masterServices.nodes),
    repair: handlersOf(masterServices.repair),
  };
}

const addRequest = (changes: object = {}) => ({
  ...{ nodeUuid: uuidOf('node', 4), name: 'node4.lab.test', primaryIp: '10.99.0.14', secondaryIp: '' },
  ...{
    nodeCertificate: '',
    clientCertificate: '',
    nodePort: 1811,
    masterPort: 1816,
    sshPublicKey: '',
    witness: false,
    nodeGroup: '',
  },
  ...changes,
});

const enrolRequest = (changes: object = {}) => ({
  ...{ name: 'node4.lab.test', primaryIp: '10.99.0.14', secondaryIp: '' },
  ...{
    certificateRequest: '',
    clientCertificateRequest: '',
    sshPublicKey: '',
    witness: false,
    nodeGroup: '',
  },
  ...{ nodeUuid: '', nodeCertificate: '', clientCertificate: '' },
  ...changes,
});

const withdrawal = (number: number, nodeCertificate = '') => ({
  ...{ nodeUuid: uuidOf('node', number), name: `node${number}.lab.test`, nodeCertificate },
});

const nodeRequest = <T extends { name: string }>(changes: T) => ({
  ...{ autoPromote: false, force: false, dryRun: false },
  ...changes,
});

const modifyRequest = (candidatePoolSize?: number) => ({
  ...(candidatePoolSize !== undefined && { candidatePoolSize }),
});

describe('GetStatus', () => {
  it('in office tells the epoch, and that all is well', async () => {
    const { status } = await services();
    expect(await status.GetStatus({}, admin, signal)).toEqual({
      ...{ inOffice: true, epoch: 2, clusterName: 'cluster.lab.test' },
      ...{ pending: null, laggingNodeUuids: [], leaseLeftMs: safeLeaseMs(leaseBounds.usualMs), exposed: [] },
    });
  });

  it('in office tells what is undecided, and which nodes lag', async () => {
    const scene = await services();
    const { status, parameters, cluster } = scene;
    cluster.isolate(2, 3);
    await expect(parameters.ModifyCluster(modifyRequest(5), admin, signal)).rejects.toMatchObject({
      reason: 'COMMIT_UNDECIDED',
    });
    await cluster.clock.advance(timings.surveyIntervalMs);
    await atRest(scene);
    const { serial } = cluster.record.version;
    expect(await status.GetStatus({}, admin, signal)).toMatchObject({
      inOffice: true,
      pending: { epoch: 2, serial: serial + 1 },
      laggingNodeUuids: [uuidOf('node', 2), uuidOf('node', 3)],
    });
  });

  it('in standby says why', async () => {
    const { status } = await services({ own: 2 });
    expect(await status.GetStatus({}, admin, signal)).toEqual({
      ...{ inOffice: false, clusterName: 'cluster.lab.test', explanation: 'node1.lab.test is master' },
    });
  });
});

describe('out of office', () => {
  it('BEH-078 every command that changes something is refused and names the master', async () => {
    const { parameters, nodes, enrolment, answers } = await services({ own: 2 });
    const refusal = {
      reason: 'NOT_MASTER',
      hint: 'Run the command on node1.lab.test',
      facts: { master: 'node1.lab.test' },
    };
    for (const call of [
      parameters.ModifyCluster(modifyRequest(3), admin, signal),
      parameters.RetireMaster({}, admin, signal),
      nodes.ModifyNode(nodeRequest({ name: 'node3.lab.test', priority: 1 }), admin, signal),
      enrolment.AddNode(addRequest(), admin, signal),
      enrolment.EnrolNode(enrolRequest(), admin, signal),
      enrolment.WithdrawNode(withdrawal(4), admin, signal),
    ])
      await expect(call).rejects.toMatchObject(refusal);
    expect(answers('PutConfiguration')).toEqual([]);
  });
});

describe('ModifyCluster', () => {
  it('commits the change and answers with its version', async () => {
    const { parameters, cluster } = await services();
    const { version, notes } = await parameters.ModifyCluster(modifyRequest(5), admin, signal);
    expect(version).toMatchObject({ epoch: 2, serial: cluster.record.version.serial + 1 });
    expect(notes).toEqual([]);
    expect(cluster.node(2).text?.configuration.cluster.candidate_pool_size).toBe(5);
  });

  it('BEH-262 notes that nobody is demoted', async () => {
    const { parameters } = await services();
    const { notes } = await parameters.ModifyCluster(modifyRequest(1), admin, signal);
    expect(notes).toEqual([expect.stringContaining('nobody was demoted')]);
  });

  it.each([
    ['nothing', undefined, /Nothing to change/],
    ['BEH-135 a pool of nobody', 0, /pool size 0/],
  ])('of %s is refused, and nothing is sent', async (_what, size, message) => {
    const { parameters, answers } = await services();
    await expect(parameters.ModifyCluster(modifyRequest(size), admin, signal)).rejects.toMatchObject({
      reason: 'WRONG_INPUT',
      message: expect.stringMatching(message),
    });
    expect(answers('PutConfiguration')).toEqual([]);
  });
});

describe('ModifyCluster of the master IP', () => {
  async function scene(changes: (node: number) => object = () => ({})) {
    const made = await services();
    const { cluster } = made;
    const asked: unknown[] = [];
    const sound = {
      ...{ officeHeld: false, masterIpHere: false, masterIpRight: false, linkUp: true },
      ...{ lowered: false, problem: '', deviceExists: true, script: 'MASTER_IP_SCRIPT_STATE_READY' },
    };
    for (const n of [1, 2, 3]) cluster.on(n, 'GetMasterIp', () => ({ ...sound, ...changes(n) }));
    cluster.on(1, 'ChangeMasterIp', (_real, { request }) => {
      asked.push(request);
      return { masterIpHere: true };
    });
    const modify = (request: object) => made.parameters.ModifyCluster(request, admin, signal);
    return { ...made, asked, modify };
  }
  const present = { netmask: 32, device: 'eth0', externalScript: false };

  it('changes this host first and the configuration then', async () => {
    const { modify, asked, cluster, answers } = await scene();
    const committedBefore = answers('PutConfiguration').length;
    cluster.on(1, 'ChangeMasterIp', (_real, { request }) => {
      expect(answers('PutConfiguration')).toHaveLength(committedBefore);
      asked.push(request);
      return { masterIpHere: true };
    });
    await modify({ masterNetmask: 24, masterNetdev: 'eth1' });
    expect(asked).toEqual([{ ...present, netmask: 24, device: 'eth1' }]);
    expect(cluster.node(2).text?.configuration.cluster).toMatchObject({
      ...{ master_netmask: 24, master_netdev: 'eth1' },
    });
  });

  it('asks this host for nothing when nothing changes', async () => {
    const { modify, asked } = await scene();
    await modify({ masterNetmask: 32 });
    expect(asked).toEqual([]);
  });

  it('changes no configuration when this host fails', async () => {
    const { modify, cluster } = await scene();
    cluster.on(1, 'ChangeMasterIp', () => {
      throw new ClusterError('ADDRESS_IN_USE', 'another host answers for it');
    });
    await expect(modify({ masterNetdev: 'eth1' })).rejects.toMatchObject({ reason: 'ADDRESS_IN_USE' });
    expect(cluster.node(1).text?.configuration.cluster).toMatchObject({ master_netdev: 'eth0' });
  });

  it('puts this host back when the configuration cannot be changed', async () => {
    const { modify, asked } = await scene();
    await expect(modify({ masterNetmask: 24, candidatePoolSize: 0 })).rejects.toMatchObject({
      reason: 'WRONG_INPUT',
    });
    expect(asked).toEqual([{ ...present, netmask: 24 }, present]);
  });

  it.each([
    ['a netmask out of bounds', { masterNetmask: 33 }, {}, 'WRONG_INPUT', /Netmask 33/],
    ['a device without a name', { masterNetdev: '' }, {}, 'WRONG_INPUT', /name of a network device/],
    [
      'a device that is not here',
      { masterNetdev: 'eth9' },
      { deviceExists: false },
      'HOST_UNFIT',
      /no network device eth9/,
    ],
    [
      'BEH-306 a script that candidates lack',
      { useExternalMipScript: true },
      { script: 'MASTER_IP_SCRIPT_STATE_MISSING' },
      'HOST_UNFIT',
      /not ready on node1\.lab\.test, node2\.lab\.test, node3\.lab\.test/,
    ],
  ])('refuses %s, and nothing is touched', async (_what, request, changes, reason, message) => {
    const { modify, asked, answers } = await scene(() => changes);
    const before = answers('PutConfiguration').length;
    await expect(modify(request)).rejects.toMatchObject({ reason, message: expect.stringMatching(message) });
    expect([asked.length, answers('PutConfiguration').length]).toEqual([0, before]);
  });

  it('notes what other candidates lack, or who could not be asked', async () => {
    const { modify, cluster } = await scene((n) => (n === 2 ? { deviceExists: false } : {}));
    cluster.on(3, 'GetMasterIp', () => {
      throw new ClusterError('UNREACHABLE', 'no answer');
    });
    const { notes } = await modify({ masterNetdev: 'eth1' });
    expect(notes).toEqual([
      'node2.lab.test has no device eth1, which it needs as master',
      'node3.lab.test did not answer and could not be checked',
    ]);
  });

  it('BEH-306 has the script of the site hold it', async () => {
    const { modify, asked, cluster } = await scene();
    await modify({ useExternalMipScript: true });
    expect(asked).toEqual([{ ...present, externalScript: true }]);
    expect(cluster.node(2).text?.configuration.cluster.use_external_mip_script).toBe(true);
    expect(cluster.node(2).roster?.masterIp.externalScript).toBe(true);
  });
});

describe('SendConfiguration', () => {
  it('sends what is committed to one node, which compares its disk with it', async () => {
    const { repair, cluster } = await services();
    const sent: unknown[] = [];
    cluster.on(2, 'PutConfiguration', (answer, { request }) => {
      sent.push(request);
      return answer();
    });
    await repair.SendConfiguration({ nodeUuid: uuidOf('node', 2) }, admin, signal);
    expect(sent).toEqual([
      expect.objectContaining({
        rewrite: true,
        version: cluster.node(1).text?.version,
        record: expect.any(String),
      }),
    ]);
    await expect(repair.SendConfiguration({ nodeUuid: 'nobody' }, admin, signal)).rejects.toMatchObject({
      reason: 'NODE_UNKNOWN',
    });
  });

  it('sends nothing while a change is undecided: nobody may learn of it too early', async () => {
    const { repair, parameters, cluster, answers } = await services();
    cluster.isolate(2, 3);
    await expect(parameters.ModifyCluster(modifyRequest(5), admin, signal)).rejects.toMatchObject({
      reason: 'COMMIT_UNDECIDED',
    });
    answers('PutConfiguration');
    await expect(
      repair.SendConfiguration({ nodeUuid: uuidOf('node', 1) }, admin, signal),
    ).rejects.toMatchObject({ reason: 'COMMIT_UNDECIDED' });
    expect(answers('PutConfiguration')).toEqual([]);
  });

  it('is for the master to do', async () => {
    const { repair } = await services({ own: 2 });
    await expect(
      repair.SendConfiguration({ nodeUuid: uuidOf('node', 2) }, admin, signal),
    ).rejects.toMatchObject({ reason: 'NOT_MASTER' });
  });
});

describe('ModifyNode', () => {
  const forEver = 0xffff_ffff;

  it.each([
    [{ priority: 0 }, { priority: 0 }],
    [{ priority: 100 }, { priority: 100 }],
    [{ pausedUntilSeconds: 1_795_348_800 }, { pausedUntilSeconds: 1_795_348_800 }],
    [{ pausedUntilSeconds: forEver }, { pausedUntilSeconds: null }],
    [
      { priority: 7, pausedUntilSeconds: forEver },
      { priority: 7, pausedUntilSeconds: null },
    ],
  ])('%j commits %j for that node alone, and answers with the version', async (given, kept) => {
    const { nodes, cluster } = await services();
    const { version } = await nodes.ModifyNode(
      nodeRequest({ name: 'node3.lab.test', ...given }),
      admin,
      signal,
    );
    expect(version).toMatchObject({ epoch: 2, serial: cluster.record.version.serial + 1 });
    const before = cluster.record.ours;
    expect(cluster.node(2).text?.ours).toEqual({
      ...before,
      nodes: {
        ...before.nodes,
        [uuidOf('node', 3)]: { ...before.nodes[uuidOf('node', 3)], ...kept },
      },
    });
  });

  it('ends a pause with 0', async () => {
    const { nodes, cluster } = await services();
    for (const pausedUntilSeconds of [forEver, 0])
      await nodes.ModifyNode(nodeRequest({ name: 'node3', pausedUntilSeconds }), admin, signal);
    expect(cluster.node(2).text?.ours.nodes[uuidOf('node', 3)]).toMatchObject({ pausedUntilSeconds: 0 });
  });

  it('marks a node offline and gives it a priority in one change', async () => {
    const { nodes, cluster, answers } = await services();
    await nodes.ModifyNode(
      nodeRequest({ name: 'node3.lab.test', offline: true, priority: 9 }),
      admin,
      signal,
    );
    const { configuration, ours } = cluster.node(2).text ?? {};
    expect(configuration?.nodes[uuidOf('node', 3)]?.offline).toBe(true);
    expect(ours?.nodes[uuidOf('node', 3)]?.priority).toBe(9);
    expect(answers('PutConfiguration').filter((answer) => answer.startsWith('2 '))).toHaveLength(1);
  });

  it.each([
    ['nothing', 'node3.lab.test', {}, 'WRONG_INPUT', 'Nothing to change was given', 'at least one'],
    ['a stranger', 'node9', { priority: 1 }, 'NODE_UNKNOWN', 'node9 is not a node of', 'node2.lab.test'],
    ['too high a priority', 'node3', { priority: 101 }, 'WRONG_INPUT', "'101' is not", '50 is usual'],
    ['the same on the way back', 'node3', { offline: false, priority: 101 }, 'WRONG_INPUT', '101', 'usual'],
  ])('of %s is refused, and nothing is sent', async (_what, name, given, reason, words, hint) => {
    const { nodes, answers } = await services();
    await expect(nodes.ModifyNode(nodeRequest({ name, ...given }), admin, signal)).rejects.toMatchObject({
      reason,
      message: expect.stringContaining(words),
      hint: expect.stringContaining(hint),
    });
    expect(answers('PutConfiguration')).toEqual([]);
  });
});

describe('Failover', () => {
  it('BEH-083 sends every step as it goes, and the outcome last', async () => {
    const { masterships } = await services({ own: 2 });
    const sent: FailoverResponse[] = [];
    await masterships.Failover(
      { noVoting: false, confirmed: false, acceptDataLoss: false },
      admin,
      (message) => sent.push(message),
      signal,
    );
    expect(sent[0]).toEqual({
      step: {
        ...{ name: 'gather-votes', doing: 'Asking every node who is master', state: 'STEP_STATE_STARTED' },
        ...{ durationMs: 0, message: '' },
      },
    });
    expect(sent.at(-2)).toMatchObject({ step: { name: 'post-failover-hooks', state: 'STEP_STATE_DONE' } });
    expect(sent.at(-1)).toEqual({
      outcome: { masterName: 'node2.lab.test', masterUuid: uuidOf('node', 2), epoch: 2, warnings: [] },
    });
  });

  it('that fails sends the step that failed, with its reason, and no outcome', async () => {
    const { masterships, cluster } = await services({ own: 2 });
    cluster.isolate(1, 3);
    const sent: FailoverResponse[] = [];
    const failover = masterships.Failover(
      { noVoting: false, confirmed: false, acceptDataLoss: false },
      admin,
      (m) => sent.push(m),
      signal,
    );
    await expect(failover).rejects.toMatchObject({ reason: 'NO_MAJORITY' });
    expect(sent.at(-1)).toMatchObject({
      step: { state: 'STEP_STATE_FAILED', message: expect.stringContaining('node3.lab.test') },
    });
  });

  it('BEH-048 BEH-088 without voting needs a confirmation, without which nobody is asked', async () => {
    const { masterships, cluster } = await services({ own: 2 });
    cluster.events.length = 0;
    const failover = masterships.Failover(
      { noVoting: true, confirmed: false, acceptDataLoss: false },
      admin,
      () => undefined,
      signal,
    );
    await expect(failover).rejects.toMatchObject({ reason: 'CONFIRMATION_NEEDED' });
    expect(cluster.events).toEqual([]);
  });

  it('BEH-049 BEH-089 without voting and confirmed goes on where no majority is', async () => {
    const { masterships, mastership, cluster } = await services({ own: 2 });
    cluster.crash(1);
    cluster.isolate(3);
    await masterships.Failover(
      { noVoting: true, confirmed: true, acceptDataLoss: false },
      admin,
      () => undefined,
      signal,
    );
    expect(mastership.tenure()).toMatchObject({ kind: 'in-office' });
  });
});

it('StandDown answers whether the office is still held', async () => {
  const { masterships } = await services();
  expect(await masterships.StandDown({ epoch: 0 }, admin, signal)).toEqual({ inOffice: true });
  expect(await masterships.StandDown({ epoch: 2 }, admin, signal)).toEqual({ inOffice: false });
});

describe('HandOver', () => {
  const node2 = { kind: 'node', uuid: uuidOf('node', 2), address: '10.99.0.12' } as const;

  it('BEH-080 answers the candidate with what it must start from', async () => {
    const { masterships, cluster } = await services();
    expect(await masterships.HandOver({ candidateUuid: node2.uuid }, node2, signal)).toEqual({
      ...{ epoch: 2, version: cluster.record.version },
    });
  });

  it('in another’s name is refused, and nobody is told', async () => {
    const { masterships, answers } = await services();
    const call = masterships.HandOver({ candidateUuid: uuidOf('node', 3) }, node2, signal);
    await expect(call).rejects.toMatchObject({ reason: 'NOT_ALLOWED' });
    expect(answers('Nominate')).toEqual([]);
  });
});

describe('RetireMaster', () => {
  it('BEH-300 is refused while other nodes are left, with their number', async () => {
    const { parameters, answers } = await services();
    await expect(parameters.RetireMaster({}, admin, signal)).rejects.toMatchObject({
      reason: 'NODES_REMAIN',
      message: expect.stringMatching(/3 nodes.*node2\.lab\.test/),
    });
    expect(answers('PutConfiguration')).toEqual([]);
  });

  it('records on the last node that nobody is master', async () => {
    const { parameters, cluster } = await services({ size: 1 });
    expect(await parameters.RetireMaster({}, admin, signal)).toEqual({ masterUuid: uuidOf('node', 1) });
    expect(cluster.node(1).voter.master).toBeNull();
  });
});

describe('taking a host in', () => {
  it('EnrolNode signs for the host that asked, for this cluster', async () => {
    const { enrolment, state } = await services();
    const { privateKeyPem, certificatePem } = await testAuthority();
    await writeSecret(state, 'serverPem', `${privateKeyPem}${certificatePem}`);
    const csr = () =>
      createCertificateRequest({
        privateKeyPem: createEcKeyPair().privateKeyPem,
        commonName: 'node4.lab.test',
      });
    const request = enrolRequest({ certificateRequest: await csr(), clientCertificateRequest: await csr() });
    const { nodeUuid, nodeCertificate = '', candidate } = await enrolment.EnrolNode(request, admin, signal);
    expect(describeCertificate(nodeCertificate).nodeIdentity).toEqual({
      clusterUuid: uuidOf('cluster'),
      nodeUuid,
    });
    expect(candidate).toBe(true);
  });

  const taken = ({ version }: { version: object }) => ({ version, holdsRecord: true });

  /** The newcomer's node daemon answers although the cluster does not know it yet. */
  const withNewcomer = (access: ClusterAccess): ClusterAccess => {
    const respond = ({ peer, method, request, options }: FakeCall): Promise<unknown> => {
      if (method === 'GetNodeVersion') return Promise.resolve({});
      const isNewcomer = peer.kind === 'node' && peer.uuid === uuidOf('node', 4);
      if (isNewcomer && method === 'PutConfiguration') return Promise.resolve(taken(request as never));
      return access.channels.call(peer, { path: `/${method}` } as never, request as never, options);
    };
    return { ...access, channels: fakeChannels(respond) };
  };

  async function certificates(): Promise<{ nodeCertificate: string; clientCertificate: string }> {
    const { certificatePem } = await testIdentity(await testAuthority(), { nodeUuid: uuidOf('node', 4) });
    return { nodeCertificate: certificatePem, clientCertificate: certificatePem };
  }

  it('BEH-258 AddNode commits the node, as candidate while the pool has room', async () => {
    const { enrolment, mastership } = await services({}, withNewcomer);
    const request = addRequest(await certificates());
    expect(await enrolment.AddNode(request, admin, signal)).toEqual({ candidate: true });
    const tenure = mastership.tenure();
    const { sha256 } = describeCertificate(request.nodeCertificate);
    expect(tenure.kind === 'in-office' && tenure.record).toMatchObject({
      configuration: {
        nodes: { [request.nodeUuid]: { name: 'node4.lab.test', secondary_ip: '10.99.0.14' } },
      },
      ours: {
        nodes: { [request.nodeUuid]: { nodePort: 1811, masterPort: 1816, certificateSha256: sha256 } },
      },
    });
  });

  it('AddNode commits what is wished of the node, and refuses what cannot be', async () => {
    const { enrolment, mastership } = await services({}, withNewcomer);
    const signed = await certificates();
    const unknown = addRequest({ ...signed, nodeGroup: 'attic' });
    await expect(enrolment.AddNode(unknown, admin, signal)).rejects.toMatchObject({
      ...{ reason: 'WRONG_INPUT', message: "There is no node group 'attic'" },
    });
    const wishes = { nodeGroup: 'default', vmCapable: false, nodeParameters: 'ssh_port=2222', witness: true };
    const request = addRequest({ ...signed, ...wishes });
    expect(await enrolment.AddNode(request, admin, signal)).toEqual({ candidate: false });
    const tenure = mastership.tenure();
    expect(tenure.kind === 'in-office' && tenure.record.configuration.nodes[request.nodeUuid]).toMatchObject({
      ...{ group: uuidOf('group'), vm_capable: false, master_capable: false, ndparams: { ssh_port: 2222 } },
    });
  });

  it('AddNode keeps root’s public key on record, and refuses what is none', async () => {
    const { enrolment, mastership } = await services({}, withNewcomer);
    const sshPublicKey = 'ssh-rsa AAAAB3NzaC1yc2EA root@node4.lab.test';
    const signed = await certificates();
    const forged = addRequest({ ...signed, sshPublicKey: `command="sh" ${sshPublicKey}` });
    await expect(enrolment.AddNode(forged, admin, signal)).rejects.toMatchObject({ reason: 'WRONG_INPUT' });
    const request = addRequest({ ...signed, sshPublicKey });
    await enrolment.AddNode(request, admin, signal);
    const tenure = mastership.tenure();
    expect(tenure.kind === 'in-office' && tenure.record.ours.nodes[request.nodeUuid]).toMatchObject({
      sshPublicKey,
    });
  });

  it('AddNode refuses a candidate without the script that holds the master IP, until it is there', async () => {
    let script = 'MISSING';
    const answering = (access: ClusterAccess): ClusterAccess => {
      const inner = withNewcomer(access);
      const respond = ({ peer, method, request, options }: FakeCall): Promise<unknown> =>
        method === 'GetMasterIp' && peer.kind === 'node' && peer.uuid === uuidOf('node', 4)
          ? Promise.resolve({ deviceExists: true, script: `MASTER_IP_SCRIPT_STATE_${script}` })
          : inner.channels.call(peer, { path: `/${method}` } as never, request as never, options);
      return { ...inner, channels: fakeChannels(respond) };
    };
    const { enrolment, parameters } = await services({}, answering);
    await parameters.ModifyCluster({ useExternalMipScript: true }, admin, signal);
    const request = addRequest(await certificates());
    await expect(enrolment.AddNode(request, admin, signal)).rejects.toMatchObject({
      reason: 'HOST_UNFIT',
      message: 'The script for the master IP is not ready on node4.lab.test',
    });
    script = 'READY';
    expect(await enrolment.AddNode(request, admin, signal)).toEqual({ candidate: true });
  });

  it('BEH-257 as an ordinary node when the pool is full', async () => {
    const { enrolment } = await services({ candidatePoolSize: 3 }, withNewcomer);
    expect(await enrolment.AddNode(addRequest(await certificates()), admin, signal)).toEqual({
      candidate: false,
    });
  });

  it('BEH-259 AddNode repeated for a node that is in already changes nothing', async () => {
    const { enrolment, answers } = await services();
    const request = addRequest({
      nodeUuid: uuidOf('node', 2),
      name: 'node2.lab.test',
      primaryIp: '10.99.0.12',
    });
    expect(await enrolment.AddNode(request, admin, signal)).toEqual({ candidate: true });
    expect(answers('PutConfiguration')).toEqual([]);
  });

  it('WithdrawNode takes a node back that got there, and may be repeated', async () => {
    const { enrolment, mastership } = await services({}, withNewcomer);
    const signed = await certificates();
    await enrolment.AddNode(addRequest(signed), admin, signal);
    const mine = withdrawal(4, signed.nodeCertificate);
    expect(await enrolment.WithdrawNode(mine, admin, signal)).toEqual({ wasNode: true });
    const tenure = mastership.tenure();
    const nodes = tenure.kind === 'in-office' ? Object.keys(tenure.record.configuration.nodes) : [];
    expect(nodes).not.toContain(uuidOf('node', 4));
    expect(await enrolment.WithdrawNode(mine, admin, signal)).toEqual({ wasNode: false });
    const other = withdrawal(2, signed.nodeCertificate);
    await expect(enrolment.WithdrawNode(other, admin, signal)).rejects.toMatchObject({
      reason: 'WRONG_INPUT',
    });
  });

  it('BEH-189 AddNode of a host whose node daemon does not answer ends with the wait, and changes nothing', async () => {
    const { enrolment, cluster, mastership } = await services();
    const outcome = enrolment
      .AddNode(addRequest(await certificates()), admin, signal)
      .catch((error: unknown) => error);
    await cluster.clock.advance(timings.startMs);
    expect(await outcome).toMatchObject({
      reason: 'TIMED_OUT',
      message: expect.stringContaining('node4.lab.test'),
    });
    expect(mastership.tenure()).toMatchObject({ record: cluster.record });
  });
});

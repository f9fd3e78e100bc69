/** What an administrator's words about single nodes come to: which calls go out, in which order, and what is committed. */
import { writeSecret } from '@quorate/cluster-state/secrets';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { ClusterError } from '@quorate/domain/errors';
import { timings } from '@quorate/domain/timings';
import { uuidOf } from '@quorate/domain/testing/drafts';
import { testAuthority } from '@quorate/platform/testing/certificates';
import type { RemoveNodeResponse } from '@quorate/rpc/gen/quorate/master/v1/RemoveNodeResponse';
import { masterServices } from '@quorate/rpc/services';
import { afterEach, describe, expect, it } from 'vitest';
import { createMastership } from './mastership.ts';
import { serveMaster } from './services.ts';
import { atRest, daemonScene, firstLook, until, type DaemonScene } from './testing/daemon-scene.ts';
import { handlerServer } from './testing/handlers.ts';

const admin = { kind: 'local' } as const;
const { signal } = new AbortController();
const [second, third] = [uuidOf('node', 2), uuidOf('node', 3)];

const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const ending of endings.splice(0)) await ending();
});

/** Node 1's master daemon after its first look, with the cluster key on its disk. */
async function services(
  wishes: Parameters<typeof daemonScene>[0] = {},
  prepare: (scene: DaemonScene) => void = () => undefined,
) {
  const scene = await daemonScene(wishes);
  prepare(scene);
  const { privateKeyPem, certificatePem } = await testAuthority();
  await writeSecret(scene.state, 'serverPem', `${privateKeyPem}${certificatePem}`);
  const mastership = createMastership(scene);
  const { server, handlersOf } = handlerServer();
  serveMaster(server, { ...scene, mastership });
  const ending = new AbortController();
  const ended = mastership.watch(ending.signal);
  endings.push(() => {
    ending.abort();
    return ended;
  });
  await firstLook(scene, mastership);
  const nodes = handlersOf(masterServices.nodes);
  const present = (): ClusterRecord => {
    const tenure = mastership.tenure();
    if (tenure.kind !== 'in-office') throw new Error('Not in office');
    return tenure.record;
  };
  const modify = (changes: { name: string }) =>
    nodes.ModifyNode({ autoPromote: false, force: false, dryRun: false, ...changes }, admin, signal);
  return { ...scene, mastership, nodes, present, modify, parameters: handlersOf(masterServices.parameters) };
}

type Scene = Awaited<ReturnType<typeof services>>;

/** The steps as `name state`, and the outcome. */
async function removal({ nodes, cluster }: Scene, name: string, dryRun = false) {
  const sent: RemoveNodeResponse[] = [];
  const ended = nodes.RemoveNode({ name, dryRun }, admin, (message) => void sent.push(message), signal);
  let isOver = false;
  const over = ended.finally(() => (isOver = true));
  // What is waited for needs the clock to go on.
  over.catch(() => undefined);
  while (!isOver) await cluster.clock.advance(timings.probeMaxMs);
  await over;
  const steps = sent.flatMap(({ step }) =>
    step && step.state !== 'STEP_STATE_STARTED'
      ? [`${step.name} ${String(step.state).replace('STEP_STATE_', '').toLowerCase()}`]
      : [],
  );
  return { steps, outcome: sent.at(-1)?.outcome };
}

const calls = ({ cluster }: Scene, from: number): readonly string[] =>
  cluster.events.slice(from).filter((event) => / (PutConfiguration|LeaveCluster)$/.test(event));

describe('RemoveNode', () => {
  it('revokes first and sends away then; what was seen to leave is not exposed', async () => {
    const scene = await services();
    const { cluster, present } = scene;
    cluster.on(3, 'LeaveCluster', (real) => {
      cluster.isolate(3);
      return real();
    });
    const from = cluster.events.length;
    const { steps, outcome } = await removal(scene, 'node3');
    expect(steps).toEqual(['revoke done', 'tell done', 'leave done', 'await-gone done', 'settle done']);
    expect(outcome).toMatchObject({
      name: 'node3.lab.test',
      uuid: third,
      left: true,
      exposed: [],
      warnings: [],
    });
    const [asked] = [calls(scene, from)];
    expect(asked.indexOf('3 LeaveCluster')).toBeGreaterThan(asked.indexOf('2 PutConfiguration'));
    expect(present().configuration.nodes).not.toHaveProperty(third);
    expect(present().ours).toMatchObject({ exposed: [], revoked: [{ node: third, why: 'removed' }] });
    expect(cluster.node(3).roster.nodes.map(({ uuid }) => uuid)).not.toContain(third);
  });

  it('BEH-269 goes on without a node that does not answer, whose secrets stay listed', async () => {
    const scene = await services();
    scene.cluster.isolate(3);
    const { steps, outcome } = await removal(scene, 'node3');
    expect(steps).toEqual(['revoke done', 'tell warned']);
    expect(outcome).toMatchObject({
      left: false,
      exposed: expect.arrayContaining(['cluster-key', 'hmac-key']),
    });
    expect(scene.present().ours.exposed).toMatchObject([{ node: third }]);
  });

  it('a node that says it goes and stays has not been seen to go', async () => {
    const scene = await services();
    const { steps, outcome } = await removal(scene, 'node3');
    expect(steps).toEqual(['revoke done', 'tell done', 'leave done', 'await-gone warned']);
    expect(outcome).toMatchObject({ left: false });
  });

  it('promotes in the same change whoever takes its place, with key and digest', async () => {
    const scene = await services({ size: 4, candidatePoolSize: 2 });
    scene.cluster.isolate(2);
    const { outcome } = await removal(scene, 'node2');
    expect(outcome?.warnings?.[0]).toBe('node3.lab.test is now a master candidate');
    const { cluster } = scene.present().configuration;
    expect(cluster.candidate_certs[third]).toBe('digest of node3.lab.test');
    expect(scene.cluster.node(3).text?.version).toEqual(scene.present().version);
  });

  it('passes over whoever cannot take the key', async () => {
    const scene = await services({ size: 4, candidatePoolSize: 2 });
    scene.cluster.isolate(2);
    scene.cluster.on(3, 'ReceiveClusterKey', () => Promise.reject(new ClusterError('TIMED_OUT', 'silence')));
    const { outcome } = await removal(scene, 'node2');
    expect(outcome?.warnings).toEqual(
      expect.arrayContaining([
        'node4.lab.test is now a master candidate',
        'Not made a candidate: node3.lab.test (silence)',
      ]),
    );
  });

  it('only tried changes nothing', async () => {
    const scene = await services();
    const from = scene.cluster.events.length;
    const { steps, outcome } = await removal(scene, 'node3', true);
    expect([steps, outcome?.version]).toEqual([[], scene.present().version]);
    expect(calls(scene, from)).toEqual([]);
    await expect(removal(scene, 'node1', true)).rejects.toMatchObject({ reason: 'WRONG_INPUT' });
  });
});

describe('BEH-306 where a program of the site holds the master IP', () => {
  /** Four nodes of which two are candidates; node 3 lacks the program. */
  async function lacking() {
    const scene = await services({ size: 4, candidatePoolSize: 2 });
    await scene.parameters.ModifyCluster({ useExternalMipScript: true }, admin, signal);
    scene.cluster.on(3, 'GetMasterIp', (real) => ({
      ...(real() as object),
      script: 'MASTER_IP_SCRIPT_STATE_MISSING',
    }));
    const entrusted = () =>
      scene.cluster.events.filter((event) => event.startsWith('3 ReceiveClusterKey')).length;
    return { ...scene, entrusted };
  }
  const why =
    'node3.lab.test (/etc/quorate/scripts/master-ip-setup, which holds the master IP, is missing there or not executable)';

  it('a node without it is refused as a candidate, by name, and is given no key', async () => {
    const { modify, present, entrusted } = await lacking();
    await modify({ name: 'node4', ...{ masterCandidate: true } });
    await expect(modify({ name: 'node3', ...{ masterCandidate: true } })).rejects.toMatchObject({
      reason: 'NODE_UNFIT',
      message: `It cannot be a candidate: ${why}`,
    });
    expect(present().configuration.nodes[third]?.master_candidate).toBe(false);
    expect(entrusted()).toBe(0);
  });

  it('whoever fills the pool passes it over, and says so', async () => {
    const scene = await lacking();
    const { notes } = await scene.parameters.ModifyCluster({ candidatePoolSize: 3 }, admin, signal);
    expect(notes).toEqual(['node4.lab.test is now a master candidate', `Not made a candidate: ${why}`]);
    const removed = await lacking();
    const { outcome } = await removal(removed, 'node2');
    expect(outcome?.warnings).toEqual(
      expect.arrayContaining([`Not made a candidate: ${why}`, 'node4.lab.test is now a master candidate']),
    );
    expect([scene.entrusted(), removed.entrusted()]).toEqual([0, 0]);
  });
});

describe('ModifyNode', () => {
  it('BEH-265 takes back only a node that answers, and says how else', async () => {
    const scene = await services();
    await scene.modify({ name: 'node3', ...{ offline: true } });
    scene.cluster.isolate(3);
    await expect(scene.modify({ name: 'node3', ...{ offline: false } })).rejects.toMatchObject({
      reason: 'NODE_UNFIT',
      hint: expect.stringContaining('quorate node readd node3.lab.test'),
    });
    scene.cluster.heal(3);
    const { notes } = await scene.modify({ name: 'node3', ...{ offline: false } });
    expect(notes).toEqual(['node3.lab.test becomes a master candidate: the pool has room']);
    expect(scene.cluster.node(3).text?.version).toEqual(scene.present().version);
    expect(scene.present().configuration.cluster.candidate_certs[third]).toBe('digest of node3.lab.test');
  });

  it('does not take back a node that has yet to join', async () => {
    const scene = await services();
    await scene.nodes.AwaitNode({ name: 'node3' }, admin, signal);
    await expect(scene.modify({ name: 'node3', ...{ offline: false } })).rejects.toMatchObject({
      reason: 'NODE_UNFIT',
      message: expect.stringContaining('has no certificate'),
    });
  });

  it('hands the key over before the commit that needs it', async () => {
    const scene = await services({ size: 3, candidatePoolSize: 1 });
    const from = scene.cluster.events.length;
    await scene.modify({ name: 'node2', ...{ masterCandidate: true } });
    const events = scene.cluster.events.slice(from);
    expect(events.indexOf('2 ReceiveClusterKey ok')).toBeGreaterThanOrEqual(0);
    expect(events.indexOf('2 ReceiveClusterKey ok')).toBeLessThan(events.indexOf('2 PutConfiguration'));
  });

  it('only tried tells what would be, and nothing is sent', async () => {
    const scene = await services();
    const from = scene.cluster.events.length;
    const { changes, version } = await scene.modify({ name: 'node3', ...{ drained: true, dryRun: true } });
    expect([changes, version]).toEqual([
      ['master_candidate -> false', 'drained -> true'],
      scene.present().version,
    ]);
    expect(calls(scene, from)).toEqual([]);
  });

  it('a secondary address must be one of that node’s', async () => {
    const { modify, cluster } = await services({ size: 1, node: dualNode });
    cluster.on(1, 'HasAddress', () => ({ here: false }));
    const change = { name: 'node1', ...{ secondaryIp: '192.168.7.9' } };
    await expect(modify(change)).rejects.toMatchObject({ reason: 'ADDRESS_NOT_OWNED' });
    cluster.on(1, 'HasAddress', () => ({ here: true }));
    expect((await modify(change)).changes).toEqual(['secondary_ip -> 192.168.7.9']);
  });
});

it('AwaitNode takes a node out of the vote, once', async () => {
  const { nodes, present } = await services();
  const first = await nodes.AwaitNode({ name: 'node3' }, admin, signal);
  expect(first).toMatchObject({ uuid: third, name: 'node3.lab.test' });
  expect(present().configuration.nodes[third]?.offline).toBe(true);
  expect(await nodes.AwaitNode({ name: 'node3' }, admin, signal)).toEqual(first);
});

it('ListNodes tells what the configuration says of each', async () => {
  const { nodes } = await services();
  const { nodes: listed } = await nodes.ListNodes({}, admin, signal);
  expect(listed?.map(({ name, role }) => `${name} ${role}`)).toEqual([
    'node1.lab.test master',
    'node2.lab.test candidate',
    'node3.lab.test candidate',
  ]);
  expect(listed?.[1]).toMatchObject({
    group: 'default',
    masterCapable: true,
    nodeParameters: '{}',
    instances: [],
  });
});

it('a larger pool hands the key to whom it promotes, and goes without those that cannot take it', async () => {
  const { parameters, cluster, present } = await services({ size: 3, candidatePoolSize: 1 });
  cluster.isolate(3);
  const { notes } = await parameters.ModifyCluster({ candidatePoolSize: 3 }, admin, signal);
  expect(notes).toEqual([
    'node2.lab.test is now a master candidate',
    expect.stringMatching(/^Not made a candidate: node3\.lab\.test/),
    'There are 2 master candidates, fewer than 3',
  ]);
  expect(Object.keys(present().configuration.cluster.candidate_certs)).toContain(second);
});

describe('the keeper of candidates', () => {
  /** Lets looks happen until it is so. */
  async function looks(scene: Scene, isSo: () => boolean): Promise<void> {
    for (let n = 0; n < 20 && !isSo(); n += 1) {
      await scene.cluster.clock.advance(timings.surveyIntervalMs);
      await atRest(scene);
    }
    await until(isSo);
  }

  it('gives the key to a candidate that lost it, and enters the digest it has now', async () => {
    let holdsClusterKey = false;
    const scene = await services({}, ({ cluster }) => {
      cluster.on(3, 'GetCandidacy', () => ({
        holdsClusterKey,
        clientCertificateSha1: 'digest of node3.lab.test',
      }));
      cluster.on(3, 'ReceiveClusterKey', (real) => {
        holdsClusterKey = true;
        return real();
      });
    });
    const digest = () => scene.present().configuration.cluster.candidate_certs[third];
    await looks(scene, () => digest() === 'digest of node3.lab.test');
    expect(holdsClusterKey).toBe(true);
    const asked = () => scene.cluster.events.filter((event) => event === '3 GetCandidacy').length;
    const before = asked();
    await scene.cluster.clock.advance(timings.surveyIntervalMs);
    expect(asked()).toBe(before);
  });

  it('takes notice of a node that was a candidate and has been rid of the key', async () => {
    const scene = await services();
    let holdsClusterKey = true;
    scene.cluster.on(3, 'GetCandidacy', () => ({ holdsClusterKey, clientCertificateSha1: '' }));
    await scene.modify({ name: 'node3', ...{ drained: true } });
    const mark = () => scene.present().ours.nodes[third]?.mayHoldClusterKey === true;
    await scene.cluster.clock.advance(timings.surveyIntervalMs);
    expect(mark()).toBe(true);
    holdsClusterKey = false;
    await looks(scene, () => !mark());
  });
});

const dualNode = {
  uuid: uuidOf('node'),
  name: 'node1.lab.test',
  primaryIp: '10.99.0.11',
  secondaryIp: '192.168.7.1',
  nodePort: 1811,
  masterPort: 1816,
  certificateSha256: '1'.repeat(64),
  clientCertificateSha1: 'AA',
};

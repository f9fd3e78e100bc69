/**
 * Taking a host in, with a session that is no SSH and runs the host's half in memory. The one real thing is the
 * TCP port that is looked at after the installation; whole joins over real SSH are in test/e2e.
 */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { ClusterError } from '@quorate/domain/errors';
import { configurationFormat } from '@quorate/domain/configuration';
import { protocolVersion, softwareVersion } from '@quorate/domain/software';
import { uuidOf } from '@quorate/domain/testing/drafts';
import { timings } from '@quorate/domain/timings';
import type { Channels, Peer } from '@quorate/rpc/channels';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClusterAccess } from './cluster-access.ts';
import { enrolNode, type EnrolmentRequest } from './enrolment.ts';
import { addNode, nodeAddSteps } from './node-add.ts';
import type { StepEvent } from './steps.ts';
import { failureOf } from './testing/failure-of.ts';
import { fakeCluster, type FakeCluster } from './testing/fake-cluster.ts';
import { joinNow, masterState } from './testing/join.ts';
import {
  ended,
  remoteHost,
  remoteProgram,
  remoteVersion,
  wordsOf,
  type Answer,
  type RemoteHost,
} from './testing/remote-host.ts';

let sshd: Server;
let sshPort: number;
beforeAll(async () => {
  sshd = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(sshd, 'listening');
  sshPort = (sshd.address() as AddressInfo).port;
});
afterAll(() => sshd.close());

/** A cluster whose master daemon enrols, and a host that wants to join. */
async function scene(instead: Readonly<Record<string, Answer>> = {}) {
  const cluster = fakeCluster(2);
  const master = await masterState();
  const host = remoteHost(instead);
  cluster.onMasterDaemon('EnrolNode', ({ request }) =>
    enrolNode(master, cluster.record, { ...(request as EnrolmentRequest), secondaryIp: undefined }, joinNow),
  );
  cluster.onMasterDaemon('AddNode', async () => ({ candidate: true }));

  const seen: StepEvent[] = [];
  const waiters: ((step: string) => void)[] = [];
  const parts = {
    access: accessTo(cluster, host),
    clusterName: 'cluster.lab.test',
    clusterUuid: uuidOf('cluster'),
    master: { kind: 'socket', name: 'quorate-masterd of this host', path: '/run/masterd.sock' },
    report(event: StepEvent) {
      seen.push(event);
      for (const waiter of waiters) waiter(event.name);
    },
  } as const;
  const request = { name: 'node9.lab.test', primaryIp: '127.0.0.1', sshPort, remoteProgram, witness: false };
  return {
    cluster,
    host,
    seen,
    reached: (step: string) =>
      new Promise<void>((resolve) => waiters.push((name) => void (name === step && resolve()))),
    run: (connect = () => Promise.resolve(host.session)) => addNode({ ...parts, connect }, request),
  };
}

/** The host's node daemon, which is none of the cluster's, answers as soon as it was started. */
function accessTo(cluster: FakeCluster, { daemons }: RemoteHost): ClusterAccess {
  const access = cluster.access(1);
  const isThere = (peer: Peer): boolean =>
    peer.kind === 'node' && peer.address === '127.0.0.1' && daemons.running.has('noded');
  const channels: Channels = {
    ...access.channels,
    call: (peer, method, request, options) =>
      isThere(peer) ? Promise.resolve({} as never) : access.channels.call(peer, method, request, options),
  };
  return { ...access, channels };
}

const endOf = (seen: readonly StepEvent[]) => `${seen.at(-1)?.name} ${seen.at(-1)?.state}`;

describe('node add', () => {
  it('BEH-238 goes in the order of its list', async () => {
    const { seen, run, host, cluster } = await scene();
    expect(await run()).toMatchObject({ name: 'node9.lab.test', candidate: true });
    expect(seen.filter(({ state }) => state === 'done').map(({ name }) => name)).toEqual(
      Object.keys(nodeAddSteps),
    );
    expect(host.ran.map(wordsOf)).toEqual(['version --json', 'node-setup request', 'node-setup install']);
    expect(cluster.events.filter((event) => event.endsWith('ok'))).toEqual([
      'masterd EnrolNode ok',
      'masterd AddNode ok',
    ]);
    expect(host.daemons.running).toEqual(new Set(['noded', 'masterd']));
    expect(host.isClosed(), 'the session is closed').toBe(true);
  });

  it('puts secrets on standard input only, never into a command line, and quotes for the shell', async () => {
    const { run, host } = await scene();
    await run();
    for (const { command } of host.ran) {
      expect(wordsOf({ command })).toMatch(/^(version|node-setup) /);
      expect(command).not.toMatch(/PEM|BEGIN|KEY/);
    }
    expect(host.ran[2]?.input).toContain('PRIVATE KEY');
  });

  it('never sees a private key of the host', async () => {
    const { run, host } = await scene();
    await run();
    const { 'node.pem': pem } = Object.fromEntries(
      Object.entries(host.state.files.contents()).map(([path, text]) => [
        path.slice(path.lastIndexOf('/') + 1),
        text,
      ]),
    );
    const key = pem?.split('\n')[1] ?? 'none';
    expect(JSON.stringify(host.ran)).not.toContain(key);
  });
});

describe('node add sends nothing and changes nothing', () => {
  it.each(['SSH_HOST_KEY_UNKNOWN', 'SSH_HOST_KEY_CHANGED'] as const)('BEH-252 after %s', async (reason) => {
    const { run, cluster, host, seen } = await scene();
    const refused = new ClusterError(reason, 'The host key of node9 is not the expected one');
    expect(await failureOf(run(() => Promise.reject(refused)))).toMatchObject({ reason });
    expect([host.ran, cluster.events, host.state.files.contents()]).toEqual([[], [], {}]);
    expect(endOf(seen)).toBe('connect failed');
  });

  it.each([
    ['protocol', { protocol: protocolVersion + 1 }],
    ['configuration format', { configurationFormat: configurationFormat + 10_000 }],
  ])('BEH-256 when the %s differs, and tells both', async (_what, other) => {
    const remote = { ...remoteVersion, software: '9.9.9', ...other };
    const { run, cluster, host } = await scene({
      'version --json': async () => ended(JSON.stringify(remote)),
    });
    const { reason, message } = await failureOf(run());
    expect(reason).toBe('PROTOCOL_MISMATCH');
    expect(message).toContain(
      `quorate 9.9.9 (protocol ${remote.protocol}, format ${remote.configurationFormat})`,
    );
    expect(message).toContain(`this host ${softwareVersion} (protocol ${protocolVersion}`);
    expect(host.ran.map(wordsOf)).toEqual(['version --json']);
    expect([cluster.events, host.state.files.contents(), host.isClosed()]).toEqual([[], {}, true]);
  });

  it('another release of the same protocol is fine', async () => {
    const { run } = await scene({
      'version --json': async () => ended(JSON.stringify({ ...remoteVersion, software: '9.9.9' })),
    });
    expect(await run()).toMatchObject({ candidate: true });
  });
});

describe('node add fails', () => {
  it('with a way out when there is no quorate on the host', async () => {
    const missing = { code: 127, stdout: '', stderr: 'sh: quorate: not found\n' };
    const { run } = await scene({ 'version --json': async () => missing });
    expect(await failureOf(run())).toMatchObject({
      reason: 'COMMAND_FAILED',
      message: 'On node9.lab.test, quorate version --json failed: sh: quorate: not found',
      hint: expect.stringContaining('--remote-program'),
    });
  });

  it('when a login shell talks in between, without repeating what it said', async () => {
    const { run, cluster } = await scene({ 'node-setup request': async () => ended('Welcome!\n{"a":1}') });
    const { reason, message } = await failureOf(run());
    expect(reason).toBe('COMMAND_FAILED');
    expect(message).toBe(
      'quorate node-setup request on node9.lab.test answered with something else than JSON',
    );
    expect(cluster.events).toEqual([]);
  });

  it('BEH-237 with the host’s own words when it cannot install, and waits for nothing', async () => {
    const said = {
      code: 1,
      stdout: '',
      stderr: 'Prerequisites not met (CLUSTER_EXISTS):\n  This host belongs to cluster x',
    };
    const { run, seen, cluster } = await scene({ 'node-setup install': async () => said });
    expect((await failureOf(run())).message).toContain('This host belongs to cluster x');
    expect(endOf(seen)).toBe('install failed');
    expect(cluster.events).not.toContain('masterd AddNode');
  });

  it('BEH-253 when the master refuses to enrol it; nothing was installed', async () => {
    const { run, cluster, host } = await scene();
    cluster.onMasterDaemon('EnrolNode', () =>
      Promise.reject(new ClusterError('NODE_EXISTS', 'node9 is already a node')),
    );
    expect(await failureOf(run())).toMatchObject({ reason: 'NODE_EXISTS' });
    expect(host.ran.map(wordsOf)).toEqual(['version --json', 'node-setup request']);
  });

  it('BEH-189 when the host’s node daemon does not answer; it is not made a node', async () => {
    const { run, reached, cluster } = await scene({ 'node-setup install': async () => ended('{}') });
    const failed = failureOf(run());
    await reached('await-node-daemon');
    await cluster.clock.advance(timings.startMs);
    expect((await failed).message).toContain('Waited 10 s in vain for the node daemon of node9.lab.test');
    expect(cluster.events).not.toContain('masterd AddNode');
  });

  it('BEH-259 and a second one completes what the first began', async () => {
    const { run, cluster } = await scene();
    cluster.onMasterDaemon('AddNode', () =>
      Promise.reject(new ClusterError('COMMIT_UNDECIDED', 'no majority')),
    );
    expect(await failureOf(run())).toMatchObject({ reason: 'COMMIT_UNDECIDED' });
    cluster.onMasterDaemon('AddNode', async () => ({ candidate: false }));
    expect(await run()).toMatchObject({ candidate: false });
  });
});

/**
 * Taking a host in, with a session that is no SSH and runs the host's half in memory; whole joins over real SSH are in
 * test/e2e and test/lab.
 */
import { readJoin } from '@quorate/cluster-state/join-record';
import { writeClusterRecord } from '@quorate/cluster-state/record-store';
import { withNode } from '@quorate/domain/configuration-changes';
import { ClusterError } from '@quorate/domain/errors';
import { configurationFormat } from '@quorate/domain/configuration';
import { protocolVersion, softwareVersion } from '@quorate/domain/software';
import { seal } from '@quorate/domain/record';
import { testNode, testSeconds, uuidOf } from '@quorate/domain/testing/drafts';
import { timings } from '@quorate/domain/timings';
import { sha256Hex } from '@quorate/platform/digest';
import type { Channels, Peer } from '@quorate/rpc/channels';
import { describe, expect, it } from 'vitest';
import type { ClusterAccess } from './cluster-access.ts';
import { enrolNode, type EnrolmentRequest } from './enrolment.ts';
import { abortJoin } from './node-abort.ts';
import { addNode, nodeAddSteps, tryNode } from './node-add.ts';
import type { StepEvent } from './steps.ts';
import { failureOf } from './testing/failure-of.ts';
import { fakeCluster, laterRecord, type FakeCluster } from './testing/fake-cluster.ts';
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

/** A cluster whose master daemon enrols, and a host that wants to join. */
async function scene(instead: Readonly<Record<string, Answer>> = {}) {
  const cluster = fakeCluster(2);
  const master = await masterState();
  await writeClusterRecord(master, cluster.record);
  const host = remoteHost(instead);
  cluster.onMasterDaemon('EnrolNode', ({ request }) =>
    enrolNode(master, cluster.record, { ...(request as EnrolmentRequest), secondaryIp: undefined }, joinNow),
  );
  cluster.onMasterDaemon('AddNode', async () => ({ candidate: true }));
  cluster.onMasterDaemon('WithdrawNode', async () => ({ wasNode: false }));

  const seen: StepEvent[] = [];
  const waiters: ((step: string) => void)[] = [];
  const parts = {
    state: master,
    access: accessTo(cluster, host),
    clusterName: 'cluster.lab.test',
    clusterUuid: uuidOf('cluster'),
    master: { kind: 'socket', name: 'quorate-masterd of this host', path: '/run/masterd.sock' },
    report(event: StepEvent) {
      seen.push(event);
      for (const waiter of waiters) waiter(event.name);
    },
  } as const;
  const request = { name: 'node9.lab.test', primaryIp: '127.0.0.1', remoteProgram, witness: false };
  return {
    cluster,
    host,
    seen,
    master,
    tryIt: () => tryNode({ ...parts, connect: () => Promise.resolve(host.session) }, request),
    abort: (connect = () => Promise.resolve(host.session)) => abortJoin({ ...parts, connect }, request),
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
    const optional = ['bring-programs', 'check-host'];
    expect(seen.filter(({ state }) => state === 'done').map(({ name }) => name)).toEqual(
      Object.keys(nodeAddSteps).filter((name) => !optional.includes(name)),
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
  it('BEH-306 to a candidate without the script that holds the master IP, until it is there', async () => {
    const { run, cluster, host, master, seen } = await scene();
    const { configuration } = cluster.record;
    const scripted = { ...configuration.cluster, use_external_mip_script: true };
    await writeClusterRecord(
      master,
      laterRecord({ ...cluster.record, configuration: { ...configuration, cluster: scripted } }),
    );
    expect(await failureOf(run())).toMatchObject({
      reason: 'HOST_UNFIT',
      message: 'The script for the master IP is not ready on node9.lab.test',
    });
    expect(endOf(seen)).toBe('enrol failed');
    expect(host.ran.map(wordsOf)).toEqual(['version --json', 'node-setup request']);
    const { path, mode } = host.state.layout.masterIpScript;
    await host.state.files.ensureDirectory(path.slice(0, path.lastIndexOf('/')), 0o755);
    await host.state.files.writeAtomic(path, '#!/bin/sh\n', { mode: mode & ~0o111 });
    expect(await failureOf(run())).toMatchObject({ message: expect.stringContaining('(not executable)') });
    await host.state.files.ensureMode(path, mode);
    expect(await run()).toMatchObject({ name: 'node9.lab.test', candidate: true });
  });

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

  it('BEH-253 BEH-254 before anybody is called when the configuration has no room for it', async () => {
    const { run, master, cluster, host, seen } = await scene();
    const taken = { ...testNode(9), primaryIp: '10.99.0.29' };
    await writeClusterRecord(master, seal(withNode(cluster.record, taken, testSeconds), sha256Hex));
    expect(await failureOf(run())).toMatchObject({ reason: 'NODE_EXISTS' });
    expect([host.ran, cluster.events, endOf(seen)]).toEqual([[], [], 'check failed']);
  });

  it('BEH-078 on a node that is not the master, naming it', async () => {
    const { run, master, cluster, host } = await scene();
    const { configuration } = cluster.record;
    const moved = { ...configuration, cluster: { ...configuration.cluster, master_node: uuidOf('node', 2) } };
    await writeClusterRecord(master, seal({ ...cluster.record, configuration: moved }, sha256Hex));
    expect(await failureOf(run())).toMatchObject({
      reason: 'NOT_MASTER',
      hint: 'Run the command on node2.lab.test',
    });
    expect(host.ran).toEqual([]);
  });

  it('BEH-189 when the host’s node daemon does not answer; it is not made a node', async () => {
    const { run, reached, cluster } = await scene({ 'node-setup install': async () => ended('{}') });
    const failed = failureOf(run());
    await reached('await-node-daemon');
    await cluster.clock.advance(timings.startMs);
    expect((await failed).message).toContain('Waited 10 s in vain for the node daemon of node9.lab.test');
    expect(cluster.events).not.toContain('masterd AddNode');
  });
});

describe('node add that broke off', () => {
  const undecided = () => Promise.reject(new ClusterError('COMMIT_UNDECIDED', 'no majority'));

  it('BEH-259 is gone on with as the same node, with the same certificates', async () => {
    const { run, cluster, master } = await scene();
    const asked: { nodeUuid: string; nodeCertificate: string }[] = [];
    cluster.onMasterDaemon('AddNode', ({ request }) => {
      asked.push(request as (typeof asked)[number]);
      return asked.length === 1 ? undecided() : Promise.resolve({ candidate: false });
    });
    expect(await failureOf(run())).toMatchObject({ reason: 'COMMIT_UNDECIDED' });
    expect(await readJoin(master, 'node9.lab.test')).toMatchObject({ stage: 'installing', candidate: true });
    expect(await run()).toMatchObject({ candidate: false, uuid: asked[0]?.nodeUuid });
    expect(asked[1]).toMatchObject({ ...asked[0] });
    expect(await readJoin(master, 'node9.lab.test')).toBeUndefined();
  });

  it('BEH-259 after the change was committed only needs to be confirmed', async () => {
    const { run, cluster, master, host } = await scene();
    cluster.onMasterDaemon('AddNode', undecided);
    await failureOf(run());
    const join = await readJoin(master, 'node9.lab.test');
    const node = { ...testNode(9), uuid: join?.nodeUuid ?? '', primaryIp: '127.0.0.1' };
    await writeClusterRecord(master, seal(withNode(cluster.record, node, testSeconds), sha256Hex));
    cluster.onMasterDaemon('AddNode', async () => ({ candidate: true }));
    const before = host.ran.length;
    expect(await run()).toMatchObject({ uuid: node.uuid, candidate: true });
    expect(host.ran).toHaveLength(before);
  });

  it('at any command on the host is completed by a second one', async () => {
    for (const words of ['version --json', 'node-setup request', 'node-setup install']) {
      let isFirst = true;
      const broken = { code: null, stdout: '', stderr: 'cut off' };
      const { run, host } = await scene();
      const { session } = host;
      const once = {
        ...session,
        run: (...args: Parameters<typeof session.run>) => {
          const breaks = isFirst && wordsOf({ command: args[0] }) === words;
          if (breaks) isFirst = false;
          return breaks ? Promise.resolve(broken) : session.run(...args);
        },
      };
      expect(await failureOf(run(() => Promise.resolve(once)))).toMatchObject({ reason: 'COMMAND_FAILED' });
      expect(await run(() => Promise.resolve(once))).toMatchObject({ candidate: true });
    }
  });
});

describe('node add --abort', () => {
  it('takes back what was granted, and then what lies on the host', async () => {
    const { run, abort, cluster, host, master } = await scene();
    cluster.onMasterDaemon('AddNode', () =>
      Promise.reject(new ClusterError('COMMIT_UNDECIDED', 'no majority')),
    );
    await failureOf(run());
    expect(await abort()).toEqual({
      ...{ name: 'node9.lab.test', wasNode: false, cleaned: true, exposed: 'nothing', warnings: [] },
    });
    expect(cluster.events.filter((event) => event.endsWith('ok')).at(-1)).toBe('masterd WithdrawNode ok');
    expect(host.state.files.contents()).toEqual({});
    expect(host.daemons.running).toEqual(new Set());
    expect(await readJoin(master, 'node9.lab.test')).toBeUndefined();
  });

  it('says what a host that cannot be reached may keep', async () => {
    const { run, abort, cluster } = await scene();
    cluster.onMasterDaemon('AddNode', () =>
      Promise.reject(new ClusterError('COMMIT_UNDECIDED', 'no majority')),
    );
    await failureOf(run());
    const away = () => Promise.reject(new ClusterError('SSH_FAILED', 'nobody answers'));
    expect(await abort(away)).toMatchObject({ cleaned: false, exposed: 'cluster-key' });
  });

  it('of a join that nobody began cleans the host, and asks the master for nothing', async () => {
    const { abort, cluster, host } = await scene();
    expect(await abort()).toMatchObject({ wasNode: false, cleaned: true });
    expect(cluster.events).toEqual([]);
    expect(host.ran.map(wordsOf)).toEqual(['node-setup abandon']);
  });

  it('is refused for a node: its join came to its end', async () => {
    const { abort, master, cluster, host } = await scene();
    await writeClusterRecord(master, seal(withNode(cluster.record, testNode(9), testSeconds), sha256Hex));
    expect(await failureOf(abort())).toMatchObject({ reason: 'WRONG_INPUT' });
    expect([host.ran, cluster.events]).toEqual([[], []]);
  });
});

describe('node add --dry-run', () => {
  it('BEH-245 looks at everything and changes nothing, here or there', async () => {
    const { tryIt, cluster, host, master } = await scene();
    const before = master.files.contents();
    await tryIt();
    expect(host.ran.map(wordsOf)).toEqual(['version --json', 'node-setup request --dry-run']);
    expect([cluster.events, host.state.files.contents(), host.daemons.orders]).toEqual([[], {}, []]);
    expect(master.files.contents()).toEqual(before);
    expect(host.isClosed()).toBe(true);
  });
});

import { layoutUnder } from '@quorate/cluster-state/layout';
import { restoreHost } from '@quorate/cluster-state/host-changes';
import { ensureOwnDirectories } from '@quorate/cluster-state/host-directories';
import { ensureHostsEntries } from '@quorate/cluster-state/host-lines';
import { findLeftovers, removeInstalledFiles } from '@quorate/cluster-state/installed-files';
import { ClusterError } from '@quorate/domain/errors';
import { timings } from '@quorate/domain/timings';
import { virtualClock } from '@quorate/platform/testing/clock';
import { memoryFiles } from '@quorate/platform/testing/files';
import { describe, expect, it } from 'vitest';
import { destroyCluster, finishDestroy } from './destroy.ts';
import { fakeCluster } from './testing/fake-cluster.ts';
import { fakeDaemons } from './testing/fake-daemons.ts';

/** A cluster on its last node: its files, its daemons, and a master daemon that retires. */
function lastNode() {
  const cluster = fakeCluster(1);
  const state = { layout: layoutUnder('/'), files: memoryFiles({ '/var/lib/quorate/roster.json': '{}' }) };
  const daemons = fakeDaemons((order) => void cluster.events.push(order));
  const node = cluster.node(1);
  cluster.onMasterDaemon('RetireMaster', async () => {
    node.voter = { ...node.voter, master: null };
    return { masterUuid: node.uuid };
  });
  const leave = async () => {
    daemons.running.delete('noded');
    await restoreHost(state);
    return {};
  };
  cluster.on(1, 'LeaveCluster', leave);
  const master = { kind: 'socket', name: 'quorate-masterd of this host', path: '/run/masterd.sock' } as const;
  const run = () =>
    destroyCluster({
      state,
      daemons,
      master,
      access: cluster.access(1),
      roster: cluster.roster,
      report: () => undefined,
    });
  return { cluster, state, daemons, run, leave };
}

const changes = (events: readonly string[]) =>
  events.filter((event) => /RetireMaster$|DeactivateMasterIp$|LeaveCluster$|^st/.test(event));

describe('destroy', () => {
  it('BEH-296 goes in this order, on the master’s own node', async () => {
    const { cluster, run } = lastNode();
    expect(await run()).toEqual([]);
    expect(changes(cluster.events)).toEqual([
      'start noded',
      'masterd RetireMaster',
      '1 DeactivateMasterIp',
      'stop masterd',
      '1 LeaveCluster',
      'stop noded',
    ]);
  });

  it('BEH-302 leaves nothing that a later init would trip over', async () => {
    const { state, run } = lastNode();
    await run();
    expect(await findLeftovers(state)).toEqual([]);
  });

  it.each([
    ['lowering the address', '1 DeactivateMasterIp'],
    ['stopping the master daemon', 'stop masterd'],
  ])('BEH-297 goes on after %s failed, with a warning', async (_what, failing) => {
    const { cluster, daemons, state, run } = lastNode();
    const refusal = new ClusterError('COMMAND_FAILED', 'it did not work');
    cluster.on(1, 'DeactivateMasterIp', (answer) => {
      if (failing.startsWith('1')) throw refusal;
      return answer();
    });
    if (failing.startsWith('stop')) daemons.stop = () => Promise.reject(refusal);
    const warnings = await run();
    expect(warnings.join()).toContain('it did not work');
    expect(cluster.events).toContain('1 LeaveCluster ok');
    expect(await findLeftovers(state)).toEqual([]);
  });

  it('BEH-297 an address that stays up is a warning too', async () => {
    const { cluster, run } = lastNode();
    cluster.node(1).clings = true;
    expect(await run()).toEqual(['Taking the master IP down: The master IP is still up on node1.lab.test']);
  });

  it('BEH-300 does nothing while another node is left', async () => {
    const { cluster, daemons, run } = lastNode();
    cluster.onMasterDaemon('RetireMaster', () =>
      Promise.reject(new ClusterError('NODES_REMAIN', 'The cluster still has 2 nodes')),
    );
    await expect(run()).rejects.toMatchObject({ reason: 'NODES_REMAIN' });
    expect(changes(cluster.events)).toEqual(['start noded', 'masterd RetireMaster']);
    expect(daemons.running).toEqual(new Set(['noded']));
  });

  it('BEH-303 fails if something is left, naming it, and a second one completes it', async () => {
    const { cluster, run, leave } = lastNode();
    cluster.on(1, 'LeaveCluster', () =>
      Promise.reject(new ClusterError('UNREACHABLE', 'the connection was lost')),
    );
    await expect(run()).rejects.toMatchObject({
      reason: 'POST_CONDITION_FAILED',
      message: 'Still on the disk: /var/lib/quorate/roster.json',
      hint: expect.stringContaining('Run the same command again'),
    });
    cluster.on(1, 'LeaveCluster', leave);
    expect(await run()).toEqual([]);
    const retired = cluster.events.filter((event) => event === 'masterd RetireMaster');
    expect(retired, 'there is no master to be retired a second time').toHaveLength(1);
  });

  it('takes back what was changed on the host, what the node daemon cannot too', async () => {
    const { state, run } = lastNode();
    const { files, layout } = state;
    await ensureOwnDirectories(state);
    await ensureHostsEntries(state, { address: '10.99.0.11', name: 'node1.lab.test' });
    await files.writeAtomic(layout.nodedPid.path, '1\n', { mode: 0o644 });
    expect(await run()).toEqual([]);
    expect([files.contents(), await files.list('/')]).toEqual([{}, ['var']]);
    expect(await files.list('/var'), 'which was there').toEqual(['lib']);
  });

  it('BEH-303 goes on from where it was killed, when only the record of changes is left', async () => {
    const { state, daemons } = lastNode();
    const { files } = state;
    await ensureOwnDirectories(state);
    await ensureHostsEntries(state, { address: '10.99.0.11', name: 'node1.lab.test' });
    await removeInstalledFiles(state);
    daemons.running.add('noded');
    const clock = virtualClock();
    expect(await finishDestroy({ state, daemons, clock, report: () => undefined })).toEqual([]);
    expect(daemons.orders).toEqual(['stop noded']);
    expect(files.contents()).toEqual({});
  });

  it('does not wait for ever for a node daemon that does not end', async () => {
    const { cluster, run } = lastNode();
    cluster.on(1, 'LeaveCluster', () => ({}));
    const failed = run().catch((error: unknown) => error);
    await cluster.clock.advance(timings.startMs);
    expect(await failed).toMatchObject({
      reason: 'POST_CONDITION_FAILED',
      message: 'Still on the disk: /var/lib/quorate/roster.json',
    });
  });
});

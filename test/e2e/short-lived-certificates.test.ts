/**
 * Certificates that live a minute: made, ended, and made anew by hand. That they are renewed without an order before
 * they end is the subject of test/lab/renewal-life.test.ts.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asWanted, awaitSight, notYet } from '../loopback/observe.ts';
import type { Host } from '../loopback/host-plan.ts';
import { awaitMaster } from '../loopback/story.ts';
import { makeCluster, type TestCluster } from './clusters.ts';
import { certificateIn, pinsIn, recordOf } from './renewals.ts';

let made: TestCluster;
beforeAll(async () => {
  made = await makeCluster(3);
});
afterAll(() => made?.end());

const endings = (): readonly string[] => made.hosts.map((host) => certificateIn(host, 'node.pem').validTo);

describe.sequential('certificates of one minute', () => {
  it('are made when a cluster is told so', async () => {
    const { cluster, world } = made;
    await cluster.mustQuorate(world.first, ['modify', '--certificate-life', '60s']);
    await cluster.mustQuorate(world.first, ['renew-crypto', '--new-node-certificates']);
    for (const end of endings()) expect(new Date(end).getTime()).toBeLessThan(Date.now() + 61_000);
  });

  it('are revoked when they are replaced, and forgotten when they have ended', async () => {
    await awaitSight(
      () => {
        const replaced =
          recordOf(made.world.first).ours.revoked?.filter(({ ends }) => ends !== undefined) ?? [];
        return Promise.resolve(replaced.length >= 3 ? asWanted('three') : notYet(`${replaced.length} are`));
      },
      { wanted: 'replaced certificates on the list', limitMs: 120_000 },
    );
    // Those of six minutes at most, of three nodes, and the three that were to live for years.
    expect(recordOf(made.world.first).ours.revoked?.length).toBeLessThan(40);
  });

  it('are those that the configuration names', async () => {
    const { world, hosts, cluster } = made;
    await cluster.mustQuorate(world.first, ['modify', '--certificate-life', '1825d']);
    await cluster.mustQuorate(world.first, ['renew-crypto', '--new-node-certificates']);
    expect(recordOf(world.first).ours.renewal).toBeUndefined();
    expect(pinsIn(world.second).map(({ client }) => client)).toEqual(
      hosts.map((host) => certificateIn(host, 'client.pem').fingerprint),
    );
  });
});

describe.sequential('certificates that have ended', () => {
  const repair = (host: Host, step: readonly string[], input?: string) =>
    made.cluster.mustQuorate(host, ['repair-crypto', ...step], { input: input ?? '' });
  const startAll = async () => {
    for (const host of made.hosts) await made.cluster.kill(host);
    for (const host of made.hosts) await made.cluster.startDaemons(host);
  };

  it('stop a cluster that was told not to renew them, once it is restarted', async () => {
    const { cluster, world } = made;
    await cluster.mustQuorate(world.first, [
      ...['modify', '--certificate-life', '60s', '--automatic-renewal', 'off'],
    ]);
    await cluster.mustQuorate(world.first, ['renew-crypto', '--new-node-certificates']);
    const last = Math.max(...endings().map((end) => new Date(end).getTime()));
    await awaitSight(
      () => Promise.resolve(Date.now() > last ? asWanted('all have ended') : notYet('one has not ended')),
      { wanted: 'the end of all certificates', limitMs: 90_000 },
    );
    await startAll();
    expect((await cluster.status(world.second)).healthy).toBe(false);
  });

  it('are made anew by hand, on the master and over the administrator’s SSH, and the cluster heals', async () => {
    const { world, hosts, cluster } = made;
    const others = hosts.filter((host) => host !== world.first);
    const { stdout } = await repair(world.first, []);
    for (const host of others) {
      expect(stdout).toContain(`ssh ${host.name} quorate repair-crypto request`);
      const asked = await repair(host, ['request']);
      const signed = await repair(world.first, ['sign'], asked.stdout);
      await repair(host, ['install'], signed.stdout);
    }
    await awaitMaster(made.world, world.first, hosts, 60_000);
    await cluster.mustQuorate(world.first, [
      ...['modify', '--certificate-life', '1825d', '--automatic-renewal', 'on'],
    ]);
    await cluster.mustQuorate(world.first, ['renew-crypto', '--new-node-certificates']);
    await cluster.mustQuorate(world.first, ['verify']);
  });
});

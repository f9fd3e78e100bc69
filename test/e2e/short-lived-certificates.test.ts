/**
 * Certificates that live a minute: renewed without an order after two thirds of it, over and over, and no call fails.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processesUnder } from '../loopback/host-processes.ts';
import { asWanted, awaitSight, notYet } from '../loopback/observe.ts';
import { startVoteProbe, type VoteProbe } from '../loopback/vote-probe.ts';
import type { Host } from '../loopback/host-plan.ts';
import { awaitMaster } from '../loopback/story.ts';
import { makeCluster, type TestCluster } from './clusters.ts';
import { certificateIn, pinsIn, recordOf } from './renewals.ts';

let made: TestCluster;
let probe: VoteProbe | undefined;
beforeAll(async () => {
  made = await makeCluster(3);
});
afterAll(async () => {
  await probe?.stop();
  await made?.end();
});

const endings = (): readonly string[] => made.hosts.map((host) => certificateIn(host, 'node.pem').validTo);
const daemons = () => made.hosts.flatMap((host) => processesUnder(host.root).map(({ pid }) => pid));

/** Waits until every node shows a certificate that ends later. */
async function awaitLater(before: readonly string[]): Promise<void> {
  await awaitSight(
    () => {
      const late = endings().filter((end, i) => new Date(end) <= new Date(before[i] ?? 0)).length;
      return Promise.resolve(late === 0 ? asWanted('all are new') : notYet(`${late} are as before`));
    },
    { wanted: 'new certificates on every node', limitMs: 60_000 },
  );
}

describe.sequential('certificates of one minute', () => {
  it('are made when a cluster is told so', async () => {
    const { cluster, world } = made;
    await cluster.mustQuorate(world.first, ['modify', '--certificate-life', '60s']);
    await cluster.mustQuorate(world.first, ['renew-crypto', '--new-node-certificates']);
    for (const end of endings()) expect(new Date(end).getTime()).toBeLessThan(Date.now() + 61_000);
  });

  it('are renewed twice before they end, without an order, a failed call or a restart', async () => {
    const before = daemons();
    probe = await startVoteProbe(made.hosts);
    for (const round of [1, 2]) {
      const ends = endings();
      await awaitLater(ends);
      for (const end of ends) expect(new Date(end).getTime(), `round ${round}`).toBeGreaterThan(Date.now());
    }
    expect(probe.failures).toEqual([]);
    expect(daemons()).toEqual(before);
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
    await probe?.stop();
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

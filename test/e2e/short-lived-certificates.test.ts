/**
 * Certificates that live a minute: renewed without an order after two thirds of it, over and over, and no call fails.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processesUnder } from '../loopback/host-processes.ts';
import { asWanted, awaitSight, notYet } from '../loopback/observe.ts';
import { startVoteProbe, type VoteProbe } from '../loopback/vote-probe.ts';
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

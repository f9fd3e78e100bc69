/**
 * A renewal whose master dies, is refused by a node, or is taken back: it goes on where it was, or everything is as before.
 */
import { mkdirSync, renameSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Host } from '../loopback/host-plan.ts';
import { startVoteProbe, type VoteProbe } from '../loopback/vote-probe.ts';
import { makeCluster, readState, stateDirectory, type TestCluster } from './clusters.ts';
import {
  awaitRenewed,
  certificateIn,
  letInFaults,
  phaseOn,
  recordOf,
  renewalFaults,
  sshKeyOf,
} from './renewals.ts';

let made: TestCluster;
let probe: VoteProbe | undefined;
beforeAll(async () => {
  made = await makeCluster(3, { managesSsh: true });
});
afterEach(async () => {
  const ended = probe;
  probe = undefined;
  await ended?.stop();
});
afterAll(() => made?.end());

const order = [
  ...['renew-crypto', '--new-cluster-certificate', '--new-confd-hmac-key'],
  ...['--new-ssh-keys', '--ssh-key-type', 'ecdsa', '--ssh-key-bits', '256'],
];

/** Looks at the disk of a node until it says so; false if the renewal is over before. */
async function seen(isSo: () => boolean): Promise<boolean> {
  const deadline = performance.now() + 60_000;
  while (performance.now() < deadline) {
    if (isSo()) return true;
    await sleep(2);
  }
  return false;
}

const shows = (host: Host): string => certificateIn(host, 'node.pem').fingerprint256;

describe.sequential('BEH-286 kill -9 of the master', () => {
  let master: Host;
  beforeAll(() => {
    master = made.world.first;
  });

  /** Ordered, and the master dead as soon as it is so. Resolves to what there was before. */
  async function killedWhen(isSo: () => boolean) {
    const before = { anchor: certificateIn(master, 'server.pem'), sshKeys: made.hosts.map(sshKeyOf) };
    const ordered = made.cluster.quorate(master, order);
    const isSeen = await seen(isSo);
    if (isSeen) await made.cluster.kill(master);
    const said = await ordered;
    expect(isSeen, `what was waited for; the order said ${said.stderr}`).toBe(true);
    await made.cluster.startSshd(master);
    return before;
  }

  /** What fails meanwhile is not to fail those tests, too, that come after. */
  async function back(dead: Host, meanwhile: () => Promise<unknown>): Promise<void> {
    try {
      await meanwhile();
    } finally {
      await made.cluster.startDaemons(dead);
    }
  }
  const others = () => made.hosts.filter((host) => host !== master);

  /** What is not as it must be after it. */
  const faultsAfter = ({ anchor, sshKeys }: Awaited<ReturnType<typeof killedWhen>>): readonly string[] => [
    ...renewalFaults(made.hosts, anchor),
    ...letInFaults(made.hosts),
    ...(made.hosts.some((host) => sshKeys.includes(sshKeyOf(host)))
      ? ['an SSH key is still the old one']
      : []),
  ];

  it.each(['trust-new', 'switch', 'drop-old'])(
    'in phase %s: the next master goes on with it, and the dead one catches up',
    async (phase) => {
      const dead = master;
      const [next = master, third = master] = others();
      // What the master alone knows of would be lost with it.
      const before = await killedWhen(() => phaseOn(next) === phase);
      probe = await startVoteProbe([next, third], [dead]);
      await back(dead, async () => {
        await made.cluster.mustQuorate(next, ['failover']);
        master = next;
        await made.cluster.mustQuorate(master, ['renew-crypto', '--resume']);
      });
      await awaitRenewed(made, master);
      await probe.stop();
      expect(probe.failures).toEqual([]);
      expect(faultsAfter(before)).toEqual([]);
      expect((await made.cluster.status(master)).healthy).toBe(true);
    },
  );

  it.each(['trust-new', 'switch', 'drop-old'])(
    'in phase %s: restarted, it goes on with it itself',
    async (phase) => {
      const before = await killedWhen(() => phaseOn(master) === phase);
      await made.cluster.startDaemons(master);
      await awaitRenewed(made, master);
      expect(faultsAfter(before)).toEqual([]);
    },
  );

  it('after some nodes have switched and some have not', async () => {
    const [one = master] = others();
    const old = shows(one);
    const before = await killedWhen(() => shows(one) !== old);
    await made.cluster.startDaemons(master);
    await awaitRenewed(made, master);
    expect(faultsAfter(before)).toEqual([]);
  });
});

describe.sequential('a node that refuses', () => {
  let master: Host;
  let refuser: Host;
  let before: readonly string[];
  beforeAll(async () => {
    const { master: named } = await made.cluster.status(made.world.first);
    master = made.hosts.find(({ name }) => name === named?.name) ?? made.world.first;
    refuser = made.hosts.find((host) => host !== master) ?? made.world.second;
    before = made.hosts.map(shows);
    mkdirSync(join(stateDirectory(refuser), 'renewal.json'));
  });

  it('BEH-285 keeps everybody from switching, and is named', async () => {
    const { code, stderr } = await made.cluster.quorate(master, order);
    expect(code).toBe(1);
    expect(stderr).toContain(refuser.name);
    expect(stderr).toContain('--abort');
    expect(made.hosts.map(shows)).toEqual(before);
    expect(phaseOn(master)).toBe('trust-new');
  });

  it('and the renewal is taken back: everything is as it was', async () => {
    await made.cluster.mustQuorate(master, ['renew-crypto', '--abort']);
    rmdirSync(join(stateDirectory(refuser), 'renewal.json'));
    await awaitRenewed(made, master);
    expect(made.hosts.map(shows)).toEqual(before);
    expect(recordOf(master).ours.pastRenewals?.at(-1)).toMatchObject({ end: 'aborted' });
  });

  it('or goes on once that is mended', async () => {
    const anchor = certificateIn(master, 'server.pem');
    mkdirSync(join(stateDirectory(refuser), 'renewal.json'));
    expect((await made.cluster.quorate(master, order)).code).toBe(1);
    rmdirSync(join(stateDirectory(refuser), 'renewal.json'));
    await made.cluster.mustQuorate(master, ['renew-crypto', '--resume']);
    expect(renewalFaults(made.hosts, anchor)).toEqual([]);
  });
});

describe.sequential('taken back after some have switched', () => {
  it('everybody shows the old certificates again, and no call fails', async () => {
    const { master: named } = await made.cluster.status(made.world.first);
    const master = made.hosts.find(({ name }) => name === named?.name) ?? made.world.first;
    const [switching = master, refuser = master] = made.hosts.filter((host) => host !== master);
    const everything = (host: Host): readonly string[] => [
      ...['node.pem', 'client.pem', 'server.pem', 'hmac.key'].map((name) => readState(host, name)),
      sshKeyOf(host),
    ];
    const before = made.hosts.map(everything);
    const old = shows(switching);
    // What its file system refuses to replace it is prepared for, and cannot switch to.
    const key = join(stateDirectory(refuser), 'hmac.key');
    renameSync(key, `${key}.away`);
    mkdirSync(key);
    probe = await startVoteProbe(made.hosts);
    try {
      const { code, stderr } = await made.cluster.quorate(master, order);
      expect([code, stderr]).toEqual([1, expect.stringContaining(refuser.name)]);
      expect(phaseOn(master)).toBe('switch');
      expect([shows(switching) === old, shows(refuser) === shows(switching)]).toEqual([false, false]);
      // Before it can: once everybody has switched there is nothing to take back.
      await made.cluster.mustQuorate(master, ['renew-crypto', '--abort']);
    } finally {
      rmdirSync(key);
      renameSync(`${key}.away`, key);
    }
    await awaitRenewed(made, master);
    await probe.stop();
    expect(probe.failures).toEqual([]);
    expect(recordOf(master).ours.pastRenewals?.at(-1)).toMatchObject({ end: 'aborted' });
    expect(made.hosts.map(everything)).toEqual(before);
  });
});

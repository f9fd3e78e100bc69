/**
 * Keys and certificates renewed on hosts: no call between healthy ones fails, the master IP never leaves, who was away
 * catches up; and whoever dies in whatever phase, it ends in the same state.
 *
 * LAB_LONG=1 kills every 150 ms of a renewal too, by turns the master and another, programs and power.
 */
import type { X509Certificate } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { readState } from '../e2e/clusters.ts';
import { certificateIn, phaseOn } from '../e2e/renewals.ts';
import { awaitUntil } from './await.ts';
import { mustQuorate, quorate, reviveNode, startTestCluster } from './cluster-for-tests.ts';
import type { Ran } from './command.ts';
import type { Lab } from './lab.ts';
import { describeLab, downTestLabs } from './lab-for-tests.ts';
import {
  awaitHealthy,
  awaitRenewed,
  daemonsOn,
  diskHost,
  killDaemons,
  wrongMasterIpLooks,
} from './renewal-looks.ts';
import { startLabProbe, type LabProbe } from './renewal-probe.ts';
import { describeOverlaps, startSampler } from './sampler.ts';

const everything = [
  'renew-crypto',
  '--new-cluster-certificate',
  '--new-node-certificates',
  '--new-rapi-certificate',
  '--new-spice-certificate',
  '--new-confd-hmac-key',
  '--new-cluster-domain-secret',
];
/** What has phases of its own, without the keys that take a machine a while to make. */
const essential = ['renew-crypto', '--new-cluster-certificate', '--new-confd-hmac-key'];
const secrets = ['rapi.pem', 'spice.pem', 'spice-ca.pem', 'hmac.key', 'cluster-domain-secret'];

/** What went wrong with the calls among these. Fewer than a fifth of what an idle machine gets through proves nothing. */
function callFaults(lab: Lab, probe: LabProbe, hosts: readonly number[], sinceMs: number): readonly string[] {
  const seconds = (Date.now() - sinceMs) / 1_000;
  const answered = probe.leastAnswered(hosts, sinceMs);
  const enough = answered > (20 / lab.hosts.length / 5) * seconds;
  return [
    ...probe.failuresAmong(hosts, sinceMs),
    ...(enough ? [] : [`only ${answered} of somebody's calls were answered in ${seconds} s`]),
  ];
}

describeLab('a renewal of everything on five hosts', () => {
  let lab: Lab;
  let probe: LabProbe;
  beforeAll(async () => {
    lab = await startTestCluster(5);
    probe = await startLabProbe(lab);
  }, 180_000);
  afterAll(downTestLabs);

  const secretsOf = (k: number) => secrets.map((name) => readState(diskHost(lab, k), name));
  const anchorOf = (k: number) => certificateIn(diskHost(lab, k), 'server.pem');
  const daemons = () => lab.hosts.flatMap((k) => daemonsOn(lab, k));

  it('BEH-288 with one cut off: no call fails, the master IP stays, and the one catches up by itself', async () => {
    const [sinceMs, oldAnchor, before, running] = [Date.now(), anchorOf(1), secretsOf(1), daemons()];
    const healthy = [1, 2, 3, 4];
    const sampler = await startSampler(lab);
    try {
      await lab.cut(5);
      expect(await mustQuorate(lab, 1, ...everything)).toContain('Away: q5.lab');
      for (const k of healthy) {
        expect(anchorOf(k).fingerprint256).not.toBe(oldAnchor.fingerprint256);
        secretsOf(k).forEach((text, n) => expect(text).not.toBe(before[n]));
      }
      expect(secretsOf(5)).toEqual(before);
      await lab.heal();
      await awaitRenewed(lab, oldAnchor);
    } finally {
      await sampler.stop();
    }
    expect(new Set(lab.hosts.map((k) => secretsOf(k).join())).size).toBe(1);
    expect(callFaults(lab, probe, healthy, sinceMs)).toEqual([]);
    expect(wrongMasterIpLooks(lab, sampler)).toEqual([]);
    expect(describeOverlaps(sampler)).toBe('');
    for (const by of ['address', 'arp'] as const)
      expect(sampler.looks.filter((look) => look.by === by && look.holds).length).toBeGreaterThan(10);
    expect(daemons()).toEqual(running);
    await awaitHealthy(lab, 1);
  });
});

async function succeeded(ordered: Promise<Ran>): Promise<void> {
  const { code, stderr } = await ordered;
  if (code !== 0) throw new Error(`The order failed: ${stderr}`);
}

const kinds = ['kill -9', 'power off'] as const;

interface Death {
  readonly of: 'the master' | 'another node';
  readonly by: (typeof kinds)[number];
}

/** Whether it is time to kill; `isOver`: the order has ended. */
type Moment = (isOver: boolean) => boolean;

describeLab('a death during a renewal on three hosts', () => {
  let lab: Lab;
  let probe: LabProbe;
  let master: number;
  let isHealthy = false;

  /** A test that failed may have left a cluster which the next one cannot begin with. */
  beforeEach(async () => {
    if (isHealthy) return;
    await downTestLabs();
    lab = await startTestCluster(3);
    await mustQuorate(lab, 1, 'modify', '--automatic-failover', 'on');
    probe = await startLabProbe(lab);
    master = 1;
  }, 180_000);
  afterAll(downTestLabs);

  const diskOf = (k: number) => diskHost(lab, k);
  const othersThan = (k: number) => lab.hosts.filter((other) => other !== k);

  interface Killed {
    readonly oldAnchor: X509Certificate;
    /** What the order comes to. */
    readonly ordered: Promise<Ran>;
  }

  /** Renewed, and somebody killed as soon as it is so. */
  async function killedWhen(isSo: Moment, kill: () => Promise<void>): Promise<Killed> {
    // A moment may be over before a loaded machine has looked; then it is waited for in the next renewal.
    for (let n = 0; n < 5; n += 1) {
      const oldAnchor = certificateIn(diskOf(master), 'server.pem');
      let isOver = false;
      const ordered = quorate(lab, master, ...essential).finally(() => (isOver = true));
      let isTime = isSo(isOver);
      while (!isTime && !isOver) {
        await sleep(1);
        isTime = isSo(isOver);
      }
      if (isTime) return kill().then(() => ({ oldAnchor, ordered }));
      await awaitRenewed(lab, oldAnchor);
    }
    throw new Error('The moment to kill somebody was never seen');
  }

  async function awaitSuccessor(of: number): Promise<number> {
    let holders: readonly number[] = [];
    const isThere = async (): Promise<boolean> => {
      holders = await lab.holdersOfMasterIp();
      return holders.length === 1 && holders[0] !== of;
    };
    await awaitUntil('Nobody takes over', 60_000, isThere, () => holders.join());
    return holders[0] ?? 0;
  }

  async function back(k: number): Promise<void> {
    if (lab.state(k) === 'up') await lab.crash(k);
    await reviveNode(lab, k);
    await probe.startOn(k);
  }

  /** A channel that is kept looks again for who was away two seconds later at most, and until then fails. */
  const awaitAnswers = (sinceMs: number): Promise<void> =>
    awaitUntil(
      'Not everybody is answered by everybody',
      30_000,
      () => probe.leastAnswered(lab.hosts, sinceMs) > 0,
      () => probe.failuresAmong(lab.hosts, sinceMs).slice(-5).join('; '),
    );

  /**
   * Whoever died comes back when another is master, or the others have renewed what they can; then all end in the same
   * state, or it throws. Resolves to what went wrong with calls of the others meanwhile.
   */
  async function dies({ of, by }: Death, isSo: Moment): Promise<readonly string[]> {
    isHealthy = false;
    const beganMs = Date.now();
    const [other = 0] = othersThan(master);
    const victim = of === 'the master' ? master : other;
    const targets = daemonsOn(lab, victim);
    const kill = () => (by === 'kill -9' ? killDaemons(targets) : lab.crash(victim));
    const { ordered, oldAnchor } = await killedWhen(isSo, kill);
    try {
      if (of === 'the master') master = await awaitSuccessor(victim);
      else await succeeded(ordered);
    } finally {
      await back(victim);
      await ordered;
    }
    const backMs = Date.now();
    await awaitRenewed(lab, oldAnchor);
    await awaitHealthy(lab, master);
    const faults = callFaults(lab, probe, othersThan(victim), beganMs);
    await awaitAnswers(backMs);
    isHealthy = true;
    return faults;
  }

  const deaths = (['trust-new', 'switch', 'drop-old'] as const).flatMap((phase) =>
    (['the master', 'another node'] as const).map((of) => [phase, of] as const),
  );
  it.each(deaths)('BEH-286 in phase %s, kill -9 of %s: it ends in the same state', async (phase, of) => {
    expect(await dies({ of, by: 'kill -9' }, () => phaseOn(diskOf(master)) === phase)).toEqual([]);
  });

  /** So long after the renewal was first seen on the master's disk, or at its end. */
  function after(ms: number): Moment {
    let sinceMs: number | undefined;
    return (isOver) => {
      if (phaseOn(diskOf(master)) !== undefined) sinceMs ??= Date.now();
      return isOver || (sinceMs !== undefined && Date.now() >= sinceMs + ms);
    };
  }

  const moments = process.env['LAB_LONG'] ? Array.from({ length: 20 }, (_, n) => n * 150) : [];
  it.each(moments)('BEH-286 of the master and of another, %i ms after it began', async (ms) => {
    const [one, other] = (ms / 150) % 2 === 0 ? kinds : kinds.toReversed();
    expect(await dies({ of: 'the master', by: one ?? 'kill -9' }, after(ms))).toEqual([]);
    expect(await dies({ of: 'another node', by: other ?? 'kill -9' }, after(ms))).toEqual([]);
  });
});

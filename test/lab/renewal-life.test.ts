/**
 * Certificates that live a minute and more: renewed without an order after two thirds of it, over and over; no call
 * fails, no daemon is started anew, and, where enough of them are seen to judge that, none grows.
 *
 * Once, as it is short; LAB_RENEWALS=30 LAB_LIFE=90 sees so many renewals of certificates that live so many seconds.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { certificateIn } from '../e2e/renewals.ts';
import { mustQuorate, startTestCluster } from './cluster-for-tests.ts';
import type { Lab } from './lab.ts';
import { describeLab, downTestLabs } from './lab-for-tests.ts';
import { awaitHealthy, daemonsOn, diskHost, useOf } from './renewal-looks.ts';
import { startLabProbe, type LabProbe } from './renewal-probe.ts';
import { growthIn, renewalsToJudge, type Sample } from './renewal-use.ts';

const renewals = Number(process.env['LAB_RENEWALS'] ?? 1);
const lifeSeconds = Number(process.env['LAB_LIFE'] ?? 60);
/** Memory settles in the first ones; below this there is nothing to judge. */
const warmUp = 6;
const lookEveryMs = 1_000;
const unwanted =
  renewals >= renewalsToJudge(warmUp) ? 'a failed call, a restart or growth' : 'a failed call or a restart';
/** The latest node at three quarters of a life; the rest is for the renewal itself on a loaded machine. */
const limitMs = renewals * lifeSeconds * 1_000 + 60_000;

describeLab(`certificates of ${lifeSeconds} s`, () => {
  let lab: Lab;
  let probe: LabProbe | undefined;
  beforeAll(async () => {
    lab = await startTestCluster(3);
  }, 120_000);
  afterAll(downTestLabs);

  const certificateOf = (k: number) => certificateIn(diskHost(lab, k), 'node.pem');
  const daemons = () => lab.hosts.flatMap((k) => daemonsOn(lab, k));

  it(
    `are renewed ${renewals} times on every node, without an order, ${unwanted}`,
    async () => {
      await mustQuorate(lab, 1, 'modify', '--certificate-life', `${lifeSeconds}s`);
      await mustQuorate(lab, 1, 'renew-crypto', '--new-node-certificates');
      const before = daemons();
      expect(before).toHaveLength(6);
      probe = await startLabProbe(lab);
      const sinceMs = Date.now();

      const shown = new Map(lab.hosts.map((k) => [k, certificateOf(k).fingerprint256]));
      const counts = new Map(lab.hosts.map((k) => [k, 0]));
      const least = (): number => Math.min(...counts.values());
      const ended: string[] = [];
      const samples: Sample[] = [];
      while (least() < renewals && Date.now() < sinceMs + limitMs) {
        for (const k of lab.hosts) {
          const { fingerprint256, validTo } = certificateOf(k);
          if (new Date(validTo).getTime() < Date.now()) ended.push(`q${k} ${validTo}`);
          if (fingerprint256 === shown.get(k)) continue;
          shown.set(k, fingerprint256);
          counts.set(k, (counts.get(k) ?? 0) + 1);
        }
        for (const { pid, host, program } of before) {
          const use = useOf(pid);
          if (use) samples.push({ ...use, of: `q${host} ${program}`, renewals: least() });
        }
        await sleep(lookEveryMs);
      }
      await probe.stop();

      const seconds = (Date.now() - sinceMs) / 1_000;
      const growth = growthIn(samples, warmUp);
      console.log(
        [
          `renewals: ${JSON.stringify(Object.fromEntries(counts))} in ${Math.round(seconds)} s; ` +
            `least answered of a pair: ${probe.leastAnswered(lab.hosts, sinceMs)}`,
          ...growth.map(({ line }) => line),
        ].join('\n'),
      );
      expect(least()).toBeGreaterThanOrEqual(renewals);
      expect(ended).toEqual([]);
      expect(probe.failuresAmong(lab.hosts)).toEqual([]);
      expect(probe.leastAnswered(lab.hosts, sinceMs)).toBeGreaterThan(2 * seconds);
      expect(daemons().map(({ pid }) => pid)).toEqual(before.map(({ pid }) => pid));
      expect(growth.flatMap(({ fault }) => fault ?? [])).toEqual([]);
      await awaitHealthy(lab, 1);
    },
    limitMs + 60_000,
  );
});

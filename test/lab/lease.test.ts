/**
 * The lease on hosts: whoever is cut off, frozen or dead has lost the address before anybody else may have it, by
 * its own doing or the kernel's; nothing committed is lost; what must run in one place runs in one place.
 *
 * Every scenario is watched from outside (sampler.ts), and at no moment may two hosts hold the office. LAB_RUNS=20
 * repeats the cuts and the freezes, LAB_LONG=1 freezes for a minute too.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { awaitUntil } from './await.ts';
import {
  awaitMaster,
  configurationOn,
  expectOneMaster,
  mustQuorate,
  quorate,
  reviveNode,
  running,
  startTestCluster,
  statusFrom,
} from './cluster-for-tests.ts';
import type { Lab } from './lab.ts';
import { describeLab, downTestLabs, startTestLab } from './lab-for-tests.ts';
import { clusterName, dataDirectory, masterIp } from './plan.ts';
import { describeOverlaps, startSampler, type Sampler } from './sampler.ts';

const leaseMs = 3_000;
const evidence = ['address', 'arp', 'office'] as const;
const runs = Array.from({ length: Number(process.env['LAB_RUNS'] ?? 1) }, (_, n) => n + 1);

const poolSize = async (lab: Lab, k: number): Promise<number> =>
  (await configurationOn(lab, k)).cluster.candidate_pool_size;
const setPoolSize = (lab: Lab, k: number, size: number): Promise<string> =>
  mustQuorate(lab, k, 'modify', '--candidate-pool-size', String(size));
const tryPoolSize = (lab: Lab, k: number, size: number) =>
  quorate(lab, k, 'modify', '--candidate-pool-size', String(size));

/** Everybody who runs has the change, and so nobody lost it. */
async function expectPoolSize(lab: Lab, size: number): Promise<void> {
  const everywhere = async (): Promise<boolean> =>
    (await Promise.all(running(lab).map((k) => poolSize(lab, k)))).every((each) => each === size);
  await awaitUntil(`Not every host has candidate_pool_size ${size}`, 15_000, everywhere);
}

const hasAddress = async (lab: Lab, k: number): Promise<boolean> =>
  (await lab.addresses(k)).includes(masterIp);

async function awaitNoAddress(lab: Lab, k: number, limitMs: number): Promise<void> {
  await awaitUntil(`q${k} still has the master IP`, limitMs, async () => !(await hasAddress(lab, k)));
}

/** The one host other than `not` that has the address. */
async function awaitSuccessor(lab: Lab, not: number): Promise<number> {
  let holder = 0;
  await awaitUntil('Nobody took over', 4 * leaseMs + 10_000, async () => {
    const holders = (await lab.holdersOfMasterIp()).filter((k) => k !== not);
    holder = holders[0] ?? 0;
    return holders.length === 1;
  });
  return holder;
}

interface History {
  readonly ours: {
    readonly history: readonly { readonly name: string; readonly how: string }[];
  };
}

const historyOn = (lab: Lab, k: number): History['ours']['history'] =>
  (JSON.parse(readFileSync(lab.disk(k, `${dataDirectory}/cluster.json`), 'utf8')) as History).ours.history;

describeLab('the lease', () => {
  let lab: Lab;
  let sampler: Sampler | undefined;
  afterEach(async () => {
    await sampler?.stop();
    sampler = undefined;
    await downTestLabs();
  });

  async function begin(hosts: number, automatic: 'on' | 'off'): Promise<Sampler> {
    lab = await startTestCluster(hosts);
    await mustQuorate(lab, 1, 'modify', '--automatic-failover', automatic, '--lease', '3s');
    sampler = await startSampler(lab);
    await awaitUntil('The sampler sees nobody', 5_000, () =>
      evidence.every((by) => sampler?.firstHeldMs(1, by, 0) !== undefined),
    );
    return sampler;
  }

  async function expectNeverTwo(watched: Sampler): Promise<void> {
    await watched.stop();
    expect(describeOverlaps(watched)).toBe('');
  }

  it.each(runs)(
    'a cut master is out of office by its own doing, and again in it when healed (%i)',
    async () => {
      const watched = await begin(3, 'off');
      await setPoolSize(lab, 1, 7);
      const cutMs = performance.now();
      await lab.cut(1);
      await sleep(leaseMs + 1_000);
      const heldMs = evidence.map((by) => (watched.lastHeldMs(1, by) ?? Infinity) - cutMs);
      expect(Math.max(...heldMs)).toBeLessThan(leaseMs + 1_000);
      expect(await lab.holdersOfMasterIp()).toEqual([]);

      const { code, stderr } = await tryPoolSize(lab, 1, 9);
      expect(code).toBe(1);
      // A look at the votes since then may have said why, with names.
      expect(stderr).toMatch(/a majority did not renew its lease|2 of 3 votes needed/);

      await lab.heal();
      await expectOneMaster(lab, 1);
      await expectPoolSize(lab, 7);
      await expectNeverTwo(watched);
    },
  );

  it.each(runs)('with automatic failover another one serves, and the healed one follows (%i)', async () => {
    const watched = await begin(3, 'on');
    await setPoolSize(lab, 1, 7);
    const cutMs = performance.now();
    await lab.cut(1);
    // Typed while the lease still lives: it reaches no majority, so it may not count, whatever becomes of q1.
    const early = tryPoolSize(lab, 1, 8);
    const next = await awaitSuccessor(lab, 1);
    expect((watched.lastHeldMs(1, 'address') ?? Infinity) - cutMs).toBeLessThan(leaseMs + 1_000);
    expect((watched.lastHeldMs(1, 'office') ?? Infinity) - cutMs).toBeLessThan(leaseMs + 1_000);
    expect(await tryPoolSize(lab, 1, 9)).toMatchObject({ code: 1 });
    await setPoolSize(lab, next, 6);

    await lab.heal();
    await expectOneMaster(lab, next);
    expect((await early).code).toBe(1);
    expect(await tryPoolSize(lab, 1, 9)).toMatchObject({ code: 1 });
    await expectPoolSize(lab, 6);
    await expectNeverTwo(watched);
  });

  const freezes = [1_000, leaseMs - 500, leaseMs + 500, ...(process.env['LAB_LONG'] ? [60_000] : [])];

  /** Answers who is master afterwards. */
  async function freeze(watched: Sampler, k: number, ms: number): Promise<number> {
    await setPoolSize(lab, k, 7);
    const frozenMs = performance.now();
    await lab.pause(k);
    await sleep(ms - 300);
    // Entered now, so it is not frozen: what it asks lies in the master daemon's socket when that wakes.
    const asked = tryPoolSize(lab, k, 9);
    await sleep(Math.max(0, frozenMs + ms - performance.now()));
    const kept = await hasAddress(lab, k);
    await lab.resume(k);
    // Two seconds of life at most, and the kernel's own slack: so it was gone while its programs were still frozen.
    expect(kept && ms >= leaseMs - 500).toBe(false);

    const accepted = (await asked).code === 0;
    expect(accepted && ms > leaseMs).toBe(false);
    // Woken soon after its lease it may find that nobody has taken over yet, and ask for it again.
    const next = await settledMaster();
    await expectOneMaster(lab, next);
    await expectPoolSize(lab, accepted ? 9 : 7);
    expect(describeOverlaps(watched)).toBe('');
    return next;
  }

  it.each(runs)(
    'a frozen master has lost the address while it is frozen, and accepts no write when woken (%i)',
    async () => {
      const watched = await begin(3, 'on');
      let master = 1;
      for (const ms of freezes) master = await freeze(watched, master, ms);
      expect(lab.hosts).toContain(master);
      await expectNeverTwo(watched);
    },
  );

  /** Whoever has the address for a second on end. */
  async function settledMaster(): Promise<number> {
    let before: readonly number[] = [];
    let since = performance.now();
    await awaitUntil('Nobody settles as master', 30_000, async () => {
      const now = await lab.holdersOfMasterIp();
      if (String(now) !== String(before)) since = performance.now();
      before = now;
      return now.length === 1 && performance.now() - since > 1_000;
    });
    return before[0] ?? 0;
  }

  it('killed daemons keep no address: the kernel takes it away by the end of the lease', async () => {
    const watched = await begin(3, 'off');
    const killedMs = performance.now();
    const daemons = '$(head -qn1 /run/quorate/noded.pid /run/quorate/masterd.pid)';
    await lab.on(1, ['sh', '-c', `kill -9 ${daemons}`]);
    await awaitNoAddress(lab, 1, leaseMs);
    await sleep(leaseMs);
    expect((watched.lastHeldMs(1, 'address') ?? Infinity) - killedMs).toBeLessThan(leaseMs);
    expect(await lab.holdersOfMasterIp()).toEqual([]);
    await mustQuorate(lab, 3, 'failover', '--to', 'q2.lab');
    await awaitMaster2AmongRunning();
    await lab.crash(1);
    await lab.revive(1);
    await expectOneMaster(lab, 2);
    await expectNeverTwo(watched);
  });

  /** q1's daemons are dead, so its own opinion stays what it was. */
  const awaitMaster2AmongRunning = (): Promise<void> =>
    awaitUntil('q2 is not master', 10_000, async () => String(await lab.holdersOfMasterIp()) === '2');

  it('a stale candidate takes over with the newest configuration, from whoever has it (BEH-055)', async () => {
    const watched = await begin(3, 'off');
    await lab.crash(2);
    await setPoolSize(lab, 1, 7);
    await setPoolSize(lab, 1, 6);
    await lab.crash(1);
    await reviveNode(lab, 2);
    expect(await poolSize(lab, 2)).toBe(10);
    await mustQuorate(lab, 2, 'failover');
    await expectOneMaster(lab, 2);
    await expectPoolSize(lab, 6);
    await lab.revive(1);
    await expectOneMaster(lab, 2);
    await expectPoolSize(lab, 6);
    await expectNeverTwo(watched);
  });

  it('a stale candidate refuses, naming who has the changes, when they cannot be had (BEH-055)', async () => {
    const watched = await begin(3, 'on');
    await lab.crash(2);
    await setPoolSize(lab, 1, 7);
    await setPoolSize(lab, 1, 6);
    // q3 still votes, and knows of the changes, but the text is gone from its disk.
    await Promise.all([lab.crash(1), lab.crash(3)]);
    const texts = ['cluster.json', 'cluster.json.1', 'cluster.json.2', 'cluster.json.3'];
    for (const text of texts) await rm(lab.disk(3, `${dataDirectory}/${text}`), { force: true });
    await Promise.all([reviveNode(lab, 2), reviveNode(lab, 3)]);
    const { code, stderr } = await quorate(lab, 2, 'failover');
    expect(code).toBe(1);
    expect(stderr).toContain('q3.lab');
    await sleep(leaseMs);
    // Nor does it by itself.
    expect(await lab.holdersOfMasterIp()).toEqual([]);
    expect(await poolSize(lab, 2)).toBe(10);
    // q1 has them: now one of them serves, and nobody lacks anything.
    await lab.revive(1);
    await expectOneMaster(lab, await settledMaster());
    await expectPoolSize(lab, 6);
    await expectNeverTwo(watched);
  });

  it('two nodes and a witness: either node may die, and the survivor restarts without anybody', async () => {
    lab = await startTestLab(3);
    await mustQuorate(lab, 1, 'init', clusterName, '--master-netdev', 'eth0');
    await mustQuorate(lab, 1, 'node', 'add', 'q2.lab');
    await mustQuorate(lab, 1, 'node', 'add', 'q3.lab', '--witness');
    await mustQuorate(lab, 1, 'modify', '--automatic-failover', 'on', '--lease', '3s');
    const watched = (sampler = await startSampler(lab));
    await setPoolSize(lab, 1, 7);
    expect(await quorate(lab, 3, 'failover')).toMatchObject({ code: 1 });

    await lab.crash(1);
    await awaitMaster(lab, 2);
    await lab.crash(2);
    await lab.revive(2);
    await awaitMaster(lab, 2);
    // The dead node would be the second copy of every change: it is marked, and blocks nobody any more.
    await mustQuorate(lab, 2, 'node', 'modify', 'q1.lab', '--offline', 'yes');
    await setPoolSize(lab, 2, 6);
    await reviveNode(lab, 1);
    await mustQuorate(lab, 2, 'node', 'modify', 'q1.lab', '--offline', 'no');
    await expectOneMaster(lab, 2);
    await awaitUntil('q1 does not have the change', 15_000, async () => (await poolSize(lab, 1)) === 6);

    await lab.crash(2);
    await awaitMaster(lab, 1);
    expect(await poolSize(lab, 1)).toBe(6);
    await lab.revive(2);
    await expectOneMaster(lab, 1);
    await expectNeverTwo(watched);
  });

  it('of two nodes alone the survivor refuses with the way out, takes it, and keeps it over a restart', async () => {
    const watched = await begin(2, 'on');
    await setPoolSize(lab, 1, 7);
    await lab.crash(1);
    const { code, stderr } = await quorate(lab, 2, 'failover');
    expect(code).toBe(1);
    expect(stderr).toMatch(/q1\.lab/);
    expect(stderr).toMatch(/--no-voting/);
    await sleep(leaseMs);
    expect(await lab.holdersOfMasterIp()).toEqual([]);

    await mustQuorate(lab, 2, 'failover', '--no-voting', '--yes-do-it');
    await awaitMaster(lab, 2);
    await setPoolSize(lab, 2, 6);
    await lab.crash(2);
    await lab.revive(2);
    await awaitMaster(lab, 2);

    await reviveNode(lab, 1);
    await sleep(leaseMs);
    expect(await lab.holdersOfMasterIp()).toEqual([2]);
    expect(await tryPoolSize(lab, 1, 9)).toMatchObject({ code: 1 });
    expect(await statusFrom(lab, 2)).toMatchObject({ master: { name: 'q2.lab' }, healthy: true });
    expect(await poolSize(lab, 2)).toBe(6);
    await expectNeverTwo(watched);
  });

  it('of two masters made in an emergency on both sides of a cut one remains when it is healed', async () => {
    await begin(3, 'off');
    await lab.crash(1);
    await lab.cut(2, { from: 3 });
    await mustQuorate(lab, 2, 'failover', '--no-voting', '--yes-do-it');
    await mustQuorate(lab, 3, 'failover', '--no-voting', '--yes-do-it');
    expect(await lab.holdersOfMasterIp()).toEqual([2, 3]);
    await lab.heal();
    const one = async (): Promise<boolean> => (await lab.holdersOfMasterIp()).length === 1;
    await awaitUntil('Both remain master', 15_000, one, async () => String(await lab.holdersOfMasterIp()));
    const [winner = 0] = await lab.holdersOfMasterIp();
    const loser = 5 - winner;
    expect(await tryPoolSize(lab, loser, 9)).toMatchObject({ code: 1 });
    await setPoolSize(lab, winner, 6);
    const inHistory = (): string =>
      historyOn(lab, winner)
        .filter(({ how }) => how !== 'init' && how !== 're-election')
        .map(({ name, how }) => `${name} ${how}`)
        .sort()
        .join(', ');
    const both = [`q${loser}.lab overruled`, `q${winner}.lab failover-without-voting`].sort().join(', ');
    await awaitUntil('Not both are in the history', 15_000, () => inHistory() === both, inHistory);
    // Nobody has taken the loser back yet: it is offline, and names the other all the same.
    const named = async (): Promise<string> => (await mustQuorate(lab, loser, 'master')).trim();
    const follows = async (): Promise<boolean> => (await named()) === `q${winner}.lab`;
    await awaitUntil('The loser still names itself', 15_000, follows, named);
    await mustQuorate(lab, winner, 'node', 'modify', `q${loser}.lab`, '--offline', 'no');
  });

  it('a master daemon that is stopped gives the lease back: another serves before it would have ended', async () => {
    const watched = await begin(3, 'on');
    const stoppedMs = performance.now();
    await lab.on(1, ['sh', '-c', 'kill $(head -qn1 /run/quorate/masterd.pid)']);
    const next = await awaitSuccessor(lab, 1);
    expect(performance.now() - stoppedMs).toBeLessThan(leaseMs);
    await expectOneMaster(lab, next);
    await expectNeverTwo(watched);
  });

  it('a pause keeps candidates from taking over until it ends', async () => {
    const watched = await begin(3, 'on');
    const pausedMs = performance.now();
    await mustQuorate(lab, 1, 'pause', '--for', '10s');
    await lab.crash(1);
    await sleep(Math.max(0, pausedMs + 8_500 - performance.now()));
    expect(await lab.holdersOfMasterIp()).toEqual([]);
    await expectOneMaster(lab, await awaitSuccessor(lab, 1));
    await expectNeverTwo(watched);
  });

  it('what must run in one place runs in one place: planned, and when the master is cut off', async () => {
    const watched = await begin(3, 'on');
    for (const k of lab.hosts) installService(lab, k);
    await mustQuorate(lab, 1, 'failover', '--to', 'q2.lab');
    await expectOneMaster(lab, 2);
    await awaitUntil('The service does not run on q2', 5_000, () => runsNow(lab, 2));
    await lab.cut(2);
    const next = await awaitSuccessor(lab, 2);
    await awaitUntil(`The service does not run on q${next}`, 5_000, () => runsNow(lab, next));
    expect(runsNow(lab, 2)).toBe(false);
    await lab.heal();
    await expectOneMaster(lab, next);
    await sleep(500);
    expect(lab.hosts.filter((k) => runsNow(lab, k))).toEqual([next]);
    expectOneAfterTheOther(lab);
    await expectNeverTwo(watched);
  });
});

// --- the site's own service: a program that only notes when it was told what

const noted = '/var/log/the-service';

function installService(lab: Lab, k: number): void {
  const directory = lab.disk(k, '/etc/quorate/master.d');
  mkdirSync(directory, { recursive: true });
  const script = `#!/bin/sh\necho "$1 $(date +%s%3N) $QUORATE_NODE $QUORATE_EPOCH" >>${noted}\n`;
  writeFileSync(`${directory}/10-the-service`, script, { mode: 0o755 });
}

interface Note {
  readonly host: number;
  readonly verb: string;
  readonly atMs: number;
}

function notesOf(lab: Lab, host: number): readonly Note[] {
  let text = '';
  try {
    text = readFileSync(lab.disk(host, noted), 'utf8');
  } catch {
    return [];
  }
  const lines = text.trim().split('\n');
  return lines.map((line) => {
    const [verb = '', at = ''] = line.split(' ');
    return { host, verb, atMs: Number(at) };
  });
}

const runsNow = (lab: Lab, k: number): boolean => notesOf(lab, k).at(-1)?.verb === 'start';

/** In the order of time, no host was told to start while another had not been told to stop. */
function expectOneAfterTheOther(lab: Lab): void {
  const notes = lab.hosts.flatMap((k) => notesOf(lab, k)).toSorted((a, b) => a.atMs - b.atMs);
  const on = new Set<number>();
  for (const { host, verb } of notes) {
    if (verb === 'start') on.add(host);
    else on.delete(host);
    expect({ notes, atOnce: on.size > 1 }).toMatchObject({ atOnce: false });
  }
}

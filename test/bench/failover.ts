/**
 * How long nobody answers at the master IP while the mastership moves, in a lab of three hosts:
 *
 *   planned   `quorate failover` on another host
 *   crash     power off at the master, automatic failover on
 *   cut       nothing passes to or from the master any more, automatic failover on
 *
 * Asked every 10 ms by TCP from the hosts that are not master; the one that does not become master counts. It prints
 * and asserts nothing. `tools/bench failover --help` lists the options.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '@quorate/platform/clock';
import { awaitUntil } from '../lab/await.ts';
import { labBlocked } from '../lab/blocked.ts';
import { downLab, startLab, type Lab } from '../lab/lab.ts';
import { LabError } from '../lab/lab-error.ts';
import { dataDirectory, masterIp, planHost, planLab } from '../lab/plan.ts';
import { complain, parseFlags, parseOneOf, parseWholeNumber, UsageError } from '../usage.ts';
import { distribution, moveOf, parseQuestions, type Question } from './answers.ts';

const usage = `tools/bench failover [--runs N] [--lease 3s] [KIND…]

  KIND        planned, crash or cut; all of them if none is named
  --runs N    of each kind (10)
  --lease T   in seconds, as for quorate modify (3s)`;

const nodePort = 1811;
/** Anti-flap: with more masterships than three in a minute candidates stand still (domain/automatic-failover.ts). */
const flapWindowMs = 62_000;
const flapLimit = 3;

type Kind = 'planned' | 'crash' | 'cut';
const kinds: readonly Kind[] = ['planned', 'crash', 'cut'];

interface Figures {
  /** Nobody answered at the address. */
  readonly gapMs: number;
  /** From the fault to the first answer of the new master, less the lease; not for `planned`. */
  readonly beyondLeaseMs?: number;
  /** No master daemon took changes; from the fault on, if there was one. */
  readonly masterdMs: number;
}

interface Step {
  readonly name: string;
  readonly durationMs: number;
}

interface Moved {
  readonly next: number;
  /** On the monotonic clock; undefined without a fault. */
  readonly faultMs?: number;
  readonly masterdMs: number;
  /** What took how long, for the line of the run. */
  readonly remark: string;
}

// --- what is asked of the cluster

async function must(lab: Lab, k: number, ...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await lab.on(k, ['quorate', ...words]);
  if (code !== 0) throw new LabError(`quorate ${words.join(' ')} on q${k}: exit ${code}\n${stdout}${stderr}`);
  return stdout;
}

const masterNamedOn = (lab: Lab, k: number): string =>
  readFileSync(lab.disk(k, `${dataDirectory}/ssconf_master_node`), 'utf8').trim();

/** Everybody follows and everybody's vote counts. */
async function settled(lab: Lab, master: number): Promise<void> {
  const follow = async (): Promise<boolean> => {
    if (String(await lab.holdersOfMasterIp()) !== String(master)) return false;
    if (lab.hosts.some((k) => masterNamedOn(lab, k) !== lab.nodeName(master))) return false;
    const { stdout } = await lab.on(master, ['quorate', 'votes', '--json']);
    return (JSON.parse(stdout) as { valid?: number }).valid === lab.hosts.length;
  };
  await awaitUntil(`Not all follow q${master}`, 60_000, follow);
  await sleep(1_000);
}

interface Entry {
  readonly time: string;
  readonly msg: string;
  readonly step?: string;
  readonly state?: string;
}

/** What the master daemon of host K has said since then. */
function entriesOf(lab: Lab, k: number, sinceMs: number): readonly Entry[] {
  const lines = readFileSync(lab.disk(k, '/var/log/quorate/masterd.log'), 'utf8').trim().split('\n');
  return lines
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as Entry)
    .filter(({ time }) => Date.parse(time) >= sinceMs);
}

/** Its way into office: when, after the fault, it began each thing, ms. */
function wayIntoOffice(entries: readonly Entry[], faultMs: number): string {
  const began = entries.filter(
    ({ msg, state }) => msg.startsWith('the master is lost') || state === 'started',
  );
  return began.map(({ time, step }) => `${step ?? 'lost'} at ${Date.parse(time) - faultMs}`).join(', ');
}

async function awaitSuccessor(lab: Lab, old: number): Promise<number> {
  let next: number | undefined;
  await awaitUntil('Nobody took over', 60_000, async () => {
    next = (await lab.holdersOfMasterIp()).find((k) => k !== old);
    return next !== undefined;
  });
  return next ?? 0;
}

// --- the three ways

const duringHandOver = [
  'hand-over',
  'await-lease',
  'request-grants',
  'record-new-master',
  'old-master-leaves',
];

async function planned(lab: Lab, old: number): Promise<Moved> {
  const next = (old % lab.hosts.length) + 1;
  const report = JSON.parse(await must(lab, next, 'failover', '--json')) as { steps: readonly Step[] };
  const masterdMs = report.steps
    .filter(({ name }) => duringHandOver.includes(name))
    .reduce((sum, { durationMs }) => sum + durationMs, 0);
  const remark = report.steps.map(({ name, durationMs }) => `${name} ${Math.round(durationMs)}`).join(', ');
  return { next, masterdMs, remark };
}

async function withoutMaster(lab: Lab, old: number, fault: () => Promise<void>): Promise<Moved> {
  const faultMs = systemClock.monotonicMs();
  const wallMs = Date.now();
  await fault();
  const next = await awaitSuccessor(lab, old);
  await sleep(500);
  const entries = entriesOf(lab, next, wallMs);
  const inOffice = entries.find(({ msg }) => msg === 'in office');
  const masterdMs = inOffice === undefined ? NaN : Date.parse(inOffice.time) - wallMs;
  return { next, faultMs, masterdMs, remark: wayIntoOffice(entries, wallMs) };
}

const ways: Readonly<Record<Kind, (lab: Lab, old: number) => Promise<Moved>>> = {
  planned,
  crash: (lab, old) => withoutMaster(lab, old, () => lab.crash(old)),
  cut: (lab, old) => withoutMaster(lab, old, () => lab.cut(old)),
};

const repairs: Readonly<Record<Kind, (lab: Lab, old: number) => Promise<void>>> = {
  planned: () => Promise.resolve(),
  crash: (lab, old) => lab.revive(old),
  cut: (lab) => lab.heal(),
};

// --- one run

function startProbe(lab: Lab, k: number): { stop(): Promise<readonly Question[]> } {
  const end = '/tmp/probe-ends';
  const command = ['node', `${import.meta.dirname}/probe.mjs`, masterIp, String(nodePort), end];
  const probing = lab.on(k, ['sh', '-c', `rm -f ${end}; exec ${command.join(' ')}`]);
  return {
    async stop() {
      await lab.on(k, ['touch', end]);
      return parseQuestions((await probing).stdout);
    },
  };
}

const hardwareAddress = (lab: Lab, k: number): string => planHost(planLab(lab.name), k).hardwareAddress;

async function measure(
  lab: Lab,
  kind: Kind,
  old: number,
  leaseMs: number,
): Promise<{ next: number; figures: Figures | undefined; remark: string }> {
  const others = lab.hosts.filter((k) => k !== old);
  const probes = new Map(others.map((k) => [k, startProbe(lab, k)]));
  await sleep(1_000);
  const { next, faultMs, masterdMs, remark } = await ways[kind](lab, old);
  await sleep(500);
  const seen = new Map(
    await Promise.all(Array.from(probes, async ([k, probe]) => [k, await probe.stop()] as const)),
  );
  await repairs[kind](lab, old);
  const witness = others.find((k) => k !== next) ?? 0;
  const move = moveOf(seen.get(witness) ?? [], hardwareAddress(lab, old), hardwareAddress(lab, next));
  if (!move) return { next, figures: undefined, remark: 'the new master was not heard' };
  const twice =
    move.oldAfterwards > 0 ? ` THE OLD MASTER ANSWERED ${move.oldAfterwards} TIMES AFTERWARDS` : '';
  const beyond = faultMs === undefined ? {} : { beyondLeaseMs: move.firstMs - faultMs - leaseMs };
  return { next, figures: { gapMs: move.gapMs, masterdMs, ...beyond }, remark: `${remark}${twice}` };
}

const labName = (kind: Kind): string => `bench-${process.pid}-${kind}`;

/** Interrupted, it leaves no lab behind. */
function takeDownWhenInterrupted(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      void Promise.allSettled(kinds.map((kind) => downLab(labName(kind)))).then(() => process.exit(130));
    });
  }
}

async function series(kind: Kind, runs: number, leaseSeconds: number): Promise<readonly Figures[]> {
  const lab = await startLab({ name: labName(kind), hosts: 3 });
  try {
    const figures: Figures[] = [];
    await lab.init();
    const begun = [Date.now()];
    await must(lab, 1, 'modify', '--automatic-failover', 'on', '--lease', `${leaseSeconds}s`);
    let master = 1;
    for (let run = 1; run <= runs; run += 1) {
      await settled(lab, master);
      if (kind !== 'planned') await calm(begun);
      begun.push(Date.now());
      const { next, figures: found, remark } = await measure(lab, kind, master, leaseSeconds * 1000);
      console.log(lineOf(kind, run, master, next, found, remark));
      if (found) figures.push(found);
      master = next;
    }
    return figures;
  } finally {
    await lab.down();
  }
}

/** Waits until another mastership would not look like flapping. */
async function calm(begun: readonly number[]): Promise<void> {
  const fourth = begun.at(-flapLimit);
  if (fourth !== undefined) await sleep(Math.max(0, fourth + flapWindowMs - Date.now()));
}

const inMs = (ms: number | undefined): string => (ms === undefined ? '-' : `${Math.round(ms)} ms`);

function lineOf(
  kind: Kind,
  run: number,
  old: number,
  next: number,
  found: Figures | undefined,
  remark: string,
): string {
  const facts = found
    ? [
        `nobody answered ${inMs(found.gapMs)}`,
        ...(found.beyondLeaseMs === undefined ? [] : [`beyond the lease ${inMs(found.beyondLeaseMs)}`]),
        `masterd ${inMs(found.masterdMs)}`,
      ]
    : [];
  return `${kind} ${run}: q${old} -> q${next}  ${[...facts, ...(remark ? [`(${remark})`] : [])].join('; ')}`;
}

function summary(kind: Kind, leaseSeconds: number, figures: readonly Figures[]): string {
  const beyond = figures.flatMap(({ beyondLeaseMs }) => (beyondLeaseMs === undefined ? [] : [beyondLeaseMs]));
  return [
    `${kind}, lease ${leaseSeconds}s`,
    `  nobody answered at ${masterIp}:        ${distribution(figures.map(({ gapMs }) => gapMs))}`,
    ...(beyond.length > 0 ? [`  fault to first answer, less the lease:  ${distribution(beyond)}`] : []),
    `  no master daemon took changes:          ${distribution(figures.map(({ masterdMs }) => masterdMs))}`,
  ].join('\n');
}

function parseSeconds(flag: string, text: string): number {
  const [, digits] = /^(\d+(?:\.\d+)?)s?$/.exec(text) ?? [];
  if (digits === undefined) throw new UsageError(`${flag} takes seconds, as 3s or 1.5s, not "${text}"`);
  return Number(digits);
}

function parse(args: string[]) {
  const options = {
    runs: { type: 'string', default: '10' },
    lease: { type: 'string', default: '3s' },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  const { values, positionals } = parseFlags({ args, options, allowPositionals: true });
  const named = positionals.map((word) => parseOneOf('KIND', word, kinds));
  return {
    chosen: kinds.filter((kind) => named.length === 0 || named.includes(kind)),
    runs: parseWholeNumber('--runs', values.runs, 1),
    leaseSeconds: parseSeconds('--lease', values.lease),
    help: values.help,
  };
}

async function main(args: string[]): Promise<void> {
  const { chosen, runs, leaseSeconds, help } = parse(args);
  if (help) return console.log(usage);
  const why = labBlocked();
  if (why !== undefined) throw new LabError(`Cannot run a lab here: ${why}`);
  takeDownWhenInterrupted();
  const summaries: string[] = [];
  for (const kind of chosen)
    summaries.push(summary(kind, leaseSeconds, await series(kind, runs, leaseSeconds)));
  console.log(`\n${summaries.join('\n\n')}`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (error instanceof UsageError) process.exitCode = complain('bench failover', error);
  else if (error instanceof LabError) {
    console.error(`bench: ${error.message}`);
    process.exitCode = 1;
  } else throw error;
}

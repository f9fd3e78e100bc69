/**
 * The quickstart: shows a cluster being made, losing its master and healing, with the real programs on this
 * machine's loopback addresses. `tools/quickstart` is the command people type.
 *
 * This file knows flags, signals and cleaning up; what is shown is story.ts. Whatever happens it leaves no
 * process behind, except with --keep.
 */
import { rmSync } from 'node:fs';
import { constants } from 'node:os';
import { parseArgs } from 'node:util';
import { takenAddress } from './address-check.ts';
import { createLoopbackCluster, missingPrograms, programFile } from './cluster.ts';
import { networkOf, planHosts } from './host-plan.ts';
import type { HostPlan } from './host-plan.ts';
import { describe, endUnder, processesUnder } from './host-processes.ts';
import { createProgress } from './progress.ts';
import type { Progress } from './progress.ts';
import {
  emptyDirectory,
  foreignDirectory,
  isUnderWay,
  readNote,
  runDirectory,
  writeNote,
} from './run-directory.ts';
import { startSampler } from './sampler.ts';
import { story } from './story.ts';
import type { World } from './story.ts';
import { summarise } from './summary.ts';

const help = `usage: tools/quickstart [--nodes N] [--keep] [--network 127.A.B]
       tools/quickstart --stop

  --nodes N          how many nodes, 3 to 9 (3)
  --keep             leave the cluster running and print commands to try
  --stop             end what --keep left running
  --network 127.A.B  addresses to use, 127.A.B.1 and so on (one of your own by default)`;

/** Something the user can mend; one line, no stack. */
class Stop extends Error {}

interface Options {
  readonly nodes: number;
  readonly network: string;
  readonly keep: boolean;
  readonly stop: boolean;
  readonly help: boolean;
}

const uid = process.getuid?.() ?? 0;
const directory = runDirectory(uid);

function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      nodes: { type: 'string', default: '3' },
      network: { type: 'string', default: networkOf(uid) },
      keep: { type: 'boolean', default: false },
      stop: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (!/^[3-9]$/.test(values.nodes))
    throw new Stop(`--nodes must be a number from 3 to 9, not ${values.nodes}`);
  const numbers = /^127\.(\d{1,3})\.(\d{1,3})$/.exec(values.network)?.slice(1) ?? [];
  if (numbers.length !== 2 || numbers.some((n) => Number(n) > 255))
    throw new Stop(`--network must be three numbers such as 127.0.77, not ${values.network}`);
  return { ...values, nodes: Number(values.nodes) };
}

/** Ends what another run left, whether killed half-way or kept on purpose; never one that is under way. */
async function endEarlierRun(progress: Progress): Promise<boolean> {
  const foreign = foreignDirectory(directory, uid);
  if (foreign !== undefined) throw new Stop(foreign);
  const note = readNote(directory);
  if (isUnderWay(note))
    throw new Stop(
      `Another quickstart of yours is under way (process ${note?.owner.pid}); wait for it, or end it`,
    );
  const left = processesUnder(directory);
  if (left.length === 0) return false;
  progress.line(`Ending what an earlier run ${note?.kept ? 'kept' : 'left'}: ${left.length} processes`);
  await endUnder(directory);
  return true;
}

async function prepare(options: Options, progress: Progress): Promise<HostPlan> {
  if (process.platform !== 'linux')
    throw new Stop('The quickstart needs Linux, as the hosts of a cluster do');
  const missing = missingPrograms();
  if (missing.length > 0)
    throw new Stop(
      `dist/ lacks ${missing.join(', ')}; run tools/quickstart, which builds them, or npm run build`,
    );
  await endEarlierRun(progress);
  const plan = planHosts(directory, options.network, options.nodes);
  const taken = await takenAddress(plan);
  if (taken !== undefined) throw new Stop(`${taken}; or use other addresses with --network`);
  emptyDirectory(directory);
  writeNote(directory, { network: options.network, nodes: options.nodes, kept: false });
  return plan;
}

/** A step's action failed, or what it was to bring about was not seen; the step has said so already. */
class StepFailed extends Error {}

async function tell(world: World, progress: Progress): Promise<void> {
  for (const step of story) {
    const display = progress.step(step.doing(world));
    try {
      display.done(await step.run(world));
    } catch (error) {
      const interrupted = world.signal?.aborted ?? false;
      display.failed(interrupted ? 'interrupted' : messageOf(error));
      throw new StepFailed(step.name, { cause: error });
    }
  }
}

/** The story with somebody watching who is master; what was seen is told also if the story breaks off. */
async function tellAndSum(world: World, progress: Progress): Promise<void> {
  const { plan } = world.cluster;
  const sampler = startSampler(plan);
  try {
    await tell(world, progress);
  } finally {
    const tenures = await sampler.stop();
    if (!world.signal?.aborted) progress.line(`\n${summarise(tenures, plan.masterIp)}`);
  }
}

function worldOf(cluster: World['cluster'], signal: AbortSignal): World {
  const [first, second, third] = cluster.plan.hosts;
  if (!first || !second || !third) throw new Error('the story needs three hosts');
  return { cluster, first, second, third, signal };
}

async function run(options: Options, progress: Progress, signal: AbortSignal): Promise<void> {
  const plan = await prepare(options, progress);
  const cluster = await createLoopbackCluster(plan, signal);
  let keep = false;
  try {
    await tellAndSum(worldOf(cluster, signal), progress);
    keep = options.keep;
  } finally {
    if (!keep) await cluster.stop();
  }
  if (keep) keepRunning(options, plan, progress);
  else endForGood(progress);
}

/** The last post-condition: nothing of ours is left. */
function endForGood(progress: Progress): void {
  const left = processesUnder(directory);
  if (left.length > 0) throw new Error(`still running: ${describe(left)}`);
  rmSync(directory, { recursive: true });
  progress.line('\nAll steps were observed; every process has ended.');
}

function keepRunning(options: Options, plan: HostPlan, progress: Progress): void {
  writeNote(directory, { network: options.network, nodes: options.nodes, kept: true });
  progress.line(`
The cluster keeps running in ${directory}. Each node is a root directory; try

  export QUORATE_ROOT=${plan.hosts[0]?.root}
  ${programFile('quorate')} status
  ${programFile('quorate')} votes
  ${programFile('quorate')} failover
  ${programFile('quorate')} master --root ${plan.hosts[1]?.root}
  ${programFile('quorate')} verify

and end it with

  tools/quickstart --stop`);
}

async function stop(progress: Progress): Promise<void> {
  const ended = await endEarlierRun(progress);
  if (readNote(directory) !== undefined) rmSync(directory, { recursive: true });
  progress.line(ended ? 'Ended; no process is left.' : 'No quickstart of yours is running.');
}

/** The signal that came first decides the exit code; later ones find the cleaning under way and change nothing. */
function interruption(): { signal: AbortSignal; exitCode: () => number | undefined } {
  const controller = new AbortController();
  let came: NodeJS.Signals | undefined;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(name, () => {
      came ??= name;
      controller.abort(new Error('interrupted'));
    });
  // Whoever reads our output has gone; a story nobody sees ends like an interrupted one.
  process.stdout.on('error', () => controller.abort(new Error('nobody reads the output')));
  const exitCode = () => (came === undefined ? undefined : 128 + constants.signals[came]);
  return { signal: controller.signal, exitCode };
}

async function main(): Promise<number> {
  const progress = createProgress(process.stdout);
  const { signal, exitCode } = interruption();
  try {
    const options = parseOptions(process.argv.slice(2));
    if (options.help) progress.line(help);
    else if (options.stop) await stop(progress);
    else await run(options, progress, signal);
    return exitCode() ?? 0;
  } catch (error) {
    if (signal.aborted) console.error('\nInterrupted; every process has been ended.');
    else if (error instanceof Stop || hasCode(error, 'ERR_PARSE_ARGS'))
      console.error((error as Error).message);
    else console.error(`\n${reportOf(error)}`);
    return exitCode() ?? 1;
  }
}

const hasCode = (error: unknown, prefix: string): boolean =>
  error instanceof Error && 'code' in error && String(error.code).startsWith(prefix);

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const reportOf = (error: unknown): string =>
  `The quickstart failed${error instanceof StepFailed ? ` at step ${error.message}` : `: ${messageOf(error)}`}\n` +
  `Every process has been ended; logs are below ${directory} until the next run.`;

process.exit(await main());

/**
 * The site's own services that must run where the master is: started when the office is taken, stopped when it is left.
 *
 *   stopped ──start──▶ starting ──▶ running ──stop──▶ stopping ──▶ stopped
 *                          │  any of them fails: failed, the others go on  │
 *                          └──────────────── stop ─────────────────────────┘
 *
 * With systemd it is one target, and a unit that shall stop with it says `PartOf=quorate-master.target`; the unit
 * finds the office's facts by `EnvironmentFile=/run/quorate/master.env`. Without, the programs of master.d in the
 * order of their names with `start`, in reverse with `stop`; both must be repeatable, as an init script is.
 *
 * Counterpart in Ganeti: none; lib/backend.py, StartMasterDaemons, knows its own daemons only.
 */
import type { State } from '@quorate/cluster-state/state';
import { clusterErrorFrom } from '@quorate/domain/errors';
import { timings } from '@quorate/domain/timings';
import { inTurn } from '@quorate/platform/in-turn';
import type { Log } from '@quorate/platform/log';
import { listSitePrograms, type RunSiteProgram } from '@quorate/platform/site-programs';

export type MasterServicesState = 'stopped' | 'starting' | 'running' | 'stopping' | 'failed';

/** Whose office it is: names of cluster and node, and the epoch. */
export interface HeldOffice {
  readonly cluster: string;
  readonly node: string;
  readonly epoch: number;
}

/** Neither call rejects: nobody waits who could do better, so what fails is logged and told by `failures`. */
export interface MasterServices {
  /**
   * Resolves when all were tried, or when a stop cut it short. The same epoch again does nothing unless it failed; a
   * higher one runs all of them again.
   */
  start(office: HeldOffice): Promise<void>;
  /**
   * Tries all of them, whether or not we started them: an earlier life of this daemon may have. Again does nothing
   * unless it failed. What a start has
   * under way gets the limit of a stop to end; no further one is begun.
   */
  stop(office: HeldOffice): Promise<void>;
  /** `stopped` before the first start means only that this daemon has started nothing yet. */
  state(): MasterServicesState;
  /** What failed in the latest start or stop, a sentence each. */
  failures(): readonly string[];
}

export interface MasterServicesParts {
  readonly state: State;
  /** Whether systemd runs this host and the root is `/`. */
  readonly systemd: boolean;
  readonly run: RunSiteProgram;
  readonly log: Log;
  readonly limits?: { readonly startMs: number; readonly stopMs: number };
}

type Verb = 'start' | 'stop';
interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

const target = 'quorate-master.target';
const usualLimits = { startMs: timings.masterServiceStartMs, stopMs: timings.masterServiceStopMs };

export function createMasterServices(parts: MasterServicesParts): MasterServices {
  const oneAtATime = inTurn();
  let state: MasterServicesState = 'stopped';
  let failures: readonly string[] = [];
  let ending = new AbortController();
  let begun: { readonly epoch: number; readonly done: Promise<void> } | undefined;
  let ended: Promise<void> | undefined;

  async function startNow(office: HeldOffice, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    state = 'starting';
    failures = await runAll(parts, 'start', office, signal);
    // After a cut whoever cut it has its turn next and says what became of it.
    if (signal.aborted) return;
    state = failures.length > 0 ? 'failed' : 'running';
    if (state === 'failed') begun = undefined;
  }

  async function stopNow(office: HeldOffice): Promise<void> {
    state = 'stopping';
    failures = await runAll(parts, 'stop', office);
    state = failures.length > 0 ? 'failed' : 'stopped';
    if (state === 'failed') ended = undefined;
  }

  return {
    start(office) {
      if (begun?.epoch === office.epoch) return begun.done;
      ended = undefined;
      // One of an older epoch tells its services what is no longer true.
      ending.abort();
      ending = new AbortController();
      const { signal } = ending;
      const done = oneAtATime(() => startNow(office, signal));
      begun = { epoch: office.epoch, done };
      return done;
    },
    stop(office) {
      if (ended) return ended;
      begun = undefined;
      ending.abort();
      ended = oneAtATime(() => stopNow(office));
      return ended;
    },
    state: () => state,
    failures: () => failures,
  };
}

/** Runs every command of the verb, one after the other, and says which failed. Never rejects. */
async function runAll(
  parts: MasterServicesParts,
  verb: Verb,
  office: HeldOffice,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const failures: string[] = [];
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (caught) {
      const { message } = clusterErrorFrom(caught);
      failures.push(message);
      parts.log.warn({ verb, epoch: office.epoch, error: message }, `a master service failed to ${verb}`);
    }
  };
  await attempt(async () => {
    for (const command of await commandsFor(parts, verb, office)) {
      if (signal?.aborted) break;
      await attempt(() => runOne(parts, verb, command, office, signal));
    }
  });
  return failures;
}

async function commandsFor(
  { state, systemd, log }: MasterServicesParts,
  verb: Verb,
  office: HeldOffice,
): Promise<readonly Command[]> {
  if (systemd) {
    if (verb === 'start') await writeEnvironment(state, office);
    return [{ program: 'systemctl', args: [verb, target] }];
  }
  const { programs, skipped } = await listSitePrograms(
    state.files,
    state.layout.masterServicesDirectory.path,
  );
  if (verb === 'start') for (const each of skipped) log.info(each, 'not a master service');
  const commands = programs.map((program) => ({ program, args: [verb] }));
  return verb === 'start' ? commands : commands.toReversed();
}

async function runOne(
  { run, systemd, log, state, limits = usualLimits }: MasterServicesParts,
  verb: Verb,
  { program, args }: Command,
  office: HeldOffice,
  signal?: AbortSignal,
): Promise<void> {
  log.info({ program, verb, epoch: office.epoch }, `master service: ${verb}`);
  // systemctl only waits; what it waits for ends by the `stop` that follows.
  const graceMs = systemd ? 0 : limits.stopMs;
  try {
    await run(program, args, {
      timeoutMs: verb === 'start' ? limits.startMs : limits.stopMs,
      env: { ...environmentOf(office), QUORATE_ROOT: state.layout.root },
      ...(signal && { ending: { signal, graceMs } }),
    });
  } catch (caught) {
    if (!(systemd && isUnknownUnit(caught))) throw caught;
    log.info({ target }, 'this host has no master services');
  }
}

/** The status with which systemctl says that there is no such unit. */
const isUnknownUnit = (caught: unknown): boolean => clusterErrorFrom(caught).facts['status'] === '5';

const environmentOf = ({ cluster, node, epoch }: HeldOffice) => ({
  QUORATE_CLUSTER: cluster,
  QUORATE_NODE: node,
  QUORATE_EPOCH: String(epoch),
});

/** systemd hands a unit no environment of ours, but a unit can read this. */
async function writeEnvironment({ files, layout }: State, office: HeldOffice): Promise<void> {
  const { path, mode } = layout.masterEnvironment;
  const lines = Object.entries(environmentOf(office)).map(([name, value]) => `${name}=${value}\n`);
  await files.writeAtomic(path, lines.join(''), { mode });
}

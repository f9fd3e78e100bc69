/**
 * The site's own programs before and after a failover: hooks/pre-failover.d and hooks/post-failover.d.
 *
 * Before: in the order of their names, ended by the first that fails; nothing of the failover has been done yet, and
 * nothing will be. After: all of them, whatever became of the failover, because the site may have something to
 * take back.
 *
 * Counterpart in Ganeti: the hooks of lib/hooksmaster.py, which a master failover does not run.
 */
import type { State } from '@quorate/cluster-state/state';
import { ClusterError, clusterErrorFrom } from '@quorate/domain/errors';
import { timings } from '@quorate/domain/timings';
import type { Log } from '@quorate/platform/log';
import { listSitePrograms, type RunSiteProgram } from '@quorate/platform/site-programs';

/** What a hook is told. */
export interface FailoverFacts {
  /** Name of the cluster. */
  readonly cluster: string;
  /** Name of the node that is to become master; the hooks run here. */
  readonly node: string;
  /** Name of the master so far; null if nobody is. */
  readonly oldMaster: string | null;
  /** The epoch it is about. */
  readonly epoch: number;
}

/** `refused`: given up before anything changed, a hook's word included. `undecided`: see the commit. */
export type FailoverEnd = 'done' | 'refused' | 'failed' | 'undecided';

export interface FailoverHooks {
  /** Fails with COMMAND_FAILED, naming the hook and why: the failover must not begin. */
  before(facts: FailoverFacts): Promise<void>;
  /** Fails with COMMAND_FAILED, naming all that failed, when every hook was tried: a warning, no more. */
  after(facts: FailoverFacts, end: FailoverEnd): Promise<void>;
}

export interface FailoverHooksParts {
  readonly state: State;
  readonly run: RunSiteProgram;
  readonly log: Log;
  readonly limitMs?: number;
}

type Moment = 'pre-failover' | 'post-failover';

export function createFailoverHooks(parts: FailoverHooksParts): FailoverHooks {
  return {
    async before(facts) {
      const env = environmentOf('pre-failover', facts);
      for (const program of await hooksOf(parts, 'pre-failover')) {
        const failure = await runHook(parts, program, env);
        if (failure) throw objected(failure);
      }
    },
    async after(facts, end) {
      const env = { ...environmentOf('post-failover', facts), QUORATE_OUTCOME: end };
      const failures: ClusterError[] = [];
      for (const program of await hooksOf(parts, 'post-failover')) {
        const failure = await runHook(parts, program, env);
        if (failure) failures.push(failure);
      }
      if (failures.length > 0) throw failedAfterwards(failures);
    },
  };
}

async function hooksOf({ state, log }: FailoverHooksParts, moment: Moment): Promise<readonly string[]> {
  const directory = `${state.layout.hooksDirectory.path}/${moment}.d`;
  const { programs, skipped } = await listSitePrograms(state.files, directory);
  for (const each of skipped) log.info(each, 'not a hook');
  return programs;
}

/** Why it failed, undefined if it did not. */
async function runHook(
  { run, log, state, limitMs = timings.hookMs }: FailoverHooksParts,
  program: string,
  env: Readonly<Record<string, string>>,
): Promise<ClusterError | undefined> {
  log.info({ program }, 'hook runs');
  try {
    await run(program, [], { timeoutMs: limitMs, env: { ...env, QUORATE_ROOT: state.layout.root } });
    return undefined;
  } catch (caught) {
    const error = clusterErrorFrom(caught);
    log.warn({ program, error: error.message }, 'hook failed');
    return error;
  }
}

const environmentOf = (moment: Moment, { cluster, node, oldMaster, epoch }: FailoverFacts) => ({
  QUORATE_HOOK: moment,
  QUORATE_CLUSTER: cluster,
  QUORATE_NODE: node,
  QUORATE_OLD_MASTER: oldMaster ?? '',
  QUORATE_EPOCH: String(epoch),
});

const objected = (cause: ClusterError): ClusterError =>
  new ClusterError('COMMAND_FAILED', `A hook objects to the failover: ${cause.message}`, {
    hint: 'Nothing was changed; remove what the hook complains about, or the hook, and run the command again',
    facts: cause.facts,
    cause,
  });

const failedAfterwards = (failures: readonly ClusterError[]): ClusterError =>
  new ClusterError('COMMAND_FAILED', failures.map(({ message }) => message).join('; '), {
    hint: 'The failover itself is not affected; the hooks can be run by hand',
    cause: failures[0],
  });

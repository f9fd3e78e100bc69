/**
 * The site's own programs around a change of the master IP: hooks/master-ip-turnup-pre.d, -post.d and
 * hooks/master-ip-turndown-pre.d, -post.d, with the four variables of the script and nothing else.
 *
 * Before: in the order of their names, and the first that fails keeps the address as it is (BEH-315). After: all of
 * them, and what fails is logged. At the end of an office nobody may keep the address: what comes before is left out.
 *
 * Counterpart in Ganeti: lib/backend.py, RunLocalHooks around node_activate_master_ip and node_deactivate_master_ip.
 */
import type { State } from '@quorate/cluster-state/state';
import { ClusterError, clusterErrorFrom } from '@quorate/domain/errors';
import type { MasterIpParameters } from '@quorate/domain/roster';
import { timings } from '@quorate/domain/timings';
import type { Log } from '@quorate/platform/log';
import { listSitePrograms, type RunSiteProgram } from '@quorate/platform/site-programs';
import { scriptVariables } from './master-ip-script.ts';

export type AddressChange = 'turnup' | 'turndown';

export interface MasterIpHooks {
  /** Fails with COMMAND_FAILED, naming the hook and why. */
  before(change: AddressChange, params: MasterIpParameters): Promise<void>;
  /** Never rejects. */
  after(change: AddressChange, params: MasterIpParameters): Promise<void>;
}

export interface MasterIpHooksParts {
  readonly state: State;
  readonly run: RunSiteProgram;
  readonly log: Log;
  readonly limitMs?: number;
}

export function createMasterIpHooks(parts: MasterIpHooksParts): MasterIpHooks {
  const { state, run, log, limitMs = timings.hookMs } = parts;

  async function hooksOf(directory: string): Promise<readonly string[]> {
    const { programs, skipped } = await listSitePrograms(
      state.files,
      `${state.layout.hooksDirectory.path}/${directory}`,
    );
    for (const each of skipped) log.info(each, 'not a hook');
    return programs;
  }

  const runHook = (program: string, params: MasterIpParameters): Promise<void> => {
    log.info({ program }, 'hook runs');
    return run(program, [], { timeoutMs: limitMs, env: scriptVariables(params), exactEnv: true });
  };

  return {
    async before(change, params) {
      for (const program of await hooksOf(`master-ip-${change}-pre.d`)) {
        await runHook(program, params).catch((caught: unknown) => {
          throw objected(change, clusterErrorFrom(caught));
        });
      }
    },
    async after(change, params) {
      const failed = (error: unknown): void =>
        log.warn({ change, error: String(error) }, 'a hook after a change of the master IP failed');
      const programs = await hooksOf(`master-ip-${change}-post.d`).catch((error: unknown) => {
        failed(error);
        return [];
      });
      for (const program of programs) await runHook(program, params).catch(failed);
    },
  };
}

const objected = (change: AddressChange, cause: ClusterError): ClusterError =>
  new ClusterError(
    'COMMAND_FAILED',
    `A hook objects to ${change === 'turnup' ? 'raising' : 'lowering'} the master IP: ${cause.message}`,
    {
      hint: 'The address was left as it was; remove what the hook complains about, or the hook',
      facts: cause.facts,
      cause,
    },
  );

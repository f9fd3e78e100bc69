/**
 * The master IP held by a program of the site: etc/quorate/scripts/master-ip-setup, with Ganeti's contract unchanged.
 *
 *   one argument, `start` or `stop`; an environment of exactly four variables; 0 is success; both may be repeated
 *
 * Where the address is, only that program knows: here it counts as up from a `start` that succeeded to a `stop` that
 * did. Both are remembered in the run directory, so that a restart of this daemon neither forgets to stop it nor
 * starts it needlessly. A reboot ends both. The kernel cannot take such an address away when the lease is over: this
 * daemon calls `stop`, after it has killed a `start` still under way.
 *
 * Counterpart in Ganeti: lib/backend.py, _RunMasterSetupScript, which knows no limit of time.
 */
import { masterIpScriptState, type MasterIpScriptState } from '@quorate/cluster-state/master-ip-script';
import type { State } from '@quorate/cluster-state/state';
import type { MasterIpParameters } from '@quorate/domain/roster';
import { timings } from '@quorate/domain/timings';
import type { Clock } from '@quorate/platform/clock';
import { lifeToGive, type MasterAddress } from '@quorate/platform/interface-address';
import { MachineError } from '@quorate/platform/machine-error';
import type { RunSiteProgram } from '@quorate/platform/site-programs';

interface ScriptParts {
  readonly state: State;
  readonly run: RunSiteProgram;
  readonly clock: Clock;
  readonly limitMs?: number;
}

export type ScriptVariables = Readonly<Record<string, string>>;

/** The four that script and hooks are given, and nothing else. */
export const scriptVariables = ({
  address,
  netmask,
  device,
  family,
}: MasterIpParameters): ScriptVariables => ({
  MASTER_NETDEV: device,
  MASTER_IP: address,
  MASTER_NETMASK: String(netmask),
  CLUSTER_IP_VERSION: String(family),
});

/** What the run directory remembers: `stop` must be told what `start` was, whatever the configuration says by then. */
interface Started {
  readonly variables: ScriptVariables;
  readonly succeeded: boolean;
}

export function scriptedAddress({
  state: { files, layout },
  run,
  clock,
  limitMs = timings.addressCommandMs,
}: ScriptParts): MasterAddress {
  const script = layout.masterIpScript.path;
  const { path: memory, mode } = layout.masterIpStarted;
  const remember = (started: Started): Promise<void> =>
    files.writeAtomic(memory, JSON.stringify(started), { mode });

  async function remembered(params: MasterIpParameters): Promise<Started | undefined> {
    const text = await files.readText(memory);
    if (text === undefined) return undefined;
    try {
      return JSON.parse(text) as Started;
    } catch {
      // Whatever it says, something was started.
      return { variables: scriptVariables(params), succeeded: false };
    }
  }

  async function call(verb: 'start' | 'stop', env: ScriptVariables, signal?: AbortSignal): Promise<void> {
    await requireScript();
    await run(script, [verb], {
      timeoutMs: limitMs,
      env,
      exactEnv: true,
      ...(signal && { ending: { signal, graceMs: 0 } }),
    });
  }

  async function requireScript(): Promise<void> {
    const found = await masterIpScriptState({ files, layout });
    if (found !== 'ready') throw unusable(script, found);
  }

  async function stop(params: MasterIpParameters): Promise<void> {
    const started = await remembered(params);
    if (!started) return;
    await call('stop', started.variables);
    await files.remove(memory);
  }

  async function isUp(params: MasterIpParameters): Promise<{ here: boolean; right: boolean }> {
    const started = await remembered(params);
    if (!started) return { here: false, right: false };
    return {
      here: true,
      right: started.succeeded && sameVariables(started.variables, scriptVariables(params)),
    };
  }

  return {
    async raise(params, { lifeSeconds, signal } = {}) {
      const { here, right } = await isUp(params);
      if (here && !right) await stop(params);
      if (lifeSeconds) await lifeToGive(params, lifeSeconds, clock);
      const variables = scriptVariables(params);
      // Before it begins: one that is killed half way is to be stopped too.
      await remember({ variables, succeeded: right });
      await call('start', variables, signal).catch(async (caught: unknown) => {
        await remember({ variables, succeeded: false });
        throw caught;
      });
      await remember({ variables, succeeded: true });
    },
    keep: () => Promise.resolve(),
    lower: stop,
    // It is the script's to know where; nothing here can lose its link.
    look: async (params) => ({ ...(await isUp(params)), linkUp: true, linkChanges: 0 }),
    announce: () => undefined,
  };
}

const sameVariables = (a: ScriptVariables, b: ScriptVariables): boolean =>
  Object.entries(b).every(([name, value]) => a[name] === value);

const unusable = (script: string, found: MasterIpScriptState): MachineError =>
  new MachineError(
    'HOST_UNFIT',
    found === 'missing'
      ? `There is no program ${script} to hold the master IP`
      : `${script} is not executable`,
    { hint: 'Install it on every candidate, or use ours: quorate modify --use-external-mip-script no' },
  );

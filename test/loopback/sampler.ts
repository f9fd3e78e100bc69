/**
 * Watches from outside who is master while a story runs: who answers at the master IP, and whom each node
 * names as master. Looks about twenty times a second, remembers the changes, and adds up how long nobody
 * answered.
 *
 * A node's opinion is read where `quorate master` reads it, from its ssconf files.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host, HostPlan } from './host-plan.ts';
import { whoHoldsMasterIp } from './master-ip-probe.ts';

const pauseMs = 50;

/** From `fromMs` on (since the sampler started), this node answered at the master IP; null: nobody. */
export interface Tenure {
  readonly holder: string | null;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Sampler {
  /** Stops looking and returns what was seen, in order, without holes. */
  stop(): Promise<readonly Tenure[]>;
}

/** Whom this node names as master; undefined if it names nobody. */
export function masterNamedBy(host: Host): string | undefined {
  try {
    const file = join(host.root, 'var', 'lib', 'quorate', 'ssconf_master_node');
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}

export function startSampler(plan: HostPlan): Sampler {
  const began = performance.now();
  const now = (): number => performance.now() - began;
  const changes: { holder: string | null; fromMs: number }[] = [{ holder: null, fromMs: 0 }];
  let stopped = false;

  async function watch(): Promise<void> {
    while (!stopped) {
      // The moment before the question: an answer was true at the latest when it was given.
      const askedMs = now();
      const holder = await whoHoldsMasterIp(plan);
      if (holder !== changes.at(-1)?.holder) changes.push({ holder, fromMs: askedMs });
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  const watching = watch();
  return {
    async stop() {
      stopped = true;
      await watching;
      const end = now();
      return changes.map((change, i) => ({ ...change, toMs: changes[i + 1]?.fromMs ?? end }));
    },
  };
}

/** How long nobody held the address between its first holder and its last, longest gap first. */
export function gaps(tenures: readonly Tenure[]): readonly Tenure[] {
  const held = tenures.map((t) => t.holder !== null);
  const between = tenures.slice(held.indexOf(true), held.lastIndexOf(true) + 1);
  return between.filter((t) => t.holder === null).sort((a, b) => b.toMs - b.fromMs - (a.toMs - a.fromMs));
}

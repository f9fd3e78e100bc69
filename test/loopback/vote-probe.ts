/**
 * Asks every node for its vote, as every node, many times a second, and counts what goes wrong: a caller that is never
 * restarted, as the daemons are not, and one that begins anew each time, as commands do.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { layoutUnder } from '@quorate/cluster-state/layout';
import { openLiveIdentity } from '@quorate/cluster-state/live-identity';
import { readRoster } from '@quorate/cluster-state/roster-store';
import { readNodeIdentity } from '@quorate/cluster-state/secrets';
import type { State } from '@quorate/cluster-state/state';
import {
  nodeDaemonOf,
  openAccess,
  openLiveAccess,
  type ClusterAccess,
} from '@quorate/bootstrap/cluster-access';
import { clusterErrorFrom } from '@quorate/domain/errors';
import type { RosterNode } from '@quorate/domain/roster';
import { systemClock } from '@quorate/platform/clock';
import { diskFiles } from '@quorate/platform/files';
import type { Log } from '@quorate/platform/log';
import { nodeServices } from '@quorate/rpc/services';
import type { Host } from './host-plan.ts';

export interface VoteProbe {
  /** Calls that were answered, since the start. */
  answered(): number;
  /** Why others were not: from whom, to whom, what. */
  readonly failures: readonly string[];
  stop(): Promise<void>;
}

const everyMs = 50;
/** New connections cost a handshake of two P-256 signatures each. */
const anewEveryMs = 400;
const deadlineMs = 5_000;

const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silent,
};

/** A caller is told apart by `how`, in the lists of failures. */
interface Caller {
  readonly host: Host;
  readonly how: string;
}

/** Calls to and from the hosts that are `away` do not count. */
export async function startVoteProbe(hosts: readonly Host[], away: readonly Host[] = []): Promise<VoteProbe> {
  const ended = new AbortController();
  const isAway = (name: string): boolean => away.some((host) => host.name === name);
  const failures: string[] = [];
  const loops: Promise<unknown>[] = [];
  let answered = 0;

  async function ask({ host, how }: Caller, access: ClusterAccess, node: RosterNode): Promise<void> {
    const call = access.channels.call(nodeDaemonOf(node), nodeServices.vote.GetVote, {}, { deadlineMs });
    await call.then(
      () => void (answered += 1),
      (caught: unknown) => {
        if (ended.signal.aborted || isAway(host.name) || isAway(node.name)) return;
        const when = new Date().toISOString().slice(11, 23);
        failures.push(`${when} ${host.short} (${how}) to ${node.name}: ${clusterErrorFrom(caught).message}`);
      },
    );
  }

  async function repeat(ms: number, work: () => Promise<unknown>): Promise<void> {
    while (!ended.signal.aborted) {
      const begun = performance.now();
      await work();
      await sleep(Math.max(0, ms - (performance.now() - begun)));
    }
  }

  for (const host of hosts.filter(({ name }) => !isAway(name))) {
    const state: State = { files: diskFiles, layout: layoutUnder(host.root) };
    const { nodes } = await readRoster(state);
    const identity = await openLiveIdentity({ state, clock: systemClock, log: silent });
    const kept = openLiveAccess(identity, { state, clock: systemClock });
    const askAll = (how: string, access: ClusterAccess) =>
      Promise.all(nodes.map((node) => ask({ host, how }, access, node)));
    loops.push(identity.watch(ended.signal), kept.watch(ended.signal));
    loops.push(repeat(everyMs, () => askAll('kept', kept)).finally(() => kept.channels.close()));
    loops.push(
      repeat(anewEveryMs, async () => {
        const fresh = openAccess(await readNodeIdentity(state), { state, clock: systemClock });
        await askAll('anew', fresh).finally(() => fresh.channels.close());
      }),
    );
  }

  return {
    failures,
    answered: () => answered,
    stop: async () => {
      ended.abort();
      await Promise.all(loops);
    },
  };
}

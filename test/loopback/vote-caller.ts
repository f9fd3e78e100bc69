/**
 * Asks every node for its vote, as one node, many times a second: a caller that is never restarted, as the daemons are
 * not, and one that begins anew each time, as commands do. Who does not answer keeps no other one waiting.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  nodeDaemonOf,
  openAccess,
  openLiveAccess,
  type ClusterAccess,
} from '@quorate/bootstrap/cluster-access';
import { openLiveIdentity } from '@quorate/cluster-state/live-identity';
import { readRoster } from '@quorate/cluster-state/roster-store';
import { readNodeIdentity } from '@quorate/cluster-state/secrets';
import type { State } from '@quorate/cluster-state/state';
import { clusterErrorFrom } from '@quorate/domain/errors';
import type { RosterNode } from '@quorate/domain/roster';
import { systemClock } from '@quorate/platform/clock';
import type { Log } from '@quorate/platform/log';
import { nodeServices } from '@quorate/rpc/services';

/** One call; `why` of one that was not answered. */
export interface VoteCall {
  /** When it began, ms since 1970. */
  readonly at: number;
  readonly how: 'kept' | 'anew';
  /** Name of the node that was asked. */
  readonly to: string;
  readonly why?: string;
}

const everyMs = 50;
/** So much rarer, for new connections cost a handshake of two P-256 signatures each. */
const anewRarer = 8;
/** Whoever is refused hears so at once; whoever merely waits for a loaded machine is not to count. */
const connectMs = 15_000;
const deadlineMs = 20_000;

const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silent,
};

interface Parts {
  readonly state: State;
  readonly signal: AbortSignal;
  readonly tell: (call: VoteCall) => void;
  /** Twenty calls a second to all of them together, or to each. */
  readonly rate: 'together' | 'each';
}

/** Resolves when it calls; the promise in the answer, when it has ended after the signal. */
export async function startVoteCaller({
  state,
  signal,
  tell,
  rate,
}: Parts): Promise<{ readonly ended: Promise<unknown> }> {
  const { nodes } = await readRoster(state);
  const identity = await openLiveIdentity({ state, clock: systemClock, log: silent });
  const kept = openLiveAccess(identity, { state, clock: systemClock, connectMs });

  async function ask(how: VoteCall['how'], { channels }: ClusterAccess, node: RosterNode): Promise<void> {
    const at = Date.now();
    const told = (why?: string) => tell({ at, how, to: node.name, ...(why !== undefined && { why }) });
    const call = channels.call(nodeDaemonOf(node), nodeServices.vote.GetVote, {}, { deadlineMs });
    await call.then(
      () => told(),
      (caught: unknown) => (signal.aborted ? undefined : told(clusterErrorFrom(caught).message)),
    );
  }

  async function askAnew(node: RosterNode): Promise<void> {
    const fresh = openAccess(await readNodeIdentity(state), { state, clock: systemClock, connectMs });
    await ask('anew', fresh, node).finally(() => fresh.channels.close());
  }

  async function repeat(ms: number, work: () => Promise<unknown>): Promise<void> {
    while (!signal.aborted) {
      const begun = performance.now();
      await work();
      await sleep(Math.max(0, ms - (performance.now() - begun)));
    }
  }

  const ms = rate === 'each' ? everyMs : everyMs * nodes.length;
  const asking = nodes.map((node) => repeat(ms, () => ask('kept', kept, node)));
  const anew = nodes.map((node) => repeat(ms * anewRarer, () => askAnew(node)));
  const ended = Promise.all([identity.watch(signal), kept.watch(signal), ...anew, ...asking]).finally(() =>
    kept.channels.close(),
  );
  return { ended };
}

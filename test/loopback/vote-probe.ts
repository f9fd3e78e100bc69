/** Asks every node for its vote, as every node (vote-caller.ts), and counts what goes wrong. */
import { layoutUnder } from '@quorate/cluster-state/layout';
import { diskFiles } from '@quorate/platform/files';
import type { Host } from './host-plan.ts';
import { startVoteCaller } from './vote-caller.ts';

export interface VoteProbe {
  /** Calls that were answered, since the start. */
  answered(): number;
  /** Why others were not: from whom, to whom, what. */
  readonly failures: readonly string[];
  stop(): Promise<void>;
}

/** Calls to and from the hosts that are `away` do not count. */
export async function startVoteProbe(hosts: readonly Host[], away: readonly Host[] = []): Promise<VoteProbe> {
  const ended = new AbortController();
  const isAway = (name: string): boolean => away.some((host) => host.name === name);
  const failures: string[] = [];
  let answered = 0;

  const callers = await Promise.all(
    hosts
      .filter(({ name }) => !isAway(name))
      .map((host) =>
        startVoteCaller({
          state: { files: diskFiles, layout: layoutUnder(host.root) },
          signal: ended.signal,
          rate: 'each',
          tell: ({ at, how, to, why }) => {
            if (why === undefined) answered += 1;
            else if (!isAway(to))
              failures.push(
                `${new Date(at).toISOString().slice(11, 23)} ${host.short} (${how}) to ${to}: ${why}`,
              );
          },
        }),
      ),
  );

  return {
    failures,
    answered: () => answered,
    stop: async () => {
      ended.abort();
      await Promise.all(callers.map((caller) => caller.ended));
    },
  };
}

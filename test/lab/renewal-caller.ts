/**
 * Program: asks every node for its vote from the host of a lab it runs on (vote-caller.ts), until a file is there.
 *
 *     node renewal-caller.cjs LINES STOP
 *
 * To the file LINES goes one JSON object for each call that was not answered, at once, and four times a second how many
 * were since the line before. A call during which this very program stood still, as it does on a machine that has too
 * much to do, is marked: connections are given up by whoever sleeps. It ends when there is a file STOP.
 */
import { appendFileSync, existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { layoutUnder } from '@quorate/cluster-state/layout';
import { diskFiles } from '@quorate/platform/files';
import { startVoteCaller } from '../loopback/vote-caller.ts';

/** By the name of who was asked. */
type Answered = Record<string, { readonly kept: number; readonly anew: number }>;

/** A third of what a connection may be silent for (limits.ts); it stands still and answers nobody. */
const stallMs = 700;

/** When this program last stood still, ms since 1970. */
function watchStalls(): () => number {
  let [tickMs, lastMs] = [Date.now(), 0];
  const look = (): number => {
    const nowMs = Date.now();
    if (nowMs - tickMs > stallMs) lastMs = nowMs;
    tickMs = nowMs;
    return lastMs;
  };
  setInterval(look, 100).unref();
  return look;
}

async function main([lines = '', stop = '']: readonly string[]): Promise<void> {
  const ended = new AbortController();
  const lastStall = watchStalls();
  const write = (line: object): void => appendFileSync(lines, `${JSON.stringify(line)}\n`);
  let answered: Answered = {};
  const caller = await startVoteCaller({
    state: { files: diskFiles, layout: layoutUnder('/') },
    signal: ended.signal,
    rate: 'together',
    tell: ({ at, how, to, why }) => {
      if (why !== undefined) return write({ at, how, to, why, stoodStill: lastStall() >= at });
      const { kept = 0, anew = 0 } = answered[to] ?? {};
      answered[to] = how === 'kept' ? { kept: kept + 1, anew } : { kept, anew: anew + 1 };
    },
  });
  for (let at = Date.now(); !existsSync(stop); at = Date.now()) {
    await sleep(250);
    write({ at, answered });
    answered = {};
  }
  ended.abort();
  await caller.ended;
}

void main(process.argv.slice(2));

/** Votes asked for by every host of a lab, twenty a second by each, and what became of the calls. */
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { awaitUntil } from './await.ts';
import type { Lab } from './lab.ts';
import { home } from './plan.ts';

export interface LabProbe {
  /** Begins on a host that was started anew. Resolves when it asks. */
  startOn(k: number): Promise<void>;
  /**
   * Calls among these hosts that began since then and were not answered: when, from whom, to whom, why. Without those
   * during which the caller itself stood still.
   */
  failuresAmong(hosts: readonly number[], sinceMs?: number): readonly string[];
  /** How often a caller of one of them that is never restarted was answered by another since then: the pair that was least. */
  leastAnswered(hosts: readonly number[], sinceMs?: number): number;
  /** Ends the asking on every host that runs. */
  stop(): Promise<void>;
}

interface Line {
  readonly at: number;
  readonly answered?: Readonly<Record<string, { readonly kept: number }>>;
  readonly how?: string;
  readonly to?: string;
  readonly why?: string;
  readonly stoodStill?: boolean;
}

/** A loaded machine takes its time to start a program. */
const startLimitMs = 60_000;
/** A call under way may have five seconds left. */
const endLimitMs = 30_000;
/** Nobody forgets a program for longer. */
const limitMs = 7_200_000;

const program = `${home}/renewal-caller.cjs`;
const lines = `${home}/votes.jsonl`;
const stop = `${home}/votes.stop`;

const oneFile = async (): Promise<string> => {
  const { outputFiles } = await build({
    entryPoints: [`${import.meta.dirname}/renewal-caller.ts`],
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['*.node', 'cpu-features'],
    define: { 'import.meta.url': 'programUrl' },
    banner: { js: "const programUrl = require('node:url').pathToFileURL(__filename).href;" },
    logLevel: 'warning',
  });
  return outputFiles[0]?.text ?? '';
};

export async function startLabProbe(lab: Lab): Promise<LabProbe> {
  const text = await oneFile();
  const running = new Map<number, Promise<unknown>>();

  const linesOf = (k: number): readonly Line[] => {
    const file = lab.disk(k, lines);
    if (!existsSync(file)) return [];
    // A host whose power was cut may have left half a line.
    const whole = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.endsWith('}'));
    return whole.map((line) => JSON.parse(line) as Line);
  };

  async function startOn(k: number): Promise<void> {
    await running.get(k);
    rmSync(lab.disk(k, stop), { force: true });
    writeFileSync(lab.disk(k, program), text);
    const sinceMs = Date.now();
    const asks = () => linesOf(k).some(({ at, answered }) => at >= sinceMs && answered !== undefined);
    const ran = lab.on(k, ['node', program, lines, stop], { limitMs });
    let said = '';
    running.set(
      k,
      ran.then(({ stderr }) => (said = stderr)),
    );
    await awaitUntil(`q${k} asks for no votes`, startLimitMs, asks, () => said);
  }

  const since = (k: number, sinceMs: number): readonly Line[] => linesOf(k).filter(({ at }) => at >= sinceMs);

  await Promise.all(lab.hosts.map(startOn));
  return {
    startOn,
    failuresAmong: (hosts, sinceMs = 0) =>
      hosts.flatMap((k) =>
        since(k, sinceMs).flatMap(({ at, how = '', to = '', why, stoodStill }) =>
          why !== undefined && !stoodStill && hosts.some((other) => lab.nodeName(other) === to)
            ? [`${new Date(at).toISOString().slice(11, 23)} q${k} (${how}) to ${to}: ${why}`]
            : [],
        ),
      ),
    leastAnswered: (hosts, sinceMs = 0) => {
      const answersOf = (k: number, to: number): number =>
        since(k, sinceMs).reduce((sum, { answered }) => sum + (answered?.[lab.nodeName(to)]?.kept ?? 0), 0);
      return Math.min(...hosts.flatMap((k) => hosts.map((to) => answersOf(k, to))));
    },
    stop: async () => {
      for (const k of running.keys()) appendFileSync(lab.disk(k, stop), '');
      const ended = Promise.all(running.values()).then(() => true);
      let isOver = false;
      void ended.then(() => (isOver = true));
      await awaitUntil('The asking for votes does not end', endLimitMs, () => isOver);
    },
  };
}

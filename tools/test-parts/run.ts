/**
 * Runs the parts of the test in order and adds them up; `tools/test` is the command people type.
 *
 * A failing part does not stop the ones behind it. At the end what failed is named once more, a table says what
 * each part took and came to, and the last line is the sum over all of them. Exit code 1 if anything failed, 2
 * for a part that is not there, 130 if interrupted.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensurePackages, isInstalled } from '../../test/lab/packages.ts';
import { addCounts, noTests, parseTally, plainLine } from './counts.ts';
import type { Counts, Tally } from './counts.ts';
import { parts } from './parts.ts';
import type { Part } from './parts.ts';

/** What became of a part, and why if it is not plain. */
interface Verdict extends Tally {
  readonly remark: string;
}

interface Outcome extends Verdict {
  readonly name: string;
  readonly seconds: number;
}

const projectRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const scratch = mkdtempSync(join(tmpdir(), 'quorate-test-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

const environment: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: [join(projectRoot, 'node_modules', '.bin'), process.env['PATH'] ?? ''].join(delimiter),
  CI: '1',
  NX_DAEMON: 'false',
  NX_NO_CLOUD: 'true',
};

let running: ChildProcess | undefined;
let interrupted: NodeJS.Signals | undefined;

/** A terminal sends its signal to the command too; whoever signals only this process expects the same. */
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    interrupted = signal;
    running?.kill(signal);
  });

function run(command: readonly string[], extra: NodeJS.ProcessEnv): Promise<number> {
  const [program = '', ...args] = command;
  return new Promise((resolve) => {
    running = spawn(program, args, {
      cwd: projectRoot,
      env: { ...environment, ...extra },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    running.on('error', (error) => {
      console.error(`${program}: ${error.message}`);
      resolve(127);
    });
    running.on('close', (code) => resolve(code ?? 1));
  });
}

/** All commands of a part are run, so that one run tells everything; the result is the worst. */
async function runAll(part: Part, extra: NodeJS.ProcessEnv): Promise<number> {
  let worst = 0;
  for (const command of part.commands) {
    if (interrupted) return 1;
    worst = Math.max(worst, await run(command, extra));
  }
  return worst;
}

const one = (key: keyof Counts): Counts => ({ ...noTests, [key]: 1 });
const justOne = (key: keyof Counts): Tally => ({ counts: one(key), failures: [] });

/** A run that failed without a failed test (it crashed, or could not start) is one failure. */
function tallyOf(file: string, code: number): Tally {
  const tally = parseTally(readIfThere(file));
  if (tally === undefined) return justOne('failed');
  const unnamed = code !== 0 && tally.counts.failed === 0;
  return unnamed ? { ...tally, counts: addCounts(tally.counts, one('failed')) } : tally;
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Installing is root's business and Debian's; elsewhere, or without a mirror, the tests say what they miss. */
async function installPackages(part: Part): Promise<void> {
  const canInstall = process.platform === 'linux' && process.getuid?.() === 0 && isInstalled('apt-get');
  if (!part.needsPackages || !canInstall) return;
  const say = (line: string): void => console.log(line);
  await ensurePackages(say, part.needsPackages).catch((error: unknown) => say(String(error)));
}

async function whySkipped(part: Part, isNamed: boolean): Promise<string | undefined> {
  if (part.onlyByName !== undefined && !isNamed) return part.onlyByName;
  await installPackages(part);
  return part.skippedBecause?.();
}

async function judge(part: Part, isNamed: boolean): Promise<Verdict> {
  const reason = await whySkipped(part, isNamed);
  if (reason !== undefined) {
    console.log(`${part.name} skipped: ${reason}`);
    return { ...justOne('skipped'), remark: reason };
  }
  if (part.needsPrograms && (await run(['node', 'tools/build/ready.mjs', 'build'], {})) !== 0)
    return { ...justOne('failed'), remark: 'the programs could not be built' };
  const file = join(scratch, `${part.name}.json`);
  const code = await runAll(part, part.counted ? { PLAIN_LINE_FILE: file } : {});
  const tally = part.counted ? tallyOf(file, code) : justOne(code === 0 ? 'passed' : 'failed');
  return { ...tally, remark: code === 0 ? '' : `exit ${code}` };
}

async function runPart(part: Part, isNamed: boolean): Promise<Outcome> {
  console.log(`\n== ${part.name}: ${part.what}`);
  const began = performance.now();
  const verdict = await judge(part, isNamed);
  return { name: part.name, seconds: (performance.now() - began) / 1000, ...verdict };
}

function table(outcomes: readonly Outcome[]): string {
  const line = ({ name, seconds, counts, remark }: Outcome): string => {
    const result = counts.failed > 0 ? 'FAILED' : counts.passed > 0 ? 'passed' : 'skipped';
    const columns = [
      name.padEnd(8),
      `${seconds.toFixed(1).padStart(7)} s`,
      result.padEnd(7),
      plainLine(counts),
    ];
    return `${columns.join('  ')}${remark && `  (${remark})`}`;
  };
  return outcomes.map(line).join('\n');
}

/** Said at the end, where whoever reads only that looks first. */
function failed(outcomes: readonly Outcome[]): string {
  const lines = outcomes.flatMap(({ name, failures }) => failures.map((line) => `${name}: ${line}`));
  return lines.length === 0 ? '' : `\nFailed:\n${lines.join('\n')}\n`;
}

function chosenParts(names: readonly string[]): readonly Part[] {
  const unknown = names.filter((name) => !parts.some((part) => part.name === name));
  if (unknown.length > 0) {
    console.error(`No such part: ${unknown.join(', ')}. Parts: ${parts.map((p) => p.name).join(' ')}`);
    process.exit(2);
  }
  return names.length === 0 ? parts : parts.filter((part) => names.includes(part.name));
}

function help(): void {
  console.log(
    'usage: tools/test [PART…]        without a part: all of them, in this order, interop excepted\n',
  );
  for (const part of parts) console.log(`  ${part.name.padEnd(8)} ${part.what}`);
}

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help') || args.includes('-h')) return help();
  const outcomes: Outcome[] = [];
  for (const part of chosenParts(args)) {
    outcomes.push(await runPart(part, args.includes(part.name)));
    if (interrupted) process.exit(128 + constants.signals[interrupted]);
  }
  const sum = outcomes.map((o) => o.counts).reduce(addCounts, noTests);
  console.log(`${failed(outcomes)}\n${table(outcomes)}\n\n${plainLine(sum)}`);
  process.exitCode = sum.failed > 0 ? 1 : 0;
}

await main(process.argv.slice(2));

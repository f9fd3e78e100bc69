import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from './clock.ts';
import { isRunning, signalProcess } from './processes.ts';
import { siteProgramRunner, type SiteProgramOptions } from './site-programs.ts';
import { awaitUntil } from './wait.ts';

let scratch: string;
let log: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'quorate-site-programs-'));
  log = join(scratch, 'log');
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

const options: SiteProgramOptions = { timeoutMs: 10_000, env: {} };
const inScratch = (name: string) => join(scratch, name);
const read = (name: string) => readFile(inScratch(name), 'utf8');
const soon = (what: string, probe: () => Promise<boolean>) =>
  awaitUntil(probe, { what, limitMs: 10_000, firstMs: 10, maxMs: 100, clock: systemClock });
/** The process whose number the script wrote into that file. */
async function processIn(name: string): Promise<number> {
  await soon(name, async () => (await read(name).catch(() => '')).endsWith('\n'));
  return Number(await read(name));
}
const gone = (pid: number) => soon(`process ${pid} to end`, async () => !(await isRunning(pid)));

async function run(script: string, given: Partial<SiteProgramOptions> = {}, args: string[] = []) {
  const program = inScratch(`program-${Math.random()}`);
  await writeFile(program, `#!/bin/sh\ncd ${scratch}\n${script}\n`);
  await chmod(program, 0o755);
  await siteProgramRunner({ path: log, mode: 0o640 })(program, args, { ...options, ...given });
}

describe('running a program of the site', () => {
  it('gives it its arguments, its environment and our PATH, and nothing else of ours', async () => {
    process.env['QUORATE_TEST_LEAK'] = 'leaked';
    await run('echo "$@" > args; tr "\\0" "\\n" < /proc/$$/environ > environment', { env: { A: 'b c' } }, [
      'start',
    ]);
    delete process.env['QUORATE_TEST_LEAK'];
    expect(await read('args')).toBe('start\n');
    expect((await read('environment')).trim().split('\n').sort()).toEqual([
      'A=b c',
      `PATH=${process.env['PATH']}`,
    ]);
  });

  it('quotes the end of what a failing one said, not what was said before', async () => {
    await run('echo all is well');
    await expect(run('echo the disk is gone >&2; exit 3')).rejects.toMatchObject({
      reason: 'COMMAND_FAILED',
      message: expect.stringMatching(/ended with status 3: the disk is gone$/),
      facts: { status: '3' },
    });
    expect(await read('log')).toContain('all is well\nthe disk is gone\n');
  });

  it('is not held up by what it leaves running, and leaves it running', async () => {
    await run('(echo serving; exec sleep 60) & echo $! > service');
    const service = await processIn('service');
    await soon('its word', async () => (await read('log')).includes('serving\n'));
    expect(await isRunning(service)).toBe(true);
    signalProcess(service, 'SIGKILL');
  });

  it('BEH-313 kills one that hangs when its time is over, with what it started', async () => {
    const hangs = run('sleep 60 & echo $! > child; echo $$ > parent; wait', { timeoutMs: 500 });
    await expect(hangs).rejects.toMatchObject({ reason: 'TIMED_OUT' });
    await gone(await processIn('child'));
    await gone(await processIn('parent'));
  });

  it('gives one its grace when what it was run for is over, then kills it', async () => {
    const over = new AbortController();
    const ending = { signal: over.signal, graceMs: 100 };
    const hangs = run('echo $$ > hanging; exec sleep 60', { ending });
    const pid = await processIn('hanging');
    over.abort();
    await expect(hangs).rejects.toMatchObject({ message: expect.stringContaining('is over') });
    await gone(pid);
  });

  it('lets one end within its grace', async () => {
    const over = new AbortController();
    const ending = { signal: over.signal, graceMs: 10_000 };
    const ends = run('echo $$ > ending; until test -e please-end; do sleep 0.02; done', { ending });
    await processIn('ending');
    over.abort();
    await writeFile(inScratch('please-end'), '');
    await expect(ends).resolves.toBeUndefined();
  });

  it('runs it without a log if there can be none', async () => {
    const runner = siteProgramRunner({ path: join(scratch, 'absent', 'log'), mode: 0o640 });
    await runner('/bin/sh', ['-c', 'echo lost'], options);
    await expect(runner('/bin/sh', ['-c', 'exit 4'], options)).rejects.toMatchObject({
      facts: { status: '4' },
    });
  });

  it('says what cannot be run', async () => {
    const runner = siteProgramRunner({ path: log, mode: 0o640 });
    await expect(runner(join(scratch, 'nothing'), [], options)).rejects.toMatchObject({
      reason: 'COMMAND_FAILED',
      message: expect.stringContaining('Cannot run'),
    });
  });
});

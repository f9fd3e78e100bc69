import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from './clock.ts';
import {
  commandFailed,
  isRunning,
  runCommand,
  signalProcess,
  spawnDetached,
  startOfProcess,
} from './processes.ts';
import { awaitUntil } from './wait.ts';

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'quorate-processes-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

const shell = (script: string, options: Partial<Parameters<typeof runCommand>[2]> = {}) =>
  runCommand('sh', ['-c', script], { timeoutMs: 10_000, ...options });
const soon = (what: string, probe: () => Promise<boolean>) =>
  awaitUntil(probe, { what, limitMs: 10_000, firstMs: 10, maxMs: 100, clock: systemClock });

describe('runCommand', () => {
  it('gives back exit code and both outputs', async () => {
    expect(await shell('echo out; echo err >&2; exit 3')).toEqual({
      code: 3,
      signal: null,
      stdout: 'out\n',
      stderr: 'err\n',
    });
  });

  it('feeds its input, and does not mind if nobody reads it', async () => {
    expect((await shell('cat', { input: 'één' })).stdout).toBe('één');
    expect((await shell('exit 0', { input: 'x'.repeat(1_000_000) })).code).toBe(0);
  });

  it('BEH-305 passes exactly the environment it is given', async () => {
    const { stdout } = await runCommand('/usr/bin/env', [], {
      timeoutMs: 10_000,
      env: { MASTER_IP: '10.0.0.1' },
    });
    expect(stdout).toBe('MASTER_IP=10.0.0.1\n');
  });

  it('names the signal that ended it', async () => {
    expect(await shell('kill -9 $$')).toMatchObject({ code: null, signal: 'SIGKILL' });
  });

  it('kills it and its children when the time is over', async () => {
    const child = join(scratch, 'child');
    const failure = shell(`sleep 60 & echo $! > ${child}; wait`, { timeoutMs: 500 });
    await expect(failure).rejects.toMatchObject({
      reason: 'TIMED_OUT',
      message: 'sh did not end within 0.5 s and was killed',
    });
    const pid = Number(await readFile(child, 'utf8'));
    await soon('the child to end', async () => !(await isRunning(pid)));
  });

  it('tells a program that is not there from one that fails', async () => {
    await expect(runCommand('no-such-program', [], { timeoutMs: 1000 })).rejects.toMatchObject({
      reason: 'HOST_UNFIT',
    });
    await expect(runCommand(scratch, [], { timeoutMs: 1000 })).rejects.toMatchObject({
      reason: 'COMMAND_FAILED',
    });
  });

  it('has one sentence for a failure', async () => {
    const result = await shell('echo first >&2; echo second >&2; exit 2');
    expect(commandFailed('ip', ['address', 'add'], result).message).toBe(
      'ip address add ended with status 2: first; second',
    );
  });
});

describe('a detached process', () => {
  it('writes to its log, can be looked at and signalled, and is gone afterwards', async () => {
    const logFile = join(scratch, 'log');
    const { pid } = await spawnDetached('sh', ['-c', 'echo $GREETING; echo trouble >&2; exec sleep 60'], {
      logFile,
      env: { GREETING: 'hello', PATH: process.env['PATH'] ?? '' },
    });
    await soon('the log', async () => (await readFile(logFile, 'utf8')) === 'hello\ntrouble\n');
    expect((await stat(logFile)).mode & 0o037).toBe(0);
    expect(await isRunning(pid)).toBe(true);
    expect(await startOfProcess(pid)).toMatch(/^\d+$/);
    expect(signalProcess(pid, 'SIGKILL')).toBe(true);
    await soon('its end', async () => !(await isRunning(pid)));
    expect(await startOfProcess(pid)).toBeUndefined();
    expect(signalProcess(pid, 'SIGTERM')).toBe(false);
  });

  it('never begins if its number could not be noted', async () => {
    const made = join(scratch, 'made');
    const pids: number[] = [];
    const registered = (pid: number) => {
      pids.push(pid);
      return Promise.reject(new Error('disk full'));
    };
    const options = { logFile: join(scratch, 'log'), registered };
    await expect(spawnDetached('touch', [made], options)).rejects.toThrow('disk full');
    await soon('its end', async () => !(await isRunning(pids[0] ?? 0)));
    await expect(stat(made)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('fails if the program is not there', async () => {
    const options = { logFile: join(scratch, 'log') };
    await expect(spawnDetached('no-such-program', [], options)).rejects.toMatchObject({
      reason: 'HOST_UNFIT',
    });
  });

  it.each([0, -1, 1.5, Number.NaN])('%s is no process', async (pid) => {
    expect(await isRunning(pid)).toBe(false);
  });
});

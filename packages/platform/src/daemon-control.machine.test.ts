import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from './clock.ts';
import { createDaemonControl, isSystemdHost, systemdControl, type DaemonControl } from './daemon-control.ts';
import { diskFiles } from './files.ts';
import { isRunning, type CommandResult } from './processes.ts';
import { awaitUntil } from './wait.ts';

let scratch: string;
let control: DaemonControl;

/** One daemon that ends when asked, one that does not, one that ends by itself. */
const scripts: Readonly<Record<string, string>> = {
  polite: 'echo up; exec sleep 60',
  deaf: 'trap "" TERM; echo up; while :; do sleep 0.05; done',
  brief: 'exit 0',
};
const pidFile = (name: string) => join(scratch, `${name}.pid`);
const logFile = (name: string) => join(scratch, `${name}.log`);

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'quorate-daemons-'));
  const command = (name: string) => ({ program: 'sh', args: ['-c', scripts[name] ?? ''] });
  control = createDaemonControl({ root: scratch, pidFile, logFile, command });
});
afterEach(async () => {
  for (const name of Object.keys(scripts)) {
    await control.stop(name, 0);
    await diskFiles.remove(logFile(name));
  }
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

const pidOf = async (name: string) => Number((await readFile(pidFile(name), 'utf8')).split('\n')[0]);
const soon = (what: string, probe: () => Promise<boolean>) =>
  awaitUntil(probe, { what, limitMs: 10_000, firstMs: 10, maxMs: 100, clock: systemClock });
const isUp = (name: string) =>
  soon(`${name} to be up`, async () => (await diskFiles.readText(logFile(name))) === 'up\n');

describe('a daemon without systemd', () => {
  it('is started once, outlives the call, and is stopped', async () => {
    expect(await control.state('polite')).toBe('stopped');
    await control.start('polite');
    await isUp('polite');
    const pid = await pidOf('polite');
    await control.start('polite');
    expect(await pidOf('polite')).toBe(pid);
    expect(await control.state('polite')).toBe('running');
    await control.stop('polite', 5_000);
    expect(await isRunning(pid)).toBe(false);
    expect(await control.state('polite')).toBe('stopped');
    expect(await diskFiles.stat(pidFile('polite'))).toBeUndefined();
    await control.stop('polite', 5_000);
  });

  it('is killed if it does not end when asked', async () => {
    await control.start('deaf');
    await isUp('deaf');
    const pid = await pidOf('deaf');
    await control.stop('deaf', 200);
    expect(await isRunning(pid)).toBe(false);
  });

  it('that has ended by itself can be started again', async () => {
    await control.start('brief');
    const first = await pidOf('brief');
    await soon('its end', async () => (await control.state('brief')) === 'stopped');
    await control.start('brief');
    expect(await pidOf('brief')).not.toBe(first);
  });

  it('is not confused with a process that has its number by chance', async () => {
    await writeFile(pidFile('polite'), `${process.pid}\n1\n`);
    expect(await control.state('polite')).toBe('stopped');
    await control.stop('polite', 100);
    expect(await isRunning(process.pid)).toBe(true);
  });

  it.each(['', 'nonsense', '0\n0\n', '-1\n5\n'])('is not running by a file that says %j', async (text) => {
    await writeFile(pidFile('polite'), text);
    expect(await control.state('polite')).toBe('stopped');
  });

  it('is not started twice by two at once', async () => {
    const outcomes = await Promise.allSettled([control.start('polite'), control.start('polite')]);
    const refused = outcomes.filter((each) => each.status === 'rejected').map((each) => each.reason as Error);
    expect(refused).toMatchObject([{ reason: 'STATE_LOCKED' }]);
    await isUp('polite');
  });
});

describe('a daemon with systemd', () => {
  /** A systemctl that writes down what it is asked. */
  function systemctl(results: Readonly<Record<string, Partial<CommandResult>>> = {}) {
    const asked: string[] = [];
    const run = (program: string, args: readonly string[]) => {
      asked.push([program, ...args].join(' '));
      return Promise.resolve({ code: 0, signal: null, stdout: '', stderr: '', ...results[args[0] ?? ''] });
    };
    return { asked, control: systemdControl(run) };
  }

  it('is a unit', async () => {
    const { asked, control: units } = systemctl();
    await units.start('noded');
    await units.stop('noded', 1_000);
    expect(asked).toEqual([
      'systemctl reset-failed quorate-noded.service',
      'systemctl start quorate-noded.service',
      'systemctl stop quorate-noded.service',
    ]);
  });

  it.each([
    ['active', 'running'],
    ['activating', 'running'],
    ['deactivating', 'running'],
    ['inactive', 'stopped'],
    ['failed', 'stopped'],
    ['', 'stopped'],
  ])('that is %j is %s', async (said, state) => {
    const { control: units } = systemctl({ 'is-active': { code: 3, stdout: `${said}\n` } });
    expect(await units.state('noded')).toBe(state);
  });

  it('BEH-146 that cannot be started says what systemctl said', async () => {
    const { control: units } = systemctl({ start: { code: 5, stderr: 'Unit not found.\n' } });
    await expect(units.start('noded')).rejects.toMatchObject({
      reason: 'COMMAND_FAILED',
      message: 'systemctl start quorate-noded.service ended with status 5: Unit not found.',
    });
  });

  it('is for the host’s own root only', () => expect(isSystemdHost('/srv/node1')).toBe(false));
});

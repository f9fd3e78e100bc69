import { layoutUnder } from '@quorate/cluster-state/layout';
import { ClusterError } from '@quorate/domain/errors';
import type { Log } from '@quorate/platform/log';
import type { RunSiteProgram, SiteProgramOptions } from '@quorate/platform/site-programs';
import { memoryFiles } from '@quorate/platform/testing/files';
import { describe, expect, it } from 'vitest';
import { createMasterServices } from './master-services.ts';

interface Run {
  /** `10-db start`. */
  readonly line: string;
  readonly options: SiteProgramOptions;
  end(error?: unknown): void;
}

const office = (epoch = 7) => ({ cluster: 'c.example.com', node: 'node1.example.com', epoch });
const turnOfTheLoop = () => new Promise<void>((resolve) => setImmediate(resolve));
const failed = (facts: Record<string, string> = { status: '1' }, message = 'it ended with status 1') =>
  new ClusterError('COMMAND_FAILED', message, { facts });

/** Services of these names; what runs waits until the test ends it, unless `failing` says how it ends at once. */
async function scene(names: readonly string[], { systemd = false, byHand = false, failing = [''] } = {}) {
  const files = memoryFiles({ '/etc/quorate/settings.json': '{}', '/run/quorate/noded.pid': '1' });
  await files.ensureDirectory('/etc/quorate/master.d', 0o755);
  for (const name of names)
    await files.writeAtomic(`/etc/quorate/master.d/${name}`, '', { mode: name === 'README' ? 0o644 : 0o755 });
  const logged: string[] = [];
  const note = (fields: object, message: string) =>
    void logged.push(`${message} ${JSON.stringify(Object.values(fields))}`);
  const log: Log = { debug: note, info: note, warn: note, error: note, child: () => log };
  const runs: Run[] = [];
  const run: RunSiteProgram = (program, args, options) =>
    new Promise((resolve, reject) => {
      const line = [program.split('/').at(-1), ...args].join(' ');
      const end = (error?: unknown) => (error === undefined ? resolve() : reject(error));
      runs.push({ line, options, end });
      if (!byHand) end(failing.includes(line) ? failed() : undefined);
    });
  const state = { files, layout: layoutUnder('/') };
  const services = createMasterServices({ state, systemd, run, log });
  const lines = () => runs.map(({ line }) => line);
  return { services, runs, lines, logged, files };
}

describe('master services as programs', () => {
  it('start in the order of their names and stop in reverse', async () => {
    const { services, lines } = await scene(['20-web', '10-db', '30-mail']);
    expect(services.state()).toBe('stopped');
    await services.start(office());
    expect(services.state()).toBe('running');
    await services.stop(office());
    expect(services.state()).toBe('stopped');
    const started = ['10-db start', '20-web start', '30-mail start'];
    expect(lines()).toEqual([...started, '30-mail stop', '20-web stop', '10-db stop']);
  });

  it('are told cluster, node and epoch, and have their limits', async () => {
    const { services, runs } = await scene(['10-db']);
    await services.start(office());
    await services.stop(office());
    const env = {
      QUORATE_CLUSTER: 'c.example.com',
      QUORATE_NODE: 'node1.example.com',
      QUORATE_EPOCH: '7',
      QUORATE_ROOT: '/',
    };
    expect(runs.map(({ options }) => [options.env, options.timeoutMs])).toEqual([
      [env, 30_000],
      [env, 10_000],
    ]);
  });

  it('one that is hidden or not executable is passed over, and the log says so', async () => {
    const { services, lines, logged } = await scene(['.10-db.swp', '20-web', 'README']);
    await services.start(office());
    expect(lines()).toEqual(['20-web start']);
    expect(logged.filter((line) => line.startsWith('not a master service'))).toHaveLength(2);
  });

  it('one that fails to start is told and logged; the others are started all the same', async () => {
    const { services, lines, logged } = await scene(['10-db', '20-web'], { failing: ['10-db start'] });
    await services.start(office());
    expect([services.state(), services.failures(), lines()]).toEqual([
      'failed',
      ['it ended with status 1'],
      ['10-db start', '20-web start'],
    ]);
    expect(logged.join('\n')).toContain('a master service failed to start');
  });

  it('one that fails to stop keeps no other from being stopped, and is tried again', async () => {
    const { services, lines } = await scene(['10-db', '20-web'], { failing: ['20-web stop'] });
    await services.stop(office());
    expect([services.state(), lines()]).toEqual(['failed', ['20-web stop', '10-db stop']]);
    await services.stop(office());
    expect(lines()).toHaveLength(4);
  });

  it('are stopped though this daemon started none: an earlier life of it may have', async () => {
    const { services, lines } = await scene(['10-db']);
    await services.stop(office());
    expect(lines()).toEqual(['10-db stop']);
  });

  it('are not run again by a repeated call, but by one of another epoch', async () => {
    const { services, lines } = await scene(['10-db']);
    await Promise.all([services.start(office()), services.start(office())]);
    await services.start(office());
    expect(lines()).toEqual(['10-db start']);
    await services.start(office(8));
    expect(lines()).toEqual(['10-db start', '10-db start']);
    await Promise.all([services.stop(office(8)), services.stop(office(8))]);
    await services.stop(office(8));
    expect(lines()).toEqual(['10-db start', '10-db start', '10-db stop']);
  });

  it('a failed start is tried again by a repeated call', async () => {
    const { services, lines } = await scene(['10-db'], { failing: ['10-db start'] });
    await services.start(office());
    await services.start(office());
    expect(lines()).toEqual(['10-db start', '10-db start']);
  });

  it('a stop cuts the start short after what is under way, which gets the limit of a stop', async () => {
    const { services, runs, lines } = await scene(['10-db', '20-web'], { byHand: true });
    const started = services.start(office());
    await turnOfTheLoop();
    const stopped = services.stop(office());
    await turnOfTheLoop();
    expect([lines(), services.state()]).toEqual([['10-db start'], 'starting']);
    expect(runs[0]?.options.ending).toMatchObject({ signal: { aborted: true }, graceMs: 10_000 });
    runs[0]?.end();
    await started;
    await turnOfTheLoop();
    expect([lines().slice(1), services.state()]).toEqual([['20-web stop'], 'stopping']);
    runs[1]?.end();
    await turnOfTheLoop();
    runs[2]?.end();
    await stopped;
    expect([lines().at(-1), services.state()]).toEqual(['10-db stop', 'stopped']);
  });

  it('a start that waits for a stop is given up by the next stop', async () => {
    const { services, runs, lines } = await scene(['10-db'], { byHand: true });
    const calls = [services.stop(office()), services.start(office(8)), services.stop(office(8))];
    await turnOfTheLoop();
    runs[0]?.end();
    await turnOfTheLoop();
    runs[1]?.end();
    await Promise.all(calls);
    expect([lines(), services.state()]).toEqual([['10-db stop', '10-db stop'], 'stopped']);
  });

  it('none at all is fine', async () => {
    const { services } = await scene([]);
    await services.start(office());
    expect(services.state()).toBe('running');
  });

  it('a directory that cannot be read is a failure, and no rejection', async () => {
    const { services, files } = await scene(['10-db']);
    files.list = () => Promise.reject(failed({}, 'Cannot list'));
    await services.start(office());
    await services.stop(office());
    expect([services.state(), services.failures()]).toEqual(['failed', ['Cannot list']]);
  });
});

describe('master services under systemd', () => {
  it('are one target; its units read the office from a file', async () => {
    const { services, lines, files } = await scene(['10-db'], { systemd: true });
    await services.start(office());
    await services.stop(office());
    expect(lines()).toEqual([
      'systemctl start quorate-master.target',
      'systemctl stop quorate-master.target',
    ]);
    expect(await files.readText('/run/quorate/master.env')).toBe(
      'QUORATE_CLUSTER=c.example.com\nQUORATE_NODE=node1.example.com\nQUORATE_EPOCH=7\n',
    );
  });

  it('are none on a host without the target', async () => {
    const { services, runs } = await scene([], { systemd: true, byHand: true });
    const started = services.start(office());
    await turnOfTheLoop();
    runs[0]?.end(failed({ status: '5' }));
    await started;
    expect([services.state(), services.failures()]).toEqual(['running', []]);
  });

  it('a stop does not wait for a start that hangs: the stop cancels it', async () => {
    const { services, runs } = await scene([], { systemd: true, byHand: true });
    void services.start(office());
    await turnOfTheLoop();
    void services.stop(office());
    expect(runs[0]?.options.ending).toMatchObject({ signal: { aborted: true }, graceMs: 0 });
  });
});

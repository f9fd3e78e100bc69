import { layoutUnder, type Layout } from '@quorate/cluster-state/layout';
import { systemClock } from '@quorate/platform/clock';
import { diskFiles } from '@quorate/platform/files';
import { createLog } from '@quorate/platform/log';
import { isRunning } from '@quorate/platform/processes';
import { siteProgramRunner } from '@quorate/platform/site-programs';
import { awaitUntil } from '@quorate/platform/wait';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMasterServices } from './master-services.ts';

let root: string;
let layout: Layout;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'quorate-services-'));
  layout = layoutUnder(root);
  await mkdir(layout.masterServicesDirectory.path, { recursive: true });
  await mkdir(layout.logDirectory.path, { recursive: true });
});
afterEach(() => rm(root, { recursive: true, force: true }));

const office = { cluster: 'c.example.com', node: 'node1.example.com', epoch: 7 };

/** A service that notes each call in `calls`, then does this. */
async function service(name: string, script = ''): Promise<void> {
  const path = join(layout.masterServicesDirectory.path, name);
  const note = `echo ${name} $1 $QUORATE_CLUSTER $QUORATE_NODE $QUORATE_EPOCH >> ${root}/calls`;
  await writeFile(path, `#!/bin/sh\n${note}\n${script}\n`);
  await chmod(path, 0o755);
}

const callsFile = () => readFile(join(root, 'calls'), 'utf8').catch(() => '');
const calls = async () => (await callsFile()).trim().split('\n');
const expected = (...lines: string[]) => lines.map((line) => `${line} c.example.com node1.example.com 7`);

async function services(limits = { startMs: 20_000, stopMs: 20_000 }) {
  const log = await createLog({ name: 'test', level: 'silent' });
  const run = siteProgramRunner(layout.programsLog);
  return createMasterServices({ state: { files: diskFiles, layout }, systemd: false, run, log, limits });
}

const soon = (what: string, probe: () => Promise<boolean>) =>
  awaitUntil(probe, { what, limitMs: 10_000, firstMs: 10, maxMs: 100, clock: systemClock });

describe('master services of this machine', () => {
  it('start in order with their environment, stop in reverse', async () => {
    for (const name of ['20-web', '10-db', '.hidden']) await service(name);
    await writeFile(join(layout.masterServicesDirectory.path, 'README'), 'not a program');
    const all = await services();
    await all.start(office);
    await all.stop(office);
    expect(await calls()).toEqual(expected('10-db start', '20-web start', '20-web stop', '10-db stop'));
  });

  it('one that hangs is killed after its limit with what it started; the others run', async () => {
    await service('10-db', `sleep 60 & echo $! > ${root}/child; wait`);
    await service('20-web');
    const all = await services({ startMs: 500, stopMs: 500 });
    await all.start(office);
    expect([all.state(), all.failures()]).toEqual([
      'failed',
      [expect.stringContaining('10-db did not end within 0.5 s and was killed')],
    ]);
    await all.stop(office);
    expect(await calls()).toEqual(expected('10-db start', '20-web start', '20-web stop', '10-db stop'));
    const child = Number(await readFile(join(root, 'child'), 'utf8'));
    await soon('the child to end', async () => !(await isRunning(child)));
  });

  it('a stop during the start ends what hangs there and starts no further one', async () => {
    await service('10-db', 'if test $1 = start; then sleep 60; fi');
    await service('20-web');
    const all = await services({ startMs: 50_000, stopMs: 500 });
    const started = all.start(office);
    await soon('the start', async () => (await callsFile()).includes('10-db start'));
    await all.stop(office);
    await started;
    expect(all.state()).toBe('stopped');
    expect(await calls()).toEqual(expected('10-db start', '20-web stop', '10-db stop'));
  });

  it('one that fails says why', async () => {
    await service('10-db', 'echo no disk >&2; exit 1');
    const all = await services();
    await all.start(office);
    expect(all.failures()).toEqual([expect.stringMatching(/10-db start ended with status 1: no disk$/)]);
  });
});

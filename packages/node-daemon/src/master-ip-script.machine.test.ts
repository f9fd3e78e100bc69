/** The script of the site and the hooks around it, as real programs: what they are told, and what becomes of their answer. */
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { layoutUnder } from '@quorate/cluster-state/layout';
import { masterIpScriptState } from '@quorate/cluster-state/master-ip-script';
import { ensureDirectories, type State } from '@quorate/cluster-state/state';
import type { MasterIpParameters } from '@quorate/domain/roster';
import { systemClock } from '@quorate/platform/clock';
import { diskFiles } from '@quorate/platform/files';
import { siteProgramRunner } from '@quorate/platform/site-programs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMasterIpHooks } from './master-ip-hooks.ts';
import { scriptedAddress } from './master-ip-script.ts';
import { notedLog } from './testing/memory-node.ts';

const params: MasterIpParameters = {
  ...{ address: '192.0.2.100', netmask: 28, device: 'eth7', family: 4 },
  externalScript: true,
};
const four = ['CLUSTER_IP_VERSION=4', 'MASTER_IP=192.0.2.100', 'MASTER_NETDEV=eth7', 'MASTER_NETMASK=28'];

let root: string;
let state: State;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'quorate-mip-'));
  state = { files: diskFiles, layout: layoutUnder(root) };
  await ensureDirectories(state);
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Ends with `end`; before that it notes its arguments, and its environment as the kernel has it. */
const script = (end = 'exit 0'): string =>
  `#!/bin/sh\necho "args $# $*" >>${root}/calls\ntr '\\0' '\\n' </proc/$$/environ | sort >>${root}/calls\n${end}\n`;

async function install(file: string, text: string, mode = 0o755): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
  await chmod(file, mode);
}
const calls = async (): Promise<readonly string[]> =>
  (await readFile(`${root}/calls`, 'utf8').catch(() => '')).trim().split('\n');

const run = (...args: Parameters<ReturnType<typeof siteProgramRunner>>) =>
  siteProgramRunner(state.layout.programsLog)(...args);
const held = (limitMs?: number) =>
  scriptedAddress({ state, run, clock: systemClock, ...(limitMs !== undefined && { limitMs }) });

describe('the script', () => {
  const file = () => state.layout.masterIpScript.path;

  it('BEH-305 BEH-306 is called with start, then with stop, with four variables and nothing else', async () => {
    await install(file(), script());
    await held().raise(params);
    expect(await held().look(params)).toMatchObject({ here: true, right: true });
    await held().lower(params);
    expect(await held().look(params)).toMatchObject({ here: false, right: false });
    expect(await calls()).toEqual(['args 1 start', ...four, 'args 1 stop', ...four]);
  });

  it('is stopped with what it was started with, and started anew, when that is to be another', async () => {
    await install(file(), script());
    await held().raise(params);
    await held().raise({ ...params, netmask: 24 });
    const verbsAndMasks = (await calls()).filter((line) => /^args|NETMASK/.test(line));
    expect(verbsAndMasks).toEqual([
      ...['args 1 start', 'MASTER_NETMASK=28', 'args 1 stop', 'MASTER_NETMASK=28'],
      ...['args 1 start', 'MASTER_NETMASK=24'],
    ]);
  });

  it('that was never started is not stopped', async () => {
    await install(file(), script());
    await held().lower(params);
    expect(await calls()).toEqual(['']);
  });

  it('that fails is quoted, and is stopped later: nobody knows how far it came', async () => {
    await install(file(), script('[ $1 = stop ] || { echo no such cloud >&2; exit 3; }'));
    await expect(held().raise(params)).rejects.toMatchObject({
      reason: 'COMMAND_FAILED',
      message: expect.stringMatching(/master-ip-setup start ended with status 3: no such cloud/),
    });
    expect(await held().look(params)).toMatchObject({ here: true, right: false });
    await held().lower(params);
    expect(await calls()).toContain('args 1 stop');
  });

  it('BEH-313 that hangs is killed after its limit, and reported', async () => {
    await install(file(), script('sleep 600'));
    await expect(held(300).raise(params)).rejects.toMatchObject({
      reason: 'TIMED_OUT',
      message: expect.stringContaining('was killed'),
    });
  });

  it('that still starts is killed when the lease is over', async () => {
    await install(file(), script('[ $1 = stop ] || sleep 600'));
    const ending = new AbortController();
    const raised = held().raise(params, { signal: ending.signal });
    const refusal = raised.catch((error: unknown) => error);
    await expect.poll(calls, { timeout: 20_000 }).toContain('args 1 start');
    ending.abort();
    expect(await refusal).toMatchObject({ message: expect.stringContaining('what it was run for is over') });
    await held().lower(params);
    expect(await calls()).toContain('args 1 stop');
  });

  it('is not started when the lease leaves no second for it', async () => {
    await install(file(), script());
    await expect(held().raise(params, { lifeSeconds: () => 0 })).rejects.toMatchObject({
      reason: 'TIMED_OUT',
    });
    expect(await calls()).toEqual(['']);
  });

  it.each([
    ['missing', undefined, 'There is no program'],
    ['not-executable', 0o644, 'is not executable'],
  ] as const)('that is %s is refused with a hint', async (found, mode, words) => {
    if (mode !== undefined) await install(file(), script(), mode);
    expect(await masterIpScriptState(state)).toBe(found);
    await expect(held().raise(params)).rejects.toMatchObject({
      reason: 'HOST_UNFIT',
      message: expect.stringContaining(words),
      hint: expect.stringContaining('every candidate'),
    });
  });
});

describe('hooks', () => {
  const hook = (name: string) => `${state.layout.hooksDirectory.path}/${name}`;
  const log = notedLog();
  const hooks = () => createMasterIpHooks({ state, run, log });

  it('run in the order of their names, with the four variables and no argument', async () => {
    for (const name of ['20-b', '10-a']) {
      await install(hook(`master-ip-turnup-pre.d/${name}`), script(`echo ${name} >>${root}/calls`));
    }
    await hooks().before('turnup', params);
    await hooks().before('turndown', params);
    expect(await calls()).toEqual(['args 0 ', ...four, '10-a', 'args 0 ', ...four, '20-b']);
  });

  it('BEH-315 end with the first that fails before, naming it; after, all run and what fails is logged', async () => {
    for (const phase of ['pre', 'post']) {
      await install(hook(`master-ip-turndown-${phase}.d/1`), script('echo not now; exit 1'));
      await install(hook(`master-ip-turndown-${phase}.d/2`), script());
    }
    await expect(hooks().before('turndown', params)).rejects.toMatchObject({
      reason: 'COMMAND_FAILED',
      message: expect.stringMatching(/objects to lowering .*turndown-pre\.d\/1.*not now/),
    });
    await hooks().after('turndown', params);
    expect((await calls()).filter((line) => line.startsWith('args'))).toHaveLength(3);
    expect(log.lines).toContainEqual(expect.objectContaining({ level: 'warn' }));
  });
});

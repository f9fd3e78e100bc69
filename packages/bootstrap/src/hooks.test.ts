import { layoutUnder } from '@quorate/cluster-state/layout';
import { ClusterError } from '@quorate/domain/errors';
import type { Log } from '@quorate/platform/log';
import type { RunSiteProgram } from '@quorate/platform/site-programs';
import { memoryFiles } from '@quorate/platform/testing/files';
import { describe, expect, it } from 'vitest';
import { createFailoverHooks } from './hooks.ts';

const facts = { cluster: 'c.example.com', node: 'node2', oldMaster: 'node1', epoch: 8 };
const pre = '/etc/quorate/hooks/pre-failover.d';
const post = '/etc/quorate/hooks/post-failover.d';

async function scene(paths: readonly string[], failing: readonly string[] = []) {
  const files = memoryFiles({ '/etc/quorate/settings.json': '{}' });
  for (const path of paths) {
    await files.ensureDirectory(path.slice(0, path.lastIndexOf('/')), 0o755);
    await files.writeAtomic(path, '', { mode: path.endsWith('README') ? 0o644 : 0o755 });
  }
  const logged: string[] = [];
  const note = (_fields: object, message: string) => void logged.push(message);
  const log: Log = { debug: note, info: note, warn: note, error: note, child: () => log };
  const ran: string[] = [];
  const environments: Readonly<Record<string, string>>[] = [];
  const run: RunSiteProgram = async (program, _args, { env }) => {
    ran.push(program);
    environments.push(env);
    if (failing.includes(program)) throw new ClusterError('TIMED_OUT', `${program} took too long`);
  };
  const hooks = createFailoverHooks({ state: { files, layout: layoutUnder('/') }, run, log });
  return { hooks, ran, environments, logged };
}

describe('hooks before a failover', () => {
  it('run in the order of their names, and are told what is about to happen', async () => {
    const { hooks, ran, environments } = await scene([`${pre}/20-b`, `${pre}/10-a`, `${post}/10-z`]);
    await hooks.before(facts);
    expect(ran).toEqual([`${pre}/10-a`, `${pre}/20-b`]);
    expect(environments[0]).toEqual({
      QUORATE_HOOK: 'pre-failover',
      QUORATE_CLUSTER: 'c.example.com',
      QUORATE_NODE: 'node2',
      QUORATE_OLD_MASTER: 'node1',
      QUORATE_EPOCH: '8',
      QUORATE_ROOT: '/',
    });
  });

  it('the first that fails ends it all, whatever way it failed', async () => {
    const { hooks, ran } = await scene([`${pre}/10-a`, `${pre}/20-b`], [`${pre}/10-a`]);
    await expect(hooks.before(facts)).rejects.toMatchObject({
      reason: 'COMMAND_FAILED',
      message: `A hook objects to the failover: ${pre}/10-a took too long`,
    });
    expect(ran).toEqual([`${pre}/10-a`]);
  });

  it('what is no program is passed over, and the log says so', async () => {
    const { hooks, ran, logged } = await scene([`${pre}/.x`, `${pre}/README`]);
    await hooks.before(facts);
    expect([ran, logged]).toEqual([[], ['not a hook', 'not a hook']]);
  });
});

describe('hooks after a failover', () => {
  it('are told how it ended; nobody was master before is an empty word', async () => {
    const { hooks, environments } = await scene([`${post}/10-z`]);
    await hooks.after({ ...facts, oldMaster: null }, 'failed');
    expect(environments[0]).toMatchObject({
      QUORATE_HOOK: 'post-failover',
      QUORATE_OUTCOME: 'failed',
      QUORATE_OLD_MASTER: '',
    });
  });

  it('all of them run; those that fail are named together', async () => {
    const paths = [`${post}/1`, `${post}/2`, `${post}/3`];
    const { hooks, ran } = await scene(paths, [`${post}/1`, `${post}/3`]);
    await expect(hooks.after(facts, 'done')).rejects.toMatchObject({
      reason: 'COMMAND_FAILED',
      message: `${post}/1 took too long; ${post}/3 took too long`,
    });
    expect(ran).toEqual(paths);
  });

  it('none at all is fine, on either side', async () => {
    const { hooks, ran } = await scene([]);
    await hooks.before(facts);
    await hooks.after(facts, 'done');
    expect(ran).toEqual([]);
  });
});

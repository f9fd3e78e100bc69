/** Inits that are cut off, gone on with and taken back, on a real disk; daemons only note their orders. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readClusterRecord } from '@quorate/cluster-state/record-store';
import { readRoster, ssconfComplete } from '@quorate/cluster-state/roster-store';
import { readNodeIdentity } from '@quorate/cluster-state/secrets';
import { readVoterRecord } from '@quorate/cluster-state/voter-store';
import { diskFiles, type Files } from '@quorate/platform/files';
import { afterEach, describe, expect, it } from 'vitest';
import { failureOf } from './testing/failure-of.ts';
import { initHost } from './testing/init-host.ts';

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

function host(options?: Parameters<typeof initHost>[1]) {
  const root = mkdtempSync(join(tmpdir(), 'quorate-founding-'));
  roots.push(root);
  return initHost(root, options);
}

/** Every path with its mode; what is in it is random in the main. */
const treeOf = (root: string): readonly string[] =>
  readdirSync(root, { recursive: true })
    .map(String)
    .map((name) => `${name} ${statSync(join(root, name)).mode.toString(8)}`)
    .sort();

interface PowerCut {
  readonly files: Files;
  /** Changes so far. */
  readonly count: () => number;
}

/** A disk that is no more after so many changes. */
function powerCutAfter(changes: number): PowerCut {
  let count = 0;
  const alive = (isChange: boolean): void => {
    if (count >= changes) throw new Error('power cut');
    if (isChange) count += 1;
  };
  const changing = new Set<string>(['writeAtomic', 'remove', 'ensureDirectory', 'appendLine']);
  const entries = Object.entries(diskFiles).map(([name, work]: [string, (...args: never[]) => unknown]) => [
    name,
    async (...args: never[]) => {
      alive(changing.has(name));
      return work(...args);
    },
  ]);
  return { files: Object.fromEntries(entries) as unknown as Files, count: () => count };
}

/** What must hold of a cluster, however it came about. */
async function expectWhole({ state }: ReturnType<typeof host>): Promise<void> {
  const record = await readClusterRecord(state);
  const roster = await readRoster(state);
  const { uuid, master_node } = record?.configuration.cluster ?? {};
  expect(await readNodeIdentity(state)).toMatchObject({ clusterUuid: uuid, nodeUuid: master_node });
  expect(await ssconfComplete(state, roster)).toBe(true);
  expect(await readVoterRecord(state)).toMatchObject({
    grantedTo: master_node,
    version: record?.version,
  });
}

async function changesOfAnInit(): Promise<number> {
  const whole = host();
  const cut = powerCutAfter(Number.POSITIVE_INFINITY);
  await whole.init({}, cut.files);
  return cut.count();
}

describe('an init that broke off', () => {
  it('BEH-150 is gone on with from wherever it was cut off, and ends where an undisturbed one does', async () => {
    const undisturbed = host();
    await undisturbed.init();
    const changes = await changesOfAnInit();
    // Every step is cut off in the lab. Here it is in their midst: the secrets, which come first, more often than the views.
    const points = Array.from({ length: changes }, (_, n) => n).filter(
      (n) => (n < 18 && n % 3 === 0) || n % 16 === 0 || n >= changes - 2,
    );
    for (const n of points) {
      const cut = host();
      await expect(cut.init({}, powerCutAfter(n).files)).rejects.toThrow('power cut');
      await cut.init();
      expect({ n, tree: treeOf(cut.root) }).toEqual({ n, tree: treeOf(undisturbed.root) });
      await expectWhole(cut);
    }
  });

  it('chooses the same again', async () => {
    const { init, state } = host();
    await failureOf(init({}, powerCutAfter(20).files));
    const run = JSON.parse(readFileSync(state.layout.foundingRun.path, 'utf8')) as { uuids: object };
    await init();
    const { cluster, nodes, nodegroups } = (await readClusterRecord(state))?.configuration ?? {};
    expect({
      cluster: cluster?.uuid,
      node: Object.keys(nodes ?? {})[0],
      group: Object.keys(nodegroups ?? {})[0],
    }).toEqual(run.uuids);
  });

  it('no more writes what the daemons have taken over', async () => {
    const { root, init, state, order } = host();
    const error = await failureOf(initHost(root, { failing: 'start masterd' }).init());
    expect(error.hint).toContain('quorate init --abort');
    const text = readFileSync(state.layout.voterRecord.path, 'utf8');
    await diskFiles.writeAtomic(state.layout.voterRecord.path, `${text} `, { mode: 0o600 });
    await init();
    expect(readFileSync(state.layout.voterRecord.path, 'utf8')).toBe(`${text} `);
    expect(order).not.toContain('write-configuration done');
    expect(order.at(-1)).toBe('finish done');
  });

  it('is refused with other parameters, and nothing is changed', async () => {
    const { init, plan, root } = host();
    await failureOf(init({}, powerCutAfter(20).files));
    const before = treeOf(root);
    for (const run of [init, plan]) {
      const error = await failureOf(run({ candidatePoolSize: 3 }));
      expect(error).toMatchObject({ reason: 'OPERATION_IN_PROGRESS' });
      expect(error.hint).toContain('--abort');
    }
    expect(treeOf(root)).toEqual(before);
    await expect(plan()).resolves.toBeDefined();
  });

  it.each([0, 4, 6, 7, 12, 20, 40])('BEH-149 cut off after %d changes, is taken back', async (changes) => {
    const { init, abort, root } = host();
    const before = treeOf(root);
    await init({}, powerCutAfter(changes).files).catch(() => undefined);
    await abort();
    expect(treeOf(root)).toEqual(before);
  });
});

describe('init --abort', () => {
  it('has nothing to do on a host where none was begun', async () => {
    const { abort, root } = host();
    const before = treeOf(root);
    expect(await abort()).toEqual({ wasUnderWay: false, warnings: [] });
    expect(treeOf(root)).toEqual(before);
  });

  it('refuses where the cluster is made', async () => {
    const { init, abort, root } = host();
    await init();
    const before = treeOf(root);
    expect(await failureOf(abort())).toMatchObject({ reason: 'CLUSTER_EXISTS' });
    expect(treeOf(root)).toEqual(before);
  });

  it('stops what runs: the master daemon first, the office while the node daemon still answers', async () => {
    const { init, abort, order } = host({ failing: 'wait for masterd' });
    await failureOf(init());
    order.length = 0;
    await abort();
    expect(order.filter((what) => !what.endsWith(' done'))).toEqual([
      'stop masterd',
      'leave office',
      'stop noded',
    ]);
  });
});

describe('two inits at once', () => {
  it('one wins, one is told', async () => {
    const { init, state } = host();
    const [first, second] = await Promise.allSettled([init(), init()]);
    expect(first.status).toBe('fulfilled');
    expect(second).toMatchObject({ reason: { reason: 'OPERATION_IN_PROGRESS' } });
    expect(await readClusterRecord(state)).toBeDefined();
  });
});

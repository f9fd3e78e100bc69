/**
 * A candidate that missed a change, or was set back to an old state, becomes master without losing the newer
 * configuration that another node holds.
 */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { awaitMaster } from '../loopback/story.ts';
import { changePoolSize, makeCluster, poolSizeOn, stateDirectory } from './clusters.ts';
import type { TestCluster } from './clusters.ts';

let made: TestCluster;
beforeEach(async () => {
  made = await makeCluster(3);
});
afterEach(() => made?.end());

describe('a stale candidate', () => {
  /** The master is lost for good; the stale second host and the third are what remains. */
  async function takeOverWithSecond(): Promise<void> {
    const { first, second, third } = made.world;
    await made.cluster.kill(first);
    await made.cluster.startDaemons(second);
    await made.cluster.mustQuorate(second, ['failover']);
    expect(await awaitMaster(made.world, second, [second, third])).toContain('is master');
    expect(poolSizeOn(second)).toBe(7);
    expect(poolSizeOn(third)).toBe(7);
  }

  it('BEH-055 that was down during a change fetches it before it takes the office', async () => {
    const { first, second } = made.world;
    await made.cluster.kill(second);
    expect((await changePoolSize(made, first, 7)).code).toBe(0);
    expect(poolSizeOn(second)).not.toBe(7);
    await takeOverWithSecond();
  });

  it('BEH-055 that was restored from an old backup does not undo what came after it', async () => {
    const { first, second } = made.world;
    const backup = join(made.cluster.plan.directory, 'backup-of-n2');
    cpSync(stateDirectory(second), backup, { recursive: true });
    expect((await changePoolSize(made, first, 7)).code).toBe(0);
    await made.cluster.kill(second);
    rmSync(stateDirectory(second), { recursive: true });
    cpSync(backup, stateDirectory(second), { recursive: true });
    await takeOverWithSecond();
  });
});

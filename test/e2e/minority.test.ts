/**
 * Half of the cluster and less can do nothing, says so, names who is missing and why; and when the missing come
 * back everything goes on where it was.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandResult } from '../loopback/command.ts';
import { awaitMaster } from '../loopback/story.ts';
import { makeCluster, readState } from './clusters.ts';
import type { TestCluster } from './clusters.ts';

let made: TestCluster;
beforeAll(async () => {
  made = await makeCluster(3);
});
afterAll(() => made?.end());

describe('one node of three, the master among the two that are lost', () => {
  let refused: CommandResult;
  let voterBefore: string;

  beforeAll(async () => {
    const { first, second, third } = made.world;
    await made.cluster.kill(first);
    await made.cluster.kill(second);
    voterBefore = readState(third, 'voter.json');
    refused = await made.cluster.quorate(third, ['failover']);
  });

  it('BEH-047 is refused the mastership', () => {
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('NO_MAJORITY');
  });

  it('BEH-037 is told the two that do not answer, each with its cause, and not itself', () => {
    const { first, second, third } = made.world;
    for (const host of [first, second])
      expect(refused.stderr).toMatch(new RegExp(`${host.name}[^;\\n]*(refused|no answer)`, 'i'));
    expect(refused.stderr).not.toContain(third.name);
  });

  it('BEH-047 has changed nothing', async () => {
    const { first, third } = made.world;
    expect(readState(third, 'voter.json')).toBe(voterBefore);
    const { stdout } = await made.cluster.mustQuorate(third, ['master']);
    expect(stdout.trim()).toBe(first.name);
  });

  it('reports an unhealthy cluster', async () => {
    const { code } = await made.cluster.quorate(made.world.third, ['votes']);
    expect(code).toBe(1);
    expect((await made.cluster.status(made.world.third)).healthy).toBe(false);
  });

  it('follows the old master as soon as that is back, without a command', async () => {
    const { first, second } = made.world;
    await made.cluster.startDaemons(first);
    await made.cluster.startDaemons(second);
    expect(await awaitMaster(made.world, first, made.hosts, 30_000)).toContain('is master');
  });
});

/**
 * The story of the quickstart, step by step: init, join, planned failover, loss of the master, failover,
 * return of the killed node, verify. Each step proves its own post-condition; here they are only run in order.
 *
 * Afterwards a look at what must hold at every moment of it: no private key where others could read it.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gaps, startSampler } from '../loopback/sampler.ts';
import type { Sampler, Tenure } from '../loopback/sampler.ts';
import { story } from '../loopback/story.ts';
import { planCluster } from './clusters.ts';
import type { TestCluster } from './clusters.ts';

let made: TestCluster;
let sampler: Sampler;
let brokenAt: string | undefined;

beforeAll(async () => {
  made = await planCluster(3);
  sampler = startSampler(made.cluster.plan);
});
afterAll(() => made?.end());

describe('the story of a cluster', () => {
  it.each(story)('$name', async (step) => {
    if (brokenAt !== undefined) throw new Error(`not tried: ${brokenAt} had failed`);
    brokenAt = step.name;
    expect(await step.run(made.world)).not.toBe('');
    brokenAt = undefined;
  });

  it('had its masters in this order, with a gap at each change and at no other time', async () => {
    const tenures: readonly Tenure[] = await sampler.stop();
    const holders = tenures.flatMap((t) => (t.holder === null ? [] : [t.holder]));
    expect(holders).toEqual(made.hosts.map((host) => host.name));
    expect(gaps(tenures).length).toBeLessThanOrEqual(2);
  });
});

interface FoundFile {
  readonly path: string;
  readonly openToOthers: boolean;
  readonly text: string;
}

/** What the product wrote: data, logs, runtime. The hosts' own SSH keys are the test's. */
function filesOf(root: string): readonly FoundFile[] {
  return ['var', 'run']
    .flatMap((top) => readdirSync(join(root, top), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({
      path,
      openToOthers: (statSync(path).mode & 0o007) !== 0,
      text: readFileSync(path, 'latin1'),
    }));
}

describe('after it', () => {
  const withKeys = (): readonly FoundFile[] =>
    made.hosts.flatMap((host) => filesOf(host.root)).filter((file) => file.text.includes('PRIVATE KEY'));

  it('private keys lie in secrets and nowhere else', () =>
    expect(withKeys().filter((file) => !/\.pem(\.|-|$)/.test(file.path))).toEqual([]));

  it('no file with a private key is open to others', () =>
    expect(withKeys().filter((file) => file.openToOthers)).toEqual([]));
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acquireLock } from './lock.ts';

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'quorate-lock-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

/** Another program that takes the lock and holds it until it is killed. */
async function holder(name: string, directory: string) {
  const script = `import(${JSON.stringify(join(import.meta.dirname, 'lock.ts'))})
    .then(async ({ acquireLock }) => { globalThis.held = await acquireLock(${JSON.stringify(name)}, ${JSON.stringify(directory)});
      console.log(held ? 'held' : 'refused'); setInterval(() => {}, 1000); })`;
  const child = spawn(process.execPath, ['--import', 'tsx', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, said: said.toString().trim() };
}

describe('a lock', () => {
  it('is held by one at a time and can be taken again after its release', async () => {
    const lock = await acquireLock('ssconf', scratch);
    expect(lock).toBeDefined();
    expect(await acquireLock('ssconf', scratch)).toBeUndefined();
    await lock?.release();
    const again = await acquireLock('ssconf', scratch);
    expect(again).toBeDefined();
    await again?.release();
  });

  it('belongs to its name and its directory, whatever the path to it', async () => {
    await symlink(scratch, join(scratch, 'same'));
    const lock = await acquireLock('ssconf', scratch);
    expect(await acquireLock('ssconf', join(scratch, 'same'))).toBeUndefined();
    const others = await Promise.all([acquireLock('ssconf', tmpdir()), acquireLock('other', scratch)]);
    expect(others.every(Boolean)).toBe(true);
    for (const each of [lock, ...others]) await each?.release();
  });

  it('keeps other programs out and is free as soon as its holder is killed', async () => {
    const { child, said } = await holder('ssconf', scratch);
    expect(said).toBe('held');
    expect(await acquireLock('ssconf', scratch)).toBeUndefined();
    child.kill('SIGKILL');
    await once(child, 'exit');
    const lock = await acquireLock('ssconf', scratch);
    expect(lock).toBeDefined();
    await lock?.release();
  });
});

import { execFileSync } from 'node:child_process';
import { access, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWatchdog } from './watchdog.ts';

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'quorate-watchdog-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

/** A plain file stands in for the device: what was written to it can be read. */
async function standIn(name: string): Promise<string> {
  const path = join(scratch, name);
  await writeFile(path, '');
  return path;
}
const written = (path: string) => readFile(path, 'utf8');

describe('watchdog', () => {
  it('is armed and petted once when opened, and petted each time it is asked for', async () => {
    const path = await standIn('petted');
    const watchdog = await openWatchdog(path);
    expect(await written(path)).toBe('.');
    expect(watchdog?.pet()).toBe(true);
    expect(await written(path)).toBe('..');
    await watchdog?.disarm();
  });

  it('is let go by the magic letter, once, and never petted after it', async () => {
    const path = await standIn('disarmed');
    const watchdog = await openWatchdog(path);
    await watchdog?.disarm();
    await watchdog?.disarm();
    expect(watchdog?.pet()).toBe(false);
    expect(await written(path)).toBe('.V');
  });

  it('is absent where there is no device, and makes none', async () => {
    const path = join(scratch, 'none');
    expect(await openWatchdog(path)).toBeUndefined();
    await expect(access(path)).rejects.toThrow('ENOENT');
  });

  it('says so if the device cannot be opened', async () => {
    await expect(openWatchdog(scratch)).rejects.toMatchObject({
      reason: 'HOST_UNFIT',
      message: expect.stringContaining('EISDIR'),
    });
  });

  it('says no, and throws nothing, if the device no longer takes it', async () => {
    const path = join(scratch, 'pipe');
    execFileSync('mkfifo', [path]);
    // Opening for both never waits, so that our end for writing does not either.
    const reader = await open(path, 'r+');
    const watchdog = await openWatchdog(path);
    expect(watchdog?.pet()).toBe(true);
    const { buffer, bytesRead } = await reader.read(Buffer.alloc(8), 0, 8, null);
    expect(buffer.toString('utf8', 0, bytesRead)).toBe('..');
    await reader.close();
    expect(watchdog?.pet()).toBe(false);
    await expect(watchdog?.disarm()).rejects.toMatchObject({ reason: 'COMMAND_FAILED' });
  });
});

import { memoryFiles } from '@quorate/platform/testing/files';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backUp, keptBackups, removeCutBackups } from './backups.ts';
import { layoutUnder } from './layout.ts';

const layout = layoutUnder('/');
const at = (second: number) => new Date(Date.UTC(2026, 10, 22, 10, 0, second));

function host() {
  const files = memoryFiles();
  const directory = layout.backupDirectory.path;
  const texts = async () =>
    Promise.all((await files.list(directory)).map((name) => files.readText(`${directory}/${name}`)));
  return { files, directory, texts, state: { files, layout } };
}

describe('backups', () => {
  it('BEH-165 of one file are kept up to a number, the newest', async () => {
    const { state, texts } = host();
    for (let n = 1; n <= keptBackups + 2; n += 1) await backUp(state, '/d/hmac.key', `key ${n}`, at(n));
    expect(await texts()).toEqual(['key 3', 'key 4', 'key 5']);
  });

  it('of one file do not count for another whose name begins alike', async () => {
    const { state, texts } = host();
    await backUp(state, '/d/spice.pem', 'the only one', at(0));
    await backUp(state, '/d/spice.pem.old', 'the only one', at(0));
    for (let n = 1; n <= 9; n += 1) await backUp(state, '/d/spice', `${n}`, at(n));
    expect(await texts()).toEqual(['7', '8', '9', 'the only one', 'the only one']);
  });

  it('that were just made are kept, whatever the clock says', async () => {
    const seconds = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(seconds, async (moments) => {
        const { state, texts } = host();
        for (const [n, second] of moments.entries()) {
          await backUp(state, '/d/hmac.key', `${n}`, at(second));
          const kept = await texts();
          expect(kept).toContain(`${n}`);
          expect(kept).toHaveLength(Math.min(n + 1, keptBackups));
        }
      }),
      { seed: 20_261_122, numRuns: 200 },
    );
  });

  it('are on disk before an older one goes, and what a crash left too many goes next time', async () => {
    const { state, files, texts } = host();
    for (let n = 1; n <= keptBackups; n += 1) await backUp(state, '/d/hmac.key', `key ${n}`, at(n));
    const failing = { ...files, remove: () => Promise.reject(new Error('the power failed')) };
    await expect(backUp({ ...state, files: failing }, '/d/hmac.key', 'key 4', at(4))).rejects.toThrow(
      'the power failed',
    );
    expect(await texts()).toEqual(['key 1', 'key 2', 'key 3', 'key 4']);
    await backUp(state, '/d/hmac.key', 'key 5', at(5));
    expect(await texts()).toEqual(['key 3', 'key 4', 'key 5']);
  });

  it('that were cut short are removed, and no others', async () => {
    const { state, files, directory } = host();
    await backUp(state, '/d/hmac.key', 'key', at(1));
    const whole = await files.list(directory);
    await files.writeAtomic(`${directory}/.hmac.key.backup-x.0123456789ab.tmp`, 'ke', { mode: 0o600 });
    await removeCutBackups(state);
    expect(await files.list(directory)).toEqual(whole);
  });
});

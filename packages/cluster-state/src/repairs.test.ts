import { memoryFiles } from '@quorate/platform/testing/files';
import { expect, it } from 'vitest';
import { layoutUnder } from './layout.ts';
import { noteRepairs, readRepairs } from './repairs.ts';
import { ensureDirectories } from './state.ts';

async function scene() {
  const state = { files: memoryFiles(), layout: layoutUnder('/') };
  await ensureDirectories(state);
  return state;
}

it('a host that took part in none knows of none', async () =>
  expect(await readRepairs(await scene())).toEqual({}));

it('the newest are kept, each once', async () => {
  const state = await scene();
  for (let i = 0; i < 20; i += 1) await noteRepairs(state, { n1: `a${i}`, n2: 'b' });
  expect(await readRepairs(state)).toEqual({
    n1: [12, 13, 14, 15, 16, 17, 18, 19].map((i) => `a${i}`),
    n2: ['b'],
  });
});

it('a file that is damaged is said to be', async () => {
  const state = await scene();
  await state.files.writeAtomic(state.layout.repairs.path, '[]', { mode: 0o400 });
  await expect(readRepairs(state)).rejects.toMatchObject({ reason: 'STATE_CORRUPT' });
});

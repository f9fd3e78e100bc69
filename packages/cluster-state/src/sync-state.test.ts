import { memoryFiles } from '@quorate/platform/testing/files';
import { expect, it } from 'vitest';
import { layoutUnder } from './layout.ts';
import { syncState } from './sync-state.ts';

it('syncs the promises, the record and the roster, and fails with the disk', async () => {
  const synced: string[] = [];
  const sync = async (path: string) => void synced.push(path);
  const layout = layoutUnder('/');
  await syncState({ layout, files: { ...memoryFiles(), sync } });
  const names = ['cluster.json', 'roster.json', 'voter.json'];
  expect(synced.sort()).toEqual(names.map((name) => `/var/lib/quorate/${name}`));
  const broken = () => Promise.reject(new Error('input/output error'));
  await expect(syncState({ layout, files: { ...memoryFiles(), sync: broken } })).rejects.toThrow(
    'input/output',
  );
});

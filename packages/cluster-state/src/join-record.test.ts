import { memoryFiles } from '@quorate/platform/testing/files';
import { expect, it } from 'vitest';
import { removeInstalledFiles } from './installed-files.ts';
import { forgetJoin, readJoin, writeJoin, type JoinRecord } from './join-record.ts';
import { layoutUnder } from './layout.ts';

const layout = layoutUnder('/');
const join: JoinRecord = {
  name: 'q2.lab',
  nodeUuid: 'u2',
  nodeCertificate: 'node',
  clientCertificate: 'client',
  nodePort: 1811,
  masterPort: 1816,
  candidate: true,
  stage: 'enrolled',
  since: '2026-11-22T12:00:00Z',
};

it('a join is remembered until it is forgotten, each by its name', async () => {
  const state = { files: memoryFiles(), layout };
  expect(await readJoin(state, 'q2.lab')).toBeUndefined();
  await writeJoin(state, join);
  await writeJoin(state, { ...join, stage: 'installing' });
  expect(await readJoin(state, 'q2.lab')).toEqual({ ...join, stage: 'installing' });
  expect(await readJoin(state, 'q3.lab')).toBeUndefined();
  await forgetJoin(state, 'q2.lab');
  expect(await readJoin(state, 'q2.lab')).toBeUndefined();
});

it.each(['', '{}', '{"name":"q2.lab"}'])('what is none is refused: %j', async (text) => {
  const state = { files: memoryFiles({ [`${layout.joinsDirectory.path}/q2.lab.json`]: text }), layout };
  await expect(readJoin(state, 'q2.lab')).rejects.toMatchObject({ reason: 'STATE_CORRUPT' });
});

it('a node that leaves forgets them all', async () => {
  const state = { files: memoryFiles(), layout };
  await writeJoin(state, join);
  await removeInstalledFiles(state);
  expect(await readJoin(state, 'q2.lab')).toBeUndefined();
});

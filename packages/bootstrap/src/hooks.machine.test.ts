import { layoutUnder } from '@quorate/cluster-state/layout';
import { diskFiles } from '@quorate/platform/files';
import { createLog } from '@quorate/platform/log';
import { siteProgramRunner } from '@quorate/platform/site-programs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createFailoverHooks } from './hooks.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'quorate-hooks-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function hook(moment: string, name: string, script: string): Promise<void> {
  const directory = join(layoutUnder(root).hooksDirectory.path, `${moment}.d`);
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(directory, name), 0o755);
}

const note = () =>
  `echo $QUORATE_HOOK $QUORATE_NODE $QUORATE_OLD_MASTER $QUORATE_EPOCH $QUORATE_OUTCOME >> ${root}/calls`;

it('real hooks run around a failover: one that hangs is killed and objects, later ones are told', async () => {
  const layout = layoutUnder(root);
  await mkdir(layout.logDirectory.path, { recursive: true });
  await hook('pre-failover', '10-note', note());
  await hook('pre-failover', '20-hang', 'sleep 60 & wait');
  await hook('post-failover', '10-fail', `${note()}; echo the switch is deaf; exit 2`);
  const log = await createLog({ name: 'test', level: 'silent' });
  const run = siteProgramRunner(layout.programsLog);
  const hooks = createFailoverHooks({ state: { files: diskFiles, layout }, run, log, limitMs: 1_000 });
  const facts = { cluster: 'c.example.com', node: 'node2', oldMaster: 'node1', epoch: 8 };

  await expect(hooks.before(facts)).rejects.toMatchObject({
    message: expect.stringContaining('20-hang did not end within 1 s and was killed'),
  });
  await expect(hooks.after(facts, 'refused')).rejects.toMatchObject({
    message: expect.stringMatching(/10-fail ended with status 2: the switch is deaf$/),
  });
  expect(await readFile(join(root, 'calls'), 'utf8')).toBe(
    'pre-failover node2 node1 8\npost-failover node2 node1 8 refused\n',
  );
});

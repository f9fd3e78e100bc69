/** Where the lines go in a real process. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../..', import.meta.url));

const program = `
  import { createLog } from './packages/platform/src/log.ts';
  const log = await createLog({ name: 'quorate-noded', level: 'info' });
  for (let i = 0; i < 500; i += 1) log.info({ i }, 'line');
  process.exit(3);
`;

it('all lines are on standard error, whole, when the process ends right after', async () => {
  const inline = ['--import', 'tsx', '--input-type=module', '--eval', program];
  const ended = await run(process.execPath, inline, { cwd: root }).catch((error: unknown) => error);
  const { code, stdout, stderr } = ended as { code: number; stdout: string; stderr: string };
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  const lines = stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { i: number });
  expect(lines.map(({ i }) => i)).toEqual(Array.from({ length: 500 }, (_, i) => i));
});

/** The same configuration files before OpenSSH's own client and before ours. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readSshConfig } from './ssh-config.ts';
import { memoryFiles } from './testing/files.ts';

const said = (host: string, text: string) =>
  readSshConfig(
    [{ path: '/config', directory: '/' }],
    { host, home: '/home/ada' },
    memoryFiles({ '/config': text }),
  );

const me = userInfo().username;
const hasOpenSsh = spawnSync('ssh', ['-V']).error === undefined;

/** What OpenSSH itself makes of the same file (`ssh -G`). */
function openSshOn(text: string, host: string): { hostName: string; port: number; user: string } {
  const directory = mkdtempSync(join(tmpdir(), 'quorate-ssh-config-'));
  try {
    writeFileSync(join(directory, 'config'), text);
    const out = execFileSync('ssh', ['-G', '-F', join(directory, 'config'), host], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const value = (name: string) => new RegExp(`^${name} (.*)$`, 'm').exec(out)?.[1] ?? '';
    return { hostName: value('hostname'), port: Number(value('port')), user: value('user') };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

it.runIf(hasOpenSsh)('OpenSSH makes the same of random files', async () => {
  const names = fc.constantFrom('q1', 'q2', 'q*', '!q1', '!q2', '*', '*.lab', 'Q2', 'q?');
  const line = fc.oneof(
    fc.array(names, { minLength: 1, maxLength: 3 }).map((all) => `Host ${all.join(' ')}`),
    fc.integer({ min: 1, max: 65_535 }).map((port) => `Port=${port}`),
    fc.constantFrom('ada', 'root', '"ada l"').map((user) => `  User ${user}`),
    fc.constantFrom('a.lab', '%h.lab', '10.0.0.1').map((name) => `HostName ${name}`),
    fc.constantFrom('# a comment', '', 'Match all', 'ForwardAgent no'),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 12 }),
      fc.constantFrom('q1', 'q2', 'q2.lab'),
      async (lines, host) => {
        const text = lines.join('\n');
        const theirs = openSshOn(text, host);
        const ours = await said(host, text);
        const filled = { hostName: ours.hostName ?? host, port: ours.port ?? 22, user: ours.user ?? me };
        expect(filled).toEqual(theirs);
      },
    ),
    { numRuns: 60 },
  );
});

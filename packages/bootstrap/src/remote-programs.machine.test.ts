/** Programs that are brought over, into a directory of this machine, by an SSH server within this process. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  installedProgramsFile,
  programNames,
  removeBroughtPrograms,
} from '@quorate/cluster-state/brought-programs';
import { diskFiles } from '@quorate/platform/files';
import { fingerprintOf, judgeFingerprint } from '@quorate/platform/known-hosts';
import { runCommand } from '@quorate/platform/processes';
import { openSsh, type SshSession } from '@quorate/platform/ssh';
import { startSshServer, type SshServer } from '@quorate/platform/testing/ssh-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bringPrograms, isOlder } from './remote-programs.ts';

let scratch: string;
let server: SshServer;
let session: SshSession;

async function host(path: string): Promise<void> {
  server = await startSshServer({ password: 'secret', env: { PATH: path } });
  session = await openSsh({
    ...{ host: '127.0.0.1', port: server.port, user: 'root', connectMs: 5_000 },
    identities: { keyFiles: [], password: async () => 'secret' },
    verifyHostKey: (key) => judgeFingerprint(key, fingerprintOf(server.hostKey)),
  });
}
beforeEach(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'quorate-programs-'));
  await host(process.env['PATH'] ?? '');
});
afterEach(async () => {
  session.close();
  await server.close();
  rmSync(scratch, { recursive: true, force: true });
});

const directory = () => join(scratch, "it's here", 'bin');
const textOf = (program: string) => `#!/usr/bin/env node\n// ${program}, één\n${'x'.repeat(300_000)}\n`;
const wanted = () => ({
  name: 'q9.lab',
  remoteProgram: join(directory(), 'quorate'),
  read: async (program: string) => textOf(program),
});

describe('programs that are brought over', () => {
  it('are there, whole and executable, with their record', async () => {
    expect(await bringPrograms(session, wanted())).toBe(true);
    expect(readdirSync(directory()).sort()).toEqual([...programNames, installedProgramsFile].sort());
    for (const name of programNames) {
      expect(readFileSync(join(directory(), name), 'utf8')).toBe(textOf(name));
      expect(statSync(join(directory(), name)).mode & 0o777).toBe(0o755);
    }
  });

  it('are left alone where they are already', async () => {
    await bringPrograms(session, wanted());
    const before = server.events.length;
    expect(await bringPrograms(session, wanted())).toBe(false);
    expect(server.events.slice(before)).toHaveLength(1);
  });

  it('have no name before all of them are whole', async () => {
    const read = async (program: string) => {
      if (program === 'quorate') throw new Error('the disk here is broken');
      return textOf(program);
    };
    await expect(bringPrograms(session, { ...wanted(), read })).rejects.toThrow('the disk here is broken');
    expect(readdirSync(directory()).filter((name) => !name.startsWith('.'))).toEqual([]);
    expect(await bringPrograms(session, wanted())).toBe(true);
    expect(readdirSync(directory()).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('that arrive as something else get no name', async () => {
    const spoiled: SshSession = {
      ...session,
      run: (command, options) =>
        session.run(
          command,
          options.input ? { ...options, input: `${String(options.input)}spoiled` } : options,
        ),
    };
    await expect(bringPrograms(spoiled, wanted())).rejects.toThrow('arrived on q9.lab with another digest');
    expect(readdirSync(directory()).filter((name) => !name.startsWith('.'))).toEqual([]);
  });

  it('are not brought where they could not be written', async () => {
    mkdirSync(join(scratch, "it's here"));
    writeFileSync(directory(), 'in the way');
    await expect(bringPrograms(session, wanted())).rejects.toMatchObject({
      reason: 'COMMAND_FAILED',
      message: expect.stringMatching(/cannot be brought to q9.lab: .*EEXIST/),
    });
  });

  it.each([
    ['none', 'has no Node.js'],
    ['v18.20.0', 'has Node.js v18.20.0; the programs need 20.19.0 or newer'],
  ])('are not brought to a host whose Node.js is %s', async (version, message) => {
    session.close();
    await server.close();
    const bin = join(scratch, 'bin');
    mkdirSync(bin);
    if (version !== 'none') writeFileSync(join(bin, 'node'), `#!/bin/sh\necho ${version}\n`, { mode: 0o755 });
    await host(bin);
    await expect(bringPrograms(session, wanted())).rejects.toMatchObject({
      reason: 'HOST_UNFIT',
      message: expect.stringContaining(message),
    });
    expect(readdirSync(scratch)).toEqual(['bin']);
  });
});

describe('programs that were brought', () => {
  const takeAway = () =>
    removeBroughtPrograms({ files: diskFiles, run: runCommand, directory: directory(), apart: false });

  it('go with the directories that were made for them', async () => {
    await bringPrograms(session, wanted());
    expect(await takeAway()).toEqual([...programNames]);
    expect(readdirSync(scratch)).toEqual([]);
  });

  it('leave a directory that was there before, even if it was empty', async () => {
    mkdirSync(directory(), { recursive: true });
    await bringPrograms(session, wanted());
    await takeAway();
    expect(readdirSync(directory())).toEqual([]);
  });

  it('are taken away as they were brought, and nothing else is', async () => {
    await bringPrograms(session, wanted());
    writeFileSync(join(directory(), 'quorate-noded'), 'another release, installed by hand');
    writeFileSync(join(directory(), 'ls'), 'somebody else’s');
    expect(await takeAway()).toEqual(['quorate-masterd', 'quorate']);
    expect(readdirSync(directory()).sort()).toEqual(['ls', 'quorate-noded']);
    expect(await takeAway()).toEqual([]);
  });

  it('are told from names that nobody brings', async () => {
    mkdirSync(directory(), { recursive: true });
    writeFileSync(
      join(directory(), installedProgramsFile),
      '{"programs":[{"name":"../../etc/passwd","sha256":"x"}]}',
    );
    expect(await takeAway()).toEqual([]);
  });
});

it.each([
  ['v20.19.0', '20.19.0', false],
  ['v20.20.2', '20.19.0', false],
  ['v22.1.0', '20.19.0', false],
  ['v20.18.9', '20.19.0', true],
  ['v9.99.99', '20.19.0', true],
  ['v20', '20.19.0', true],
  ['nonsense', '20.19.0', true],
])('%s is older than %s: %s', (version, than, older) => expect(isOlder(version, than)).toBe(older));

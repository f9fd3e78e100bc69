/**
 * `node add` as it is typed, against SSH servers within this process and programs there that only tell their version:
 * which way it takes, whom it asks, what it prints. Whole joins are in test/e2e and test/lab.
 */
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { protocolVersion } from '@quorate/domain/software';
import { fingerprintOf, knownHostsLine } from '@quorate/platform/known-hosts';
import { sshKeyPair } from '@quorate/platform/testing/ssh-keys';
import { startSshServer, type SshServer, type SshServerOptions } from '@quorate/platform/testing/ssh-server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeCluster } from '../testing/make-cluster.ts';
import { jsonOf, quorate, quorateReading } from '../testing/run-command.ts';

const operator = sshKeyPair();
let root: string;
let home: string;
let program: string;
const servers: SshServer[] = [];

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'quorate-add-'));
  await makeCluster(root);
  appendFileSync(
    join(root, 'etc/hosts'),
    '127.0.0.12 node2.lab.test\n127.0.0.1 node8.lab.test node8\n127.0.0.1 node9.lab.test node9\n',
  );
});
afterAll(() => rmSync(root, { recursive: true, force: true }));
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'quorate-home-'));
  mkdirSync(join(home, '.ssh'));
  writeFileSync(join(home, '.ssh/id_ed25519'), operator.private, { mode: 0o600 });
  program = join(home, 'quorate');
  const version = { software: '9.9.9', protocol: protocolVersion + 1, configurationFormat: 3_000_000 };
  writeFileSync(program, `#!/bin/sh\necho '${JSON.stringify(version)}'\n`, { mode: 0o755 });
  vi.stubEnv('HOME', home);
  vi.stubEnv('USER', 'root');
  vi.stubEnv('SSH_AUTH_SOCK', '');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(servers.splice(0).map((server) => server.close()));
  rmSync(home, { recursive: true, force: true });
});

async function server(options: SshServerOptions = { keys: [operator.public] }): Promise<SshServer> {
  const started = await startSshServer(options);
  servers.push(started);
  return started;
}
const write = (name: string, text: string): string => {
  const path = join(home, '.ssh', name);
  writeFileSync(path, text);
  return path;
};
const know = (...hosts: readonly [string, SshServer][]) =>
  write(
    'known_hosts',
    hosts.map(([name, { port, hostKey }]) => `${knownHostsLine(name, port, hostKey)}\n`).join(''),
  );
const add = (...words: string[]) => quorate(root, 'node', 'add', '--remote-program', program, ...words);
const reachedPrograms = ({ events }: SshServer) => events.filter((event) => event.startsWith('exec'));

describe('several hosts', () => {
  it('each have their own steps and their own result; the exit code is not 0 if one failed', async () => {
    const [eight, nine] = [await server(), await server()];
    know(['node8.lab.test', eight]);
    write('config', `Host node8\n Port ${eight.port}\nHost node9\n Port ${nine.port}\n`);
    const { code, stdout, stderr } = await add('node8', 'node9', 'node8');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^node8: connect: done/m);
    expect(stderr).toMatch(/^node8: compare-versions: failed/m);
    expect(stderr).toMatch(/^node9: connect: failed/m);
    expect(stderr).toMatch(/^node8:\nPrerequisites not met \(PROTOCOL_MISMATCH\):/m);
    expect(stderr).toMatch(/^node9:\nPrerequisites not met \(SSH_HOST_KEY_UNKNOWN\):/m);
    expect(reachedPrograms(eight)).toEqual([`exec '${program}' version --json`]);
    expect(nine.events).toEqual([]);
  });

  it('with --json are one list', async () => {
    const eight = await server();
    write('config', `Host node8\n Port ${eight.port}\n`);
    const ran = await add(
      'node8',
      'nowhere.invalid',
      '--json',
      '--fingerprint',
      `node8=${fingerprintOf(eight.hostKey)}`,
    );
    expect([ran.code, ran.stderr]).toEqual([1, '']);
    expect(jsonOf(ran)).toMatchObject({
      hosts: [
        {
          ...{ host: 'node8', ok: false, error: { reason: 'PROTOCOL_MISMATCH', exitCode: 1 } },
          steps: [
            { name: 'check', status: 'done' },
            { name: 'connect', status: 'done' },
            { name: 'compare-versions', status: 'failed' },
          ],
        },
        { host: 'nowhere.invalid', ok: false, error: { reason: 'NAME_UNRESOLVABLE' }, steps: [] },
      ],
    });
  });

  it('have their steps in the journal of the master', async () => {
    const eight = await server();
    know(['node8.lab.test', eight]);
    await add('node8', '--ssh-port', String(eight.port));
    const journal = readFileSync(join(root, 'var/lib/quorate/journal.jsonl'), 'utf8');
    expect(journal).toContain(
      '"operation":"node-add node8.lab.test","step":"compare-versions","state":"failed"',
    );
  });
});

describe('what is wished of a node', () => {
  it.each([
    [['--node-group', 'attic'], "There is no node group 'attic'", 'The groups are default'],
    [['--node-parameters', 'speed=9'], 'speed', ''],
    [['--node-parameters', 'exclusive_storage=true'], 'exclusive_storage', ''],
    [['--witness', '--master-capable', 'yes'], 'A witness never becomes master', 'not both'],
    [['--vm-capable', 'perhaps'], 'Allowed choices are yes, no', ''],
  ])('%j is one clear error, before anybody is reached', async (flags, message, hint) => {
    const eight = await server();
    const ran = await add('node8', '--ssh-port', String(eight.port), ...flags);
    expect({ code: ran.code, stdout: ran.stdout }).toEqual({ code: 1, stdout: '' });
    expect(ran.stderr).toContain(message);
    expect(ran.stderr).toContain(hint);
    expect(ran.stderr).not.toContain('    at ');
    expect(eight.events).toEqual([]);
  });

  it('is not --force-join, which says that it does nothing', async () => {
    const eight = await server();
    know(['node8.lab.test', eight]);
    const wishes = [
      '--node-group',
      'default',
      '--master-capable',
      'no',
      '--vm-capable',
      'no',
      '--force-join',
    ];
    const ran = await add('node8', '--ssh-port', String(eight.port), ...wishes);
    expect(ran.stderr).toContain('Note: --force-join has no effect');
    expect(ran.stderr).toContain('PROTOCOL_MISMATCH');
  });
});

describe('the way to a host', () => {
  it('leads through the jump hosts of the configuration, each with its own key judged', async () => {
    const [jump, nine] = [await server(), await server()];
    know(['gate', jump], ['node9.lab.test', nine]);
    const config = `Host node9\n Port ${nine.port}\n ProxyJump root@gate\nHost gate\n HostName 127.0.0.1\n HostKeyAlias gate\n Port ${jump.port}\nMatch user x\n`;
    write('config', config);
    const ran = await add('node9');
    expect(ran.stderr).toContain('PROTOCOL_MISMATCH');
    expect(ran.stderr).toContain("line 8: Match other than 'Match all' is not supported");
    expect(jump.events).toContain(`forward 127.0.0.1:${nine.port}`);
    expect(reachedPrograms(nine)).toHaveLength(1);

    know(['node9.lab.test', nine]);
    const before = nine.events.length;
    const unknown = await add('node9');
    expect(unknown.stderr).toContain('SSH_HOST_KEY_UNKNOWN');
    expect(nine.events).toHaveLength(before);
    const direct = await add('node9', '--jump', 'none');
    expect(direct.stderr).toContain('PROTOCOL_MISMATCH');
  });

  it.each([
    ['Host *\n ProxyJump a\n', 'leads in a circle'],
    ['ProxyCommand nc %h %p\n', 'ProxyCommand is not supported'],
  ])('is refused where it cannot be taken: %j', async (config, message) => {
    write('config', config);
    const { code, stderr } = await add('node9');
    expect(code).toBe(1);
    expect(stderr).toContain('(WRONG_INPUT)');
    expect(stderr).toContain(message);
  });

  it('is that of the flags before that of the configuration', async () => {
    const nine = await server({ keys: [operator.public] });
    know(['node9.lab.test', nine]);
    write('config', 'Port 1\nUser nobody\n');
    const ran = await add('node9', '--ssh-port', String(nine.port), '--ssh-user', 'root');
    expect(ran.stderr).toContain('PROTOCOL_MISMATCH');
    const none = await add('node9', '--ssh-port', String(nine.port), '--ssh-config', 'none');
    expect(none.stderr).toContain('PROTOCOL_MISMATCH');
  });
});

describe('a password', () => {
  it('comes from standard input, and is printed nowhere', async () => {
    const nine = await server({ password: 'correct horse', passwordMethod: 'keyboard-interactive' });
    know(['node9.lab.test', nine]);
    const words = ['node', 'add', 'node9', '--ssh-port', String(nine.port), '--remote-program', program];
    const ran = await quorateReading('correct horse\n', root, ...words, '--password-stdin');
    expect(ran.stderr).toContain('PROTOCOL_MISMATCH');
    expect(ran.stdout + ran.stderr).not.toContain('correct horse');
  });

  it.each(['', '\n', 'one\ntwo\n'])('is one line: %j is refused before anybody is called', async (input) => {
    const nine = await server({ password: 'one' });
    const ran = await quorateReading(input, root, 'node', 'add', 'node9', '--password-stdin');
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('Standard input must hold one line');
    expect(nine.events).toEqual([]);
  });

  it('is never sent to a host that is not known', async () => {
    const nine = await server({ password: 'correct horse' });
    const words = ['node', 'add', 'node9', '--ssh-port', String(nine.port), '--password-stdin'];
    expect((await quorateReading('correct horse\n', root, ...words)).stderr).toContain(
      'SSH_HOST_KEY_UNKNOWN',
    );
    expect(nine.events).toEqual([]);
  });
});

describe('what cannot be is refused before anybody is called', () => {
  it.each([
    [['node9', '--no-ssh-key-check'], '--no-ssh-key-check is refused'],
    [['node8', 'node9', '-s', '127.0.0.9'], 'A secondary IP is that of one host'],
    [['node2.lab.test'], 'node2.lab.test is already a node'],
    [['node9', '--abort', '--install'], "cannot be used with option '--install'"],
    [['node9', '--install-package', 'x.deb', '--install'], "cannot be used with option '--install'"],
    [['node9', '--install-package', 'x.deb'], "cannot be used with option '--remote-program"],
    [['node2.lab.test', '--abort'], 'its join came to its end'],
    [['node9', '--jump', 'a@@b'], "'a@@b' is not a jump host"],
    [['node8', 'node9', '--fingerprint', 'SHA256:x'], 'is for several hosts'],
  ])('BEH-235 BEH-253 %j', async (words, message) => {
    const { code, stdout, stderr } = await add(...words);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(message);
  });

  it.each([
    ['/nowhere/quorate.deb', 'There is no file /nowhere/quorate.deb'],
    ['/bin/sh', '/bin/sh is no Debian package'],
  ])('the package %s', async (file, message) => {
    const words = ['node', 'add', 'node9', '--install-package', file];
    const { code, stderr } = await quorateReading('', root, ...words);
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
  });
});

it('BEH-245 --dry-run leaves no trace here either', async () => {
  const nine = await server();
  know(['node9.lab.test', nine]);
  const journal = join(root, 'var/lib/quorate/journal.jsonl');
  appendFileSync(journal, '');
  const before = readFileSync(journal, 'utf8');
  const ran = await add('node9', '--dry-run', '--ssh-port', String(nine.port));
  expect(ran.stderr).toContain('PROTOCOL_MISMATCH');
  expect(readFileSync(journal, 'utf8')).toBe(before);
});

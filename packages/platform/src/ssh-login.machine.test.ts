/** The ways in that ask a person, and the way through another host, against servers within this process. */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findHostKeys, fingerprintOf, judgeFingerprint, judgeHostKey } from './known-hosts.ts';
import { openSsh, type SshTarget } from './ssh.ts';
import { sshKeyPair } from './testing/ssh-keys.ts';
import { startSshServer, type SshServer, type SshServerOptions } from './testing/ssh-server.ts';

const openKey = sshKeyPair();
const lockedKey = sshKeyPair({ passphrase: 'sesame' });
/** The same key as others know it: its public half says nothing of the pass phrase. */
const lockedPublic = lockedKey.public;

let scratch: string;
const started: SshServer[] = [];
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'quorate-ssh-login-'));
  await writeFile(join(scratch, 'open'), openKey.private, { mode: 0o600 });
  await writeFile(join(scratch, 'locked'), lockedKey.private, { mode: 0o600 });
});
afterEach(() => Promise.all(started.splice(0).map((server) => server.close())));
afterAll(() => rm(scratch, { recursive: true, force: true }));

async function serverFor(options: SshServerOptions): Promise<SshServer> {
  const server = await startSshServer(options);
  started.push(server);
  return server;
}

const file = (name: string) => join(scratch, name);
const targetOf = (server: SshServer, more: Partial<SshTarget> = {}): SshTarget => ({
  host: '127.0.0.1',
  port: server.port,
  user: 'root',
  identities: { keyFiles: [file('open')] },
  verifyHostKey: (key) => judgeFingerprint(key, fingerprintOf(server.hostKey)),
  connectMs: 5_000,
  ...more,
});

async function letsIn(target: SshTarget): Promise<boolean> {
  const session = await openSsh(target);
  try {
    return (await session.run('true', { timeoutMs: 5_000 })).code === 0;
  } finally {
    session.close();
  }
}

describe('a key file with a pass phrase', () => {
  /** Answers in turn, and notes what was asked. */
  const asker = (...answers: (string | undefined)[]) => {
    const asked: string[] = [];
    const askPassPhrase = async (path: string, again: boolean) => {
      asked.push(`${path.slice(scratch.length + 1)}${again ? ' again' : ''}`);
      return answers.shift();
    };
    return { asked, askPassPhrase };
  };

  it('is asked for only when what opens by itself was refused', async () => {
    const { asked, askPassPhrase } = asker('sesame');
    const identities = { keyFiles: [file('locked'), file('open')], askPassPhrase };
    expect(await letsIn(targetOf(await serverFor({ keys: [openKey.public] }), { identities }))).toBe(true);
    expect(asked).toEqual([]);
    expect(await letsIn(targetOf(await serverFor({ keys: [lockedPublic] }), { identities }))).toBe(true);
    expect(asked).toEqual(['locked']);
  });

  it('is asked for again when it was wrong, three times at most', async () => {
    const server = await serverFor({ keys: [lockedPublic] });
    const right = asker('wrong', 'sesame');
    const identities = { keyFiles: [file('locked')], askPassPhrase: right.askPassPhrase };
    expect(await letsIn(targetOf(server, { identities }))).toBe(true);
    expect(right.asked).toEqual(['locked', 'locked again']);
    const wrong = asker('1', '2', '3', 'sesame');
    const failure = openSsh(
      targetOf(server, { identities: { keyFiles: [file('locked')], askPassPhrase: wrong.askPassPhrase } }),
    );
    await expect(failure).rejects.toMatchObject({ reason: 'SSH_FAILED' });
    expect(wrong.asked).toHaveLength(3);
  });

  it('may be thought about for longer than the connection may take', async () => {
    const server = await serverFor({ keys: [lockedPublic] });
    const askPassPhrase = () => new Promise<string>((resolve) => setTimeout(() => resolve('sesame'), 900));
    const identities = { keyFiles: [file('locked')], askPassPhrase };
    expect(await letsIn(targetOf(server, { identities, connectMs: 600 }))).toBe(true);
  });

  it('is no way in where nobody can be asked, and says so', async () => {
    const identities = { keyFiles: [file('locked')] };
    await expect(openSsh(targetOf(await serverFor({}), { identities }))).rejects.toThrow(
      /no usable SSH key .*locked: it needs a pass phrase/,
    );
  });
});

describe('a password', () => {
  const counted = (password: string | undefined) => {
    let count = 0;
    return { times: () => count, password: async () => ((count += 1), password) };
  };

  it.each(['password', 'keyboard-interactive'] as const)('lets in as %s, after the keys', async (method) => {
    const server = await serverFor({ keys: [lockedPublic], password: 'secret', passwordMethod: method });
    const { times, password } = counted('secret');
    const identities = { keyFiles: [file('open')], password };
    expect(await letsIn(targetOf(server, { identities }))).toBe(true);
    expect(times()).toBe(1);
    expect(server.events).toEqual(['auth publickey', `auth ${method}`, 'exec true']);
  });

  it('is not asked for on a host that takes none', async () => {
    const { times, password } = counted('secret');
    const identities = { keyFiles: [file('open')], password };
    const server = await serverFor({ keys: [lockedPublic] });
    await expect(openSsh(targetOf(server, { identities }))).rejects.toMatchObject({ reason: 'SSH_FAILED' });
    expect(times()).toBe(0);
  });

  it('that is wrong is refused, and is in no message', async () => {
    const identities = { keyFiles: [], password: counted('hunter2').password };
    const server = await serverFor({ password: 'secret' });
    const error = await openSsh(targetOf(server, { identities })).catch((caught: unknown) => caught as Error);
    expect(error).toMatchObject({
      reason: 'SSH_FAILED',
      message: expect.stringContaining('with the password'),
    });
    expect(`${JSON.stringify(error)} ${(error as Error).message}`).not.toContain('hunter2');
  });

  it('BEH-252 is never sent to a host whose key was not accepted', async () => {
    const { times, password } = counted('secret');
    const server = await serverFor({ password: 'secret' });
    const target = targetOf(server, {
      identities: { keyFiles: [], password },
      verifyHostKey: () => 'unknown',
    });
    await expect(openSsh(target)).rejects.toMatchObject({ reason: 'SSH_HOST_KEY_UNKNOWN' });
    expect([times(), server.events]).toEqual([0, []]);
  });
});

const hasOpenSsh = spawnSync('ssh-agent', ['-h']).error === undefined;

describe.runIf(hasOpenSsh)('the agent of OpenSSH', () => {
  let agent: ChildProcess;
  const socket = () => join(scratch, 'agent');
  beforeAll(async () => {
    agent = spawn('ssh-agent', ['-D', '-a', socket()], { stdio: ['ignore', 'pipe', 'ignore'] });
    if (agent.stdout) await once(agent.stdout, 'data');
    execFileSync('ssh-add', ['-q', file('open')], { env: { ...process.env, SSH_AUTH_SOCK: socket() } });
  });
  afterAll(() => agent.kill());

  it('lets in with a key that is in no file, before anybody is asked', async () => {
    let asked = 0;
    const password = async () => ((asked += 1), 'secret');
    const server = await serverFor({ keys: [openKey.public], password: 'secret' });
    const identities = { keyFiles: [file('absent')], agentSocket: socket(), password };
    expect(await letsIn(targetOf(server, { identities }))).toBe(true);
    expect(asked).toBe(0);
  });

  it('whose keys are refused is not the end', async () => {
    const server = await serverFor({ keys: [lockedPublic], password: 'secret' });
    const identities = { keyFiles: [], agentSocket: socket(), password: async () => 'secret' };
    expect(await letsIn(targetOf(server, { identities }))).toBe(true);
    expect(server.events).toContain('auth publickey');
  });
});

describe('the way through another host', () => {
  it('leads to the host behind it, whose own key is judged', async () => {
    const [jump, inner] = [
      await serverFor({ keys: [openKey.public] }),
      await serverFor({ keys: [openKey.public] }),
    ];
    const through = await openSsh(targetOf(jump));
    const session = await openSsh(targetOf(inner, { through }));
    expect(await session.run('echo inner', { timeoutMs: 5_000 })).toMatchObject({
      code: 0,
      stdout: 'inner\n',
    });
    expect(jump.events).toContain(`forward 127.0.0.1:${inner.port}`);
    expect(jump.events.join()).not.toContain('exec');
    const wrong = targetOf(inner, { through, verifyHostKey: () => 'changed' });
    await expect(openSsh(wrong)).rejects.toMatchObject({ reason: 'SSH_HOST_KEY_CHANGED' });
    session.close();
    through.close();
  });

  it('ends when the host in between hangs up', async () => {
    const [jump, inner] = [
      await serverFor({ keys: [openKey.public] }),
      await serverFor({ keys: [openKey.public] }),
    ];
    const through = await openSsh(targetOf(jump));
    const session = await openSsh(targetOf(inner, { through }));
    const failure = session.run('exec sleep 60', { timeoutMs: 20_000 }).catch((error: unknown) => error);
    jump.hangUp();
    expect(await failure).toMatchObject({ reason: 'SSH_FAILED' });
  });

  it('is told when it leads nowhere', async () => {
    const jump = await serverFor({ keys: [openKey.public] });
    const gone = await startSshServer();
    await gone.close();
    const through = await openSsh(targetOf(jump));
    await expect(openSsh(targetOf(gone, { through }))).rejects.toMatchObject({
      reason: 'SSH_FAILED',
      message: expect.stringMatching(
        new RegExp(`Cannot reach 127.0.0.1 port ${gone.port} through 127.0.0.1`),
      ),
    });
    through.close();
  });
});

it('a host that only a certificate authority vouches for is refused, with the limit stated', async () => {
  const server = await serverFor({ keys: [openKey.public] });
  const authority = `@cert-authority * ${openKey.public}`;
  const verifyHostKey = (key: Buffer) => judgeHostKey(key, findHostKeys(authority, '127.0.0.1', server.port));
  await expect(openSsh(targetOf(server, { verifyHostKey }))).rejects.toMatchObject({
    reason: 'SSH_HOST_KEY_UNKNOWN',
    message: expect.stringContaining('host certificates are not supported'),
  });
  expect(server.events).toEqual([]);
});

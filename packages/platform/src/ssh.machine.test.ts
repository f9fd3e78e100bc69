import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server as NetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server, utils, type Connection, type ServerChannel } from 'ssh2';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  fingerprintOf,
  findHostKeys,
  judgeFingerprint,
  judgeHostKey,
  knownHostsName,
} from './known-hosts.ts';
import { algorithmsFor, openSsh, type SshTarget } from './ssh.ts';
import { sshKeyPair } from './testing/ssh-keys.ts';

const hostKey = sshKeyPair();
const secondHostKey = utils.generateKeyPairSync('ecdsa', { bits: 256 });
const userKey = sshKeyPair();
const otherKey = sshKeyPair();
const lockedKey = sshKeyPair({ passphrase: 'secret' });

/** Public key in the form of the wire. */
const blobOf = (publicKey: string) => Buffer.from(publicKey.split(' ')[1] ?? '', 'base64');

let scratch: string;
let server: Server;
/** What the server was asked before it had let anybody in. */
let authentications: string[];
const connections = new Set<Connection>();

/** Runs what it is asked in a real shell, as a host's sshd would. */
function execute(command: string, channel: ServerChannel): void {
  const child = spawn('sh', ['-c', command]);
  channel.pipe(child.stdin);
  child.stdin.on('error', () => undefined);
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  channel.once('close', () => child.kill('SIGKILL'));
  child.once('close', (code, signal) => {
    if (code === null) channel.exit(signal ?? 'KILL');
    else channel.exit(code);
    channel.end();
  });
}

function serve(client: Connection): void {
  connections.add(client);
  client.on('error', () => undefined);
  client.on('authentication', (context) => {
    authentications.push(context.method);
    const isUser = context.method === 'publickey' && context.key.data.equals(blobOf(userKey.public));
    if (isUser && context.username === 'root') context.accept();
    else context.reject(['publickey']);
  });
  client.on('session', (accept) => accept().on('exec', (take, _, { command }) => execute(command, take())));
}

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'quorate-ssh-'));
  const keys = { user: userKey, other: otherKey, locked: lockedKey };
  for (const [name, pair] of Object.entries(keys))
    await writeFile(join(scratch, name), pair.private, { mode: 0o600 });
  server = new Server({ hostKeys: [hostKey.private, secondHostKey.private] }, serve);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  for (const each of connections) each.end();
  connections.clear();
});
afterAll(async () => {
  await new Promise<void>((resolve) => server.close(() => resolve()));
  await rm(scratch, { recursive: true, force: true });
});

const portOf = (each: NetServer | Server) => (each.address() as AddressInfo).port;

function target(overrides: Partial<SshTarget> = {}): SshTarget {
  authentications = [];
  return {
    host: '127.0.0.1',
    port: portOf(server),
    user: 'root',
    identities: { keyFiles: [join(scratch, 'user')] },
    verifyHostKey: (key) => judgeFingerprint(key, fingerprintOf(blobOf(hostKey.public))),
    connectMs: 5_000,
    ...overrides,
  };
}

/** Opens, runs one command, closes. */
async function runOnce(
  command: string,
  options: { input?: string; timeoutMs?: number } = {},
  overrides = {},
) {
  const session = await openSsh(target(overrides));
  try {
    return await session.run(command, { timeoutMs: 5_000, ...options });
  } finally {
    session.close();
  }
}

describe('a command over SSH', () => {
  it('gives back its exit code and both outputs', async () => {
    expect(await runOnce('echo out; echo err >&2; exit 3')).toEqual({
      code: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    });
  });

  it('reads its input to the end, however long, in whatever language', async () => {
    const input = 'één\n'.repeat(200_000);
    expect((await runOnce('cat', { input })).stdout).toBe(input);
  });

  it('may leave its input unread', async () => {
    expect(await runOnce('exit 4', { input: 'x'.repeat(1_000_000) })).toMatchObject({ code: 4 });
  });

  it('has no exit code when a signal ended it', async () => {
    expect(await runOnce('kill -9 $$')).toMatchObject({ code: null });
  });

  it('can be one of several on one connection', async () => {
    const session = await openSsh(target());
    const results = await Promise.all(
      ['1', '2', '3'].map((n) => session.run(`echo ${n}`, { timeoutMs: 5_000 })),
    );
    session.close();
    expect(results.map(({ stdout }) => stdout)).toEqual(['1\n', '2\n', '3\n']);
  });

  it('is given up after its limit', async () => {
    await expect(runOnce('exec sleep 60', { timeoutMs: 300 })).rejects.toMatchObject({
      reason: 'TIMED_OUT',
      message: `A command on 127.0.0.1 (SSH port ${portOf(server)}) did not end within 0.3 s`,
    });
  });

  it('fails when the connection breaks, and so does the next one', async () => {
    const session = await openSsh(target());
    const failure = session.run('exec sleep 60', { timeoutMs: 5_000 }).catch((error: unknown) => error);
    for (const each of connections) each.end();
    expect(await failure).toMatchObject({ reason: 'SSH_FAILED' });
    await expect(session.run('true', { timeoutMs: 5_000 })).rejects.toMatchObject({ reason: 'SSH_FAILED' });
    session.close();
  });
});

describe('the host key', () => {
  const place = () => `127.0.0.1 (SSH port ${portOf(server)})`;
  const shown = () => `it shows ssh-ed25519 ${fingerprintOf(blobOf(hostKey.public))}`;

  it.each([
    ['unknown', 'SSH_HOST_KEY_UNKNOWN', 'is not known'],
    ['changed', 'SSH_HOST_KEY_CHANGED', 'is not the expected one'],
    ['revoked', 'SSH_HOST_KEY_CHANGED', 'has been revoked'],
  ] as const)('BEH-252 that is %s ends it before anything is sent', async (verdict, reason, words) => {
    await expect(openSsh(target({ verifyHostKey: () => verdict }))).rejects.toMatchObject({
      reason,
      message: `The SSH host key of ${place()} ${words}: ${shown()}`,
      facts: { port: String(portOf(server)), fingerprint: fingerprintOf(blobOf(hostKey.public)) },
    });
    expect(authentications).toEqual([]);
  });

  it('BEH-252 is not trusted when its judge fails', async () => {
    const verifyHostKey = () => Promise.reject(new Error('known_hosts is unreadable'));
    await expect(openSsh(target({ verifyHostKey }))).rejects.toMatchObject({ reason: 'SSH_FAILED' });
    expect(authentications).toEqual([]);
  });

  it('may be asked of a person for longer than the connection may take', async () => {
    const verifyHostKey = () =>
      new Promise<'accepted'>((resolve) => setTimeout(() => resolve('accepted'), 600));
    expect(await runOnce('true', {}, { verifyHostKey, connectMs: 400 })).toMatchObject({ code: 0 });
  });

  it('is asked for in the type that is on record', async () => {
    const text = `${knownHostsName('127.0.0.1', portOf(server))} ${secondHostKey.public}`;
    const onRecord = findHostKeys(text, '127.0.0.1', portOf(server));
    const verifyHostKey = (key: Buffer) => judgeHostKey(key, onRecord);
    await expect(openSsh(target({ verifyHostKey }))).rejects.toMatchObject({
      reason: 'SSH_HOST_KEY_UNKNOWN',
    });
    const preferredKeyTypes = onRecord.map(({ type }) => type);
    expect(await runOnce('true', {}, { verifyHostKey, preferredKeyTypes })).toMatchObject({ code: 0 });
  });

  it('of type ssh-rsa is asked for with SHA-2 only', () => {
    expect(algorithmsFor(['ssh-rsa']).slice(0, 3)).toEqual(['rsa-sha2-512', 'rsa-sha2-256', 'ssh-ed25519']);
    expect(algorithmsFor(['ssh-rsa'])).not.toContain('ssh-rsa');
  });
});

describe('the way in', () => {
  const files = (...names: string[]) => ({
    identities: { keyFiles: names.map((name) => join(scratch, name)) },
  });

  it('is the first key that fits; missing and encrypted files are passed over', async () => {
    expect(await runOnce('true', {}, files('absent', 'locked', 'other', 'user'))).toMatchObject({ code: 0 });
  });

  it('does not end with an agent that is not there', async () => {
    const identities = { keyFiles: [join(scratch, 'other')], agentSocket: join(scratch, 'no-agent') };
    await expect(openSsh(target({ identities }))).rejects.toThrow(
      /does not let root in with .*other, the keys of the agent/,
    );
  });

  it('is refused with the names of the keys and what to do', async () => {
    await expect(openSsh(target(files('other')))).rejects.toMatchObject({
      reason: 'SSH_FAILED',
      message: `127.0.0.1 (SSH port ${portOf(server)}) does not let root in with ${join(scratch, 'other')}`,
      hint: 'Add one of their public keys to the authorized_keys of root on that host',
    });
    expect(authentications).not.toContain('password');
  });

  it('needs a usable key before anybody is asked', async () => {
    await expect(openSsh(target(files('absent', 'locked')))).rejects.toThrow(
      /no usable SSH key .*absent.*; .*locked/,
    );
    await expect(openSsh(target(files()))).rejects.toThrow('neither a key file nor an agent is given');
    expect(authentications).toEqual([]);
  });
});

describe('a host that does not answer', () => {
  it('is told from one that refuses', async () => {
    const free = createServer();
    await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
    const port = portOf(free);
    await new Promise((resolve) => free.close(resolve));
    await expect(openSsh(target({ port }))).rejects.toMatchObject({
      reason: 'SSH_FAILED',
      message: `Cannot talk SSH with 127.0.0.1 (SSH port ${port}): connect ECONNREFUSED 127.0.0.1:${port}`,
    });
  });

  it('is given up after the limit, though it took the connection', async () => {
    const silent = createServer((socket) => socket.resume());
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const failure = openSsh(target({ port: portOf(silent), connectMs: 300 }));
    await expect(failure).rejects.toThrow('did not let root in within 0.3 s');
    await new Promise((resolve) => silent.close(resolve));
  });

  it('is no SSH server if it hangs up', async () => {
    const rude = createServer((socket) => socket.resume().end());
    await new Promise<void>((resolve) => rude.listen(0, '127.0.0.1', resolve));
    await expect(openSsh(target({ port: portOf(rude) }))).rejects.toMatchObject({ reason: 'SSH_FAILED' });
    await new Promise((resolve) => rude.close(resolve));
  });
});

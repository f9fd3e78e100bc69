/**
 * An SSH server within the test's own process: lets in whom it is told to, runs commands in a shell, connects on to
 * other ports as a jump host does, and notes everything it was asked.
 */
import { spawn } from 'node:child_process';
import { connect, type AddressInfo } from 'node:net';
import { Server, type AuthContext, type Connection, type ServerChannel } from 'ssh2';
import { sshKeyPair } from './ssh-keys.ts';

export interface SshServerOptions {
  /** Public keys that are let in, one line each as in authorized_keys. */
  readonly keys?: readonly string[];
  readonly password?: string;
  /** How the password is taken; many hosts ask questions instead. */
  readonly passwordMethod?: 'password' | 'keyboard-interactive';
  /** Whole environment of the commands. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface SshServer {
  readonly port: number;
  /** As it travels on the wire. */
  readonly hostKey: Buffer;
  /** `auth METHOD`, `exec COMMAND`, `forward HOST:PORT`, in order. */
  readonly events: string[];
  /** Cuts every connection; it goes on listening. */
  hangUp(): void;
  close(): Promise<void>;
}

export const wireKeyOf = (publicKey: string): Buffer => Buffer.from(publicKey.split(' ')[1] ?? '', 'base64');

export async function startSshServer(options: SshServerOptions = {}): Promise<SshServer> {
  const hostKey = sshKeyPair();
  const events: string[] = [];
  const connections = new Set<Connection>();
  const server = new Server({ hostKeys: [hostKey.private] }, (client) => {
    connections.add(client);
    client.once('close', () => connections.delete(client));
    serve(client, options, events);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const hangUp = () => {
    for (const each of connections) each.end();
  };
  return {
    port: (server.address() as AddressInfo).port,
    hostKey: wireKeyOf(hostKey.public),
    events,
    hangUp,
    close: () => {
      hangUp();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function serve(client: Connection, options: SshServerOptions, events: string[]): void {
  client.on('error', () => undefined);
  client.on('authentication', (context) => {
    events.push(`auth ${context.method}`);
    authenticate(context, options);
  });
  client.on('session', (accept) =>
    accept().on('exec', (take, _reject, { command }) => {
      events.push(`exec ${command}`);
      execute(command, take(), options.env);
    }),
  );
  client.on('tcpip', (accept, reject, { destIP, destPort }) => {
    events.push(`forward ${destIP}:${destPort}`);
    const socket = connect(destPort, destIP);
    socket.once('error', () => reject());
    socket.once('connect', () => {
      const channel = accept();
      channel.on('error', () => undefined);
      socket.on('error', () => channel.destroy());
      socket.pipe(channel).pipe(socket);
    });
  });
}

function authenticate(
  context: AuthContext,
  { keys = [], password, passwordMethod = 'password' }: SshServerOptions,
): void {
  const methods = [...(keys.length > 0 ? ['publickey' as const] : []), ...(password ? [passwordMethod] : [])];
  const refuse = () => context.reject(methods);
  if (context.method === 'publickey' && keys.some((key) => wireKeyOf(key).equals(context.key.data)))
    return context.accept();
  if (!methods.includes(context.method as 'password')) return refuse();
  if (context.method === 'password') return context.password === password ? context.accept() : refuse();
  if (context.method === 'keyboard-interactive')
    return context.prompt([{ prompt: 'Password: ', echo: false }], (answers) =>
      answers[0] === password ? context.accept() : refuse(),
    );
  refuse();
}

/** In a real shell, as a host's sshd would. */
function execute(command: string, channel: ServerChannel, env?: Readonly<Record<string, string>>): void {
  const child = spawn('/bin/sh', ['-c', command], env ? { env } : {});
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

/**
 * The SSH server of one loopback host, as a process of its own: the ssh2 library on the host's address.
 *
 * Bundled by cluster.ts and started with the name of a JSON file that holds an SshdConfig.
 *
 * Does what `node add` needs of a real sshd and no more: one host key, one operator's key for one user, and
 * `exec` through /bin/sh in that host's environment. No shell, no sftp, no passwords.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import ssh2 from 'ssh2';
import type { AuthContext, Connection, ParsedKey, ServerChannel } from 'ssh2';

export interface SshdConfig {
  readonly address: string;
  readonly port: number;
  readonly hostKeyFile: string;
  readonly user: string;
  /** The operator's public key, one line as in authorized_keys. */
  readonly authorizedKey: string;
  /** The whole environment of what `exec` runs. */
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
}

const log = (event: string, fields: object = {}): void =>
  console.log(JSON.stringify({ time: new Date().toISOString(), event, ...fields }));

function parseOperatorKey(line: string): ParsedKey {
  const key = ssh2.utils.parseKey(line);
  if (key instanceof Error) throw key;
  return key;
}

function authenticate(context: AuthContext, user: string, operator: ParsedKey): void {
  if (context.method !== 'publickey') return context.reject(['publickey']);
  const known = context.username === user && context.key.data.equals(operator.getPublicSSH());
  // Without a signature the client only asks whether this key would do.
  const signed =
    context.signature === undefined ||
    operator.verify(context.blob ?? Buffer.alloc(0), context.signature, context.hashAlgo) === true;
  if (known && signed) return context.accept();
  log('refused', { user: context.username, key: context.key.algo });
  context.reject(['publickey']);
}

/** A command that leaves a daemon behind must have detached it from these pipes, as with any sshd. */
function runCommand(command: string, channel: ServerChannel, config: SshdConfig): void {
  log('exec', { command });
  const child = spawn('/bin/sh', ['-c', command], {
    env: config.environment,
    cwd: config.workingDirectory,
    detached: true,
  });
  channel.pipe(child.stdin);
  child.stdin.on('error', () => {}); // the command does not read its input
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  channel.on('close', () => child.exitCode === null && child.pid !== undefined && hangUp(child.pid));
  child.on('error', (error) => channel.stderr.write(`${error.message}\n`));
  child.on('close', (code, signal) => {
    log('exit', { code, signal });
    if (signal === null) channel.exit(code ?? 255);
    else channel.exit(signal.replace('SIG', ''), false, '');
    channel.end();
  });
}

/** The client went away: its command is told, with all of its own process group. */
function hangUp(pid: number): void {
  try {
    process.kill(-pid, 'SIGHUP');
  } catch {
    // ended by itself
  }
}

function serveConnection(client: Connection, config: SshdConfig, operator: ParsedKey): void {
  client.on('authentication', (context) => authenticate(context, config.user, operator));
  client.on('session', (accept) => {
    accept().on('exec', (acceptExec, _reject, { command }) => runCommand(command, acceptExec(), config));
  });
  client.on('error', (error) => log('connection error', { message: error.message }));
}

function main(configFile: string): void {
  const config = JSON.parse(readFileSync(configFile, 'utf8')) as SshdConfig;
  const operator = parseOperatorKey(config.authorizedKey);
  const server = new ssh2.Server({ hostKeys: [readFileSync(config.hostKeyFile)] }, (client) =>
    serveConnection(client, config, operator),
  );
  server.on('error', (error: Error) => {
    console.error(`sshd: ${error.message}`);
    process.exit(1);
  });
  server.listen(config.port, config.address, () =>
    log('listening', { address: config.address, port: config.port }),
  );
  process.on('SIGTERM', () => process.exit(0));
}

main(process.argv[2] ?? '');

/**
 * Commands on another host over SSH, as an administrator's own ssh would run them.
 *
 * The library behind it accepts every host key unless told otherwise, never notices a dead connection and may wait for
 * ever; so here the judge of host keys is a required parameter, nothing is sent before it has agreed (BEH-252), keepalive
 * is on, and everything has a limit. Who may be asked for what is ssh-login.ts; the files of OpenSSH are ssh-config.ts.
 *
 * Counterpart in Ganeti: lib/ssh.py, SshRunner.
 */
import type { Duplex } from 'node:stream';
import { Client, type AuthHandlerMiddleware, type ClientChannel, type ConnectConfig } from 'ssh2';
import { fingerprintOf, keyTypeOf, type HostKeyVerdict } from './known-hosts.ts';
import { MachineError, messageOf } from './machine-error.ts';
import { seconds } from './seconds.ts';
import { waysIn, type SshIdentities, type WaysIn } from './ssh-login.ts';

export interface SshTarget {
  /** Literal address or name; a name is resolved by the system. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly identities: SshIdentities;
  /** Judges the host's key; may take its time (ask a person): the limit does not run meanwhile. */
  readonly verifyHostKey: (key: Buffer) => HostKeyVerdict | Promise<HostKeyVerdict>;
  /** Key types on record for this host: asked for first, or a host with several keys shows one that nobody knows. */
  readonly preferredKeyTypes?: readonly string[];
  /** From the first packet until the user is let in; stands still while a person is asked. */
  readonly connectMs: number;
  /** Session with the host through which this one is reached; without it, directly. */
  readonly through?: SshSession;
}

export interface SshResult {
  /** null if a signal ended the command. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SshSession {
  /**
   * Runs one command line in the user's shell, whatever its exit code. Fails with SSH_FAILED (the connection broke, so
   * it is not known how far the command came) or TIMED_OUT (likewise; it may go on over there).
   */
  run(
    command: string,
    options: { readonly input?: string | Uint8Array; readonly timeoutMs: number },
  ): Promise<SshResult>;
  /** A TCP connection from that host to another one. Fails with SSH_FAILED, also when nobody answers in time. */
  forward(host: string, port: number, timeoutMs: number): Promise<Duplex>;
  close(): void;
}

/** Best first, and without the one that signs with SHA-1. */
const hostKeyAlgorithms = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
] as const;
type HostKeyAlgorithm = (typeof hostKeyAlgorithms)[number];

/** A dead connection is noticed after this many unanswered questions, this far apart. */
const keepalive = { keepaliveInterval: 5_000, keepaliveCountMax: 3 };
/** For saying good-bye before the connection is cut. */
const farewellMs = 1_000;

export function algorithmsFor(preferredKeyTypes: readonly string[]): HostKeyAlgorithm[] {
  const typeOf = (algorithm: string) => (algorithm.startsWith('rsa-') ? 'ssh-rsa' : algorithm);
  const isPreferred = (algorithm: string) => preferredKeyTypes.includes(typeOf(algorithm));
  return [
    ...hostKeyAlgorithms.filter(isPreferred),
    ...hostKeyAlgorithms.filter((each) => !isPreferred(each)),
  ];
}

const placeOf = ({ host, port }: SshTarget): string => `${host} (SSH port ${port})`;

function sshFailed(target: SshTarget, message: string, cause?: unknown, hint?: string): MachineError {
  const facts = { host: target.host, port: String(target.port), user: target.user };
  return new MachineError('SSH_FAILED', message, { facts, cause, ...(hint !== undefined && { hint }) });
}

/** What the host showed, and what was thought of it. */
interface ShownKey {
  readonly key: Buffer;
  readonly verdict: HostKeyVerdict;
}

function hostKeyRefused(target: SshTarget, { key, verdict }: ShownKey): MachineError {
  const [type, fingerprint] = [keyTypeOf(key), fingerprintOf(key)];
  const facts = { host: target.host, port: String(target.port), keyType: type, fingerprint };
  const shown = `it shows ${type} ${fingerprint}`;
  if (verdict === 'unknown')
    return new MachineError(
      'SSH_HOST_KEY_UNKNOWN',
      `The SSH host key of ${placeOf(target)} is not known: ${shown}`,
      {
        hint: 'Compare it with what ssh-keygen -l prints on that host, then give the fingerprint or add the key to known_hosts',
        facts,
      },
    );
  if (verdict === 'authority-only')
    return new MachineError(
      'SSH_HOST_KEY_UNKNOWN',
      `Only a certificate authority vouches for the SSH host key of ${placeOf(target)} (@cert-authority in known_hosts), ` +
        `and host certificates are not supported here: ${shown}`,
      { hint: 'Give its fingerprint, or add the host’s own key to known_hosts', facts },
    );
  const what = verdict === 'revoked' ? 'has been revoked' : 'is not the expected one';
  return new MachineError(
    'SSH_HOST_KEY_CHANGED',
    `The SSH host key of ${placeOf(target)} ${what}: ${shown}`,
    {
      hint: 'Nothing was sent. Someone may be in between, or the host was installed anew; find out which before going on',
      facts,
    },
  );
}

const levelOf = (caught: unknown): string => (caught as { level?: string } | undefined)?.level ?? '';

function connectionRefused(target: SshTarget, caught: unknown, tried: readonly string[]): MachineError {
  const place = placeOf(target);
  if (levelOf(caught) !== 'client-authentication')
    return sshFailed(target, `Cannot talk SSH with ${place}: ${messageOf(caught)}`, caught);
  const with_ = [...new Set(tried)].join(', ') || 'anything there is to try';
  const hint = `Add one of their public keys to the authorized_keys of ${target.user} on that host`;
  return sshFailed(target, `${place} does not let ${target.user} in with ${with_}`, caught, hint);
}

function connectConfig(
  target: SshTarget,
  handler: AuthHandlerMiddleware,
  judge: (key: Buffer) => Promise<boolean>,
): ConnectConfig {
  return {
    host: target.host,
    port: target.port,
    username: target.user,
    authHandler: handler,
    hostVerifier: (key: Buffer, accept: (valid: boolean) => void) => void judge(key).then(accept),
    algorithms: { serverHostKey: algorithmsFor(target.preferredKeyTypes ?? []) },
    // Ours runs instead, because it can be held while a person is asked.
    readyTimeout: 0,
    ...keepalive,
  };
}

/** A limit that stands still while a person is asked. */
function holdableLimit(ms: number, onEnd: () => void) {
  let timer: NodeJS.Timeout | undefined;
  let over = false;
  const start = (): void => void (over || (timer = setTimeout(onEnd, ms)));
  const stop = (): void => clearTimeout(timer);
  const end = (): void => {
    over = true;
    stop();
  };
  const held = async <R>(ask: () => Promise<R>): Promise<R> => {
    stop();
    try {
      return await ask();
    } finally {
      start();
    }
  };
  return { start, end, held };
}

async function connect(target: SshTarget): Promise<Client> {
  const client = new Client();
  const late = () =>
    sshFailed(target, `${placeOf(target)} did not let ${target.user} in within ${seconds(target.connectMs)}`);
  let fail = (_error: MachineError): void => undefined;
  const limit = holdableLimit(target.connectMs, () => fail(late()));
  const ways = await waysIn(target.user, target.identities, limit.held);
  if ('why' in ways)
    throw sshFailed(target, `There is no usable SSH key for ${placeOf(target)}: ${ways.why}`);
  const sock = await target.through?.forward(target.host, target.port, target.connectMs);
  return new Promise((resolve, reject) => {
    fail = (error) => {
      limit.end();
      client.destroy();
      reject(error);
    };
    client.once('ready', () => {
      limit.end();
      resolve(client);
    });
    limit.start();
    start(client, target, ways, { fail: (error) => fail(error), held: limit.held, ...(sock && { sock }) });
  });
}

interface Attempt {
  fail(error: MachineError): void;
  held<R>(ask: () => Promise<R>): Promise<R>;
  readonly sock?: Duplex;
}

function start(client: Client, target: SshTarget, ways: WaysIn, { fail, held, sock }: Attempt): void {
  let refused: MachineError | undefined;
  const judge = async (key: Buffer): Promise<boolean> => {
    try {
      const verdict = await held(async () => target.verifyHostKey(key));
      if (verdict !== 'accepted') refused = hostKeyRefused(target, { key, verdict });
    } catch (caught) {
      refused = sshFailed(target, `The SSH host key of ${placeOf(target)} could not be judged`, caught);
    }
    return !refused;
  };
  // An agent that does not answer is one way in less, not the end. The listener stays: an error without one is fatal.
  client.on('error', (caught) => {
    if (levelOf(caught) !== 'agent') fail(refused ?? connectionRefused(target, caught, ways.tried()));
  });
  client.once('close', () => fail(refused ?? sshFailed(target, `${placeOf(target)} closed the connection`)));
  client.connect({ ...connectConfig(target, ways.handler, judge), ...(sock && { sock }) });
}

/** Collects a command's output until its channel closes. A channel that closes without a status was cut off. */
function collect(channel: ClientChannel, onEnd: (result: SshResult | undefined) => void): void {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  let exit: { code: number | null } | undefined;
  channel.on('data', (data: Buffer) => stdout.push(data));
  channel.stderr.on('data', (data: Buffer) => stderr.push(data));
  channel.on('exit', (code: number | null) => (exit = { code }));
  // A command may end without reading its input; its exit code tells.
  channel.on('error', () => undefined);
  channel.on('close', () =>
    onEnd(
      exit && {
        ...exit,
        stdout: Buffer.concat(stdout).toString('utf8'),
        stderr: Buffer.concat(stderr).toString('utf8'),
      },
    ),
  );
}

const runOver =
  (client: Client, target: SshTarget): SshSession['run'] =>
  (command, { input, timeoutMs }) =>
    new Promise((resolve, reject) => {
      let opened: ClientChannel | undefined;
      const end = (outcome: SshResult | MachineError) => {
        clearTimeout(limit);
        client.removeListener('close', lost);
        if (outcome instanceof MachineError) reject(outcome);
        else resolve(outcome);
      };
      const broke = (cause?: unknown) =>
        end(sshFailed(target, `The connection to ${placeOf(target)} broke`, cause));
      const lost = () => broke();
      const limit = setTimeout(() => {
        opened?.close();
        end(tookTooLong(target, timeoutMs));
      }, timeoutMs);
      client.once('close', lost);
      try {
        client.exec(command, (error, channel) => {
          if (error) return broke(error);
          opened = channel;
          collect(channel, (result) => (result ? end(result) : broke()));
          channel.end(typeof input === 'object' ? Buffer.from(input) : (input ?? ''));
        });
      } catch (caught) {
        broke(caught);
      }
    });

const forwardOver =
  (client: Client, target: SshTarget): SshSession['forward'] =>
  (host, port, timeoutMs) =>
    new Promise((resolve, reject) => {
      const where = `${host} port ${port} through ${placeOf(target)}`;
      let late = false;
      const end = (error: MachineError): void => {
        late = true;
        clearTimeout(limit);
        reject(error);
      };
      const limit = setTimeout(
        () => end(sshFailed(target, `Cannot reach ${where} within ${seconds(timeoutMs)}`)),
        timeoutMs,
      );
      try {
        client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
          if (error) return end(sshFailed(target, `Cannot reach ${where}: ${error.message}`, error));
          clearTimeout(limit);
          if (late) channel.destroy();
          resolve(channel);
        });
      } catch (caught) {
        end(sshFailed(target, `The connection to ${placeOf(target)} broke`, caught));
      }
    });

const tookTooLong = (target: SshTarget, timeoutMs: number): MachineError =>
  new MachineError('TIMED_OUT', `A command on ${placeOf(target)} did not end within ${seconds(timeoutMs)}`, {
    facts: { host: target.host, port: String(target.port) },
  });

/**
 * Connects, checks the host's key and logs in. Fails with SSH_HOST_KEY_UNKNOWN, SSH_HOST_KEY_CHANGED (also for a revoked
 * key), or SSH_FAILED for everything else, each naming host and port, the first two the fingerprint that was shown.
 */
export async function openSsh(target: SshTarget): Promise<SshSession> {
  const client = await connect(target);
  return {
    run: runOver(client, target),
    forward: forwardOver(client, target),
    close: () => {
      client.end();
      setTimeout(() => client.destroy(), farewellMs).unref();
    },
  };
}

/**
 * A cluster on loopback addresses: hosts that can be made, told to run `quorate`, killed and brought back.
 *
 * The programs are the real ones from dist/; what stands in for a host is a root directory, an address and an
 * SSH server. Used by the quickstart and by the end-to-end tests. Starts nothing that `stop` does not end.
 */
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { spawn } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { processControl } from '@quorate/platform/daemon-control';
import type { DaemonControl } from '@quorate/platform/daemon-control';
import { runCommand } from './command.ts';
import type { CommandResult } from './command.ts';
import { ports, writeHostFiles } from './host-plan.ts';
import type { Host, HostPlan } from './host-plan.ts';
import { endUnder, hostMark, killUnder } from './host-processes.ts';
import type { HostProcess } from './host-processes.ts';
import { asWanted, awaitSight, notYet } from './observe.ts';
import { createOperator, hostKeyFile, operatorUser } from './operator.ts';
import type { Operator } from './operator.ts';
import type { SshdConfig } from './sshd.ts';
import { parseStatus } from './status.ts';
import type { Status } from './status.ts';

export const projectRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const programFile = (name: string): string => join(projectRoot, 'dist', name);

/** No command of the product may take longer; failover has the longest limit of its own. */
const commandMs = 150_000;
/** Two programs on a busy machine. */
const daemonStartMs = 30_000;
const sshdStartMs = 20_000;

export interface RunOptions {
  readonly timeoutMs?: number;
  readonly input?: string;
}

const loopbackInit = ['--master-netdev', 'lo', '--allow-loopback'];

export interface LoopbackCluster {
  readonly plan: HostPlan;
  readonly operator: Operator;
  /** Starts every host: its files and its SSH server, each seen to answer. */
  startHosts(): Promise<void>;
  startSshd(host: Host): Promise<void>;
  /** Starts both daemons of a host from its disk, as its init system does after a reboot; `more` is added to what they see. */
  startDaemons(host: Host, more?: Readonly<Record<string, string>>): Promise<void>;
  /** Runs `quorate` on a host; any exit code is a result. */
  quorate(host: Host, args: readonly string[], options?: RunOptions): Promise<CommandResult>;
  /** The same, for a command that must succeed; throws what it printed if it does not. */
  mustQuorate(host: Host, args: readonly string[], options?: RunOptions): Promise<CommandResult>;
  status(host: Host): Promise<Status>;
  /** Root's SSH keys are left alone unless it is said. */
  init(host: Host, more?: { readonly managesSsh?: boolean }): Promise<CommandResult>;
  /** `node add`, from `master`, with the operator's key and known hosts. */
  addNode(master: Host, added: Host): Promise<CommandResult>;
  /** kill -9 of everything that runs on a host. */
  kill(host: Host): Promise<readonly HostProcess[]>;
  /** Ends every process of every host. */
  stop(): Promise<void>;
}

export async function createLoopbackCluster(plan: HostPlan, signal?: AbortSignal): Promise<LoopbackCluster> {
  for (const host of plan.hosts) await writeHostFiles(plan, host);
  const operator = await createOperator(plan);
  await bundleSshd(plan);

  const quorate: LoopbackCluster['quorate'] = (host, args, { timeoutMs = commandMs, input } = {}) =>
    runCommand(programFile('quorate'), args, { env: environmentOf(host), timeoutMs, input, signal });

  const mustQuorate: LoopbackCluster['mustQuorate'] = async (host, args, options) => {
    const result = await quorate(host, args, options);
    if (result.code !== 0) throw new Error(failureOf(host, args, result));
    return result;
  };

  const startSshd = async (host: Host): Promise<void> => {
    const configFile = join(plan.directory, 'operator', `${host.short}_sshd.json`);
    await writeFile(configFile, JSON.stringify(sshdConfig(host, operator)));
    spawnSshd(plan, host, configFile);
    await awaitSight(() => sshGreeting(host), {
      wanted: `an SSH server on ${host.address}:${ports.ssh}`,
      limitMs: sshdStartMs,
      ...(signal && { signal }),
    });
  };

  return {
    plan,
    operator,
    startSshd,
    quorate,
    mustQuorate,
    startHosts: async () => void (await Promise.all(plan.hosts.map(startSshd))),
    startDaemons: async (host, more) => {
      const daemons = daemonsOf(host, more);
      await daemons.start('noded');
      await daemons.start('masterd');
      await awaitSight(() => masterDaemonOf(host), {
        wanted: `a master daemon on ${host.name}`,
        limitMs: daemonStartMs,
      });
    },
    status: async (host) => {
      // Exit code 1 with a report says that no majority is healthy; that is an answer too.
      const result = await quorate(host, ['status', '--json']);
      if (result.code > 1 || result.stdout.includes('"error":'))
        throw new Error(failureOf(host, ['status'], result));
      return parseStatus(result.stdout);
    },
    // Its hosts have an SSH server only while they join, at a port of its own.
    init: (host, { managesSsh = false } = {}) =>
      mustQuorate(host, [
        ...['init', plan.clusterName, ...loopbackInit],
        ...(managesSsh ? [] : ['--no-ssh-init']),
      ]),
    addNode: (master, added) => mustQuorate(master, addNodeArguments(added, operator)),
    kill: (host) => killUnder(host.root),
    stop: () => endUnder(plan.directory),
  };
}

export const addNodeArguments = (
  added: Host,
  { keyFile, knownHostsFile }: Pick<Operator, 'keyFile' | 'knownHostsFile'>,
): readonly string[] => [
  ...['node', 'add', added.name],
  ...['--ssh-user', operatorUser],
  ...['--ssh-port', String(ports.ssh)],
  ...['--ssh-key', keyFile],
  ...['--known-hosts', knownHostsFile],
];

/** All that a process of this host gets to see; nothing of the caller's own, such as an SSH agent. */
function environmentOf(host: Host): Readonly<Record<string, string>> {
  const path = [
    dirname(process.execPath),
    '/usr/local/sbin',
    '/usr/local/bin',
    '/usr/sbin',
    '/usr/bin',
    '/sbin',
    '/bin',
  ];
  return {
    PATH: path.join(delimiter),
    HOME: join(host.root, 'root'),
    LANG: 'C.UTF-8',
    QUORATE_ROOT: host.root,
    [hostMark]: host.root,
  };
}

const sshdConfig = (host: Host, operator: Operator): SshdConfig => ({
  address: host.address,
  port: ports.ssh,
  hostKeyFile: hostKeyFile(host),
  user: operatorUser,
  authorizedKey: operator.publicKey,
  environment: environmentOf(host),
  workingDirectory: join(host.root, 'root'),
});

function openLog(host: Host, name: string): number {
  const directory = join(host.root, 'var', 'log');
  mkdirSync(directory, { recursive: true });
  return openSync(join(directory, name), 'a');
}

const sshdFile = (plan: HostPlan): string => join(plan.directory, 'operator', 'sshd.cjs');

/** One plain file, so that each host's server starts at once and is one process. */
const bundleSshd = (plan: HostPlan): Promise<unknown> =>
  build({
    entryPoints: [join(projectRoot, 'test', 'loopback', 'sshd.ts')],
    outfile: sshdFile(plan),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['*.node', 'cpu-features'],
    logLevel: 'error',
  });

/** In a session of its own, so that Ctrl-C reaches the story first and the hosts are ended in order. */
function spawnSshd(plan: HostPlan, host: Host, configFile: string): void {
  const log = openLog(host, 'sshd.log');
  const child = spawn(process.execPath, [sshdFile(plan), configFile], {
    cwd: plan.directory,
    env: environmentOf(host),
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  child.unref();
}

/** What the SSH server says first when somebody connects. */
function sshGreeting(host: Host): ReturnType<Parameters<typeof awaitSight>[0]> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: host.address, port: ports.ssh });
    socket.setTimeout(1_000, () => socket.destroy(new Error('silence')));
    socket.on('data', (data) => {
      const greeting = data.toString('latin1').split('\r\n')[0] ?? '';
      resolve(greeting.startsWith('SSH-2.0-') ? asWanted(greeting) : notYet(`'${greeting}'`));
      socket.destroy();
    });
    socket.on('error', (error) => resolve(notYet(error.message)));
    socket.on('close', () => resolve(notYet('the connection was closed')));
  });
}

/** Its local socket accepts connections: commands typed on that host find somebody. */
function masterDaemonOf(host: Host): ReturnType<Parameters<typeof awaitSight>[0]> {
  return new Promise((resolve) => {
    const socket = createConnection(join(host.root, 'run', 'quorate', 'socket', 'masterd.sock'));
    socket.once('connect', () => {
      resolve(asWanted('it listens'));
      socket.destroy();
    });
    socket.once('error', (error) => resolve(notYet(error.message)));
  });
}

/** The product's own way of starting daemons on a host without systemd, pid files included. */
function daemonsOf(host: Host, more: Readonly<Record<string, string>> = {}): DaemonControl {
  const run = join(host.root, 'run', 'quorate');
  const logs = join(host.root, 'var', 'log', 'quorate');
  return processControl({
    root: host.root,
    pidFile: (name) => join(run, `${name}.pid`),
    logFile: (name) => join(logs, `${name}.log`),
    command: (name) => ({
      program: programFile(`quorate-${name}`),
      args: ['--root', host.root],
      env: { ...environmentOf(host), ...more },
    }),
  });
}

function failureOf(host: Host, args: readonly string[], { code, stdout, stderr }: CommandResult): string {
  const output = [stderr.trim(), stdout.trim()].filter((text) => text !== '').join('\n');
  return `quorate ${args[0] === 'node' ? 'node add' : args[0]} on ${host.short} ended with exit code ${code}:\n${output}`;
}

/** Names of the programs that have not been built. */
export const missingPrograms = (): readonly string[] =>
  ['quorate', 'quorate-noded', 'quorate-masterd'].filter((name) => !existsSync(programFile(name)));

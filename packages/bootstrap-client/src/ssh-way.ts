/**
 * The way to a host over SSH: by OpenSSH's configuration of whoever types, the flags before it, through as many other
 * hosts as it takes, each with its own key judged. A secret is asked for at a terminal or read from standard input, and
 * never in a command line.
 */
import { sshPortAnswers } from '@quorate/bootstrap/await-daemon';
import type { HostSession } from '@quorate/bootstrap/node-add';
import { ClusterError } from '@quorate/domain/errors';
import { ipFamily } from '@quorate/domain/names';
import { timings } from '@quorate/domain/timings';
import { diskFiles } from '@quorate/platform/files';
import { resolveName, type NameLookup } from '@quorate/platform/resolver';
import { openSsh, type SshSession, type SshTarget } from '@quorate/platform/ssh';
import {
  parseJumps,
  readSshConfig,
  usualSshConfigs,
  type SshConfigSource,
  type SshHostConfig,
  type SshJump,
} from '@quorate/platform/ssh-config';
import type { Terminal } from '@quorate/platform/terminal';
import { hostKeyJudge } from './host-key-judge.ts';
import { fingerprintFor, type SshFlags } from './ssh-flags.ts';

/** Whom a command asks, shared by all hosts of it. */
export interface SshAsking {
  readonly terminal?: Terminal | undefined;
  /** What --password-stdin read. */
  readonly password?: string | undefined;
  readonly note: (line: string) => void;
  /** Answers already given: a pass phrase is asked for once, however many hosts take that key. */
  readonly passPhrases: Map<string, Promise<string | undefined>>;
}

export interface SshDestination {
  /** As typed: this is what the configuration knows it by. */
  readonly typed: string;
  /** As the cluster will call it. */
  readonly name: string;
  /** Where it is reached unless the configuration says something else. */
  readonly address: string;
  readonly defaultPort: number;
  /** Whether a fingerprint without a name is for this one. */
  readonly isOnlyHost: boolean;
  readonly lookup: NameLookup;
}

/** One host on the way; the last one is the destination. */
interface Hop {
  readonly name: string;
  /** What to connect to, from the hop before. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Under which its key may be on record; the addresses only if no name is. */
  readonly names: readonly string[];
  readonly addresses: readonly string[];
  readonly config: SshHostConfig;
  readonly isDestination: boolean;
}

/** More than anybody has, and enough to notice a circle. */
const mostHops = 8;

const home = (): string => process.env['HOME'] ?? '/root';

function sourcesOf({ sshConfig }: SshFlags): readonly SshConfigSource[] {
  if (sshConfig === undefined) return usualSshConfigs(home());
  return sshConfig.toLowerCase() === 'none' ? [] : [{ path: sshConfig, directory: `${home()}/.ssh` }];
}

const configOf = (
  flags: SshFlags,
  host: string,
  given: { user?: string | undefined; port?: number | undefined },
) => readSshConfig(sourcesOf(flags), { host, home: home(), ...given }, diskFiles);

/** Opens the whole way. Fails with WRONG_INPUT for a configuration that cannot be obeyed, else as `openSsh` does. */
export async function openHostSession(
  flags: SshFlags,
  destination: SshDestination,
  asking: SshAsking,
): Promise<HostSession> {
  const hops = await wayTo(flags, destination);
  for (const line of new Set(hops.flatMap(({ config }) => config.notes))) asking.note(line);
  const opened: SshSession[] = [];
  const close = (): void => {
    for (const session of [...opened].reverse()) session.close();
  };
  try {
    for (const hop of hops) {
      const through = opened.at(-1);
      opened.push(await openSsh(await targetOf(flags, destination, hop, asking, through)));
    }
  } catch (caught) {
    close();
    throw caught;
  }
  const [last, before] = [opened.at(-1), opened.at(-2)];
  const end = hops.at(-1);
  if (!last || !end) throw new ClusterError('INTERNAL', `There is no way to ${destination.name}`);
  return { ...last, close, place: `${end.host}:${end.port}`, answers: answersOf(end, before) };
}

/** Seen by the way it was reached: directly, or from the host before it. */
const answersOf = ({ host, port }: Hop, before: SshSession | undefined): HostSession['answers'] =>
  before === undefined
    ? sshPortAnswers(host, port)
    : (withinMs) =>
        before.forward(host, port, Math.min(withinMs, timings.probeMaxMs)).then(
          (channel) => (channel.destroy(), true),
          () => false,
        );

async function wayTo(flags: SshFlags, destination: SshDestination): Promise<readonly Hop[]> {
  const { typed, name, address, defaultPort, lookup } = destination;
  const config = await configOf(flags, typed, { user: flags.sshUser, port: flags.sshPort });
  const jumps = flags.jump === undefined ? config.jumps : parseJumps(flags.jump);
  const before = await hopsOf(flags, jumps, lookup, []);
  const named = config.hostName ?? address;
  const host = before.length > 0 || ipFamily(named) !== undefined ? named : await firstAddress(named, lookup);
  const end: Hop = {
    ...{ name, host, config, isDestination: true },
    port: flags.sshPort ?? config.port ?? defaultPort,
    user: flags.sshUser ?? config.user ?? 'root',
    ...recordedAs(config, [config.hostName ?? name, typed, name], [host, address]),
  };
  return [...before, end];
}

/** The first host of a way may itself be reached through others; for those behind it the way is given. */
async function hopsOf(
  flags: SshFlags,
  jumps: readonly SshJump[],
  lookup: NameLookup,
  behind: readonly string[],
): Promise<readonly Hop[]> {
  const [first] = jumps;
  if (!first) return [];
  if (behind.includes(first.host) || behind.length + jumps.length > mostHops)
    throw new ClusterError('WRONG_INPUT', `The way through ${first.host} leads in a circle`, {
      hint: 'Correct ProxyJump in the SSH configuration, or give the way with --jump',
    });
  const configs = await Promise.all(jumps.map((jump) => configOf(flags, jump.host, jump)));
  const before = await hopsOf(flags, configs[0]?.jumps ?? [], lookup, [
    ...behind,
    ...jumps.map(({ host }) => host),
  ]);
  const hops = jumps.map(async (jump, place): Promise<Hop> => {
    const config = configs[place] ?? { identityFiles: [], identitiesOnly: false, jumps: [], notes: [] };
    const named = config.hostName ?? jump.host;
    const isDirect = place === 0 && before.length === 0;
    const host = isDirect && ipFamily(named) === undefined ? await firstAddress(named, lookup) : named;
    return {
      ...{ name: jump.host, host, config, isDestination: false },
      port: jump.port ?? config.port ?? 22,
      user: jump.user ?? config.user ?? process.env['USER'] ?? 'root',
      ...recordedAs(config, [named, jump.host], [host]),
    };
  });
  return [...before, ...(await Promise.all(hops))];
}

const firstAddress = async (name: string, lookup: NameLookup): Promise<string> =>
  (await resolveName(name, lookup))[0] ?? name;

/** An alias stands for all of them. */
function recordedAs(
  { hostKeyAlias }: SshHostConfig,
  names: readonly string[],
  addresses: readonly string[],
): Pick<Hop, 'names' | 'addresses'> {
  if (hostKeyAlias !== undefined) return { names: [hostKeyAlias], addresses: [] };
  const isAddress = (name: string) => ipFamily(name) !== undefined;
  const all = [...new Set([...names, ...addresses])];
  return { names: all.filter((name) => !isAddress(name)), addresses: all.filter(isAddress) };
}

async function targetOf(
  flags: SshFlags,
  { isOnlyHost }: SshDestination,
  hop: Hop,
  asking: SshAsking,
  through: SshSession | undefined,
): Promise<SshTarget> {
  const { host, port, user, names, addresses, name, config, isDestination } = hop;
  const { userKnownHostsFiles, globalKnownHostsFiles } = config;
  const fingerprint = fingerprintFor(
    isDestination ? flags : { fingerprint: named(flags) },
    [name, ...names, ...addresses],
    isOnlyHost,
  );
  const { judge, preferredKeyTypes } = await hostKeyJudge(
    {
      ...(flags.knownHosts !== undefined && { knownHosts: flags.knownHosts }),
      ...(fingerprint !== undefined && { fingerprint }),
      ...(userKnownHostsFiles && { userFiles: userKnownHostsFiles }),
      ...(globalKnownHostsFiles && { globalFiles: globalKnownHostsFiles }),
      ...(asking.terminal && { terminal: asking.terminal }),
    },
    { name: config.hostKeyAlias ?? name, names, addresses, port },
  );
  return {
    ...{ host, port, user, preferredKeyTypes, verifyHostKey: judge, connectMs: timings.sshConnectMs },
    identities: identitiesOf(flags, hop, asking),
    ...(through && { through }),
  };
}

/** Those that name a host: one without a name is for the destination. */
const named = ({ fingerprint = [] }: SshFlags): readonly string[] =>
  fingerprint.filter((word) => /^[^=:]+=/.test(word));

function identitiesOf(
  { sshKey }: SshFlags,
  { name, user, config, isDestination }: Hop,
  { terminal, password, passPhrases }: SshAsking,
): SshTarget['identities'] {
  const usual = ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((file) => `${home()}/.ssh/${file}`);
  const configured = config.identityFiles.length > 0 ? config.identityFiles : usual;
  const agentSocket = config.identityAgent ?? process.env['SSH_AUTH_SOCK'];
  const hasAgent = agentSocket && agentSocket !== 'none' && !config.identitiesOnly;
  // What standard input brought is for the destination; a host in between is not told.
  const known = isDestination ? password : undefined;
  return {
    keyFiles: sshKey ? [sshKey, ...(isDestination ? [] : configured)] : configured,
    ...(hasAgent && { agentSocket }),
    ...(terminal && { askPassPhrase: passPhraseFrom(terminal, passPhrases) }),
    ...(known !== undefined
      ? { password: () => Promise.resolve(known) }
      : terminal && { password: () => terminal.askSecret(`Password of ${user} on ${name}: `) }),
  };
}

function passPhraseFrom(
  terminal: Terminal,
  given: SshAsking['passPhrases'],
): NonNullable<SshTarget['identities']['askPassPhrase']> {
  const tries = new Map<string, number>();
  return (file) => {
    const count = tries.get(file) ?? 0;
    tries.set(file, count + 1);
    const question = `${count}:${file}`;
    const words = `${count > 0 ? 'That was not it. ' : ''}Pass phrase of ${file}: `;
    const answer = given.get(question) ?? terminal.askSecret(words);
    given.set(question, answer);
    return answer;
  };
}

/**
 * OpenSSH's client configuration, as far as it says how a host is reached and known.
 *
 * Understands Host with patterns, Include, `Match all`, quotes, `=`, and the keywords below; the first value wins, and
 * IdentityFile collects. Any other Match asks for what only OpenSSH can tell (a command's outcome, the local user …):
 * such a block is passed over, and `notes` says so. Keywords that cannot be obeyed and must not be passed over
 * (ProxyCommand, RevokedHostKeys) are refused.
 */
import { homedir, userInfo } from 'node:os';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { matchesPattern, matchesPatterns } from './host-patterns.ts';
import { MachineError } from './machine-error.ts';

export interface SshConfigSource {
  readonly path: string;
  /** Where a relative Include leads. */
  readonly directory: string;
}

/** What the files are read with; absent files are fine. */
export interface SshConfigReader {
  readText(path: string): Promise<string | undefined>;
  list(directory: string): Promise<readonly string[]>;
}

/** What the configuration says of one host; absent: nothing. */
export interface SshHostConfig {
  readonly hostName?: string;
  readonly port?: number;
  readonly user?: string;
  readonly identityFiles: readonly string[];
  readonly identitiesOnly: boolean;
  /** `none`: no agent. */
  readonly identityAgent?: string;
  /** In the order of the way; empty: none. */
  readonly jumps: readonly SshJump[];
  readonly userKnownHostsFiles?: readonly string[];
  readonly globalKnownHostsFiles?: readonly string[];
  readonly hostKeyAlias?: string;
  /** What was passed over, one sentence each. */
  readonly notes: readonly string[];
}

export interface SshJump {
  readonly host: string;
  readonly port?: number;
  readonly user?: string;
}

/** Includes within includes, as OpenSSH has it. */
const deepestInclude = 16;

export const usualSshConfigs = (home: string): readonly SshConfigSource[] => [
  { path: `${home}/.ssh/config`, directory: `${home}/.ssh` },
  { path: '/etc/ssh/ssh_config', directory: '/etc/ssh' },
];

/** The words of a line: quotes keep blanks together, `#` begins a comment, one `=` may stand after the first word. */
export function wordsOf(line: string): readonly string[] {
  const words: string[] = [];
  const word = /\s*(?:"([^"]*)"|(#.*)|([^\s"]+))/y;
  let rest = line.trim();
  const keyword = /^[^\s="#]+/.exec(rest)?.[0];
  if (keyword === undefined) return [];
  words.push(keyword);
  rest = rest.slice(keyword.length).replace(/^\s*=?/, '');
  for (let match = word.exec(rest); match; match = word.exec(rest)) {
    const [, quoted, comment, plain] = match;
    if (comment !== undefined) break;
    words.push(quoted ?? plain ?? '');
  }
  return words;
}

type Values = Map<string, readonly string[]>;

interface Reading {
  readonly reader: SshConfigReader;
  readonly host: string;
  readonly home: string;
  readonly values: Values;
  readonly identityFiles: string[];
  readonly notes: string[];
}

const keywords = new Set([
  'hostname',
  'port',
  'user',
  'identityfile',
  'identitiesonly',
  'identityagent',
  'proxyjump',
  'proxycommand',
  'userknownhostsfile',
  'globalknownhostsfile',
  'hostkeyalias',
  'revokedhostkeys',
]);

async function readFile(reading: Reading, source: SshConfigSource, depth: number): Promise<void> {
  const text = await reading.reader.readText(source.path);
  if (text === undefined) return;
  if (depth > deepestInclude)
    throw refused(source.path, 0, `it is included by more than ${deepestInclude} files`);
  let applies = true;
  for (const [index, line] of text.split('\n').entries()) {
    const [keyword = '', ...words] = wordsOf(line);
    const name = keyword.toLowerCase();
    if (name === 'host') applies = matchesPatterns(words, reading.host.toLowerCase());
    else if (name === 'match') applies = matchApplies(reading, source, index + 1, words);
    else if (!applies || name === '') continue;
    else if (name === 'include') await readIncluded(reading, source, words, depth);
    else take(reading, name, words, { path: source.path, line: index + 1 });
  }
}

/** Nobody here can tell what else it asks for. */
function matchApplies(
  { notes }: Reading,
  { path }: SshConfigSource,
  line: number,
  words: readonly string[],
): boolean {
  if (words.length === 1 && words[0]?.toLowerCase() === 'all') return true;
  notes.push(`${path} line ${line}: Match other than 'Match all' is not supported; its block is passed over`);
  return false;
}

async function readIncluded(
  reading: Reading,
  { directory }: SshConfigSource,
  words: readonly string[],
  depth: number,
): Promise<void> {
  for (const word of words) {
    const expanded = atHome(word, reading.home);
    const pattern = isAbsolute(expanded) ? expanded : join(directory, expanded);
    for (const path of await filesMatching(reading.reader, pattern))
      await readFile(reading, { path, directory }, depth + 1);
  }
}

/** Wildcards in the last part only, which is where people write them. */
async function filesMatching(reader: SshConfigReader, pattern: string): Promise<readonly string[]> {
  if (!/[*?]/.test(pattern)) return [pattern];
  const [directory, last] = [dirname(pattern), basename(pattern)];
  const names = (await reader.list(directory)).filter(
    (name) => (!name.startsWith('.') || last.startsWith('.')) && matchesPattern(last, name),
  );
  return [...names].sort().map((name) => join(directory, name));
}

interface Place {
  readonly path: string;
  readonly line: number;
}

function take(
  { values, identityFiles }: Reading,
  name: string,
  words: readonly string[],
  place: Place,
): void {
  if (!keywords.has(name)) return;
  const [first] = words;
  if (first === undefined) throw refused(place.path, place.line, `${name} says nothing`);
  if (name === 'identityfile') identityFiles.push(first);
  if (name === 'revokedhostkeys' && first !== 'none')
    throw refused(
      place.path,
      place.line,
      'RevokedHostKeys is not supported; write @revoked lines into known_hosts',
    );
  // Whichever of the two comes first holds, and a command cannot be obeyed.
  if (name === 'proxycommand' && !values.has('proxyjump')) {
    if (first !== 'none')
      throw refused(place.path, place.line, 'ProxyCommand is not supported; use ProxyJump');
    values.set('proxyjump', ['none']);
  }
  if (name === 'port' && portIn(first) === undefined)
    throw refused(place.path, place.line, `'${first}' is not a port`);
  if (!values.has(name)) values.set(name, words);
}

const refused = (path: string, line: number, why: string): MachineError =>
  new MachineError('WRONG_INPUT', `${path}${line > 0 ? ` line ${line}` : ''}: ${why}`, {
    hint: 'Correct the SSH configuration, or name another one with --ssh-config (none: no configuration)',
    facts: { path },
  });

function portIn(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}

const atHome = (path: string, home: string): string => path.replace(/^~(?=\/|$)/, home);

/** `[user@]host[:port]`, also as `ssh://…`; several separated by commas. Throws WRONG_INPUT. */
export function parseJumps(text: string): readonly SshJump[] {
  if (text.toLowerCase() === 'none') return [];
  return text.split(',').map((word) => {
    const found = /^(?:ssh:\/\/)?(?:([^@\s]+)@)?(\[[0-9A-Fa-f:.]+\]|[^@:\s/[\]]+)(?::(\d+))?\/?$/.exec(
      word.trim(),
    );
    const [, user, host = '', port] = found ?? [];
    const number = port === undefined ? undefined : portIn(port);
    if (!found || (port !== undefined && number === undefined))
      throw new MachineError('WRONG_INPUT', `'${word}' is not a jump host`, { hint: 'Write user@host:port' });
    return {
      host: host.replace(/^\[|\]$/g, ''),
      ...(user !== undefined && { user }),
      ...(number !== undefined && { port: number }),
    };
  });
}

export interface SshConfigQuestion {
  /** As typed: this is what Host patterns are held against. */
  readonly host: string;
  /** Given elsewhere, and stronger than what the files say; for the tokens in paths. */
  readonly user?: string | undefined;
  readonly port?: number | undefined;
  readonly home?: string;
}

/** Fails with WRONG_INPUT for what cannot be understood, naming file and line. */
export async function readSshConfig(
  sources: readonly SshConfigSource[],
  question: SshConfigQuestion,
  reader: SshConfigReader,
): Promise<SshHostConfig> {
  const { host, home = homedir() } = question;
  const reading: Reading = { reader, host, home, values: new Map(), identityFiles: [], notes: [] };
  for (const source of sources) await readFile(reading, source, 0);
  return resolved(reading, question);
}

function resolved(
  { values, identityFiles, notes, host, home }: Reading,
  question: SshConfigQuestion,
): SshHostConfig {
  const one = (name: string) => values.get(name)?.[0];
  const hostName = one('hostname') && expand(one('hostname') ?? '', { h: host });
  const port = one('port') === undefined ? undefined : portIn(one('port') ?? '');
  const user = one('user');
  const tokens: Readonly<Record<string, string>> = {
    d: home,
    h: hostName ?? host,
    n: host,
    p: String(question.port ?? port ?? 22),
    r: question.user ?? user ?? 'root',
    u: userInfo().username,
  };
  const path = (text: string) => expand(atHome(text, home), tokens);
  const paths = (name: string) => values.get(name)?.map(path);
  const [agent, known, global] = [
    one('identityagent'),
    paths('userknownhostsfile'),
    paths('globalknownhostsfile'),
  ];
  const alias = one('hostkeyalias');
  return {
    identityFiles: identityFiles.filter((file) => file.toLowerCase() !== 'none').map(path),
    identitiesOnly: one('identitiesonly')?.toLowerCase() === 'yes',
    jumps: parseJumps(one('proxyjump') ?? 'none'),
    notes,
    ...(hostName && { hostName }),
    ...(port !== undefined && { port }),
    ...(user !== undefined && { user }),
    ...(agent !== undefined && agent !== 'SSH_AUTH_SOCK' && { identityAgent: agentPath(path(agent)) }),
    ...(known && { userKnownHostsFiles: withoutNone(known) }),
    ...(global && { globalKnownHostsFiles: withoutNone(global) }),
    ...(alias !== undefined && { hostKeyAlias: alias }),
  };
}

const withoutNone = (paths: readonly string[]): readonly string[] => paths.filter((path) => path !== 'none');

/** `$NAME` stands for an environment variable. */
const agentPath = (text: string): string =>
  text.startsWith('$') ? (process.env[text.slice(1)] ?? 'none') : text;

/** A token that nobody knows stays as it is written. */
const expand = (text: string, tokens: Readonly<Record<string, string>>): string =>
  text.replaceAll(/%(.)/g, (all, token: string) => (token === '%' ? '%' : (tokens[token] ?? all)));

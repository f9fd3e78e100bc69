/**
 * Names to addresses: literal addresses as they are, then the hosts file, then the system.
 *
 * The hosts file is a parameter because a node that lives under another root brings its own; on an ordinary host the
 * system would find the same entries. Nothing is cached. Not used on the way of a failover, where addresses are known.
 *
 * Counterpart in Ganeti: lib/netutils.py, Hostname.
 */
import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { MachineError } from './machine-error.ts';
import { runCommand, type RunCommand } from './processes.ts';

export interface NameLookup {
  readonly family: 4 | 6;
  /** Path of a file in the format of /etc/hosts; absent is fine. */
  readonly hostsFile: string;
}

interface HostsLine {
  readonly address: string;
  /** Lower case, the first one is the canonical name. */
  readonly names: readonly string[];
}

/** As written in a name server's notation: case does not count, nor does a final dot. */
const plain = (name: string): string => name.toLowerCase().replace(/\.$/, '');

export function parseHosts(text: string): readonly HostsLine[] {
  return text.split('\n').flatMap((line) => {
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    return address && isIP(address) && names.length > 0 ? [{ address, names: names.map(plain) }] : [];
  });
}

const textOrNothing = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');

async function hostsLines(name: string, { family, hostsFile }: NameLookup): Promise<readonly HostsLine[]> {
  const lines = parseHosts(await textOrNothing(hostsFile));
  return lines.filter((line) => isIP(line.address) === family && line.names.includes(plain(name)));
}

const unresolvable = (name: string, family: 4 | 6, cause?: unknown): MachineError =>
  new MachineError('NAME_UNRESOLVABLE', `${name} has no IPv${family} address`, {
    hint: `Add ${name} to DNS or to the hosts file`,
    facts: { name },
    cause,
  });

const fromSystem = (name: string, family: 4 | 6): Promise<string[]> =>
  lookup(name, { all: true, family }).then(
    (found) => found.map(({ address }) => address),
    (cause: unknown) => {
      throw unresolvable(name, family, cause);
    },
  );

/** The addresses of one family, at least one, each once. Fails with NAME_UNRESOLVABLE (BEH-194, BEH-195). */
export async function resolveName(name: string, options: NameLookup): Promise<string[]> {
  const literal = isIP(name);
  if (literal !== 0 && literal !== options.family) throw unresolvable(name, options.family);
  if (literal !== 0) return [name];
  const listed = (await hostsLines(name, options)).map(({ address }) => address);
  const found = listed.length > 0 ? listed : await fromSystem(name, options.family);
  return [...new Set(found)];
}

/** What the system calls it: getaddrinfo's canonical name, which Node cannot ask for but glibc's `getent` prints. */
async function canonicalFromSystem(
  name: string,
  family: 4 | 6,
  run: RunCommand,
): Promise<string | undefined> {
  const answer = await run('getent', [`ahostsv${family}`, name], { timeoutMs: 10_000 }).catch(
    () => undefined,
  );
  if (answer?.code !== 0) return undefined;
  return answer.stdout.split('\n')[0]?.split(/\s+/)[2] || undefined;
}

/**
 * The full name by which a host is known: first name of its line in the hosts file, or the system's canonical name,
 * or, if nobody knows better, the name itself in lower case. Fails with NAME_UNRESOLVABLE.
 */
export async function canonicalName(
  name: string,
  options: NameLookup,
  run: RunCommand = runCommand,
): Promise<string> {
  const [line] = await hostsLines(name, options);
  if (line) return line.names[0] ?? plain(name);
  await resolveName(name, options);
  return plain((await canonicalFromSystem(name, options.family, run)) ?? name);
}

/** This host's own name: of the file if there is one (a node under another root), else the system's. */
export async function ownHostName({ hostnameFile }: { readonly hostnameFile: string }): Promise<string> {
  const lines = (await textOrNothing(hostnameFile)).split('\n').map((line) => line.replace(/#.*/, '').trim());
  return lines.find((line) => line !== '') ?? hostname();
}

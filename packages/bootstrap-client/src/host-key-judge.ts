/**
 * Whether a host shows the SSH key it must show: the fingerprint that was given, else what is on record for any of its
 * names, else what the person at the terminal says. An unknown key is refused; there is no way to accept any.
 */
import { ClusterError } from '@quorate/domain/errors';
import { diskFiles } from '@quorate/platform/files';
import {
  findHostKeys,
  fingerprintOf,
  judgeFingerprint,
  judgeHostKey,
  keyTypeOf,
  knownHostsLine,
  type HostKey,
  type HostKeyVerdict,
} from '@quorate/platform/known-hosts';
import type { Terminal } from '@quorate/platform/terminal';

export interface HostKeySources {
  /** Instead of all other files; it must exist. */
  readonly knownHosts?: string;
  /** Instead of any file. */
  readonly fingerprint?: string;
  /** What the configuration says instead of the usual files. */
  readonly userFiles?: readonly string[];
  readonly globalFiles?: readonly string[];
  /** Asked about a key that is on no record. */
  readonly terminal?: Terminal;
}

export interface JudgedHost {
  /** As people call it; under this name its key is remembered. */
  readonly name: string;
  /** Under which its key may be on record. */
  readonly names: readonly string[];
  /** Count only if no name is on record: another host may have had that address. */
  readonly addresses: readonly string[];
  readonly port: number;
}

export interface HostKeyJudge {
  readonly judge: (key: Buffer) => Promise<HostKeyVerdict>;
  /** Types on record, so that the host is asked for one of those. */
  readonly preferredKeyTypes: readonly string[];
}

const home = (): string => process.env['HOME'] ?? '/root';

function filesOf({ knownHosts, userFiles, globalFiles }: HostKeySources): readonly string[] {
  if (knownHosts !== undefined) return [knownHosts];
  const usual = { user: [`${home()}/.ssh/known_hosts`], global: ['/etc/ssh/ssh_known_hosts'] };
  return [...(userFiles ?? usual.user), ...(globalFiles ?? usual.global)];
}

export async function hostKeyJudge(sources: HostKeySources, host: JudgedHost): Promise<HostKeyJudge> {
  const { fingerprint, knownHosts, terminal } = sources;
  if (fingerprint !== undefined)
    return { judge: async (key) => judgeFingerprint(key, fingerprint), preferredKeyTypes: [] };
  const paths = filesOf(sources);
  const texts = await Promise.all(paths.map((path) => diskFiles.readText(path)));
  if (knownHosts !== undefined && texts[0] === undefined)
    throw new ClusterError('WRONG_INPUT', `There is no file ${knownHosts}`);
  const onRecord = recordOf(texts, host);
  const judge = async (key: Buffer): Promise<HostKeyVerdict> => {
    const verdict = judgeHostKey(key, onRecord);
    if (verdict !== 'unknown' || !terminal) return verdict;
    return (await confirmed(terminal, host, key, paths[0])) ? 'accepted' : 'unknown';
  };
  return { judge, preferredKeyTypes: onRecord.filter(({ mark }) => mark === 'host').map(({ type }) => type) };
}

/** What is revoked is so by whatever name. */
function recordOf(
  texts: readonly (string | undefined)[],
  { names, addresses, port }: JudgedHost,
): readonly HostKey[] {
  const find = (hosts: readonly string[]) =>
    texts.flatMap((text = '') => hosts.flatMap((name) => findHostKeys(text, name, port)));
  const [byName, byAddress] = [find(names), find(addresses)];
  const isNamed = byName.some(({ mark }) => mark === 'host');
  return [...byName, ...byAddress.filter(({ mark }) => !isNamed || mark === 'revoked')];
}

/** Yes, or the fingerprint itself, which is better: whoever types it has compared. */
async function confirmed(
  terminal: Terminal,
  { name, port }: JudgedHost,
  key: Buffer,
  file: string | undefined,
): Promise<boolean> {
  const fingerprint = fingerprintOf(key);
  const answer = await terminal.ask(
    `The SSH host key of ${name} is not known; it shows ${keyTypeOf(key)} ${fingerprint}\r\n` +
      `Is that its key (yes, no, or the fingerprint it must be)? `,
  );
  const is = answer.trim() === fingerprint || answer.trim().toLowerCase() === 'yes';
  if (is && file !== undefined) await offerToRemember(terminal, file, knownHostsLine(name, port, key));
  return is;
}

async function offerToRemember(terminal: Terminal, file: string, line: string): Promise<void> {
  const answer = await terminal.ask(`Write it into ${file} (yes, no)? `);
  if (answer.trim().toLowerCase() !== 'yes') return;
  const directory = file.slice(0, file.lastIndexOf('/')) || '/';
  if ((await diskFiles.stat(directory)) === undefined) await diskFiles.ensureDirectory(directory, 0o700);
  // What somebody wrote by hand may lack its last line's end.
  const before = (await diskFiles.readText(file)) ?? '';
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  await diskFiles.appendLine(file, `${gap}${line}`, { mode: 0o600 });
}

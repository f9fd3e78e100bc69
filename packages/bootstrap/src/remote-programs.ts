/**
 * Brings our programs to a host that has none, over SSH: the files of this host, each checked by its digest where it
 * arrived, and named only when all are there. What was brought is recorded beside them, so that an abort, or leaving,
 * takes exactly that away.
 *
 * Changes nothing on a host that has the program already, or that could not run it. A host with systemd starts daemons
 * by units, which come with the package and not with the programs.
 */
import { ClusterError } from '@quorate/domain/errors';
import { listOf, object, parseShaped, text } from '@quorate/domain/shape';
import { oldestNode } from '@quorate/domain/software';
import { timings } from '@quorate/domain/timings';
import { sha256Hex } from '@quorate/platform/digest';
import type { Files } from '@quorate/platform/files';
import type { SshSession } from '@quorate/platform/ssh';
import { quoted } from './remote-quorate.ts';

/** In the order in which they get their names: `quorate` last, so that whoever finds it finds the others. */
export const programNames = ['quorate-masterd', 'quorate-noded', 'quorate'] as const;

/** Beside the programs. */
export const installedProgramsFile = 'quorate.installed.json';

export interface BroughtPrograms {
  /** For messages. */
  readonly name: string;
  /** Path of `quorate` over there; the others lie beside it. */
  readonly remoteProgram: string;
  /** Text of each program, as it is here. */
  readonly read: (program: string) => Promise<string>;
}

/** What a host must have. A login shell may talk in between, so the answer has a word of its own in front. */
const probe = (program: string): string => `
[ -x ${quoted(program)} ] && p=yes || p=no
n=$(node --version 2>/dev/null) || n=none
[ -d /run/systemd/system ] && s=yes || s=no
u=no; for d in /etc /usr/lib /lib; do [ -e $d/systemd/system/quorate-noded.service ] && u=yes; done
echo "quorate-probe $p $n $s $u"`;

interface Found {
  readonly present: boolean;
  /** `v20.1.0`, or `none`. */
  readonly node: string;
  readonly needsUnits: boolean;
}

async function look(session: SshSession, { name, remoteProgram }: BroughtPrograms): Promise<Found> {
  const { stdout } = await session.run(probe(remoteProgram), { timeoutMs: timings.sshCommandMs });
  const found = /^quorate-probe (yes|no) (\S+) (yes|no) (yes|no)$/m.exec(stdout);
  if (!found)
    throw new ClusterError('COMMAND_FAILED', `The shell of ${name} does not answer as a POSIX shell does`);
  const [, present, node = 'none', systemd, units] = found;
  return { present: present === 'yes', node, needsUnits: systemd === 'yes' && units === 'no' };
}

const numbersOf = (version: string): readonly number[] => version.replace(/^v/, '').split('.').map(Number);

/** `v20.19.0` is not older than `20.19.0`. */
export function isOlder(version: string, than: string): boolean {
  const [found, wanted] = [numbersOf(version), numbersOf(than)];
  const place = wanted.findIndex((number, index) => number !== found[index]);
  return place >= 0 && !((found[place] ?? Number.NaN) > (wanted[place] ?? 0));
}

function requireFit({ node, needsUnits }: Found, { name }: BroughtPrograms): void {
  if (node === 'none' || isOlder(node, oldestNode))
    throw new ClusterError(
      'HOST_UNFIT',
      node === 'none'
        ? `${name} has no Node.js on the path of its shell; the programs need ${oldestNode} or newer`
        : `${name} has Node.js ${node}; the programs need ${oldestNode} or newer`,
      { hint: `Install Node.js on ${name}` },
    );
  if (needsUnits)
    throw new ClusterError('HOST_UNFIT', `${name} is run by systemd and has no units for the daemons`, {
      hint: `Install the package of quorate on ${name}; it brings them`,
    });
}

/** Whether the programs had to be brought. Fails with HOST_UNFIT, COMMAND_FAILED, and as SSH does. */
export async function bringPrograms(session: SshSession, wanted: BroughtPrograms): Promise<boolean> {
  const found = await look(session, wanted);
  if (found.present) return false;
  requireFit(found, wanted);
  const directory = directoryOf(wanted.remoteProgram);
  const brought: { name: string; sha256: string }[] = [];
  for (const program of programNames) {
    const content = await wanted.read(program);
    const sha256 = sha256Hex(content);
    const said = await runNode(session, wanted, receive, [directory, program], content);
    if (said !== sha256)
      throw new ClusterError('COMMAND_FAILED', `${program} arrived on ${wanted.name} with another digest`, {
        hint: 'Run node add again',
        facts: { expected: sha256, found: said },
      });
    brought.push({ name: program, sha256 });
  }
  const record = JSON.stringify({ programs: brought });
  await runNode(session, wanted, giveNames, [directory, installedProgramsFile, ...programNames], record);
  return true;
}

const directoryOf = (path: string): string => path.slice(0, Math.max(path.lastIndexOf('/'), 0)) || '/';

/** Writes standard input beside its place, reads it again from there, and tells the digest of what it read. */
const receive = `
const fs = require('fs'), path = require('path');
const [directory, name] = process.argv.slice(1);
fs.mkdirSync(directory, { recursive: true, mode: 0o755 });
const file = path.join(directory, '.' + name + '.new');
fs.rmSync(file, { force: true });
const out = fs.openSync(file, 'wx', 0o755);
fs.writeFileSync(out, fs.readFileSync(0));
fs.fchmodSync(out, 0o755);
fs.fsyncSync(out);
fs.closeSync(out);
console.log('quorate-said ' + require('crypto').createHash('sha256').update(fs.readFileSync(file)).digest('hex'));`;

/** The record first: what is named afterwards is on it. */
const giveNames = `
const fs = require('fs'), path = require('path');
const [directory, record, ...names] = process.argv.slice(1);
const sync = (file) => { const f = fs.openSync(file, 'r'); fs.fsyncSync(f); fs.closeSync(f); };
const temporary = path.join(directory, '.' + record + '.new');
fs.writeFileSync(temporary, fs.readFileSync(0), { mode: 0o644 });
sync(temporary);
fs.renameSync(temporary, path.join(directory, record));
for (const name of names) fs.renameSync(path.join(directory, '.' + name + '.new'), path.join(directory, name));
sync(directory);
console.log('quorate-said done');`;

async function runNode(
  session: SshSession,
  { name }: BroughtPrograms,
  script: string,
  args: readonly string[],
  input: string,
): Promise<string> {
  const command = ['node', '-e', script, '--', ...args].map(quoted).join(' ');
  const { code, stdout, stderr } = await session.run(command, { input, timeoutMs: timings.programCopyMs });
  const said = /^quorate-said (\S+)$/m.exec(stdout)?.[1];
  if (code === 0 && said !== undefined) return said;
  const words = /^\w*Error: .*$/m.exec(stderr)?.[0] ?? (stderr.trim() || `exit code ${code}`);
  throw new ClusterError('COMMAND_FAILED', `The programs cannot be brought to ${name}: ${words}`);
}

const recordShape = object({ programs: listOf(object({ name: text, sha256: text })) });

/**
 * On the host itself: deletes the programs that were brought, as they were brought; changed ones stay. Answers their
 * names. Programs that came another way have no record and stay.
 */
export async function removeBroughtPrograms(files: Files, directory: string): Promise<readonly string[]> {
  const path = `${directory}/${installedProgramsFile}`;
  const record = await files.readText(path);
  if (record === undefined) return [];
  const { programs } = parseShaped(record, recordShape, `The file ${path}`, 'STATE_CORRUPT') as {
    programs: readonly { name: string; sha256: string }[];
  };
  const removed: string[] = [];
  for (const { name, sha256 } of programs) {
    if (!(programNames as readonly string[]).includes(name)) continue;
    const content = await files.readText(`${directory}/${name}`);
    if (content === undefined || sha256Hex(content) !== sha256) continue;
    await files.remove(`${directory}/${name}`);
    removed.push(name);
  }
  await files.remove(path);
  return removed;
}

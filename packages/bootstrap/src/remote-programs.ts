/**
 * Brings our programs to a host that has none, over SSH: the files of this host, each checked by its digest where it
 * arrived, and named only when all are there. What was brought is recorded beside them, so that an abort, or leaving,
 * takes exactly that away (cluster-state/brought-programs.ts).
 *
 * Changes nothing on a host that has the program already, or that could not run it. A host with systemd starts daemons
 * by units, which come with the package (remote-package.ts) and not with the programs.
 */
import {
  installedProgramsFile,
  programNames,
  type BroughtPrograms,
} from '@quorate/cluster-state/brought-programs';
import { ClusterError } from '@quorate/domain/errors';
import { oldestNode } from '@quorate/domain/software';
import { timings } from '@quorate/domain/timings';
import { sha256Hex } from '@quorate/platform/digest';
import type { SshSession } from '@quorate/platform/ssh';
import { quoted } from './remote-quorate.ts';

/** Where programs are to be brought. */
export interface ProgramsPlace {
  /** For messages. */
  readonly name: string;
  /** Path of `quorate` over there; the others lie beside it. */
  readonly remoteProgram: string;
}

export interface WantedPrograms extends ProgramsPlace {
  /** Text of each program, as it is here. */
  readonly read: (program: string) => Promise<string>;
}

/** What a host must have. A login shell may talk in between, so the answer has a word of its own in front. */
const probe = (program: string): string => `
[ -x ${quoted(program)} ] && p=yes || p=no
n=$(node --version 2>/dev/null) || n=none
[ -d /run/systemd/system ] && s=yes || s=no
u=no; for d in /etc /usr/lib /lib; do [ -e $d/systemd/system/quorate-noded.service ] && u=yes; done
command -v dpkg-deb >/dev/null && k=yes || k=no
echo "quorate-probe $p $n $s $u $k"`;

interface Found {
  readonly present: boolean;
  /** `v20.1.0`, or `none`. */
  readonly node: string;
  readonly needsUnits: boolean;
  /** Whether Debian's packages can be installed. */
  readonly takesPackages: boolean;
}

export async function lookAt(session: SshSession, { name, remoteProgram }: ProgramsPlace): Promise<Found> {
  const { stdout } = await session.run(probe(remoteProgram), { timeoutMs: timings.sshCommandMs });
  const found = /^quorate-probe (yes|no) (\S+) (yes|no) (yes|no) (yes|no)$/m.exec(stdout);
  if (!found)
    throw new ClusterError('COMMAND_FAILED', `The shell of ${name} does not answer as a POSIX shell does`);
  const [, present, node = 'none', systemd, units, packages] = found;
  return {
    present: present === 'yes',
    node,
    needsUnits: systemd === 'yes' && units === 'no',
    takesPackages: packages === 'yes',
  };
}

const numbersOf = (version: string): readonly number[] => version.replace(/^v/, '').split('.').map(Number);

/** `v20.19.0` is not older than `20.19.0`. */
export function isOlder(version: string, than: string): boolean {
  const [found, wanted] = [numbersOf(version), numbersOf(than)];
  const place = wanted.findIndex((number, index) => number !== found[index]);
  return place >= 0 && !((found[place] ?? Number.NaN) > (wanted[place] ?? 0));
}

/** Fails with HOST_UNFIT. */
export function requireNodeJs({ node }: Found, { name }: ProgramsPlace): void {
  if (node === 'none' || isOlder(node, oldestNode))
    throw new ClusterError(
      'HOST_UNFIT',
      node === 'none'
        ? `${name} has no Node.js on the path of its shell; the programs need ${oldestNode} or newer`
        : `${name} has Node.js ${node}; the programs need ${oldestNode} or newer`,
      { hint: `Install Node.js on ${name}` },
    );
}

function requireUnits({ needsUnits }: Found, { name }: ProgramsPlace): void {
  if (needsUnits)
    throw new ClusterError('HOST_UNFIT', `${name} is run by systemd and has no units for the daemons`, {
      hint: `The Debian package of quorate has them: --install-package brings it, where ${name} is a Debian`,
    });
}

/** Whether the programs had to be brought. Fails with HOST_UNFIT, COMMAND_FAILED, and as SSH does. */
export async function bringPrograms(session: SshSession, wanted: WantedPrograms): Promise<boolean> {
  const found = await lookAt(session, wanted);
  if (found.present) return false;
  requireNodeJs(found, wanted);
  requireUnits(found, wanted);
  const directory = directoryOf(wanted.remoteProgram);
  const brought: { name: string; sha256: string }[] = [];
  let madeFrom: string | null = null;
  for (const program of programNames) {
    const arrived = await sendFile(session, wanted, { directory, name: program }, await wanted.read(program));
    madeFrom ??= arrived.madeFrom;
    brought.push({ name: program, sha256: arrived.sha256 });
  }
  const record: BroughtPrograms = { programs: brought, madeFrom };
  const names = [directory, installedProgramsFile, ...programNames];
  await runNode(session, wanted, giveNames, names, JSON.stringify(record));
  return true;
}

export interface Arrived {
  readonly sha256: string;
  /** The outermost directory that had to be made for it; null if its own was there. */
  readonly madeFrom: string | null;
}

/** Leaves it beside its place, as `unfinishedName` has it. Fails with COMMAND_FAILED if it arrived as something else. */
export async function sendFile(
  session: SshSession,
  place: ProgramsPlace,
  { directory, name }: { readonly directory: string; readonly name: string },
  content: string | Uint8Array,
): Promise<Arrived> {
  const said = await runNode(session, place, receive, [directory, name], content);
  const arrived = JSON.parse(said) as Arrived;
  const sha256 = sha256Hex(content);
  if (arrived.sha256 === sha256) return arrived;
  throw new ClusterError('COMMAND_FAILED', `${name} arrived on ${place.name} with another digest`, {
    hint: 'Run node add again',
    facts: { expected: sha256, found: arrived.sha256 },
  });
}

export const unfinishedName = (name: string): string => `.${name}.new`;

export const directoryOf = (path: string): string => path.slice(0, Math.max(path.lastIndexOf('/'), 0)) || '/';

/** Writes standard input beside its place, reads it again from there, and tells the digest of what it read. */
const receive = `
const fs = require('fs'), path = require('path');
const [directory, name] = process.argv.slice(1);
const madeFrom = fs.mkdirSync(directory, { recursive: true, mode: 0o755 }) ?? null;
const file = path.join(directory, '.' + name + '.new');
fs.rmSync(file, { force: true });
const out = fs.openSync(file, 'wx', 0o755);
fs.writeFileSync(out, fs.readFileSync(0));
fs.fchmodSync(out, 0o755);
fs.fsyncSync(out);
fs.closeSync(out);
const sha256 = require('crypto').createHash('sha256').update(fs.readFileSync(file)).digest('hex');
console.log('quorate-said ' + JSON.stringify({ sha256, madeFrom }));`;

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
  { name }: ProgramsPlace,
  script: string,
  args: readonly string[],
  input: string | Uint8Array,
): Promise<string> {
  const command = ['node', '-e', script, '--', ...args].map(quoted).join(' ');
  const { code, stdout, stderr } = await session.run(command, { input, timeoutMs: timings.programCopyMs });
  const said = /^quorate-said (.+)$/m.exec(stdout)?.[1];
  if (code === 0 && said !== undefined) return said;
  const words = /^\w*Error: .*$/m.exec(stderr)?.[0] ?? (stderr.trim() || `exit code ${code}`);
  throw new ClusterError('COMMAND_FAILED', `The programs cannot be brought to ${name}: ${words}`);
}

/**
 * Brings our Debian package to a host that has no programs of ours, over SSH, with the units that systemd wants.
 *
 *   send it, compare its digest → ask it for name and version → record it → dpkg --install
 *
 * The host is as it was if anything but the last fails, and what the last began is purged again. A host that takes no
 * such packages gets the programs alone. What was brought goes again as remote-programs.ts says.
 */
import {
  debianPackage,
  installedProgramsFile,
  type BroughtPrograms,
} from '@quorate/cluster-state/brought-programs';
import { ClusterError } from '@quorate/domain/errors';
import { timings } from '@quorate/domain/timings';
import type { SshSession } from '@quorate/platform/ssh';
import {
  bringPrograms,
  directoryOf,
  lookAt,
  requireNodeJs,
  sendFile,
  unfinishedName,
  type WantedPrograms,
} from './remote-programs.ts';
import { quoted } from './remote-quorate.ts';

export interface DebianFile {
  /** As it was typed, for messages. */
  readonly file: string;
  readonly content: Uint8Array;
}

/** `read` is for hosts that take no packages. */
export interface WantedPackage extends WantedPrograms, DebianFile {
  /** That of the programs here, which the package must have: they are one release. */
  readonly version: string;
}

/**
 * Whether anything had to be brought. Fails with WRONG_INPUT for another package or another version, HOST_UNFIT where the
 * host lacks what it needs, and as `bringPrograms` does.
 */
export async function bringPackage(session: SshSession, wanted: WantedPackage): Promise<boolean> {
  const found = await lookAt(session, wanted);
  if (found.present) return false;
  if (!found.takesPackages) return bringPrograms(session, wanted);
  requireNodeJs(found, wanted);
  const directory = directoryOf(wanted.remoteProgram);
  const name = `${debianPackage.name}.deb`;
  const { madeFrom } = await sendFile(session, wanted, { directory, name }, wanted.content);
  const record: BroughtPrograms = { programs: [], madeFrom, package: { version: wanted.version } };
  const words = [directory, unfinishedName(name), debianPackage.name, wanted.version, installedProgramsFile];
  const command = ['sh', '-c', install, 'sh', ...words, JSON.stringify(record)].map(quoted).join(' ');
  const { stdout, stderr } = await session.run(command, { timeoutMs: timings.packageInstallMs });
  const said = /^quorate-said (\w+) ?(.*)$/m.exec(stdout);
  const errors = stderr.trim().replaceAll(/\s*\n\s*/g, '; ');
  if (said?.[1] !== 'done') throw refusal(wanted, said?.[1], (said?.[2] || errors).slice(0, 500));
  return true;
}

/**
 * The host's part: one word for how it went, and what there is to say of it. Whatever happens the file goes, and with it
 * the directory if nothing else is in there; the record is there before the package is.
 */
const install = `
cd "$1" || exit 1
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
file=$2 name=$3 version=$4 record=$5
trap 'rm -f "$file"; cd /; rmdir "$1" 2>/dev/null; exit 0' EXIT
state=$(dpkg-query -W -f='\${db:Status-Status}' "$name" 2>/dev/null)
case $state in '' | not-installed | config-files) ;; *) echo "quorate-said there $state"; exit ;; esac
found=$(dpkg-deb --showformat='\${Package} \${Version}' --show "$file") || { echo 'quorate-said damaged'; exit; }
[ "$found" = "$name $version" ] || { echo "quorate-said other $found"; exit; }
printf '%s\\n' "$6" >"$record" && sync "$record" || exit
if dpkg --install "$file" >&2; then echo 'quorate-said done'; exit; fi
dpkg --purge "$name" >/dev/null 2>&1
rm -f "$record"
echo 'quorate-said failed'`;

function refusal({ name, file, version }: WantedPackage, word = '', said: string): ClusterError {
  switch (word) {
    case 'there':
      return new ClusterError(
        'HOST_UNFIT',
        `The package quorate is ${said} on ${name}, without its programs`,
        {
          hint: `Put that right on ${name}: dpkg --purge quorate`,
        },
      );
    case 'other':
      return new ClusterError('WRONG_INPUT', `${file} is ${said}; this host runs quorate ${version}`, {
        hint: 'Bring the package of the release that runs here',
      });
    case 'damaged':
      return new ClusterError('WRONG_INPUT', `${file} cannot be read as a Debian package: ${said}`);
    default:
      return new ClusterError('HOST_UNFIT', `The package cannot be installed on ${name}: ${said}`, {
        hint: `Install what it depends on on ${name}, then run node add again`,
      });
  }
}

/**
 * The parts of the whole test, cheapest first: what each runs and what it says of itself.
 *
 * A part is either a list of commands, counting as one test, or one project of vitest.config.mts, counting as
 * the tests in it. Adding a part is adding a row.
 */
import { labBlocked } from '../../test/lab/blocked.ts';
import {
  ganetiPackages,
  isInstalled,
  labPackages,
  modelPackages,
  type DebianPackage,
} from '../../test/lab/packages.ts';
import { modelBlocked } from '../../test/model/check.ts';

export interface Part {
  readonly name: string;
  /** One line for `tools/test --help`. */
  readonly what: string;
  readonly commands: readonly (readonly string[])[];
  /** It is a vitest run whose reporter writes its counts. */
  readonly counted: boolean;
  /** It starts programs from dist/, which must not be older than their sources. */
  readonly needsPrograms?: true;
  /** Some of its tests need programs of these Debian packages, which are installed where that is possible. */
  readonly needsPackages?: readonly DebianPackage[];
  /** Why it runs only when it is named; then nothing is installed for it otherwise. */
  readonly onlyByName?: string;
  /** Why it cannot run here; undefined if it can. */
  readonly skippedBecause?: () => string | undefined;
}

const nx = (target: string): readonly string[] => ['nx', 'run-many', '-t', target, '--outputStyle=static'];

const commands = (name: string, what: string, ...list: readonly (readonly string[])[]): Part => ({
  name,
  what,
  commands: list,
  counted: false,
});

const vitest = (name: string, what: string, extra: Partial<Part> = {}): Part => ({
  name,
  what,
  commands: [['vitest', 'run', '--project', name]],
  counted: true,
  ...extra,
});

const ganetiMissing = (): string | undefined =>
  isInstalled('gnt-cluster')
    ? undefined
    : 'it needs the Debian package ganeti, which cannot be installed here';

const opensslMissing = (): string | undefined =>
  isInstalled('openssl')
    ? undefined
    : 'the certificates of these tests are made with openssl, which is not here';

export const parts: readonly Part[] = [
  commands('proto', 'generated types are up to date, the contract is clean and compatible', [
    'node',
    'tools/proto/check.mjs',
  ]),
  commands('build', 'one bundled file per program in dist/', nx('build')),
  commands(
    'lint',
    'oxlint with the import walls, prettier',
    nx('lint'),
    ['oxlint', '--type-aware', '--deny-warnings', 'test', 'tools'],
    ['prettier', '--check', '--log-level=warn', '.'],
  ),
  commands('types', 'the compiler over packages, tests and tools', nx('typecheck'), [
    'tsc',
    '-b',
    'tsconfig.json',
  ]),
  vitest('unit', 'rules and values; no process, no network'),
  vitest('wire', 'real gRPC and TLS on loopback', {
    needsPackages: labPackages,
    skippedBecause: opensslMissing,
  }),
  vitest('machine', 'real files, processes and SSH', { needsPackages: labPackages }),
  vitest('simulation', 'ten thousand seeded runs of the mastership rules; planted mistakes are found'),
  vitest('fuzz', 'a hundred thousand damaged files; what a reader accepts can be written again'),
  vitest(
    'model',
    'every order of events of the mastership protocol, within a bound; rules taken away are missed',
    {
      needsPackages: modelPackages,
      skippedBecause: modelBlocked,
    },
  ),
  vitest('e2e', 'whole clusters as processes on loopback addresses', { needsPrograms: true }),
  vitest('lab', 'whole clusters on hosts of their own', {
    needsPrograms: true,
    needsPackages: labPackages,
    skippedBecause: labBlocked,
  }),
  vitest('interop', 'Ganeti’s own programs on files of ours, and import of theirs', {
    needsPrograms: true,
    needsPackages: [...labPackages, ...ganetiPackages],
    onlyByName: 'it installs Ganeti on this machine; "tools/test interop" runs it',
    skippedBecause: () => labBlocked() ?? ganetiMissing(),
  }),
];

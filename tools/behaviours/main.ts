/**
 * `tools/beh`: the table of behaviours and of the tests that prove them.
 *
 * Exit code 0 if each is proved or excused, 1 if not or if the list is wrong, 2 for words it cannot use. What is
 * wrong goes to stderr, for all sections, whatever is shown.
 */
import { complain, parseFlags, parseOneOf, UsageError } from '../../test/usage.ts';
import { groupedBy, placeOf, type LedgerEntry } from './ledger.ts';
import type { BehaviourList } from './list.ts';
import { readProject } from './project.ts';

const usage = `Usage: tools/beh [--uncited] [--section G] [--json]

  --uncited      only what no test names, with its excuse
  --section G    only that section of test/behaviours.md
  --json         one object: behaviours, findings
`;

function parse(args: string[], list: BehaviourList) {
  const { values } = parseFlags({
    args,
    options: {
      uncited: { type: 'boolean', default: false },
      section: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { section } = values;
  const letters = [...list.sections.keys()];
  return {
    ...values,
    section: section === undefined ? undefined : parseOneOf('--section', section, letters),
  };
}

function describeEntry({ id, tag, state, reason, text, tests }: LedgerEntry): string {
  const proofs = tests.map((test) => `             ${placeOf(test)}  ${test.title}`);
  const excuse = tests.length === 0 && reason ? [`             ${reason}`] : [];
  return [`  ${id}  ${state.padEnd(14)}  [${tag}] ${text}`, ...proofs, ...excuse].join('\n');
}

/** How many there are of each state, as in `12 cited, 3 not built yet`. */
function countsOf(entries: readonly LedgerEntry[]): string {
  const groups = groupedBy(entries, ({ state }) => state);
  return [...groups].map(([state, { length }]) => `${length} ${state}`).join(', ');
}

function printTable(list: BehaviourList, entries: readonly LedgerEntry[]): void {
  const sections = groupedBy(entries, ({ section }) => section);
  for (const [letter, inside] of sections) {
    console.log(`${letter}. ${list.sections.get(letter)}: ${countsOf(inside)}\n`);
    console.log(`${inside.map(describeEntry).join('\n')}\n`);
  }
  console.log(`${entries.length} behaviours: ${countsOf(entries)}`);
}

function main(args: string[]): number {
  const { list, ledger } = readProject();
  const { uncited, section, json, help } = parse(args, list);
  if (help) {
    console.log(usage);
    return 0;
  }
  const { entries, findings } = ledger;
  const shown = entries
    .filter((entry) => section === undefined || entry.section === section)
    .filter(({ tests }) => !uncited || tests.length === 0);
  if (json) console.log(JSON.stringify({ behaviours: shown, findings }, null, 2));
  else printTable(list, shown);
  for (const finding of findings) console.error(finding);
  return findings.length === 0 ? 0 : 1;
}

/** Whoever reads may have seen enough, as `head` has. */
process.stdout.on('error', () => process.exit());
try {
  process.exitCode = main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.exitCode = complain('beh', error);
}

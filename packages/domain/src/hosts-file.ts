/**
 * Entries of nodes in the hosts file: this host's own, and the others'.
 *
 * A line for the address that names the host already is the administrator's and stays. Else the first line for the
 * address is replaced by one that begins with the host's names; the names and the remark that stood there follow,
 * since somebody may use them. Other lines are not touched.
 *
 * Counterpart in Ganeti: lib/utils/nodesetup.py, SetEtcHostsEntry, which drops every line for the address with all
 * its names and appends its own.
 */
import { type ChangedText, linesOf, withLineAdded, withLineReplaced } from './line-change.ts';

/** Undefined if nothing has to be changed. `name` is the fully qualified one (BEH-140). */
export function withHostsEntry(text: string, address: string, name: string): ChangedText | undefined {
  const names = namesFor(name);
  const lines = linesOf(text);
  const forAddress = lines.filter((line) => isFor(line, address));
  if (forAddress.some((line) => names.every((each) => namesIn(line).includes(each)))) return undefined;
  const [first] = forAddress;
  if (first === undefined) return withLineAdded(text, `${address}\t${names.join(' ')}`);
  const others = namesIn(first).filter((each) => !names.includes(each));
  const remark = first.includes('#') ? ` ${first.slice(first.indexOf('#'))}` : '';
  const line = `${address}\t${[...names, ...others].join(' ')}${remark}`;
  return withLineReplaced(text, lines.indexOf(first), line);
}

/**
 * The entry of another host: a line of its own, since nothing that stands there was written for it. Undefined if a line
 * for the address names it.
 */
export function withOtherHost(text: string, address: string, name: string): ChangedText | undefined {
  const isThere = linesOf(text).some((line) => isFor(line, address) && namesIn(line).includes(name));
  return isThere ? undefined : withLineAdded(text, `${address}\t${namesFor(name).join(' ')}`);
}

/** The full name and the short one, which may be the same. */
const namesFor = (name: string): readonly string[] => [...new Set([name, name.split('.')[0] ?? name])];

/** Blanks only: a byte of a remark in some encoding is none. */
const wordsIn = (line: string): readonly string[] =>
  (line.split('#')[0] ?? '').split(/[ \t\r\v\f]+/).filter((word) => word !== '');

const isFor = (line: string, address: string): boolean =>
  wordsIn(line)[0]?.toLowerCase() === address.toLowerCase();

const namesIn = (line: string): readonly string[] => wordsIn(line).slice(1);

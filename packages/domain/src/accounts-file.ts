/** What /etc/passwd says. */
import { linesOf } from './line-change.ts';

/** Root's home directory, absolute; undefined if the text names none. */
export function homeOfRoot(accounts: string): string | undefined {
  const fields = linesOf(accounts)
    .find((line) => line.startsWith('root:'))
    ?.split(':');
  const home = fields?.[5];
  return home?.startsWith('/') ? home : undefined;
}

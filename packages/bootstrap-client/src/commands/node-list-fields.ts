/** `quorate node list-fields`: what `node list -o` can show. */
import { listedFields } from '@quorate/domain/node-listing';
import type { GlobalOptions } from '../context.ts';
import { printResult, table } from '../output.ts';

export default function nodeListFields(options: GlobalOptions): Promise<number> {
  const fields = listedFields.map(({ name, title, what }) => ({ name, title, what }));
  const rows = fields.map(({ name, title, what }) => [name, title, what]);
  printResult(options, { fields }, table([['NAME', 'TITLE', 'WHAT'], ...rows]));
  return Promise.resolve(0);
}

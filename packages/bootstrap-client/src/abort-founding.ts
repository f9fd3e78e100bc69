/** `quorate init --abort` and `quorate import --abort`: takes back what was broken off. */
import { abortFounding } from '@quorate/bootstrap/founding-abort';
import type { GlobalOptions } from './context.ts';
import { foundingParts } from './founding-parts.ts';
import { printNote, printResult } from './output.ts';

export async function abort(flags: GlobalOptions): Promise<number> {
  const { parts, steps } = await foundingParts(flags);
  const { wasUnderWay, warnings } = await abortFounding(parts);
  for (const warning of warnings) printNote(`Warning: ${warning}`);
  const line = wasUnderWay ? 'This host is as it was before' : 'Nothing was under way on this host';
  printResult(flags, { wasUnderWay, warnings, steps }, [line]);
  return 0;
}

/** `quorate master`: who is master, as this node's disk says. No network, on any node (BEH-001 to BEH-006). */
import { readMasterName } from '@quorate/cluster-state/ssconf-reader';
import { stateUnder, type GlobalOptions } from '../context.ts';
import { printResult } from '../output.ts';

export default async function master(options: GlobalOptions): Promise<number> {
  const name = await readMasterName(stateUnder(options));
  printResult(options, { master: name }, [name]);
  return 0;
}

/** `quorate node-setup abandon`: the host forgets a join that did not end. Run by `node add --abort` over SSH. */
import { abandonJoin, parseAbandonedJoin } from '@quorate/bootstrap/node-setup';
import { ownProgramsRemoval } from '@quorate/cluster-state/brought-programs';
import { openHost, type GlobalOptions } from '../context.ts';
import { readStandardInput } from '../standard-input.ts';

export default async function nodeSetupAbandon(options: GlobalOptions): Promise<number> {
  const join = parseAbandonedJoin(await readStandardInput());
  const { state, daemons } = await openHost(options);
  await abandonJoin(state, join, daemons);
  const removedPrograms = join.keepPrograms ? [] : await ownProgramsRemoval(state, { fromDaemon: false })();
  process.stdout.write(`${JSON.stringify({ removedPrograms })}\n`);
  return 0;
}

/** `quorate node-setup abandon`: the host forgets a join that did not end. Run by `node add --abort` over SSH. */
import { abandonJoin, parseAbandonedJoin } from '@quorate/bootstrap/node-setup';
import { removeBroughtPrograms } from '@quorate/bootstrap/remote-programs';
import { diskFiles } from '@quorate/platform/files';
import { executableDirectory } from '@quorate/platform/processes';
import { openHost, type GlobalOptions } from '../context.ts';
import { readStandardInput } from '../standard-input.ts';

export default async function nodeSetupAbandon(options: GlobalOptions): Promise<number> {
  const join = parseAbandonedJoin(await readStandardInput());
  const { state, daemons } = await openHost(options);
  await abandonJoin(state, join, daemons);
  const removedPrograms = await removeBroughtPrograms(diskFiles, executableDirectory());
  process.stdout.write(`${JSON.stringify({ removedPrograms })}\n`);
  return 0;
}

/** `quorate node-setup install`: the new host installs its membership. Run by `node add` over SSH. */
import { installMembership, parseSetupPayload } from '@quorate/bootstrap/node-setup';
import { openHost, type GlobalOptions } from '../context.ts';
import { readStandardInput } from '../standard-input.ts';

export default async function nodeSetupInstall(options: GlobalOptions): Promise<number> {
  const payload = parseSetupPayload(await readStandardInput());
  const { state, daemons } = await openHost(options);
  await installMembership(state, payload, daemons);
  process.stdout.write('{}\n');
  return 0;
}

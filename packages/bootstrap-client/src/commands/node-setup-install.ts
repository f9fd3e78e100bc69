/** `quorate node-setup install`: the new host installs its membership. Run by `node add` over SSH. */
import { checkMembership, installMembership, parseSetupPayload } from '@quorate/bootstrap/node-setup';
import { systemClock } from '@quorate/platform/clock';
import { openHost, type GlobalOptions } from '../context.ts';
import { liveSteps } from '../live-steps.ts';
import { readStandardInput } from '../standard-input.ts';

interface InstallOptions extends GlobalOptions {
  readonly dryRun?: boolean;
  readonly verbose?: boolean;
}

export default async function nodeSetupInstall(options: InstallOptions): Promise<number> {
  const payload = parseSetupPayload(await readStandardInput());
  const { state, daemons } = await openHost(options);
  const report = liveSteps(options.verbose !== true);
  if (options.dryRun) await checkMembership(state, payload);
  else await installMembership(state, payload, { daemons, clock: systemClock, report });
  process.stdout.write('{}\n');
  return 0;
}

/** `quorate node-setup request`: the new host makes its keys and asks for certificates. Run by `node add` over SSH. */
import { makeRequests, parseSetupQuestion, requireFreeHost } from '@quorate/bootstrap/node-setup';
import { parseHostName } from '@quorate/domain/names';
import { openHost, type GlobalOptions } from '../context.ts';
import { readStandardInput } from '../standard-input.ts';

interface RequestOptions extends GlobalOptions {
  readonly dryRun?: boolean;
}

export default async function nodeSetupRequest(options: RequestOptions): Promise<number> {
  const question = parseSetupQuestion(await readStandardInput());
  const name = parseHostName(question.name);
  const { state, settings } = await openHost(options);
  const { nodePort, masterPort } = settings;
  if (options.dryRun) await requireFreeHost(state);
  const answer = options.dryRun
    ? { nodePort, masterPort }
    : await makeRequests(state, settings, { ...question, name });
  process.stdout.write(`${JSON.stringify(answer)}\n`);
  return 0;
}

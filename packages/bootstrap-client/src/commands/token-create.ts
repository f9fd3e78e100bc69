/** `quorate token create`: makes a token by which one host may join without SSH; on the master. */
import { joinTokenText } from '@quorate/domain/join-token';
import { timings } from '@quorate/domain/timings';
import { tokenLifeSeconds } from '@quorate/domain/token-book';
import { userOfThisProcess } from '@quorate/platform/processes';
import { masterServices } from '@quorate/rpc/services';
import { openCluster, type GlobalOptions } from '../context.ts';
import { printNote, printResult } from '../output.ts';

interface TokenCreateOptions extends GlobalOptions {
  readonly node?: string;
  readonly witness?: boolean;
  readonly nodeGroup?: string;
  /** Seconds. */
  readonly ttl?: number;
}

export default async function tokenCreate(options: TokenCreateOptions): Promise<number> {
  const { access, master } = await openCluster(options);
  const { node = '', witness = false, ttl = tokenLifeSeconds.usual, nodeGroup = '' } = options;
  const request = { node, witness, nodeGroup, lifeSeconds: Math.round(ttl), operator: userOfThisProcess() };
  const made = await access.channels.call(master, masterServices.tokens.CreateToken, request, {
    deadlineMs: timings.commitMs + timings.voteMs,
  });
  const { id, expiresSeconds } = made;
  const token = joinTokenText(made);
  const expires = new Date(expiresSeconds * 1000).toISOString();
  printResult(options, { id, token, expires, node: node || null, witness }, [token]);
  if (!options.json)
    printNote(
      `Token ${id}, for ${node || 'one host'}${witness ? ' as a witness' : ''}, until ${expires}. ` +
        'It is shown this once; whoever has it can join. On the host: quorate join TOKEN',
    );
  return 0;
}

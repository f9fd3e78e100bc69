/** `quorate token list`: the tokens that are open, and those that ended not long ago; on the master. */
import { timings } from '@quorate/domain/timings';
import { masterServices } from '@quorate/rpc/services';
import { openCluster, type GlobalOptions } from '../context.ts';
import { printResult, table } from '../output.ts';

const isoTime = (seconds: number): string => new Date(seconds * 1000).toISOString();

export default async function tokenList(options: GlobalOptions): Promise<number> {
  const { access, master } = await openCluster(options);
  const method = masterServices.tokens.ListTokens;
  const found = await access.channels.call(master, method, {}, { deadlineMs: timings.voteMs });
  const tokens = found.tokens.map((entry) => ({
    id: entry.id,
    state: entry.state,
    node: entry.node || null,
    witness: entry.witness,
    claimedBy: entry.claimedBy || null,
    createdBy: entry.createdBy,
    created: isoTime(entry.createdSeconds),
    expires: isoTime(entry.expiresSeconds),
  }));
  const rows = tokens.map((token) => [
    ...[token.id, token.state, token.node ?? 'any', token.witness ? 'witness' : 'any'],
    ...[token.claimedBy ?? '-', token.createdBy, token.expires],
  ]);
  printResult(
    options,
    { tokens },
    table([['TOKEN', 'STATE', 'FOR', 'ROLE', 'HOST', 'CREATED BY', 'EXPIRES'], ...rows]),
  );
  return 0;
}

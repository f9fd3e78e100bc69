/** `quorate votes`: asks every node who is master. Exit 0 if a majority agrees, else 1. */
import { gatherVotes } from '@quorate/bootstrap/votes';
import { votesReport, type VotesReport } from '@quorate/domain/status-report';
import { openCluster, type GlobalOptions } from '../context.ts';
import { printResult } from '../output.ts';

export default async function votes(options: GlobalOptions): Promise<number> {
  const { access, roster } = await openCluster(options);
  const report = votesReport(roster, await gatherVotes(access, roster));
  printResult(options, report, linesOf(report));
  return report.verdict === 'agreed' ? 0 : 1;
}

const verdicts = {
  agreed: 'A majority agrees',
  split: 'A majority answers, but does not agree',
  'too-few': 'No majority',
} as const;

const linesOf = ({
  votes: counts,
  unhealthy,
  verdict,
  valid,
  needed,
  electorate,
}: VotesReport): readonly string[] => [
  ...counts.map((count) => `${count.votes} for ${count.master} (epoch ${count.epoch})`),
  ...unhealthy.map(({ name, why }) => `none from ${name}: ${why}`),
  `${verdicts[verdict]}: ${valid} valid votes of ${electorate}, ${needed} needed`,
];

/**
 * Checks as data: each has a name and looks at facts gathered beforehand; all of them are applied and all speak.
 *
 * A check changes nothing and asks nobody, so a list of them can be run as often as one likes.
 */
import { ClusterError, type Reason } from './errors.ts';

export interface Check<Facts> {
  readonly name: string;
  /** What of the facts it judges, for a list of checks that people read; a noun. */
  readonly looksAt?: string;
  readonly reason: Reason;
  /** One sentence if something is wrong. */
  readonly finds: (facts: Facts) => string | undefined;
  /** What to do about it. */
  readonly hint?: string;
}

export interface Finding {
  readonly check: string;
  readonly reason: Reason;
  readonly message: string;
  readonly hint?: string;
}

export const findingsOf = <Facts>(checks: readonly Check<Facts>[], facts: Facts): readonly Finding[] =>
  checks.flatMap(({ name, reason, finds, hint }) => {
    const message = finds(facts);
    return message === undefined ? [] : [{ check: name, reason, message, ...(hint ? { hint } : {}) }];
  });

/** All findings as one error of `command`; the first gives the reason. */
export function findingsError(findings: readonly Finding[], command: string): ClusterError {
  const lines = findings.map((f) => `[${f.check}] ${f.message}${f.hint ? ` (${f.hint})` : ''}`);
  return new ClusterError(findings[0]?.reason ?? 'INTERNAL', lines.join('\n'), {
    hint: `Nothing was changed; correct this and run ${command} again`,
    facts: { findings: findings.map((f) => f.check).join(',') },
  });
}

/** The first step of `init`, which is all of it that a dry run does: look at the host and judge what was seen. */
import type { Settings } from '@quorate/cluster-state/settings';
import type { State } from '@quorate/cluster-state/state';
import type { Finding } from '@quorate/domain/check';
import { ClusterError } from '@quorate/domain/errors';
import { initFindings } from '@quorate/domain/init-checks';
import type { InitFacts } from '@quorate/domain/init-complaints';
import { gatherInitFacts, type InitOptions } from './init-facts.ts';
import type { SshHostKeys } from './ssh-host-keys.ts';

export interface CheckedHost {
  readonly facts: InitFacts;
  readonly sshHostKeys: SshHostKeys;
}

/** Changes nothing. Throws the findings of all checks as one error (BEH-134, BEH-138). */
export async function checkHost(
  state: State,
  settings: Settings,
  options: InitOptions,
): Promise<CheckedHost> {
  const gathered = await gatherInitFacts(state, settings, options);
  const findings = initFindings(gathered.facts);
  if (findings.length > 0) throw findingsError(findings);
  return gathered;
}

/** The first finding gives the reason, the message tells them all. */
function findingsError(findings: readonly Finding[]): ClusterError {
  const lines = findings.map((f) => `[${f.check}] ${f.message}${f.hint ? ` (${f.hint})` : ''}`);
  return new ClusterError(findings[0]?.reason ?? 'WRONG_INPUT', lines.join('\n'), {
    hint: 'Nothing was changed; correct this and run init again',
    facts: { findings: findings.map((f) => f.check).join(',') },
  });
}

/** The first step of `init`, which is all of it that a dry run does: look at the host and judge what was seen. */
import type { Settings } from '@quorate/cluster-state/settings';
import type { State } from '@quorate/cluster-state/state';
import { findingsError } from '@quorate/domain/check';
import { initFindings } from '@quorate/domain/init-checks';
import type { InitFacts } from '@quorate/domain/init-complaints';
import { gatherInitFacts, type InitOptions } from './init-facts.ts';
import type { SshHostKeys } from './ssh-host-keys.ts';

export interface CheckedHost {
  readonly facts: InitFacts;
  readonly sshHostKeys: SshHostKeys;
}

/** Changes nothing. `isResumed`: what an earlier run left is no finding. Throws all findings as one error (BEH-134, BEH-138). */
export async function checkHost(
  state: State,
  settings: Settings,
  options: InitOptions,
  isResumed: boolean,
): Promise<CheckedHost> {
  const gathered = await gatherInitFacts(state, settings, options, isResumed);
  const findings = initFindings(gathered.facts);
  if (findings.length > 0) throw findingsError(findings, 'init');
  return gathered;
}

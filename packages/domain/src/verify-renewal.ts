/**
 * Rows of `verify` about secrets over time: what a renewal that is under way leaves to be compared, and what hosts may
 * still know that are nodes no more.
 *
 * Counterpart in Ganeti: none; its renewal stops the cluster, and what a removed node keeps nobody is told (spec L2).
 */
import { exposedSecrets } from './exposure.ts';
import { renewalPhases, type Renewal } from './renewal.ts';
import type { RosterNode } from './roster.ts';
import { timings } from './timings.ts';
import type { VerifyFacts } from './verify-facts.ts';
import { aboutCluster, type VerifyRow } from './verify-row.ts';

/** The one that is under way. */
export const renewalIn = ({ record }: VerifyFacts): Renewal | undefined => record?.ours.renewal;

/** Whether keys are being renewed, or were until a moment ago. */
export function renewsKeys(facts: VerifyFacts): boolean {
  const ended = facts.record?.ours.pastRenewals?.at(-1)?.at ?? '';
  return renewalIn(facts) !== undefined || facts.nowSeconds - Date.parse(ended) / 1000 < settledSeconds;
}

/** A command that began with the old certificate is refused when the renewal has ended: it does not take so long. */
const settledSeconds = timings.renewalSettlesMs / 1000;

/** Whether a renewal is at this node, so that it may have the old or the new, and the configuration may know either. */
export function mayShowEither(facts: VerifyFacts, { uuid }: Pick<RosterNode, 'uuid'>): boolean {
  const renewal = renewalIn(facts);
  if (!renewal || renewal.nodes?.includes(uuid) === false) return false;
  return renewal.phase !== 'drop-old' || !renewal.switched.includes(uuid);
}

const renewalUnderWay: VerifyRow = {
  name: 'renewal-under-way',
  finds(facts) {
    const renewal = renewalIn(facts);
    if (!renewal) return [];
    const message = `Keys are being renewed (${renewal.phase}: ${renewalPhases[renewal.phase]}); what is on its way was not compared`;
    return [aboutCluster(facts.roster, 'QRENEWAL', message, { severity: 'notice' })];
  },
};

/** What a node that was removed out of reach still knows, until it is replaced. */
const secretsStayWithin: VerifyRow = {
  name: 'secrets-stay-within',
  finds: ({ roster, record }) =>
    (record ? exposedSecrets(record) : []).map(({ secret, knownTo }) =>
      aboutCluster(
        roster,
        'QEXPOSED',
        `${secret} may be known to ${knownTo.join(', ')}, which left the cluster unseen; quorate renew-crypto replaces it`,
        { severity: 'warning' },
      ),
    ),
};

export const renewalRows: readonly VerifyRow[] = [renewalUnderWay, secretsStayWithin];

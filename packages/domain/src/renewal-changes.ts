/** The changes of the configuration by which a renewal goes on, as functions from one draft to the next. */
import type { Draft } from './configuration.ts';
import { ClusterError } from './errors.ts';
import { withSecretsReplaced, type SharedSecret } from './exposure.ts';
import { isoTime } from './initial-configuration.ts';
import { pastRenewalLimit, type NextStep, type Renewal } from './renewal.ts';
import { renewalItems, type RenewalItem } from './renewal-items.ts';
import { withOldSshKeysDropped } from './ssh-key-renewal.ts';
import { changed } from './touch.ts';

/** Fails with OPERATION_IN_PROGRESS while another is under way. */
export function withNewRenewal(draft: Draft, renewal: Renewal, nowSeconds: number): Draft {
  if (draft.ours.renewal) throw underWay(draft.ours.renewal);
  return withRenewal(draft, renewal, nowSeconds);
}

/** What a plan says, if the renewal is still at what it was planned for. */
export function withProgress(draft: Draft, planned: Renewal, next: NextStep, nowSeconds: number): Draft {
  const { renewal } = draft.ours;
  if (renewal?.id !== planned.id || renewal.phase !== planned.phase) return draft;
  if ('renewal' in next) {
    const { droppingSshKeysOf: dropping, renewal: later } = next;
    const dropped =
      dropping && later.ssh ? withOldSshKeysDropped(draft, dropping, later.ssh, nowSeconds) : draft;
    return withRenewal(dropped, later, nowSeconds);
  }
  const { renewal: _, pastRenewals = [], ...rest } = draft.ours;
  const past = [...pastRenewals, { ...next.end, at: isoTime(nowSeconds) }].slice(-pastRenewalLimit);
  const ended = {
    configuration: changed(draft, nowSeconds, { cluster: {} }),
    ours: { ...rest, pastRenewals: past },
  };
  return next.end.end === 'done' ? withSecretsReplaced(ended, secretsOf(renewal.items), nowSeconds) : ended;
}

const secretsOf = (items: readonly RenewalItem[]): readonly SharedSecret[] =>
  items.flatMap((item) => renewalItems[item].secret ?? []);

/** Fails with WRONG_INPUT when there is none, or its nodes have all switched. */
export function withRenewalAborted(draft: Draft, nowSeconds: number): Draft {
  const renewal = requireRenewal(draft);
  if (renewal.phase === 'abort') return draft;
  if (renewal.phase === 'drop-old')
    throw new ClusterError(
      'WRONG_INPUT',
      'Every node that answers has switched: this renewal cannot be taken back',
      {
        hint: 'Let it end (quorate renew-crypto --resume), then renew again',
      },
    );
  return withRenewal(draft, { ...renewal, phase: 'abort' }, nowSeconds);
}

/** The old cluster certificate counts no longer than so many seconds from now. Fails with WRONG_INPUT if there is none. */
export function withGrace(draft: Draft, graceSeconds: number, nowSeconds: number): Draft {
  const renewal = requireRenewal(draft);
  const dropAtSeconds = renewal.dropAtSeconds === null ? null : nowSeconds + graceSeconds;
  return withRenewal(draft, { ...renewal, graceSeconds, dropAtSeconds }, nowSeconds);
}

const withRenewal = (draft: Draft, renewal: Renewal, nowSeconds: number): Draft => ({
  configuration: changed(draft, nowSeconds, { cluster: {} }),
  ours: { ...draft.ours, renewal },
});

function requireRenewal({ ours }: Draft): Renewal {
  if (ours.renewal) return ours.renewal;
  throw new ClusterError('WRONG_INPUT', 'No renewal is under way');
}

export const underWay = ({ phase, since }: Renewal): ClusterError =>
  new ClusterError('OPERATION_IN_PROGRESS', `A renewal is under way since ${since}, in phase ${phase}`, {
    hint: 'Follow it with quorate renew-crypto --resume, or take it back with --abort',
  });

/**
 * Which nodes are left alone for a while because what was pushed to them failed: one whose disk is full would otherwise be
 * sent everything at every look, for ever. A newer version is a new reason to try.
 */
import { backOffMs } from '@quorate/domain/back-off';
import type { NodeUuid } from '@quorate/domain/roster';
import { timings } from '@quorate/domain/timings';
import type { Version } from '@quorate/domain/version';
import type { Clock } from '@quorate/platform/clock';

export interface PushPauses {
  isDue(node: NodeUuid, version: Version): boolean;
  /** What came of a push. */
  note(node: NodeUuid, version: Version, succeeded: boolean): void;
}

export const noPauses: PushPauses = { isDue: () => true, note: () => undefined };

interface Failing {
  readonly digest: string;
  readonly failures: number;
  readonly dueMs: number;
}

export function createPushPauses(clock: Pick<Clock, 'monotonicMs'>): PushPauses {
  const failing = new Map<NodeUuid, Failing>();
  const known = (node: NodeUuid, { digest }: Version): Failing | undefined => {
    const found = failing.get(node);
    return found?.digest === digest ? found : undefined;
  };
  return {
    isDue: (node, version) => (known(node, version)?.dueMs ?? 0) <= clock.monotonicMs(),
    note(node, version, succeeded) {
      if (succeeded) return void failing.delete(node);
      const failures = (known(node, version)?.failures ?? 0) + 1;
      const limits = { firstMs: timings.pushPauseFirstMs, mostMs: timings.pushPauseMaxMs };
      failing.set(node, {
        digest: version.digest,
        failures,
        dueMs: clock.monotonicMs() + backOffMs(failures, limits),
      });
    },
  };
}

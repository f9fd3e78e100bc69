/** What the master daemon lends to a failover of its own node: its disk and its journal. */
import type { FailoverHooks } from '@quorate/bootstrap/hooks';
import { journalledSteps } from '@quorate/bootstrap/journalled';
import type { ReportStep } from '@quorate/bootstrap/steps';
import { readClusterRecord } from '@quorate/cluster-state/record-store';
import type { State } from '@quorate/cluster-state/state';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { clusterErrorFrom } from '@quorate/domain/errors';
import type { Clock } from '@quorate/platform/clock';
import type { Log } from '@quorate/platform/log';

/** Each step reaches this node's journal before it is reported. */
export const journalled = (state: State, clock: Clock, report: ReportStep): ReportStep =>
  journalledSteps({ state, clock }, 'failover', report);

/** A damaged record is as good as none here: the votes tell who has a sound one. */
export const readableRecord = (state: State, log: Log): Promise<ClusterRecord | undefined> =>
  readClusterRecord(state).catch((caught: unknown) => {
    log.error({ reason: clusterErrorFrom(caught).reason }, clusterErrorFrom(caught).message);
    return undefined;
  });

/** Of a re-election: the mastership stays where it is, so there is nothing for the site to do. */
export const noHooks: FailoverHooks = { before: () => Promise.resolve(), after: () => Promise.resolve() };

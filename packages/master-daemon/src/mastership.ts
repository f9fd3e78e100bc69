/**
 * This node's mastership: the one place that changes the tenure, and the loop that looks after it.
 *
 * In standby it watches whether this node is named master, in office it looks after the office, both every
 * two seconds. A failover runs here, beside the loop, which pauses meanwhile.
 */
import type { ClusterAccess } from '@quorate/bootstrap/cluster-access';
import { failover, type FailoverOutcome, type FailoverRequest } from '@quorate/bootstrap/failover';
import type { ReportStep } from '@quorate/bootstrap/steps';
import { readClusterRecord } from '@quorate/cluster-state/record-store';
import { readRoster } from '@quorate/cluster-state/roster-store';
import type { State } from '@quorate/cluster-state/state';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { ClusterError, clusterErrorFrom } from '@quorate/domain/errors';
import { timings } from '@quorate/domain/timings';
import { inTurn } from '@quorate/platform/in-turn';
import type { Log } from '@quorate/platform/log';
import { commitChange, type Change } from './authority.ts';
import { giveUp, keepAddress, lookAfter, rosterIn } from './in-office.ts';
import { reconsider } from './standby.ts';
import { assertInOffice, inOfficeWith, type Tenure } from './tenure.ts';

export interface Mastership {
  tenure(): Tenure;
  /** Resolves to the committed record. Throws NOT_MASTER, COMMIT_UNDECIDED, or EPOCH_TOO_OLD when deposed. */
  change(change: Change): Promise<ClusterRecord>;
  /** Makes this node master; throws OPERATION_IN_PROGRESS if it is at it already. */
  failover(request: FailoverRequest, report: ReportStep): Promise<FailoverOutcome>;
  /** Ends the office in favour of `epoch`; standby already is fine. */
  standDown(epoch: number): void;
  /** Looks after the tenure until the signal; never rejects. */
  watch(signal: AbortSignal): Promise<void>;
}

interface MastershipParts {
  readonly state: State;
  readonly access: ClusterAccess;
  readonly log: Log;
}

export function createMastership({ state, access, log }: MastershipParts): Mastership {
  const oneAtATime = inTurn();
  let tenure: Tenure = { kind: 'standby', why: 'it has just started and has not asked anybody yet' };
  let failingOver = false;

  function become(next: Tenure): void {
    if (next.kind === 'in-office' && tenure.kind === 'standby') log.info({ epoch: next.epoch }, 'in office');
    if (next.kind === 'standby' && next.why !== (tenure.kind === 'standby' && tenure.why)) {
      log.info({ why: next.why }, 'in standby');
    }
    tenure = next;
  }

  /** What came of something begun as `before`; dropped if this node was told to stand down meanwhile. */
  function becomeAfter(before: Tenure, next: Tenure): void {
    if (tenure === before) become(next);
  }

  async function change(make: Change): Promise<ClusterRecord> {
    const office = assertInOffice(tenure, await readRoster(state));
    const { outcome, record, pending } = await commitChange(access, office, make);
    if (outcome.kind === 'committed') {
      becomeAfter(office, inOfficeWith(record));
      return record;
    }
    if (outcome.kind === 'undecided') becomeAfter(office, { ...office, pending });
    else become(await giveUp(access, office, rosterIn(office), successorIn(outcome.error)));
    throw outcome.error;
  }

  async function makeMaster(request: FailoverRequest, report: ReportStep): Promise<FailoverOutcome> {
    const part = {
      access,
      roster: await readRoster(state),
      ownRecord: await readableRecord(),
      report,
      startServing: (record: ClusterRecord) => become(inOfficeWith(record)),
    };
    return failover(part, request);
  }

  /** A damaged record is as good as none here: the votes tell who has a sound one. */
  const readableRecord = (): Promise<ClusterRecord | undefined> =>
    readClusterRecord(state).catch((caught: unknown) => {
      log.error({ reason: clusterErrorFrom(caught).reason }, clusterErrorFrom(caught).message);
      return undefined;
    });

  async function look(): Promise<void> {
    const before = tenure;
    const next = await (before.kind === 'in-office' ? lookAfter(access, before) : reconsider(state, access));
    becomeAfter(before, next);
    if (tenure === next && next.kind === 'in-office') await keepAddress(access, next);
  }

  return {
    tenure: () => tenure,
    change: (make) => oneAtATime(() => change(make)),
    async failover(request, report) {
      if (failingOver) throw inProgress();
      failingOver = true;
      try {
        return await oneAtATime(() => makeMaster(request, report));
      } finally {
        failingOver = false;
      }
    },
    standDown(epoch) {
      if (tenure.kind === 'in-office' && epoch >= tenure.epoch) {
        become({ kind: 'standby', why: `it was told that epoch ${epoch} ends its office` });
      }
    },
    async watch(signal) {
      while (!signal.aborted) {
        await oneAtATime(look).catch((error: unknown) =>
          log.warn({ error: String(error) }, 'a look at the cluster failed'),
        );
        await access.clock.sleep(timings.surveyIntervalMs, signal).catch(() => undefined);
      }
    },
  };
}

const successorIn = (refusal: ClusterError): { node: string; epoch: number } => ({
  node: refusal.facts.master ?? refusal.facts.grantedTo ?? 'another node',
  epoch: Number(refusal.facts.epoch ?? 0),
});

const inProgress = (): ClusterError =>
  new ClusterError('OPERATION_IN_PROGRESS', 'This node is already being made master', {
    hint: 'Wait for it to end; quorate status shows what came of it',
  });

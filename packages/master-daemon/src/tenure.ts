/**
 * What this master daemon is at the moment.
 *
 *                    elected              a higher epoch, told to, or lease over
 *   standby ─────────────────────▶ in office ─────────────────────────▶ standby
 *
 * In memory only: what is true is on the disks of a majority, and is asked for again after every start.
 */
import type { CommitPlan } from '@quorate/domain/commit';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { ClusterError } from '@quorate/domain/errors';
import { nodeByUuid, type NodeUuid, type Roster } from '@quorate/domain/roster';

/** A change whose majority is still outstanding: neither done nor failed. */
export interface Pending {
  readonly record: ClusterRecord;
  readonly plan: CommitPlan;
}

export interface InOffice {
  readonly kind: 'in-office';
  readonly epoch: number;
  /** Newest committed record. */
  readonly record: ClusterRecord;
  readonly pending: Pending | null;
  /** Nodes seen to be behind at the last look. */
  readonly lagging: readonly NodeUuid[];
  /** To whom the office is being handed over: no change is taken and the lease not renewed meanwhile. */
  readonly handingOverTo: NodeUuid | null;
}

export interface Standby {
  readonly kind: 'standby';
  /** Why not in office, one sentence for an operator. */
  readonly why: string;
  /** A majority names this node, and nobody is known to be master later: to be elected, above this epoch. */
  readonly electAbove?: number;
}

export type Tenure = InOffice | Standby;

export const inOfficeWith = (record: ClusterRecord, pending: Pending | null = null): InOffice => ({
  kind: 'in-office',
  epoch: record.version.epoch,
  record,
  pending,
  lagging: [],
  handingOverTo: null,
});

/** The office of node `own`, or NOT_MASTER naming the node to go to. */
export function assertInOffice(tenure: Tenure, roster: Roster, own: NodeUuid): InOffice {
  if (tenure.kind === 'in-office') return tenure;
  const master = nodeByUuid(roster, roster.master);
  if (master?.uuid === own) {
    throw new ClusterError('NOT_MASTER', `This node holds no office: ${tenure.why}`, {
      hint: 'quorate status, here and on the other nodes, shows who answers and whether another was made master',
    });
  }
  throw new ClusterError('NOT_MASTER', `This node is not the master: ${tenure.why}`, {
    hint: master ? `Run the command on ${master.name}` : 'No master is known; see quorate status',
    ...(master && { facts: { master: master.name } }),
  });
}

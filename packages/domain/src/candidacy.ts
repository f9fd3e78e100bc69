/**
 * What an administrator wants of one node as a candidate: how readily it becomes master, and until when not by itself.
 *
 * Kept with `ours` and in the roster, since every candidate judges all others by it. Records written before these
 * wishes existed lack them, and have the usual ones.
 */
import { ClusterError } from './errors.ts';
import { integer, number, optional, orNull } from './shape.ts';

export interface Candidacy {
  /** Whole number within `priorityBounds`, higher goes first; the usual one if absent (best-candidate.ts). */
  readonly priority?: number;
  /**
   * Until when (seconds since 1970) it does not take over by itself; null for until resumed, 0 or absent for not
   * paused. An ordered failover to it is not touched by this.
   */
  readonly pausedUntilSeconds?: number | null;
}

/** The least is that of a node which is to become master only if no other candidate answers. */
export const priorityBounds = { least: 0, usual: 50, most: 100 } as const;

export const usualCandidacy: Required<Candidacy> = { priority: priorityBounds.usual, pausedUntilSeconds: 0 };

export const priorityOf = ({ priority = priorityBounds.usual }: Candidacy): number => priority;

export const isLastResort = (candidacy: Candidacy): boolean => priorityOf(candidacy) === priorityBounds.least;

/** Of a node, or of the whole cluster (parameters.ts). */
export const isPaused = (
  { pausedUntilSeconds = 0 }: Pick<Candidacy, 'pausedUntilSeconds'>,
  nowSeconds: number,
): boolean => pausedUntilSeconds === null || nowSeconds < pausedUntilSeconds;

/** What is set of it, and nothing else of the object it is part of. */
export const candidacyOf = ({ priority, pausedUntilSeconds }: Candidacy): Candidacy => ({
  ...(priority !== undefined && { priority }),
  ...(pausedUntilSeconds !== undefined && { pausedUntilSeconds }),
});

/** A priority as it is typed. Fails with WRONG_INPUT unless it is a whole number within its bounds. */
export const parsePriority = (text: string): number =>
  requirePriority(/^-?\d+$/.test(text) ? Number(text) : Number.NaN, text);

/** `said` is how it was given, for the error. Fails with WRONG_INPUT as `parsePriority` does. */
export function requirePriority(priority: number, said = String(priority)): number {
  const { least, usual, most } = priorityBounds;
  if (Number.isInteger(priority) && priority >= least && priority <= most) return priority;
  throw new ClusterError('WRONG_INPUT', `Priority '${said}' is not a whole number from ${least} to ${most}`, {
    hint: `The higher goes first; ${usual} is usual, and ${least} is for a node that is the last resort`,
  });
}

export const candidacyShape = {
  priority: optional(integer(priorityBounds.least, priorityBounds.most)),
  pausedUntilSeconds: optional(orNull(number)),
};

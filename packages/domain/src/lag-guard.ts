/**
 * The lag guard: a program that was held up (by its own work, by a frozen host) has an old picture of the cluster.
 * It asks again before it acts.
 *
 * The idea is Redis Sentinel's TILT. The lease itself does not rest on this: it is counted from before it was asked.
 */

/** How late a timer fired, ms. Both moments are on the same monotonic clock; never negative. */
export const lateBy = (expectedMs: number, firedMs: number): number => Math.max(0, firedMs - expectedMs);

/** Whether what was known before such a delay is too old to act on: more than a third of the lease. */
export const actsOnNothing = (lateMs: number, leaseMs: number): boolean => lateMs > leaseMs / 3;

/** Parameters of the cluster that Ganeti's format has no key for: how the mastership is kept. */
import { leaseBounds } from './lease.ts';
import { flag, integer, number, object, optional, orNull } from './shape.ts';

export interface OursParameters {
  /** Duration of the master's lease, ms (lease.ts: leaseBounds). */
  readonly leaseMs: number;
  /** Whether candidates take over by themselves when the master is lost. */
  readonly automaticFailover: boolean;
  /** Until when (seconds since 1970) nothing is done automatically; 0 for not paused, null for until resumed. */
  readonly pausedUntilSeconds: number | null;
  /** Life of the node certificates made from now on, s; five years if absent (certificate-renewal.ts). */
  readonly certificateLifeSeconds?: number;
  /** Whether node certificates are renewed after two thirds of their life; true if absent. */
  readonly automaticRenewal?: boolean;
}

/** A lease of 3 s, and nothing happens by itself until an administrator says so. */
export const initialParameters: OursParameters = {
  leaseMs: leaseBounds.usualMs,
  automaticFailover: false,
  pausedUntilSeconds: 0,
};

export const parametersShape = object({
  leaseMs: integer(leaseBounds.leastMs, leaseBounds.mostMs),
  automaticFailover: flag,
  pausedUntilSeconds: orNull(number),
  certificateLifeSeconds: optional(integer(1)),
  automaticRenewal: optional(flag),
});

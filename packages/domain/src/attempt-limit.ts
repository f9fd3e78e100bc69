/**
 * How often strangers may try: so many failed attempts a minute from one address, and so many from all.
 *
 * A secret of 256 bits is not guessed; this bounds what attempts cost the master in signatures and log lines. Success
 * counts nothing, so that a site that brings up many hosts behind one address is not held up.
 */
export interface Attempts {
  /** Moments of failed attempts, ms of a monotonic clock, by address. */
  readonly failures: Readonly<Record<string, readonly number[]>>;
}

export const attemptLimits = { windowMs: 60_000, perAddress: 10, inAll: 100 } as const;

export const noAttempts: Attempts = { failures: {} };

const recent = ({ failures }: Attempts, nowMs: number): Attempts['failures'] =>
  Object.fromEntries(
    Object.entries(failures).flatMap(([address, moments]) => {
      const kept = moments.filter((moment) => nowMs - moment < attemptLimits.windowMs);
      return kept.length > 0 ? [[address, kept]] : [];
    }),
  );

/** Whether this address has to wait. */
export function hasToWait(attempts: Attempts, address: string, nowMs: number): boolean {
  const failures = recent(attempts, nowMs);
  const inAll = Object.values(failures).reduce((sum, moments) => sum + moments.length, 0);
  return (failures[address]?.length ?? 0) >= attemptLimits.perAddress || inAll >= attemptLimits.inAll;
}

/** With one more failure, and without what is long past: it never holds more than the limit for all. */
export function withFailure(attempts: Attempts, address: string, nowMs: number): Attempts {
  const failures = recent(attempts, nowMs);
  return { failures: { ...failures, [address]: [...(failures[address] ?? []), nowMs] } };
}

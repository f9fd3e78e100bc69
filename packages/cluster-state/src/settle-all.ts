/**
 * Several writes at once, none of which may still be under way when the caller goes on: `Promise.all` would
 * return at the first failure and leave the rest running, after the lock is given back.
 */
export async function settleAll(works: readonly Promise<unknown>[]): Promise<void> {
  const outcomes = await Promise.allSettled(works);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}

/**
 * Lines of the log that say who was let in or not, and by whom; found by their field `audit`. Never a secret in one. Refusals
 * of connections and calls are another thing: cluster-state/audit.ts.
 */
import type { Log } from '@quorate/platform/log';

export type AdmissionLog = (what: string, fields: Readonly<Record<string, unknown>>) => void;

export const admissionLogIn =
  (log: Log): AdmissionLog =>
  (what, fields) =>
    log.info({ audit: what, ...fields }, `audit: ${what}`);

/** Lines of the log that say who was let in or not, and by whom; found by their field `audit`. Never a secret in one. */
import type { Log } from '@quorate/platform/log';

export type Audit = (what: string, fields: Readonly<Record<string, unknown>>) => void;

export const auditIn =
  (log: Log): Audit =>
  (what, fields) =>
    log.info({ audit: what, ...fields }, `audit: ${what}`);

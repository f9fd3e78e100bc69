/**
 * What the machine refused, in the same shape as `ClusterError` of the domain: reason, sentence, hint, facts, cause.
 *
 * Platform imports nothing of ours, so it cannot throw that class; its reasons are a subset of the domain's table and
 * `clusterErrorFrom` there takes such an error over by its `reason`. Nothing else in platform defines an error class.
 */

/** A subset of the reasons in domain's errors.ts; a new one must exist there first. */
export type MachineReason =
  | 'WRONG_INPUT'
  | 'NAME_UNRESOLVABLE'
  | 'ADDRESS_IN_USE'
  | 'ADDRESS_NOT_OWNED'
  | 'HOST_UNFIT'
  | 'UNREACHABLE'
  | 'TIMED_OUT'
  | 'NOT_AUTHENTICATED'
  | 'DAEMON_NOT_RUNNING'
  | 'SSH_FAILED'
  | 'SSH_HOST_KEY_UNKNOWN'
  | 'SSH_HOST_KEY_CHANGED'
  | 'STATE_CORRUPT'
  | 'STATE_LOCKED'
  | 'COMMAND_FAILED'
  | 'INTERNAL';

interface MachineErrorDetails {
  /** What the operator can do about it, one sentence. */
  readonly hint?: string;
  readonly facts?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

export class MachineError extends Error {
  readonly reason: MachineReason;
  readonly hint: string | undefined;
  readonly facts: Readonly<Record<string, string>>;

  constructor(reason: MachineReason, message: string, details: MachineErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'MachineError';
    this.reason = reason;
    this.hint = details.hint;
    this.facts = details.facts ?? {};
  }
}

/** The `code` of a system error (`ENOENT`, `ECONNREFUSED` …); undefined for anything else. */
export function systemCode(caught: unknown): string | undefined {
  const code = caught instanceof Error ? (caught as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** The sentence of whatever was caught. */
export const messageOf = (caught: unknown): string =>
  caught instanceof Error ? caught.message : String(caught);

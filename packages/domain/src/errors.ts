/**
 * Everything that can go wrong, as one closed table of stable reasons.
 *
 * A reason is what programs compare, a message is what an operator reads, a hint is what to do next. The
 * category carries Ganeti's error class (`lib/errors.py`) and with it the exit code of the command line.
 */

export type Category = 'prerequisite' | 'execution' | 'configuration';

/** Ganeti's prerequisite codes, for those who look for them in the output. */
export type GanetiCode =
  | 'wrong_input'
  | 'wrong_state'
  | 'environment_error'
  | 'resource_not_unique'
  | 'resolver_error'
  | 'unknown_entity'
  | 'already_exists';

interface ReasonRow {
  readonly category: Category;
  readonly ganeti?: GanetiCode;
}

const prerequisite = (ganeti: GanetiCode): ReasonRow => ({ category: 'prerequisite', ganeti });
const execution: ReasonRow = { category: 'execution' };
const configuration: ReasonRow = { category: 'configuration' };

export const reasons = {
  // what was asked for
  WRONG_INPUT: prerequisite('wrong_input'),
  CONFIRMATION_NEEDED: prerequisite('wrong_input'),
  NAME_UNRESOLVABLE: prerequisite('resolver_error'),
  ADDRESS_IN_USE: prerequisite('resource_not_unique'),
  ADDRESS_NOT_OWNED: prerequisite('environment_error'),
  HOST_UNFIT: prerequisite('environment_error'),
  CLUSTER_EXISTS: prerequisite('wrong_state'),
  NODE_EXISTS: prerequisite('already_exists'),
  NODE_UNKNOWN: prerequisite('unknown_entity'),
  NODES_REMAIN: prerequisite('wrong_input'),
  INSTANCES_REMAIN: prerequisite('wrong_input'),
  NODE_UNFIT: prerequisite('wrong_state'),
  TOO_FEW_CANDIDATES: prerequisite('wrong_state'),
  PROTOCOL_MISMATCH: prerequisite('environment_error'),
  // mastership
  ALREADY_MASTER: prerequisite('wrong_input'),
  NOT_A_MASTER_CANDIDATE: prerequisite('wrong_state'),
  NOT_MASTER: prerequisite('wrong_input'),
  NO_MASTER: prerequisite('wrong_state'),
  NO_MAJORITY: prerequisite('wrong_state'),
  VOTES_SPLIT: prerequisite('wrong_state'),
  NEWER_CONFIGURATION_ELSEWHERE: prerequisite('wrong_state'),
  EPOCH_TOO_OLD: prerequisite('wrong_state'),
  GRANT_REFUSED: prerequisite('wrong_state'),
  LEASE_LIVE: prerequisite('wrong_state'),
  LEASE_LOST: prerequisite('wrong_state'),
  PAUSED: prerequisite('wrong_state'),
  MASTER_STILL_SERVING: prerequisite('wrong_state'),
  OPERATION_IN_PROGRESS: prerequisite('wrong_state'),
  CONFIGURATION_CHANGED: prerequisite('wrong_state'),
  COMMIT_UNDECIDED: execution,
  POST_CONDITION_FAILED: execution,
  // talking to others
  UNREACHABLE: execution,
  TIMED_OUT: execution,
  NOT_AUTHENTICATED: execution,
  NOT_ALLOWED: execution,
  DAEMON_NOT_RUNNING: execution,
  SSH_FAILED: execution,
  SSH_HOST_KEY_UNKNOWN: prerequisite('environment_error'),
  SSH_HOST_KEY_CHANGED: prerequisite('environment_error'),
  // what lies on disk
  NOT_IN_CLUSTER: configuration,
  STATE_CORRUPT: configuration,
  STATE_TOO_NEW: configuration,
  FOREIGN_CLUSTER: prerequisite('wrong_state'),
  STATE_LOCKED: execution,
  // a command of the machine failed
  COMMAND_FAILED: execution,
  INTERNAL: execution,
} as const satisfies Record<string, ReasonRow>;

export type Reason = keyof typeof reasons;

export const isReason = (text: string): text is Reason => Object.hasOwn(reasons, text);

/** Small values that describe one occurrence; they travel on the wire and appear in `--json`. */
export type Facts = Readonly<Record<string, string>>;

interface ErrorDetails {
  /** What the operator can do about it, one sentence. */
  readonly hint?: string;
  readonly facts?: Facts;
  /** Kept on this side of the wire. */
  readonly cause?: unknown;
}

/** The only error type of the project. */
export class ClusterError extends Error {
  readonly reason: Reason;
  readonly hint: string | undefined;
  readonly facts: Facts;

  constructor(reason: Reason, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'ClusterError';
    this.reason = reason;
    this.hint = details.hint;
    this.facts = details.facts ?? {};
  }
}

interface ErrorShaped {
  readonly reason: string;
  readonly message: string;
  readonly hint?: string;
  readonly facts?: Facts;
}

const isErrorShaped = (caught: unknown): caught is ErrorShaped =>
  caught instanceof Error && 'reason' in caught && typeof caught.reason === 'string';

/**
 * Normalises whatever was caught. The machine's own errors (platform imports nothing of ours) have the same
 * shape and keep their reason; anything else becomes INTERNAL with the original as cause.
 */
export function clusterErrorFrom(caught: unknown): ClusterError {
  if (caught instanceof ClusterError) return caught;
  if (isErrorShaped(caught) && isReason(caught.reason)) {
    const { reason, message, hint, facts } = caught;
    return new ClusterError(reason, message, {
      ...(hint !== undefined && { hint }),
      ...(facts && { facts }),
      cause: caught,
    });
  }
  const message = caught instanceof Error ? caught.message : String(caught);
  return new ClusterError('INTERNAL', message, { cause: caught });
}

/** Exit code of a program that ends with this reason (BEH-002: configuration errors are 2, others 1). */
export const exitCodeOf = (reason: Reason): number => (reasons[reason].category === 'configuration' ? 2 : 1);

/**
 * ClusterError ↔ gRPC status: reason, sentence, hint and facts of an error survive the wire.
 *
 * They travel as google.rpc.Status with one google.rpc.ErrorInfo in the trailer `grpc-status-details-bin`, so
 * that other gRPC tools can read them. Cause and stack stay where they are.
 */
import { Metadata, status as code, type StatusObject } from '@grpc/grpc-js';
import {
  ClusterError,
  clusterErrorFrom,
  isReason,
  reasons,
  type Facts,
  type Reason,
} from '@quorate/domain/errors';
import type { ErrorInfo, ErrorInfo__Output } from './gen/google/rpc/ErrorInfo.ts';
import type { Status, Status__Output } from './gen/google/rpc/Status.ts';
import { messageNamed } from './services.ts';

const detailsKey = 'grpc-status-details-bin';
const errorInfoUrl = 'type.googleapis.com/google.rpc.ErrorInfo';
const ourDomain = 'quorate';
const hintKey = 'hint';

/** Trailers have to fit into 64 KiB, encoding included; a report on a thousand silent nodes would not. */
const messageLimit = 12_000;
const factLimit = 1_000;
const factsLimit = 24;
/** The plain status text is for tools that know nothing of details. */
const plainLimit = 1_000;

const statusMessage = () => messageNamed<Status, Status__Output>('google.rpc.Status');
const errorInfoMessage = () => messageNamed<ErrorInfo, ErrorInfo__Output>('google.rpc.ErrorInfo');

/** Reasons whose gRPC code is not that of their category. */
const codes: Partial<Record<Reason, code>> = {
  WRONG_INPUT: code.INVALID_ARGUMENT,
  CONFIRMATION_NEEDED: code.INVALID_ARGUMENT,
  NODE_UNKNOWN: code.NOT_FOUND,
  NODE_EXISTS: code.ALREADY_EXISTS,
  CLUSTER_EXISTS: code.ALREADY_EXISTS,
  OPERATION_IN_PROGRESS: code.ABORTED,
  CONFIGURATION_CHANGED: code.ABORTED,
  COMMIT_UNDECIDED: code.ABORTED,
  UNREACHABLE: code.UNAVAILABLE,
  TIMED_OUT: code.DEADLINE_EXCEEDED,
  NOT_AUTHENTICATED: code.UNAUTHENTICATED,
  NOT_ALLOWED: code.PERMISSION_DENIED,
  STATE_CORRUPT: code.DATA_LOSS,
};

const codeOf = (reason: Reason): code =>
  codes[reason] ?? (reasons[reason].category === 'execution' ? code.INTERNAL : code.FAILED_PRECONDITION);

const shortened = (text: string, limit: number) =>
  text.length > limit ? `${text.slice(0, limit - 1)}…` : text;

function metadataOf({ facts, hint }: ClusterError): Facts {
  const kept = Object.entries(facts).slice(0, factsLimit);
  const entries = hint === undefined ? kept : [...kept, [hintKey, hint] as const];
  return Object.fromEntries(entries.map(([key, value]) => [key, shortened(value, factLimit)]));
}

/** What a server answers for whatever was thrown; a stranger's error becomes INTERNAL. */
export function statusFrom(caught: unknown): Pick<StatusObject, 'code' | 'details' | 'metadata'> {
  const error = clusterErrorFrom(caught);
  const info = { reason: error.reason, domain: ourDomain, metadata: metadataOf(error) };
  const details = statusMessage().serialize({
    code: codeOf(error.reason),
    message: shortened(error.message, messageLimit),
    details: [{ type_url: errorInfoUrl, value: errorInfoMessage().serialize(info) }],
  });
  const metadata = new Metadata();
  metadata.set(detailsKey, details);
  return { code: codeOf(error.reason), details: shortened(error.message, plainLimit), metadata };
}

interface ReceivedError {
  readonly message: string;
  readonly info: ErrorInfo__Output;
}

function receivedError(bytes: Uint8Array): ReceivedError | undefined {
  const { message, details } = statusMessage().deserialize(Buffer.from(bytes));
  const packed = details.find((detail) => detail.type_url === errorInfoUrl);
  const info = packed && errorInfoMessage().deserialize(packed.value);
  return info?.domain === ourDomain ? { message, info } : undefined;
}

/** The same for bytes of any origin: what cannot be read was not sent by us. */
function receivedErrorOrNothing(bytes: unknown): ReceivedError | undefined {
  try {
    return bytes instanceof Uint8Array ? receivedError(bytes) : undefined;
  } catch {
    return undefined;
  }
}

/** The error the peer threw; undefined if the status is gRPC's own. `where` is added to its facts. */
export function errorFromStatus(
  status: Pick<StatusObject, 'metadata'>,
  where: Facts,
): ClusterError | undefined {
  const received = receivedErrorOrNothing(status.metadata.get(detailsKey)[0]);
  if (received === undefined) return undefined;
  const { [hintKey]: hint, ...facts } = received.info.metadata;
  // A newer peer may know reasons that we do not.
  const reason = isReason(received.info.reason) ? received.info.reason : 'INTERNAL';
  const details = { facts: { ...where, ...facts } };
  return new ClusterError(reason, received.message, hint === undefined ? details : { ...details, hint });
}

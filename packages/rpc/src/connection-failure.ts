/**
 * Why a call got no answer of ours, in an operator's words: grpc-js, Node and OpenSSL each say it differently.
 *
 * The words complete the sentence "node2 (192.0.2.2:1811) is unreachable: …".
 */
import { status as code, type ServiceError } from '@grpc/grpc-js';
import { ClusterError, type Facts } from '@quorate/domain/errors';
import { errorFromStatus } from './status-errors.ts';

/** What the channel knows about a call that failed. */
export interface FailedCall {
  readonly peerName: string;
  /** `192.0.2.2:1811`, or the path of a socket. */
  readonly where: string;
  /** `GetVote`. */
  readonly method: string;
  readonly deadlineMs: number;
  readonly connectMs: number;
  /** There was a working connection when the call ended. */
  readonly connected: boolean;
  /** The caller called it off. */
  readonly calledOff: boolean;
}

/** Machine-readable twin of the words, in the fact `cause`; the words without the peer's name are the fact `why`. */
type Cause = 'refused' | 'no-route' | 'silent' | 'tls' | 'lost';

const inSeconds = (ms: number) => `${Number((ms / 1000).toFixed(1))} s`;

const factsOf = ({ peerName, where }: FailedCall): Facts => ({ node: peerName, address: where });

function unreachable(call: FailedCall, cause: Cause, why: string, error: ServiceError): ClusterError {
  if (cause === 'refused' && call.where.startsWith('/')) return notRunning(call, error);
  return new ClusterError('UNREACHABLE', `${call.peerName} (${call.where}) is unreachable: ${why}`, {
    facts: { ...factsOf(call), cause, why },
    cause: error,
  });
}

/** On this very host there is no network to blame. */
const notRunning = (call: FailedCall, error: ServiceError) =>
  new ClusterError('DAEMON_NOT_RUNNING', `${call.peerName} does not run: nobody listens on ${call.where}`, {
    hint: 'Start it; its log says why it ended, if it did',
    facts: { ...factsOf(call), cause: 'refused' },
    cause: error,
  });

interface Wording {
  readonly sign: RegExp;
  readonly cause: Cause;
  readonly why: string;
}

/** First match wins. */
const wordings: readonly Wording[] = [
  { sign: /ECONNREFUSED/, cause: 'refused', why: 'it refused the connection, so no daemon listens there' },
  { sign: /ENOENT/, cause: 'refused', why: 'the socket does not exist, so no daemon listens there' },
  { sign: /EACCES|EPERM/, cause: 'no-route', why: 'this user may not connect there' },
  {
    sign: /EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|EADDRNOTAVAIL/,
    cause: 'no-route',
    why: 'there is no route to it',
  },
  { sign: /RST_STREAM|Connection dropped/, cause: 'lost', why: 'the connection was lost during the call' },
  { sign: /ETIMEDOUT/, cause: 'silent', why: 'it did not answer' },
  {
    sign: /alert (certificate|bad certificate|unknown ca|access denied|handshake failure|unsupported certificate)/,
    cause: 'tls',
    why: 'it does not accept the certificate of this node',
  },
  {
    sign: /unable to get local issuer|unable to verify|self.signed certificate|certificate signature failure/i,
    cause: 'tls',
    why: 'its certificate was not issued by this cluster',
  },
  { sign: /certificate has expired/, cause: 'tls', why: 'its certificate has expired' },
  {
    sign: /certificate is not yet valid/,
    cause: 'tls',
    why: 'its certificate is not yet valid; compare the clocks',
  },
  { sign: /EPROTO|SSL routines|wrong version number/, cause: 'tls', why: 'it does not speak TLS as we do' },
  {
    sign: /^Failed to connect$/,
    cause: 'tls',
    why: 'it closed the connection after the TLS handshake, so it may not accept the certificate of this node',
  },
  {
    sign: /before secure TLS connection|ECONNRESET|socket hang up/,
    cause: 'lost',
    why: 'it closed the connection before a call could be made',
  },
];

/** grpc-js wraps the cause: `No connection established. Last error: CAUSE (DATE). Resolution note: `. */
const bareCause = (details: string) =>
  /Last error: (?:Error: )?(.*?)(?: \(\d{4}-[^)]*Z\))?\.? *(?:Resolution note:.*)?$/s.exec(details)?.[1] ??
  details;

function notConnected(call: FailedCall, error: ServiceError): ClusterError {
  const bare = bareCause(error.details);
  const wording = wordings.find(({ sign }) => sign.test(bare));
  if (wording !== undefined) return unreachable(call, wording.cause, wording.why, error);
  if (/^No connection established/.test(error.details)) return unreachable(call, 'tls', bare, error);
  return unreachable(call, 'lost', `the connection was lost (${bare})`, error);
}

const silent = (call: FailedCall, error: ServiceError) =>
  unreachable(
    call,
    'silent',
    `no answer within ${inSeconds(Math.min(call.connectMs, call.deadlineMs))}`,
    error,
  );

const timedOut = (call: FailedCall, message: string, why: string, error: ServiceError) =>
  new ClusterError('TIMED_OUT', message, { facts: { ...factsOf(call), why }, cause: error });

/** The failure of a call that ended with a status of gRPC's own. */
function failureWithoutDetails(call: FailedCall, error: ServiceError): ClusterError {
  const asked = `${call.peerName} (${call.where})`;
  switch (error.code) {
    case code.DEADLINE_EXCEEDED: {
      if (!call.connected) return silent(call, error);
      const why = `did not answer ${call.method} within ${inSeconds(call.deadlineMs)}`;
      return timedOut(call, `${asked} ${why}`, why, error);
    }
    case code.UNAVAILABLE:
    case code.CANCELLED:
      return notConnected(call, error);
    case code.UNIMPLEMENTED:
      return new ClusterError('PROTOCOL_MISMATCH', `${asked} does not know ${call.method}`, {
        facts: factsOf(call),
        hint: 'Run the same version of the software on every node',
        cause: error,
      });
    default:
      // Streams torn down with their connection are reported as internal errors of HTTP/2.
      if (/RST_STREAM/.test(error.details)) return notConnected(call, error);
      return new ClusterError('INTERNAL', `${asked} failed ${call.method}: ${error.details}`, {
        facts: factsOf(call),
        cause: error,
      });
  }
}

/** Never answered while connecting: given up by the channel, not by the call. */
export const givenUp = (call: FailedCall, error: ServiceError): ClusterError => silent(call, error);

/** Turns any failure of a call into ours; what the peer itself threw comes through as it was. */
export function failureOf(call: FailedCall, error: ServiceError): ClusterError {
  const thrown = errorFromStatus(error, factsOf(call));
  if (thrown !== undefined) return thrown;
  if (call.calledOff) {
    const message = `${call.method} to ${call.peerName} (${call.where}) was called off`;
    return timedOut(call, message, 'called off', error);
  }
  return failureWithoutDetails(call, error);
}

/**
 * What a daemon writes down of whom it refused: one line for who (address, certificate), what (handshake, method) and why;
 * and of who answered its own calls and was refused.
 *
 * Repeats are counted and told once a period, and of strangers and of nodes only so many kinds are told apart: an attacker
 * writes a bounded number of lines, and one who is not let in cannot drown the lines about one who was.
 *
 * Counterpart in Ganeti: none; a refused client leaves a line of the HTTP library, if the daemon runs with debugging.
 */
import type { NodeUuid } from '@quorate/domain/roster';
import { createTallyOfRepeats, type TallyOfRepeats } from '@quorate/domain/tally-of-repeats';
import { timings } from '@quorate/domain/timings';
import type { Clock } from '@quorate/platform/clock';
import type { Log } from '@quorate/platform/log';

/** What a stranger's says of itself is not to be believed. */
export interface CertificateShown {
  readonly subject?: string;
  readonly node?: NodeUuid;
  readonly cluster?: string;
  /** Lower-case hex. */
  readonly sha256: string;
}

export interface RefusedConnection {
  readonly address: string;
  readonly why: string;
  /** As far as it showed one. */
  readonly certificate?: CertificateShown;
}

/** Who answered where this daemon called a node, and was not believed. */
export interface RefusedAnswer {
  readonly node: NodeUuid;
  readonly why: string;
  readonly certificate: CertificateShown;
}

/** A finished call, as rpc's server records it. */
export interface FinishedCall {
  readonly path: string;
  readonly caller:
    | { readonly kind: 'local' }
    | { readonly kind: 'stranger'; readonly address: string }
    | {
        readonly kind: 'node';
        readonly uuid: NodeUuid;
        readonly address: string;
        readonly certificateSha256?: string;
      };
  readonly reason?: string;
  readonly why?: string;
  readonly durationMs: number;
}

export interface Audit {
  connection(refused: RefusedConnection): void;
  server(refused: RefusedAnswer): void;
  /** A call that was served leaves a line for debugging only. */
  call(finished: FinishedCall): void;
  /** Writes what was counted so far. */
  end(): void;
}

interface AuditParts {
  readonly log: Log;
  readonly clock: Clock;
  readonly periodMs?: number;
  readonly kinds?: number;
}

/** A sentence; a caller may have sent a megabyte that its refusal repeats. */
const longestWhy = 500;

export function createAudit({
  log,
  clock,
  periodMs = timings.auditPeriodMs,
  kinds = timings.auditKinds,
}: AuditParts): Audit {
  const tallies = new Map<string, TallyOfRepeats<object>>();
  const ended = new AbortController();
  let period: Promise<void> | undefined;

  function refused(message: string, key: readonly unknown[], fields: object): void {
    const tally = tallies.get(message) ?? createTallyOfRepeats<object>(kinds);
    tallies.set(message, tally);
    if (tally.add(JSON.stringify(key), fields)) log.warn(fields, message);
    period ??= clock.sleep(periodMs, ended.signal).then(sumUp, () => undefined);
  }

  function sumUp(): void {
    period = undefined;
    for (const [message, tally] of tallies) {
      const { repeated, others } = tally.summary();
      for (const { first, repeats } of repeated)
        log.warn({ ...first, repeats, periodMs }, `${message} again`);
      if (others > 0) log.warn({ others, periodMs }, `${message}, of more kinds than are told apart`);
    }
  }

  return {
    connection(connection) {
      const { address, why, certificate } = connection;
      refused('connection refused', [address, why, certificate?.sha256], connection);
    },
    server(answer) {
      const { node, why, certificate } = answer;
      refused('server refused', [node, why, certificate.sha256], answer);
    },
    call(call) {
      if (call.reason === undefined) return log.debug(call, 'call served');
      const told = call.why === undefined ? call : { ...call, why: call.why.slice(0, longestWhy) };
      refused('call refused', [call.path, call.reason, ...whoCalled(call.caller)], told);
    },
    end() {
      ended.abort();
      sumUp();
    },
  };
}

/** Without the port, which is another for each connection. */
const whoCalled = (caller: FinishedCall['caller']): readonly unknown[] =>
  caller.kind === 'local'
    ? []
    : [
        ...(caller.kind === 'node' ? [caller.uuid, caller.certificateSha256] : [caller.kind]),
        caller.address.replace(/:\d+$/, ''),
      ];

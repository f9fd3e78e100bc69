/**
 * The connections that nodes hold open to a daemon, cut when their holder is refused by now: removed, its certificate
 * replaced or at its end. Each of its calls is refused by then (method-table.ts); what is ended here is what began before,
 * such as a stream, and the use of a socket.
 */
import type { Roster } from '@quorate/domain/roster';
import { whyRevoked } from '@quorate/domain/revocation';
import { timings } from '@quorate/domain/timings';
import { certificateEnd, identityOf } from '@quorate/platform/certificates';
import type { Clock } from '@quorate/platform/clock';
import { sha256Hex } from '@quorate/platform/digest';
import type { AdmittedSocket } from '@quorate/platform/tls-listener';
import { readRoster } from './roster-store.ts';
import type { State } from './state.ts';

interface Parts {
  readonly state: State;
  readonly clock: Clock;
  readonly onCut: (address: string, why: string, der: Uint8Array) => void;
}

interface Holder {
  readonly der: Uint8Array;
  readonly address: string;
  readonly node: string;
  readonly certificateSha256: string;
  readonly endsMs: number;
}

export interface OpenConnections {
  add(socket: AdmittedSocket): void;
  /** Looks until the signal; never rejects. */
  watch(signal: AbortSignal): Promise<void>;
}

export function createOpenConnections({ state, clock, onCut }: Parts): OpenConnections {
  const open = new Map<AdmittedSocket, Holder>();
  /** Those that came in since the last look: whoever was refused before is about to hear why, from its first call. */
  let fresh = new Set<AdmittedSocket>();

  async function cutRefused(): Promise<void> {
    if (open.size === 0) return;
    // One that cannot be read says nothing about anybody; every call is refused meanwhile.
    const roster = await readRoster(state).catch(() => undefined);
    const spared = fresh;
    fresh = new Set();
    for (const [socket, holder] of open) {
      if (spared.has(socket)) continue;
      const why = whyEnded(holder, roster, clock.now());
      if (why === undefined) continue;
      open.delete(socket);
      socket.destroy();
      onCut(holder.address, why, holder.der);
    }
  }

  return {
    add(socket) {
      const der = socket.getPeerX509Certificate()?.raw;
      if (!der) return;
      const address = socket.remoteAddress ?? '';
      const node = identityOf(der)?.nodeUuid ?? '';
      open.set(socket, {
        der,
        address,
        node,
        certificateSha256: sha256Hex(der),
        endsMs: certificateEnd(der),
      });
      fresh.add(socket);
      socket.once('close', () => {
        open.delete(socket);
        fresh.delete(socket);
      });
    },
    async watch(signal) {
      while (!signal.aborted) {
        await clock.sleep(timings.trustLookMs, signal).catch(() => undefined);
        if (!signal.aborted) await cutRefused();
      }
    },
  };
}

function whyEnded(
  { node, certificateSha256, endsMs }: Holder,
  roster: Roster | undefined,
  now: Date,
): string | undefined {
  if (endsMs < now.getTime()) return 'its certificate has expired';
  return roster && whyRevoked(roster, node, certificateSha256);
}

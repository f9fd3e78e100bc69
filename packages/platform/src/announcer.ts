/**
 * Tells a network again and again whose an address is: three times, a second apart, in the background.
 *
 *   IPv4   unsolicited ARP (arping)
 *   IPv6   unsolicited neighbour advertisement with the override flag (ndptool, of Debian's libndp-tools), sent to all
 *          nodes. Without that program the kernel sends one by itself, and only when it has added the address.
 *
 * Nobody waits for it: the address is up already, and other hosts only learn of it later when it fails.
 *
 * Counterpart in Ganeti: the end of `start` in tools/master-ip-setup, which for IPv6 sends a solicitation.
 */
import type { Clock } from './clock.ts';
import { commandFailed, type RunCommand } from './processes.ts';
import type { MasterIpParameters } from './interface-view.ts';

export interface Announcer {
  /** Begins anew if it is at it. */
  announce(params: MasterIpParameters): void;
  /** At once: or this host would claim what it no longer has. */
  stop(params: MasterIpParameters): void;
}

interface AnnouncerParts {
  readonly run: RunCommand;
  readonly clock: Clock;
  readonly onFailed: (error: unknown) => void;
  readonly commandMs: number;
}

const announcements = 3;
const pauseMs = 1_000;

export function createAnnouncer({ run, clock, onFailed, commandMs }: AnnouncerParts): Announcer {
  const under = new Map<string, AbortController>();

  function stop({ address }: MasterIpParameters): void {
    under.get(address)?.abort();
    under.delete(address);
  }

  /** Never fails. One that was overtaken by `stop` is no news: arping itself refuses an address that is gone. */
  async function announceOnce(params: MasterIpParameters, signal: AbortSignal): Promise<void> {
    const [program, args] = announcementOf(params);
    try {
      const result = await run(program, args, { timeoutMs: commandMs });
      if (result.code !== 0) throw commandFailed(program, args, result);
    } catch (caught) {
      if (!signal.aborted) onFailed(caught);
    }
  }

  async function announceAll(params: MasterIpParameters, signal: AbortSignal): Promise<void> {
    for (let n = 0; n < announcements && !signal.aborted; n += 1) {
      const nextMs = clock.monotonicMs() + pauseMs;
      await announceOnce(params, signal);
      // arping has waited a second for an answer already, ndptool has not.
      const leftMs = nextMs - clock.monotonicMs();
      if (leftMs > 0 && n + 1 < announcements) await clock.sleep(leftMs, signal).catch(() => undefined);
    }
  }

  return {
    stop,
    announce(params) {
      stop(params);
      const controller = new AbortController();
      under.set(params.address, controller);
      void announceAll(params, controller.signal);
    },
  };
}

const announcementOf = ({
  address,
  device,
  family,
}: MasterIpParameters): readonly [program: string, args: readonly string[]] =>
  family === 4
    ? ['arping', ['-q', '-U', '-c', '1', '-I', device, address]]
    : ['ndptool', ['-t', 'na', '-U', '-i', device, '-T', address, 'send']];

/**
 * Watches from outside, twenty times a second, who holds the master's office in a lab:
 *
 *   address   the host's own list of local addresses, read in /proc: also of a host whose programs are frozen
 *   arp       who answers for the master IP, asked on the switch, where no cut reaches
 *   office    the master daemon's own word: in office, with something left of its lease
 *
 * Runs beside what the test does, in its process; it starts nothing on a host and so disturbs none.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createChannels } from '@quorate/rpc/channels';
import { masterServices } from '@quorate/rpc/services';
import { processOneOf } from './host.ts';
import type { Lab } from './lab.ts';
import { certainSpans, overlaps, type Look, type Span } from './overlap.ts';
import { masterIp, planHost, planLab, type HostPlan } from './plan.ts';
import { watchArp } from './switch.ts';

const periodMs = 50;
/** An answer on the wire is younger than this; the machine may be slow to read it. */
const arpAgeMs = 40;

export type Evidence = 'address' | 'arp' | 'office';

export interface Sampler {
  /** Ends the looking. What was seen can be asked for before and after. */
  stop(): Promise<void>;
  /** Two hosts at the same moment, by whatever evidence for each. */
  overlaps(): readonly (readonly [Span, Span])[];
  /** When the host was last seen to hold it, ms on this process's clock; undefined if never. */
  lastHeldMs(host: number, by: Evidence): number | undefined;
  /** When the host was first seen to hold it after that moment. */
  firstHeldMs(host: number, by: Evidence, afterMs: number): number | undefined;
  /** How often was looked, and what was seen: for a test that must not pass because nobody looked. */
  readonly looks: readonly Look[];
}

export async function startSampler(lab: Lab): Promise<Sampler> {
  const hosts = lab.hosts.map((k) => planHost(planLab(lab.name), k));
  const looks: Look[] = [];
  const channels = createChannels({ connectMs: 1_000, reconnectMaxMs: 100 });
  const asking = new Set<number>();

  function lookAtAddress(host: HostPlan): void {
    const fromMs = performance.now();
    const holds = hasMasterIp(host);
    looks.push({ host: host.number, by: 'address', fromMs, toMs: performance.now(), holds });
  }

  async function askOffice(host: HostPlan): Promise<void> {
    const number = processOneOf(host);
    if (number === undefined || asking.has(host.number)) return;
    asking.add(host.number);
    const fromMs = performance.now();
    const path = `/proc/${number}/root/run/quorate/socket/masterd.sock`;
    const peer = { kind: 'socket', name: host.nodeName, path } as const;
    const method = masterServices.status.GetStatus;
    const holds = await channels.call(peer, method, {}, { deadlineMs: 2_000 }).then(
      ({ inOffice, leaseLeftMs }) => inOffice && leaseLeftMs > 0,
      // Whoever does not answer, claims nothing.
      () => false,
    );
    looks.push({ host: host.number, by: 'office', fromMs, toMs: performance.now(), holds });
    asking.delete(host.number);
  }

  const arp = await watchArp(planLab(lab.name), masterIp, {
    perSecond: 1000 / periodMs,
    onAnswer: (hardwareAddress) => {
      const host = hosts.find((each) => each.hardwareAddress === hardwareAddress);
      const toMs = performance.now();
      if (host) looks.push({ host: host.number, by: 'arp', fromMs: toMs - arpAgeMs, toMs, holds: true });
    },
  });

  let stopped = false;
  async function watch(): Promise<void> {
    while (!stopped) {
      for (const host of hosts) {
        lookAtAddress(host);
        void askOffice(host);
      }
      await sleep(periodMs);
    }
  }
  const watching = watch();

  const held = (host: number, by: Evidence): readonly Look[] =>
    looks.filter((look) => look.holds && look.host === host && look.by === by);
  return {
    async stop() {
      stopped = true;
      arp.stop();
      await watching;
      channels.close();
    },
    overlaps: () => overlaps(looks),
    lastHeldMs: (host, by) => held(host, by).at(-1)?.fromMs,
    firstHeldMs: (host, by, afterMs) => held(host, by).find(({ fromMs }) => fromMs >= afterMs)?.fromMs,
    looks,
  };
}

/** The kernel's table of local addresses; a host that is down has none. */
function hasMasterIp(host: HostPlan): boolean {
  const number = processOneOf(host);
  if (number === undefined) return false;
  try {
    const table = readFileSync(`/proc/${number}/net/fib_trie`, 'utf8');
    return new RegExp(`-- ${masterIp.replaceAll('.', '\\.')}\\n\\s*/32 host LOCAL`).test(table);
  } catch {
    return false;
  }
}

/** Who held it at the same moment as whom, and all that was seen; empty if nobody did. */
export function describeOverlaps(sampler: Sampler): string {
  const lineOf = ({ host, by, fromMs, toMs }: Span): string =>
    `q${host} ${by} ${Math.round(fromMs)}-${Math.round(toMs)}`;
  const pairs = sampler.overlaps().map(([a, b]) => `${lineOf(a)} AND ${lineOf(b)}`);
  return pairs.length === 0 ? '' : [...pairs, 'All:', ...certainSpans(sampler.looks).map(lineOf)].join('\n');
}

/**
 * Whether an address that is to be the master IP is taken: asked by TCP and on the network itself, at the same time.
 *
 *   TCP       whoever accepts or refuses a connection is there; one that drops packets looks like nobody
 *   ARP       nobody who has an IPv4 address on the device's network can hide from it; needs CAP_NET_RAW
 *   neighbour table   the kernel looked for the address to make that connection: for IPv6, and where ARP cannot be used
 *
 * Changes nothing. Ends as soon as one of them has found somebody.
 *
 * Counterpart in Ganeti: the TCP connection in lib/bootstrap.py, InitCluster (spec D9).
 */
import { ipFamily, isLoopback } from '@quorate/domain/names';
import type { AddressUse } from '@quorate/domain/init-complaints';
import { systemClock, type Clock } from '@quorate/platform/clock';
import { arpHolders, neighbourAnswer, type NeighbourAnswer } from '@quorate/platform/duplicate-address';
import { messageOf } from '@quorate/platform/machine-error';
import { probeTcp, type TcpAnswer } from '@quorate/platform/network';
import type { RunCommand } from '@quorate/platform/processes';
import { awaitUntil } from '@quorate/platform/wait';

/** How long an unused address may stay silent before it counts as free (BEH-112). */
const silenceMs = 5_000;
/** One ARP question: two of them a second apart, and the start of a program on a slow machine. */
const arpMs = 5_000;
const lookMs = 2_000;
/** The kernel trusts what it knew of a neighbour for five seconds, then asks three times, a second apart. */
const neighbourMs = 4_000;

export interface AddressQuestion {
  readonly address: string | undefined;
  /** The device that is to hold it. */
  readonly device: string;
  /** Of a node daemon. */
  readonly port: number;
  /** All addresses of this host. */
  readonly owned: readonly string[];
}

interface UseParts {
  readonly run: RunCommand;
  readonly tcp?: (address: string, port: number, limitMs: number) => Promise<TcpAnswer>;
  readonly clock?: Clock;
}

export async function addressUse(
  { address, device, port, owned }: AddressQuestion,
  { run, tcp = probeTcp, clock = systemClock }: UseParts,
): Promise<AddressUse> {
  if (address === undefined || ipFamily(address) === undefined) return { tcp: 'silent' };
  if (owned.includes(address)) return { tcp: 'owned' };
  const connecting = tcp(address, port, silenceMs).then((answer): AddressUse => ({
    tcp: answer === 'unreachable' ? 'silent' : answer,
  }));
  // Nobody is asked on loopback, where there are no neighbours.
  if (isLoopback(address)) return connecting;
  const asking = ipFamily(address) === 4 ? askByArp(run, address, device) : Promise.resolve(notArp);
  const both = Promise.all([connecting, asking]).then(async ([byTcp, byArp]): Promise<AddressUse> => {
    if (byTcp.tcp !== 'silent' || byArp.unasked === undefined) return { ...byArp, ...byTcp };
    const seen = await neighbour(run, address, clock);
    if (seen === 'present') return { ...byTcp, holder: { by: 'neighbour discovery' } };
    return seen === 'absent' ? byTcp : { ...byTcp, unasked: byArp.unasked };
  });
  return Promise.race([
    found(connecting),
    found(asking.then((byArp) => ({ tcp: 'silent', ...byArp }))),
    both,
  ]);
}

/** Settles only if somebody was found. */
const found = (asked: Promise<AddressUse>): Promise<AddressUse> =>
  new Promise((resolve, reject) => {
    asked.then((use) => {
      if (use.tcp !== 'silent' || use.holder) resolve(use);
    }, reject);
  });

type Asked = Pick<AddressUse, 'holder' | 'unasked'>;

const notArp: Asked = { unasked: 'it is not on a network of this host' };

async function askByArp(run: RunCommand, address: string, device: string): Promise<Asked> {
  try {
    const [hardwareAddress] = await arpHolders(run, { address, device, limitMs: arpMs });
    return hardwareAddress === undefined ? {} : { holder: { by: 'ARP', hardwareAddress } };
  } catch (caught) {
    return { unasked: messageOf(caught) };
  }
}

/** What the kernel knows after it tried to connect; `undecided` is given time to become something else. */
async function neighbour(run: RunCommand, address: string, clock: Clock): Promise<NeighbourAnswer> {
  let seen: NeighbourAnswer = 'unknown';
  const decided = async (): Promise<boolean> =>
    (seen = await neighbourAnswer(run, address, lookMs)) !== 'undecided';
  const what = `the kernel's search for ${address}`;
  await awaitUntil(decided, { what, limitMs: neighbourMs, firstMs: 100, maxMs: 500, clock }).catch(
    () => undefined,
  );
  return seen;
}

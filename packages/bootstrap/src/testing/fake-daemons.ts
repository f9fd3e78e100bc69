/** The daemons of a host as two flags, and the orders they were given in the sequence in which they came. */
import type { DaemonControl } from '@quorate/platform/daemon-control';
import { virtualClock } from '@quorate/platform/testing/clock';

export interface FakeDaemons extends DaemonControl {
  /** `start noded` */
  readonly orders: string[];
  readonly running: Set<string>;
}

/** What the host's half of a join is given: these daemons, a clock that stands, and nobody who listens. */
export const setupParts = (daemons: FakeDaemons = fakeDaemons()) => ({
  daemons,
  clock: virtualClock(),
  report: () => undefined,
});

/** `fails` says why an order cannot be carried out. */
export function fakeDaemons(fails: (order: string) => Error | undefined = () => undefined): FakeDaemons {
  const orders: string[] = [];
  const running = new Set<string>();
  async function obey(order: string, work: () => void): Promise<void> {
    await Promise.resolve();
    orders.push(order);
    const error = fails(order);
    if (error) throw error;
    work();
  }
  return {
    orders,
    running,
    start: (name) => obey(`start ${name}`, () => running.add(name)),
    stop: (name) => obey(`stop ${name}`, () => running.delete(name)),
    state: (name) => Promise.resolve(running.has(name) ? 'running' : 'stopped'),
  };
}

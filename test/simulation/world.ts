/**
 * Time, hosts, processes and the network between them: everything that can go wrong goes wrong here, and nothing
 * here knows what the processes are for.
 *
 * Time is true time in whole microseconds. Each host has a monotonic clock of its own, up to 5 % fast or slow. A
 * stopped process keeps its timers and messages until it goes on; a dead one loses them. What a process has
 * decided to send leaves it a little later, so that it can be stopped or killed in between.
 */
import { createAgenda, type Event } from './agenda.ts';
import { createDisk, type Disk } from './disk.ts';
import type { PlantedFault } from './planted-faults.ts';
import { createRandom, type Random } from './random.ts';

export interface Process {
  readonly host: Host;
  readonly kind: 'noded' | 'masterd';
  running: boolean;
  stopped: boolean;
  /** Counts its starts. */
  life: number;
  held: Event[];
  /** Messages that were about to leave when it was stopped, with what was left to do, µs. */
  outbox: { event: Event; leavesIn: number }[];
  start: () => void;
}

export interface Host {
  readonly index: number;
  readonly name: string;
  readonly uuid: string;
  /** How fast its clock runs: 1 is true. */
  readonly rate: number;
  /** What its clock showed at true time 0; it begins anew with each power cut. */
  offsetMs: number;
  up: boolean;
  readonly disk: Disk;
  readonly noded: Process;
  readonly masterd: Process;
  /** The master IP as the kernel holds it: gone by itself at this true time, µs. */
  addressUntil: number;
}

export interface Noise {
  loss: number;
  duplication: number;
  /** Probability of a message that takes up to `slowMs`. */
  slow: number;
  slowMs: number;
  /** Probability of a write that takes up to 800 ms. */
  slowDisk: number;
}

export type Answered<A> = (answer: A | undefined) => void;

export interface World {
  readonly random: Random;
  readonly fault: PlantedFault | undefined;
  readonly hosts: readonly Host[];
  readonly noise: Noise;
  /** A line for the transcript; absent when nobody reads it. */
  readonly say: ((text: string) => void) | undefined;
  now(): number;
  steps(): number;
  /** On the host's monotonic clock, ms. */
  clockMs(host: Host): number;
  /** True time at which the host's clock shows this, µs. */
  trueTime(host: Host, clockMs: number): number;
  /** After so many ms on the clock of the process's host; forgotten if the process ends. */
  after(process: Process, ms: number, run: () => void): void;
  /** At a true time, ms, whoever lives. */
  at(ms: number, run: () => void): void;
  /**
   * Asks a process something. `serve` runs there and may answer now, later or never; `answered` runs here, with
   * undefined if the connection was refused. Silence is possible at any point.
   */
  call<A>(
    from: Process,
    to: Process,
    serve: (reply: (answer: A) => void) => void,
    answered: Answered<A>,
  ): void;
  start(process: Process): void;
  kill(process: Process): void;
  stop(process: Process): void;
  resume(process: Process): void;
  /** Power cut: both daemons, the address, and what was not synced. */
  crash(host: Host): void;
  cut(from: Host, to: Host, isCut: boolean): void;
  healAll(): void;
  /** Runs what is due until that true time, ms. */
  runUntil(ms: number, afterEach: () => void): void;
}

export const nodeName = (index: number): string => `q${index + 1}`;
export const nodeUuidOf = (index: number): string => `uuid-${index + 1}`;

export function createWorld(
  seed: number,
  size: number,
  fault: PlantedFault | undefined,
  say: ((text: string) => void) | undefined,
): World {
  const random = createRandom(seed);
  const agenda = createAgenda();
  const noise: Noise = { loss: 0, duplication: 0, slow: 0, slowMs: 0, slowDisk: 0 };
  const cuts = new Set<number>();
  const cutKey = (from: Host, to: Host): number => from.index * 16 + to.index;
  let now = 0;
  let steps = 0;
  const hosts = Array.from({ length: size }, (_, index) => createHost(index));

  function createHost(index: number): Host {
    const process = (kind: Process['kind']): Process => ({
      host: undefined as unknown as Host,
      kind,
      running: false,
      stopped: false,
      life: 0,
      held: [],
      outbox: [],
      start: () => undefined,
    });
    const host: Host = {
      index,
      name: nodeName(index),
      uuid: nodeUuidOf(index),
      rate: random.between(0.95, 1.05),
      offsetMs: Math.floor(random.between(0, 1e6)),
      up: true,
      disk: createDisk(random),
      noded: process('noded'),
      masterd: process('masterd'),
      addressUntil: 0,
    };
    for (const one of [host.noded, host.masterd]) (one as { host: Host }).host = host;
    return host;
  }

  const clockMs = (host: Host): number => host.offsetMs + (now / 1000) * host.rate;
  const trueTime = (host: Host, ms: number): number => Math.floor(((ms - host.offsetMs) / host.rate) * 1000);

  function latency(): number {
    if (noise.slow > 0 && random.chance(noise.slow))
      return Math.floor(random.between(2, noise.slowMs) * 1000);
    return Math.floor(random.between(200, 2_500));
  }

  function send(from: Process, to: Process, life: number, run: () => void, ifDead?: () => void): void {
    const leavesAt = now + 20 + random.below(200);
    if (from.host === to.host) {
      agenda.add({ at: leavesAt + 30 + random.below(200), to, life, run, ifDead, from, leavesAt });
      return;
    }
    if (noise.loss > 0 && random.chance(noise.loss)) return;
    const attempt = (at: number, left: number): void => {
      const arrive = (act: () => void) => (): void => {
        if (!cuts.has(cutKey(from.host, to.host))) return act();
        // What met a cut is lost, or repeated by the transport until the cut is over or it gives up.
        if (left > 0 && random.chance(0.6)) attempt(now + 200_000 + random.below(1_500_000), left - 1);
      };
      agenda.add({ at, to, life, run: arrive(run), ifDead: ifDead && arrive(ifDead), from, leavesAt });
    };
    attempt(leavesAt + latency(), 4);
    if (noise.duplication > 0 && random.chance(noise.duplication)) attempt(leavesAt + latency() * 3, 4);
  }

  function call<A>(
    from: Process,
    to: Process,
    serve: (reply: (answer: A) => void) => void,
    answered: Answered<A>,
  ): void {
    const { life } = from;
    const reply = (answer: A): void => send(to, from, life, () => answered(answer));
    const refused = (): void => {
      if (to.host.up) send(to, from, life, () => answered(undefined));
    };
    send(from, to, 0, () => serve(reply), refused);
  }

  /** Of a process that ends, or stops: what it had not sent yet. */
  const unsent = (process: Process): readonly Event[] =>
    agenda.remove((event) => event.from === process && event.leavesAt !== undefined && event.leavesAt > now);

  function end(process: Process): void {
    unsent(process);
    process.running = false;
    process.stopped = false;
    process.held = [];
    process.outbox = [];
  }

  function start(process: Process): void {
    if (process.running || !process.host.up) return;
    process.running = true;
    process.life += 1;
    process.start();
  }

  function stop(process: Process): void {
    if (!process.running || process.stopped) return;
    process.stopped = true;
    process.outbox = unsent(process).map((event) => ({ event, leavesIn: (event.leavesAt ?? now) - now }));
  }

  function resume(process: Process): void {
    if (!process.stopped) return;
    process.stopped = false;
    // In the order in which they came.
    for (const event of process.held.splice(0)) agenda.add({ ...event, at: now });
    for (const { event, leavesIn } of process.outbox.splice(0)) {
      const travels = event.at - (event.leavesAt ?? event.at);
      agenda.add({ ...event, leavesAt: now + leavesIn, at: now + leavesIn + travels });
    }
  }

  function perform(event: Event): void {
    const { to } = event;
    if (to === null) return event.run();
    const alive = to.running && (event.life === 0 || event.life === to.life);
    if (!alive) return event.ifDead?.();
    if (to.stopped) to.held.push(event);
    else event.run();
  }

  return {
    random,
    fault,
    hosts,
    noise,
    say: say && ((text) => say(`${(now / 1e6).toFixed(6).padStart(10)}  ${text}`)),
    now: () => now,
    steps: () => steps,
    clockMs,
    trueTime,
    after(process, ms, run) {
      const at = now + Math.max(1, Math.ceil((ms * 1000) / process.host.rate));
      agenda.add({ at, to: process, life: process.life, run });
    },
    at: (ms, run) => agenda.add({ at: Math.floor(ms * 1000), to: null, life: 0, run }),
    call,
    start,
    kill: end,
    stop,
    resume,
    crash(host) {
      end(host.noded);
      end(host.masterd);
      host.up = false;
      host.addressUntil = 0;
      host.disk.crash();
      host.offsetMs = -(now / 1000) * host.rate;
    },
    cut(from, to, isCut) {
      if (isCut) cuts.add(cutKey(from, to));
      else cuts.delete(cutKey(from, to));
    },
    healAll: () => cuts.clear(),
    runUntil(ms, afterEach) {
      const until = ms * 1000;
      for (;;) {
        const event = agenda.next();
        if (!event) return;
        if (event.at > until) {
          agenda.readd(event);
          now = until;
          return;
        }
        now = event.at;
        steps += 1;
        perform(event);
        afterEach();
      }
    },
  };
}

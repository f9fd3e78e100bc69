/** One run: a schedule is played to its end, and what became of it is judged. */
import { withNode, withNodesOffline, withParameters } from '@quorate/domain/configuration-changes';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { createCluster, type Cluster } from './cluster.ts';
import type { Change, ChangeAnswer } from './in-office.ts';
import type { MasterDaemon } from './master-daemon.ts';
import type { Violation } from './observer.ts';
import type { PlantedFault } from './planted-faults.ts';
import {
  endMs,
  orderAtMs,
  quietAtMs,
  scheduleOf,
  type Action,
  type Happening,
  type Schedule,
  type Target,
} from './schedule.ts';
import { firstRecord, newNode, rosterIn, withTag } from './small-cluster.ts';
import { emptyVoterRecord } from '@quorate/domain/voter-record';
import { createWorld, nodeUuidOf, type Host, type Process, type World } from './world.ts';

export interface Outcome {
  readonly violation: Violation | undefined;
  readonly steps: number;
  readonly virtualMs: number;
  readonly changesCommitted: number;
  readonly failovers: number;
}

export interface RunOptions {
  readonly fault?: PlantedFault | undefined;
  readonly say?: ((text: string) => void) | undefined;
}

export const simulateSeed = (seed: number, options: RunOptions = {}): Outcome =>
  simulate(scheduleOf(seed, options.fault), options);

export function simulate(schedule: Schedule, { fault, say }: RunOptions = {}): Outcome {
  const world = createWorld(schedule.seed, schedule.hosts, fault, say);
  const cluster = createCluster(world, firstRecord(schedule.cluster), schedule.cluster.size);
  const stage = createStage(cluster);
  for (const action of schedule.actions) world.at(action.atMs, () => stage.play(action));
  world.at(quietAtMs, () => stage.makeQuiet());
  const play = (untilMs: number): boolean => {
    try {
      world.runUntil(untilMs, stopAtViolation);
    } catch (error) {
      if (error !== stopped) throw error;
    }
    return cluster.observer.violation() === undefined;
  };
  const stopAtViolation = (): void => {
    if (cluster.observer.violation()) throw stopped;
  };
  const finished = play(orderAtMs) && orderIfNobody(stage, play) && play(endMs);
  if (finished) stage.judge(schedule.isUnpromised);
  return {
    violation: cluster.observer.violation(),
    steps: world.steps(),
    virtualMs: world.now() / 1000,
    changesCommitted: stage.changesCommitted(),
    failovers: stage.failovers(),
  };
}

const stopped = new Error('an invariant is broken');

/** Where nothing happens by itself, a person orders a failover, on one candidate after the other. */
function orderIfNobody(stage: Stage, play: (untilMs: number) => boolean): boolean {
  let untilMs = orderAtMs;
  for (let tries = 0; tries < 4; tries += 1) {
    if (stage.masters().length > 0) return true;
    stage.orderFailover(tries);
    untilMs += 8_000;
    if (!play(untilMs)) return false;
  }
  return true;
}

interface Stage {
  play(action: Action): void;
  makeQuiet(): void;
  orderFailover(nth: number): void;
  masters(): readonly Host[];
  judge(isUnpromised: boolean): void;
  changesCommitted(): number;
  failovers(): number;
}

function createStage(cluster: Cluster): Stage {
  const { world, observer } = cluster;
  const restore: (() => void)[] = [];
  let committed = 0;
  let failovers = 0;
  let client: Process | undefined;

  const masters = (): readonly Host[] =>
    world.hosts.filter((host) => host.masterd.running && cluster.masterDaemon(host).serves());

  function hostFor(target: Target): Host {
    const inOffice = masters()[0] ?? (world.hosts[0] as Host);
    if (target === 'master') return inOffice;
    const others = world.hosts.filter((host) => host !== inOffice && host.disk.read().record !== null);
    return target === 'candidate'
      ? (others[world.random.below(Math.max(1, others.length))] ?? inOffice)
      : (world.hosts[target] ?? inOffice);
  }

  /** A client is a person at some host's terminal; the request travels like any other. */
  function ask<A>(
    host: Host,
    serve: (daemon: MasterDaemon, reply: (answer: A) => void) => void,
    answered: (answer: A) => void,
  ): void {
    client ??= terminal(world);
    if (!host.masterd.running) return;
    world.call<A>(
      client,
      host.masterd,
      (reply) => serve(cluster.masterDaemon(host), reply),
      (answer) => {
        if (answer !== undefined) answered(answer);
      },
    );
  }

  function change(host: Host, what: string, make: Change, tag: string | null, unblocks = false): void {
    world.say?.(`-- a client asks ${host.name} for ${what}`);
    let answeredOnce = false;
    ask<ChangeAnswer>(
      host,
      (daemon, reply) => daemon.change(make, unblocks, reply),
      (answer) => {
        if (answeredOnce) return;
        answeredOnce = true;
        world.say?.(
          `-- the client is told by ${host.name}: ${what} is ${answer.kind === 'refused' ? `refused, ${answer.why}` : answer.kind}`,
        );
        if (answer.kind !== 'committed') return;
        committed += 1;
        observer.told(answer.record, tag);
      },
    );
  }

  function forAWhile(ms: number, undo: () => void): void {
    let undone = false;
    const once = (): void => {
      if (undone) return;
      undone = true;
      undo();
    };
    restore.push(once);
    world.at(world.now() / 1000 + ms, once);
  }

  const daemonsOf = (host: Host, which: 'noded' | 'masterd' | 'both'): readonly Process[] =>
    which === 'both' ? [host.noded, host.masterd] : [host[which]];

  function cut(from: Host, to: Host, oneWay: boolean, ms: number): void {
    const set = (isCut: boolean): void => {
      world.cut(from, to, isCut);
      if (!oneWay) world.cut(to, from, isCut);
    };
    set(true);
    forAWhile(ms, () => set(false));
  }

  function powerCut(host: Host, ms: number): void {
    if (!host.up) return;
    world.crash(host);
    observer.powerCut(host);
    forAWhile(ms, () => {
      world.say?.(`-- ${host.name} has power again`);
      host.up = true;
      world.start(host.noded);
      world.start(host.masterd);
    });
  }

  function play(action: Action): void {
    const { say } = world;
    const where = 'host' in action ? hostFor(action.host) : (world.hosts[0] as Host);
    switch (action.kind) {
      case 'power-cut':
        say?.(`-- ${where.name} loses power for ${action.ms} ms`);
        return powerCut(where, action.ms);
      case 'kill':
        say?.(`-- ${action.daemon} of ${where.name} is killed for ${action.ms} ms`);
        for (const process of daemonsOf(where, action.daemon)) {
          if (!process.running) continue;
          world.kill(process);
          forAWhile(action.ms, () => world.start(process));
        }
        return undefined;
      case 'pause':
        say?.(`-- ${action.daemon} of ${where.name} stops for ${action.ms} ms`);
        for (const process of daemonsOf(where, action.daemon)) {
          if (process.stopped) continue;
          world.stop(process);
          forAWhile(action.ms, () => {
            say?.(`-- ${process.kind} of ${where.name} goes on`);
            world.resume(process);
          });
        }
        return undefined;
      case 'cut': {
        const [from, to] = [hostFor(action.from), hostFor(action.to)];
        say?.(
          `-- the line ${from.name} ${action.oneWay ? '->' : '<->'} ${to.name} is cut for ${action.ms} ms`,
        );
        return cut(from, to, action.oneWay, action.ms);
      }
      case 'isolate':
        say?.(`-- ${where.name} is cut off for ${action.ms} ms`);
        for (const other of world.hosts) if (other !== where) cut(where, other, false, action.ms);
        return undefined;
      case 'partition':
        say?.(
          `-- ${action.side.map((i) => world.hosts[i]?.name).join(' ')} are cut off from the others for ${action.ms} ms`,
        );
        for (const a of world.hosts)
          for (const b of world.hosts)
            if (action.side.includes(a.index) && !action.side.includes(b.index)) cut(a, b, false, action.ms);
        return undefined;
      case 'noise': {
        const { loss, duplication, slow, slowMs, slowDisk, ms } = action;
        say?.(
          `-- the network loses ${(loss * 100).toFixed(0)} %, doubles ${(duplication * 100).toFixed(0)} %, delays ${(slow * 100).toFixed(0)} % by up to ${slowMs} ms, ${(slowDisk * 100).toFixed(0)} % of writes are slow, for ${ms} ms`,
        );
        Object.assign(world.noise, { loss, duplication, slow, slowMs, slowDisk });
        return forAWhile(ms, () =>
          Object.assign(world.noise, { loss: 0, duplication: 0, slow: 0, slowMs: 0, slowDisk: 0 }),
        );
      }
      case 'failover':
        return order(where, 'failover', true);
      case 'forced':
        return order(where, 'failover-without-voting', action.isPromised);
      default:
        return playChange(action, where);
    }
  }

  function order(host: Host, manner: 'failover' | 'failover-without-voting', isPromised: boolean): void {
    world.say?.(`-- an operator orders on ${host.name}: ${manner}`);
    ask<string>(
      host,
      (daemon, reply) => daemon.failover({ manner, isPromised }, reply),
      (said) => {
        if (said === 'success') failovers += 1;
      },
    );
  }

  /** What the master has laid on a host's disk before it becomes a node (bootstrap/enrolment.ts). */
  function enrol(host: Host | undefined, master: Host): void {
    const { record } = master.disk.read();
    if (!host || host.disk.read().roster || !record) return;
    const { version, configuration } = record;
    const { master_node } = configuration.cluster;
    const holder = { node: master_node, epoch: version.epoch };
    const voter = { ...emptyVoterRecord, epoch: version.epoch, grantedTo: master_node, master: holder };
    host.disk.lay({ roster: rosterIn(record), voter });
  }

  function playChange(action: Happening, where: Host): void {
    if (action.kind === 'change')
      change(where, action.tag, (present, now) => withTag(present, action.tag, now), action.tag);
    if (action.kind === 'lease') {
      const { leaseMs } = action;
      change(
        where,
        `a lease of ${leaseMs} ms`,
        (present, now) => withParameters(present, { leaseMs }, now),
        null,
      );
    }
    if (action.kind === 'add-node') {
      const { node, masterCapable } = action;
      enrol(world.hosts[node], where);
      change(
        where,
        `the new node ${nodeUuidOf(node)}`,
        (present, now) => withNode(present, newNode(node, masterCapable), now),
        null,
      );
    }
    if (action.kind === 'mark-offline') {
      const uuid = nodeUuidOf(action.node);
      change(
        where,
        `marking ${uuid} offline`,
        (present, now) => withNodesOffline(present, [uuid], now),
        null,
        true,
      );
    }
  }

  return {
    play,
    makeQuiet() {
      world.say?.('-- all faults end');
      for (const undo of restore.splice(0)) undo();
      world.healAll();
      for (const host of world.hosts) {
        host.up = true;
        for (const process of [host.noded, host.masterd]) {
          world.resume(process);
          world.start(process);
        }
      }
    },
    orderFailover(nth) {
      const newest = observer.newestCommitted();
      const candidates = world.hosts.filter(
        ({ uuid }) => newest?.configuration.nodes[uuid]?.master_candidate,
      );
      const host = candidates[nth % Math.max(1, candidates.length)];
      if (host) order(host, 'failover', true);
    },
    masters,
    judge(isUnpromised) {
      const inOffice = masters();
      if (inOffice.length !== 1) {
        const names = inOffice.map(({ name }) => name).join(' and ') || 'nobody';
        return observer.broken(
          inOffice.length > 1 ? 'I1' : 'I7',
          `long after the last fault ${names} is in office`,
        );
      }
      const [master] = inOffice as [Host];
      const record = cluster.masterDaemon(master).record() as ClusterRecord;
      observer.checkFinalRecord(record);
      if (master.addressUntil <= world.now())
        observer.broken('I7', `${master.name} is in office without the master IP`);
      if (!isUnpromised) checkFollowers(master, record);
    },
    changesCommitted: () => committed,
    failovers: () => failovers,
  };

  function checkFollowers(master: Host, { version, configuration }: ClusterRecord): void {
    const lagging = world.hosts.filter(({ uuid, disk }) => {
      const { voter } = disk.read();
      const inUse = configuration.nodes[uuid]?.offline === false;
      return inUse && (voter.version.digest !== version.digest || voter.epoch !== version.epoch);
    });
    if (lagging.length > 0) {
      observer.broken(
        'I7',
        `long after the last fault ${lagging.map(({ name }) => name).join(', ')} do not follow ${master.name}`,
      );
    }
  }
}

/** Where clients type: a host of its own that nothing happens to. */
function terminal(world: World): Process {
  const like = world.hosts[0] as Host;
  const host = { ...like, index: 15, name: 'client', uuid: 'client', rate: 1, up: true } as Host;
  const process = {
    ...like.masterd,
    host,
    running: true,
    stopped: false,
    life: 1,
    held: [],
    outbox: [],
  } as Process;
  return process;
}

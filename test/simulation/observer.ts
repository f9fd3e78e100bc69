/**
 * Sees every host at once, which nobody in the simulation can, and says when an invariant (design §3) is broken.
 *
 * It counts for itself: majorities and electorates are worked out here anew, from the records alone.
 */
import type { ClusterRecord } from '@quorate/domain/configuration';
import type { NodeUuid } from '@quorate/domain/roster';
import { compareVersions, describeVersion, sameVersion, type Version } from '@quorate/domain/version';
import type { MasterDaemon } from './master-daemon.ts';
import { diskComplaint } from './node-daemon.ts';
import { quickHash, tagsOf } from './small-cluster.ts';
import { parseRecord, writeRecord } from '@quorate/domain/record';
import type { Host, World } from './world.ts';

export type Invariant = 'I1' | 'I2' | 'I3' | 'I4' | 'I6' | 'I7' | 'I8';

export interface Violation {
  readonly invariant: Invariant;
  readonly atMs: number;
  readonly message: string;
}

export interface Observer {
  nameOf(uuid: NodeUuid): string;
  /** A voter says yes. */
  granted(voter: Host, epoch: number, candidate: NodeUuid): void;
  /** A candidate has the grants it needs. */
  elected(host: Host, epoch: number, version: Version): void;
  /** A master's lease was confirmed: it is in office until then. */
  serves(host: Host): void;
  /** A master, or whoever became one, took this as committed. */
  committed(record: ClusterRecord): void;
  /** A client was told that its change is committed. */
  told(record: ClusterRecord, tag: string | null): void;
  /** An operator, or the master itself, was told that the failover succeeded. */
  toldMaster(host: Host, record: ClusterRecord): void;
  addressRaised(host: Host): void;
  powerCut(host: Host): void;
  /** Somebody went around the vote: what only the others knew may be lost, and if nobody promised, so may more. */
  forced(base: ClusterRecord, isPromised: boolean): void;
  broken(invariant: Invariant, message: string): void;
  /** What everybody should have in the end. */
  newestCommitted(): ClusterRecord | undefined;
  checkFinalRecord(record: ClusterRecord): void;
  violation(): Violation | undefined;
}

export function createObserver(
  world: World,
  masterDaemonOf: (host: Host) => MasterDaemon | undefined,
): Observer {
  const winners = new Map<number, Host>();
  const grants = new Map<string, NodeUuid>();
  const epochsCommitted = new Set<number>();
  const toldTags = new Set<string>();
  let history: readonly ClusterRecord[] = [];
  let newest: ClusterRecord | undefined;
  let found: Violation | undefined;
  let excused = false;

  function broken(invariant: Invariant, message: string): void {
    if (found) return;
    found = { invariant, atMs: world.now() / 1000, message };
    world.say?.(`*** ${invariant} is broken: ${message}`);
  }

  const nameOf = (uuid: NodeUuid): string => uuid.replace('uuid-', 'q');
  const serving = (host: Host): boolean => host.masterd.running && (masterDaemonOf(host)?.serves() ?? false);

  /** Every one of two committed versions is the other's past. */
  function committed(record: ClusterRecord): void {
    if (history.some((earlier) => sameVersion(earlier.version, record.version))) return;
    if (!excused) for (const earlier of history) compare(earlier, record);
    history = [...history, record];
    epochsCommitted.add(record.version.epoch);
    if (!newest || compareVersions(record.version, newest.version) > 0) newest = record;
    // Long ago is compared by what came of it: a prefix of a prefix is a prefix.
    if (history.length > 6)
      history = history.toSorted((a, b) => compareVersions(a.version, b.version)).slice(-6);
  }

  function compare(a: ClusterRecord, b: ClusterRecord): void {
    const order = compareVersions(a.version, b.version);
    const [older, newer] = order <= 0 ? [a, b] : [b, a];
    const [before, after] = [tagsOf(older), tagsOf(newer)];
    if (order === 0) {
      broken('I2', `two texts are committed as ${describeVersion(a.version)}`);
    } else if (before.some((tag, index) => after[index] !== tag)) {
      const lost = before.filter((tag) => !after.includes(tag)).join(', ') || 'their order';
      broken(
        'I2',
        `${describeVersion(newer.version)} is committed without ${lost} of ${describeVersion(older.version)}`,
      );
    }
  }

  const votersOf = ({ configuration }: ClusterRecord): readonly Host[] =>
    world.hosts.filter(({ uuid }) => configuration.nodes[uuid]?.offline === false);
  const isMajority = (some: number, all: number): boolean => 2 * some > all;

  function checkStored(record: ClusterRecord, what: string): void {
    const { version, configuration } = record;
    const atLeast = (known: Version | undefined): boolean =>
      known !== undefined && compareVersions(known, version) >= 0;
    const voters = votersOf(record);
    const knowing = voters.filter(({ disk }) => atLeast(disk.durable().voter.version));
    if (!isMajority(knowing.length, voters.length)) {
      broken(
        'I8',
        `${what}: ${knowing.length} of ${voters.length} nodes have ${describeVersion(version)} on disk`,
      );
    }
    const candidates = voters.filter(({ uuid }) => configuration.nodes[uuid]?.master_candidate);
    const copies = world.hosts.filter(({ disk }) => atLeast(disk.durable().record?.version)).length;
    if (copies < Math.min(2, candidates.length))
      broken('I8', `${what}: ${copies} hosts hold ${describeVersion(version)}`);
  }

  return {
    nameOf,
    granted(voter, epoch, candidate) {
      const key = `${voter.name} ${epoch}`;
      const before = grants.get(key) ?? candidate;
      grants.set(key, candidate);
      if (before !== candidate)
        broken(
          'I1',
          `${voter.name} granted epoch ${epoch} twice, to ${nameOf(before)} and to ${nameOf(candidate)}`,
        );
    },
    elected(host, epoch, version) {
      const other = winners.get(epoch);
      winners.set(epoch, host);
      if (other && other !== host && !excused)
        broken('I1', `${other.name} and ${host.name} were both elected in epoch ${epoch}`);
      if (
        newest &&
        compareVersions(version, newest.version) < 0 &&
        newest.version.epoch < epoch &&
        !excused
      ) {
        broken(
          'I4',
          `${host.name} was elected with ${describeVersion(version)}; ${describeVersion(newest.version)} is committed`,
        );
      }
    },
    serves(host) {
      if (excused || !serving(host)) return;
      const other = world.hosts.find((one) => one !== host && serving(one));
      if (other) broken('I1', `${host.name} and ${other.name} are both in office with a live lease`);
    },
    committed,
    told(record, tag) {
      if (tag !== null) toldTags.add(tag);
      committed(record);
      if (!excused) checkStored(record, 'a client was told of success');
    },
    toldMaster(host, record) {
      const { epoch } = record.version;
      const voters = votersOf(record);
      const following = voters.filter(({ disk }) => disk.durable().voter.epoch >= epoch);
      if (!isMajority(following.length, voters.length))
        broken('I8', `no majority follows ${host.name} in epoch ${epoch}`);
      if (!serving(host)) broken('I8', `${host.name} was reported master and is not in office`);
      if (!epochsCommitted.has(epoch)) broken('I8', `nothing is committed in epoch ${epoch} of ${host.name}`);
      if (host.addressUntil <= world.now())
        broken('I8', `${host.name} was reported master without the master IP`);
    },
    addressRaised(host) {
      world.say?.(`${host.name} has the master IP`);
      const other = world.hosts.find((one) => one !== host && one.addressUntil > world.now());
      if (other && !excused) broken('I3', `${host.name} and ${other.name} both have the master IP`);
    },
    powerCut(host) {
      const files = host.disk.read();
      const complaint = diskComplaint(files, host.uuid);
      if (complaint) broken('I6', `${host.name} after a power cut: it ${complaint}`);
      if (files.record) parseRecord(writeRecord(files.record), quickHash);
    },
    forced(base, isPromised) {
      // Changes that nobody within reach holds are given up, aloud.
      const kept = new Set(tagsOf(base));
      for (const tag of toldTags) if (!kept.has(tag)) toldTags.delete(tag);
      history = [];
      newest = undefined;
      if (!isPromised) excused = true;
    },
    broken,
    newestCommitted: () => newest,
    checkFinalRecord(record) {
      const there = new Set(tagsOf(record));
      const lost = [...toldTags].filter((tag) => !there.has(tag));
      if (lost.length > 0 && !excused)
        broken('I2', `${lost.join(', ')} was told to be committed and is gone in the end`);
    },
    violation: () => found,
  };
}

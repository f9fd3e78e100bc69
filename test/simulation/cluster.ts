/** One run's wiring: a world, two daemons on each of its hosts, and the observer who sees everything at once. */
import type { ClusterRecord } from '@quorate/domain/configuration';
import type { NodeUuid, Roster } from '@quorate/domain/roster';
import { createMasterDaemon, type MasterDaemon } from './master-daemon.ts';
import { createNodeDaemon, type NodeDaemon } from './node-daemon.ts';
import { createObserver, type Observer } from './observer.ts';
import { rosterIn } from './small-cluster.ts';
import type { Host, World } from './world.ts';

export interface Cluster {
  readonly world: World;
  readonly observer: Observer;
  hostOf(uuid: NodeUuid): Host;
  nodeDaemon(host: Host): NodeDaemon;
  masterDaemon(host: Host): MasterDaemon;
  /** The roster this host was given first; for the planted mistake of counting by it for ever. */
  firstRosterOf(host: Host): Roster | undefined;
}

/** `size` of the world's hosts begin as nodes of the cluster that `record` describes. */
export function createCluster(world: World, record: ClusterRecord, size: number): Cluster {
  const nodeDaemons = new Map<Host, NodeDaemon>();
  const masterDaemons = new Map<Host, MasterDaemon>();
  const firstRosters = new Map<Host, Roster>();
  const byUuid = new Map(world.hosts.map((host) => [host.uuid, host]));
  const cluster: Cluster = {
    world,
    observer: createObserver(world, (host) => masterDaemons.get(host)),
    hostOf: (uuid) => byUuid.get(uuid) as Host,
    nodeDaemon: (host) => nodeDaemons.get(host) as NodeDaemon,
    masterDaemon: (host) => masterDaemons.get(host) as MasterDaemon,
    firstRosterOf(host) {
      const { roster } = host.disk.read();
      if (roster && !firstRosters.has(host)) firstRosters.set(host, roster);
      return firstRosters.get(host);
    },
  };
  const { observer } = cluster;
  for (const host of world.hosts) {
    host.noded.start = () => {
      const masterDaemon = (): MasterDaemon => cluster.masterDaemon(host);
      nodeDaemons.set(host, createNodeDaemon({ world, host, observer, masterDaemon }));
    };
    host.masterd.start = () => {
      masterDaemons.set(host, createMasterDaemon({ cluster, process: host.masterd, own: host }));
    };
  }
  layFirstFiles(world.hosts.slice(0, size), record);
  observer.committed(record);
  for (const host of world.hosts) {
    world.start(host.noded);
    world.start(host.masterd);
  }
  return cluster;
}

function layFirstFiles(nodes: readonly Host[], record: ClusterRecord): void {
  const roster = rosterIn(record);
  const { version } = record;
  for (const { disk, uuid } of nodes) {
    const isCandidate = record.configuration.nodes[uuid]?.master_candidate === true;
    const master = { node: record.configuration.cluster.master_node, epoch: version.epoch };
    disk.lay({
      roster,
      record: isCandidate ? record : null,
      voter: { epoch: version.epoch, grantedTo: master.node, master, version, longestLeaseMs: 0 },
    });
  }
}

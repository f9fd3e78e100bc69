/** How the node daemon looks at, and stops, the master daemon of its own host: over the local socket. */
import type { TrustInUse } from '@quorate/cluster-state/live-identity';
import type { Layout } from '@quorate/cluster-state/layout';
import { clusterErrorFrom, type ClusterError } from '@quorate/domain/errors';
import { timings } from '@quorate/domain/timings';
import type { Channels, Peer } from '@quorate/rpc/channels';
import type { MasterDaemonState } from '@quorate/rpc/gen/quorate/node/v1/MasterDaemonState';
import { masterServices } from '@quorate/rpc/services';

export interface MasterDaemonView {
  readonly state: keyof typeof MasterDaemonState;
  /** Epoch of the office it holds; 0 in standby. */
  readonly epoch: number;
}

export interface MasterDaemonLink {
  look(): Promise<MasterDaemonView>;
  /** Tells it that `epoch` has begun elsewhere. Resolves when it has answered; rejects when it does not. */
  standDown(epoch: number): Promise<void>;
}

/** The part of a renewal, which the office has nothing to do with. */
export interface MasterDaemonTrust {
  /** What it shows after it has read its certificates again; undefined if it does not run. */
  reloadTrust(): Promise<TrustInUse | undefined>;
}

/** A local process that is alive answers within milliseconds; a stopped one never does. */
const localAnswerMs = 1_000;

export function masterDaemonLink(channels: Channels, layout: Layout): MasterDaemonLink & MasterDaemonTrust {
  const peer: Peer = {
    kind: 'socket',
    name: 'quorate-masterd of this host',
    path: layout.masterdSocket.path,
  };
  return {
    async look() {
      try {
        const status = await channels.call(
          peer,
          masterServices.status.GetStatus,
          {},
          { deadlineMs: localAnswerMs },
        );
        const state = status.inOffice ? 'MASTER_DAEMON_STATE_IN_OFFICE' : 'MASTER_DAEMON_STATE_STANDBY';
        return { state, epoch: status.epoch };
      } catch (caught) {
        const state = isSilence(clusterErrorFrom(caught))
          ? 'MASTER_DAEMON_STATE_SILENT'
          : 'MASTER_DAEMON_STATE_NOT_RUNNING';
        return { state, epoch: 0 };
      }
    },
    async reloadTrust() {
      const method = masterServices.trust.ReloadTrust;
      try {
        return await channels.call(peer, method, {}, { deadlineMs: timings.reloadTrustMs });
      } catch (caught) {
        if (clusterErrorFrom(caught).reason === 'DAEMON_NOT_RUNNING') return undefined;
        throw caught;
      }
    },
    async standDown(epoch) {
      await channels.call(
        peer,
        masterServices.mastership.StandDown,
        { epoch },
        { deadlineMs: localAnswerMs },
      );
    },
  };
}

/** The kernel still takes connections for a stopped process, whether or not there was one before. */
const isSilence = ({ reason, facts }: ClusterError): boolean =>
  reason === 'TIMED_OUT' || facts.cause === 'silent';

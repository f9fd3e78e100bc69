/**
 * Bounded waits for what was just started: the node daemon, the master daemon, the SSH port.
 *
 * Every probe is bounded by what remains of the wait (BEH-196).
 *
 * Counterparts in Ganeti: lib/bootstrap.py, _WaitForNodeDaemon, _WaitForMasterDaemon, _WaitForSshDaemon.
 */
import type { RosterNode } from '@quorate/domain/roster';
import { timings } from '@quorate/domain/timings';
import type { Clock } from '@quorate/platform/clock';
import { probeTcp } from '@quorate/platform/network';
import { awaitUntil } from '@quorate/platform/wait';
import type { Peer } from '@quorate/rpc/channels';
import { masterServices, nodeServices } from '@quorate/rpc/services';
import { nodeDaemonOf, type ClusterAccess } from './cluster-access.ts';

const pace = { limitMs: timings.startMs, firstMs: timings.probeFirstMs, maxMs: timings.probeMaxMs };

const succeeds = (call: Promise<unknown>): Promise<boolean> =>
  call.then(
    () => true,
    () => false,
  );

/** Resolves when the node daemon answers the version call (BEH-188, BEH-189). */
export const awaitNodeDaemon = (access: ClusterAccess, node: RosterNode): Promise<void> =>
  awaitUntil(
    (remainingMs) =>
      succeeds(
        access.channels.call(
          nodeDaemonOf(node),
          nodeServices.nodeVersion.GetNodeVersion,
          {},
          { deadlineMs: remainingMs },
        ),
      ),
    {
      what: `the node daemon of ${node.name} (${node.address}:${node.nodePort}) to answer`,
      clock: access.clock,
      ...pace,
    },
  );

/** Resolves when the master daemon behind `peer` holds office; any failure counts as not yet (BEH-190, BEH-191). */
export const awaitMasterDaemon = (
  access: Pick<ClusterAccess, 'channels' | 'clock'>,
  peer: Peer,
): Promise<void> =>
  awaitUntil(
    (remainingMs) =>
      access.channels.call(peer, masterServices.status.GetStatus, {}, { deadlineMs: remainingMs }).then(
        (status) => status.inOffice,
        () => false,
      ),
    { what: `the master daemon (${peer.name}) to take office`, clock: access.clock, ...pace },
  );

/** Whether the SSH port accepts connections; a refused one is not alive. */
export const sshPortAnswers =
  (address: string, port: number) =>
  async (withinMs: number): Promise<boolean> =>
    (await probeTcp(address, port, Math.min(withinMs, timings.probeMaxMs))) === 'open';

/** Resolves when the SSH server of the host answers, by whichever way it is reached (BEH-192, BEH-193). `host` is for people. */
export const awaitSshDaemon = (
  clock: Clock,
  host: string,
  answers: (withinMs: number) => Promise<boolean>,
): Promise<void> => awaitUntil(answers, { what: `the SSH daemon of ${host} to answer`, clock, ...pace });

/**
 * A host in memory on which the office is held: node 1's, at first with the address and a master daemon in office.
 *
 * Everything that is done to it is noted in order. Time is the test's: `clock.advance` is all that moves it.
 */
import { readVoterRecord, writeVoterRecord } from '@quorate/cluster-state/voter-store';
import { ClusterError } from '@quorate/domain/errors';
import type { MasterIpParameters } from '@quorate/domain/roster';
import type { VoterRecord } from '@quorate/domain/voter-record';
import type { Raising } from '@quorate/platform/interface-address';
import { virtualClock, type VirtualClock } from '@quorate/platform/testing/clock';
import type { MasterDaemonView } from '../master-daemon-link.ts';
import { createOffice, type Office } from '../office.ts';
import type { Voter } from '../voter.ts';
import { acknowledged, memoryNode, node1, node2, notedLog, present, type NotedLog } from './memory-node.ts';

export const inStandby: MasterDaemonView = { state: 'MASTER_DAEMON_STATE_STANDBY', epoch: 0 };
export const inOffice: MasterDaemonView = { state: 'MASTER_DAEMON_STATE_IN_OFFICE', epoch: 1 };
export const silent: MasterDaemonView = { state: 'MASTER_DAEMON_STATE_SILENT', epoch: 0 };
export const notRunning: MasterDaemonView = { state: 'MASTER_DAEMON_STATE_NOT_RUNNING', epoch: 0 };

/** Of the master IP. */
export const address = present.configuration.cluster.master_ip;
export const namesMe = { epoch: 2, master: { node: node1, epoch: 2 } };
export const namesOther = { epoch: 2, grantedTo: node2, master: { node: node2, epoch: 2 } };

export interface Host {
  readonly office: Office;
  readonly clock: VirtualClock;
  readonly log: NotedLog;
  /** What was done, in order. */
  readonly done: string[];
  /** Its voter record is another from now on. */
  acknowledge(record: Partial<VoterRecord>): Promise<void>;
  isUp: boolean;
  /** Where it is, it is on its device with its mask. */
  isRight: boolean;
  /** Of the device. */
  link: { readonly up: boolean; readonly changes: number };
  /** How it was raised last, and kept last. */
  raisedAs: MasterIpParameters | undefined;
  keptAs: MasterIpParameters | undefined;
  /** Why a hook objects. */
  hookFault: ClusterError | undefined;
  daemon: MasterDaemonView;
  /** Why the address cannot be changed. */
  addressFault: ClusterError | undefined;
  /** What takes its time, or fails, before the address is raised. */
  beforeRaise: () => Promise<unknown>;
  /** The same before the kernel is told to keep it. */
  beforeKeep: () => Promise<unknown>;
}

export async function host(record: Partial<VoterRecord> = {}, changes: Partial<Host> = {}): Promise<Host> {
  const { state } = await memoryNode();
  const acknowledge = (known: Partial<VoterRecord>): Promise<void> =>
    writeVoterRecord(state, acknowledged(known));
  await acknowledge(record);
  const done: string[] = [];
  const [log, clock] = [notedLog(), virtualClock()];
  const fault = (): Promise<void> =>
    made.addressFault ? Promise.reject(made.addressFault) : Promise.resolve();
  const office = createOffice({
    ...{ state, own: node1, log, clock },
    voter: { record: () => readVoterRecord(state) } as Voter,
    address: {
      async raise(params: MasterIpParameters, raising?: Raising) {
        await made.beforeRaise();
        const life = raising?.lifeSeconds ? ` for ${raising.lifeSeconds()} s` : '';
        const asking = raising?.probeMs === 0 ? ', asking nobody' : '';
        done.push(`raise ${params.address}${life}${asking}`);
        await fault();
        Object.assign(made, { isUp: true, isRight: true, raisedAs: params });
      },
      async keep(params, seconds) {
        await made.beforeKeep();
        made.keptAs = params;
        done.push(`keep ${params.address} for ${seconds} s`);
      },
      async lower(params) {
        done.push(`lower ${params.address}`);
        await fault();
        made.isUp = false;
      },
      look: () => {
        const { isUp, isRight, link } = made;
        return Promise.resolve({
          here: isUp,
          right: isUp && isRight,
          linkUp: link.up,
          linkChanges: link.changes,
        });
      },
      announce: (params) => void done.push(`announce ${params.address}`),
    },
    hooks: {
      async before(change) {
        if (made.hookFault) {
          done.push(`hook before ${change}`);
          throw made.hookFault;
        }
      },
      after: () => Promise.resolve(),
    },
    masterDaemon: {
      look: () => Promise.resolve(made.daemon),
      standDown: (epoch) => {
        done.push(`stand down ${epoch}`);
        if (made.daemon === silent) return Promise.reject(new ClusterError('TIMED_OUT', 'no answer'));
        if (made.daemon === inOffice) made.daemon = inStandby;
        return Promise.resolve();
      },
    },
    services: {
      start: ({ node, epoch }) => Promise.resolve(void done.push(`start services of ${node} ${epoch}`)),
      stop: ({ epoch }) => Promise.resolve(void done.push(`stop services ${epoch}`)),
      state: () => 'stopped',
      failures: () => [],
    },
  });
  const atOnce = { beforeRaise: () => Promise.resolve(), beforeKeep: () => Promise.resolve() };
  const made: Host = {
    acknowledge,
    ...{ office, clock, log, done, isUp: true, daemon: inOffice, addressFault: undefined },
    ...{ isRight: true, link: { up: true, changes: 2 }, hookFault: undefined },
    ...{ raisedAs: undefined, keptAs: undefined },
    ...atOnce,
    ...changes,
  };
  return made;
}

/**
 * What `verify` wants to know of the machine itself, as one port: the twin is testing/host-look.ts. Changes nothing.
 */
import type { Layout } from '@quorate/cluster-state/layout';
import { timings } from '@quorate/domain/timings';
import { inspectPath } from '@quorate/platform/directories';
import { ownUser } from '@quorate/platform/files';
import { missingFileSystems } from '@quorate/platform/kernel-file-systems';
import { deviceExists, holdsAddress, probeTcp, type TcpAnswer } from '@quorate/platform/network';
import { ownHostName } from '@quorate/platform/resolver';
import { listVolumeGroups } from '@quorate/platform/volume-groups';

export interface HostLook {
  hostName(): Promise<string>;
  /** Who must own the cluster's files: the user this daemon runs as. */
  user(): number;
  holdsAddress(address: string): Promise<boolean>;
  deviceExists(name: string): Promise<boolean>;
  /** Connects and hangs up. */
  tcp(address: string, port: number): Promise<TcpAnswer>;
  /** Mount points. */
  missingFileSystems(): Promise<readonly string[]>;
  directory(path: string): Promise<{ readonly isDirectory: boolean; readonly writable: boolean }>;
  /** What `vgs` printed; fails if it did. */
  volumeGroups(): Promise<string>;
}

export const machineLook = ({ hostnameFile }: Layout): HostLook => ({
  hostName: () => ownHostName({ hostnameFile: hostnameFile?.path ?? '/etc/hostname' }),
  user: ownUser,
  holdsAddress,
  deviceExists,
  tcp: (address, port) => probeTcp(address, port, timings.connectMs),
  missingFileSystems,
  async directory(path) {
    const { existing, existingIs } = await inspectPath(path);
    const isDirectory = existing === path && existingIs !== 'something else';
    return { isDirectory, writable: isDirectory && existingIs === 'directory' };
  },
  volumeGroups: () => listVolumeGroups({ timeoutMs: timings.inspectVolumeGroupsMs }),
});

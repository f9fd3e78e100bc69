/** A machine of which everything `verify` asks is well, unless a test says otherwise: the twin of ../host-look.ts. */
import { ownUser } from '@quorate/platform/files';
import type { HostLook } from '../host-look.ts';

export const soundHost = (changes: Partial<HostLook> = {}): HostLook => ({
  hostName: () => Promise.resolve('node1.test'),
  user: ownUser,
  holdsAddress: () => Promise.resolve(true),
  deviceExists: () => Promise.resolve(true),
  tcp: () => Promise.resolve('open'),
  missingFileSystems: () => Promise.resolve([]),
  directory: () => Promise.resolve({ isDirectory: true, writable: true }),
  volumeGroups: () => Promise.resolve('  xenvg 30000.00\n'),
  ...changes,
});

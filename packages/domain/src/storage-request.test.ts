import { describe, expect, it } from 'vitest';
import {
  chosenDrbdHelper,
  chosenVolumeGroup,
  neededDrbdHelper,
  storageDirectoryOf,
  type FileTemplate,
  type StorageRequest,
} from './storage-request.ts';

it.each([
  [['diskless', 'plain'], undefined, 'xenvg'],
  [['drbd'], undefined, 'xenvg'],
  [['file', 'ext'], undefined, undefined],
  [['plain'], 'vg1', 'vg1'],
  [['plain'], '', ''],
  [['file'], 'vg1', 'vg1'],
])('the volume group for %j with %j given is %j', (enabled, given, expected) =>
  expect(chosenVolumeGroup(enabled, given)).toBe(expected),
);

it.each([
  [['drbd'], undefined, '/bin/true'],
  [['plain'], undefined, undefined],
  [['drbd'], '/sbin/helper', '/sbin/helper'],
  [['drbd'], '', ''],
  [['plain'], '/sbin/helper', '/sbin/helper'],
])('the DRBD helper for %j with %j given is %j', (enabled, given, expected) =>
  expect(chosenDrbdHelper(enabled, given)).toBe(expected),
);

it.each<[string, StorageRequest, string | undefined]>([
  ['BEH-204', { enabledDiskTemplates: ['plain'], drbdHelper: '/bin/true' }, undefined],
  ['BEH-205', { enabledDiskTemplates: ['drbd'] }, undefined],
  ['BEH-206', { enabledDiskTemplates: ['drbd'], drbdHelper: '/bin/true' }, '/bin/true'],
])('%s the helper that %j needs of the kernel is %s', (_, request, expected) =>
  expect(neededDrbdHelper(request)).toBe(expected),
);

describe('the storage directory', () => {
  const request = (template: FileTemplate, enabled: boolean, given?: string): StorageRequest => ({
    enabledDiskTemplates: enabled ? [template] : ['diskless'],
    storageDirectories: { [template]: given },
  });

  it.each<[string, FileTemplate, boolean, string | undefined, string]>([
    ['BEH-210', 'file', true, undefined, '/srv/ganeti/file-storage'],
    ['BEH-216', 'sharedfile', true, undefined, '/srv/ganeti/shared-file-storage'],
    ['BEH-216', 'gluster', true, undefined, '/var/run/ganeti/gluster'],
    ['BEH-147', 'file', true, '/srv//x/../disks', '/srv/disks'],
    ['BEH-212', 'file', false, '/srv//disks', '/srv//disks'],
    ['BEH-215', 'gluster', false, '', ''],
    ['none', 'file', false, undefined, '/srv/ganeti/file-storage'],
  ])('%s of %s, enabled: %s, given %j, is %s', (_, template, enabled, given, expected) =>
    expect(storageDirectoryOf(request(template, enabled, given), template)).toBe(expected),
  );

  it('BEH-217 of a template that is not file based cannot be asked for', () => {
    // @ts-expect-error -- the compiler refuses it
    expect(storageDirectoryOf({ enabledDiskTemplates: ['diskless'] }, 'plain')).toBeUndefined();
  });
});

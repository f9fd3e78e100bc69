import { describe, expect, it } from 'vitest';
import { findingsOf } from './check.ts';
import { storageChecks, storageWarnings } from './storage-checks.ts';
import type { StorageFacts, StoragePlace } from './storage-complaints.ts';
import type { FileTemplate } from './storage-request.ts';

const sizes = new Map([
  ['xenvg', 20_480],
  ['small', 20_479],
]);

const facts = (changes: Partial<StorageFacts>): StorageFacts => ({
  enabledDiskTemplates: ['diskless'],
  volumeGroups: { sizes },
  allowedStoragePaths: ['/srv'],
  ownDirectories: ['/var/lib/quorate', '/data/quorate'],
  storagePlaces: [],
  ...changes,
});

/** A directory that exists, without links. */
const place = (template: FileTemplate, path: string, changes: Partial<StoragePlace> = {}): StoragePlace => ({
  template,
  path,
  realPath: path,
  existing: path,
  existingIs: 'directory',
  worldWritable: [],
  ...changes,
});

const places = (...storagePlaces: StoragePlace[]): Partial<StorageFacts> => ({
  enabledDiskTemplates: storagePlaces.map(({ template }) => template),
  storageDirectories: Object.fromEntries(storagePlaces.map(({ template, path }) => [template, path])),
  storagePlaces,
});

const drbd = { enabledDiskTemplates: ['drbd'], vgName: 'xenvg' };

describe('storage is refused', () => {
  it.each<[string, Partial<StorageFacts>, string, string]>([
    [
      '§8',
      { enabledDiskTemplates: ['plain', 'ext', 'drbd'], vgName: '' },
      'WRONG_INPUT',
      'Without a volume group there can be no: plain, drbd',
    ],
    ['BEH-119', { enabledDiskTemplates: ['plain'], vgName: 'small' }, 'WRONG_INPUT', 'has 20479 MiB, 20480'],
    ['BEH-119', { enabledDiskTemplates: ['plain'], vgName: 'none' }, 'WRONG_INPUT', "'none' is missing"],
    ['§2 17', { vgName: 'none' }, 'WRONG_INPUT', "'none' is missing"],
    ['§5', { ...drbd, drbdHelper: '' }, 'WRONG_INPUT', 'DRBD cannot be without a helper'],
    [
      'BEH-207',
      { ...drbd, drbdHelper: '/bin/true', kernelDrbdHelper: '/sbin/drbdadm' },
      'WRONG_INPUT',
      "is to be /bin/true, and the kernel's is /sbin/drbdadm",
    ],
    ['BEH-208', { ...drbd, drbdHelper: '/bin/true' }, 'HOST_UNFIT', 'The kernel tells no helper'],
    [
      'BEH-209',
      { ...drbd, drbdHelper: '/bin/true', kernelDrbdHelper: '' },
      'HOST_UNFIT',
      'The kernel tells no helper',
    ],
    [
      'BEH-214',
      { enabledDiskTemplates: ['file'], storageDirectories: { file: '' } },
      'WRONG_INPUT',
      "Not an absolute path: '' of file",
    ],
    [
      'BEH-218',
      { enabledDiskTemplates: ['gluster'], storageDirectories: { gluster: 'srv/g' } },
      'WRONG_INPUT',
      "'srv/g' of gluster",
    ],
    [
      'a line end, also for a template that is not enabled',
      { storageDirectories: { gluster: '/srv/g\n/srv/h' } },
      'WRONG_INPUT',
      'Not text on one line: "/srv/g\\n/srv/h" of gluster',
    ],
    ['BEH-213', places(place('file', '/data/x')), 'WRONG_INPUT', 'Not allowed for storage: /data/x of file'],
    ['BEH-216', places(place('gluster', '/data/x')), 'WRONG_INPUT', '/data/x of gluster'],
    [
      'BEH-223',
      { ...places(place('file', '/srv/x')), allowedStoragePaths: [] },
      'WRONG_INPUT',
      'Not allowed for storage: /srv/x of file',
    ],
    [
      'BEH-224',
      { ...places(place('file', '/srv/xy')), allowedStoragePaths: ['/srv/x'] },
      'WRONG_INPUT',
      '/srv/xy',
    ],
    [
      'BEH-226',
      { ...places(place('file', '/etc/y')), allowedStoragePaths: ['/etc'] },
      'WRONG_INPUT',
      'Forbidden for storage: /etc/y of file (in /etc)',
    ],
    [
      'a forbidden one that is not allowed either',
      places(place('file', '/etc/y')),
      'WRONG_INPUT',
      'Forbidden',
    ],
    ['S2', { ...places(place('file', '/')), allowedStoragePaths: ['/'] }, 'WRONG_INPUT', '/ of file (in /)'],
    [
      'BEH-228',
      places(place('file', '/srv/x/link', { realPath: '/etc/z' })),
      'WRONG_INPUT',
      '/srv/x/link of file (leads to /etc/z, in /etc)',
    ],
    [
      'BEH-229',
      { ...places(place('file', '/var/lib/quorate/x')), allowedStoragePaths: ['/var'] },
      'WRONG_INPUT',
      'in /var/lib/quorate',
    ],
    [
      'BEH-229',
      places(place('file', '/srv/x', { realPath: '/data/quorate' })),
      'WRONG_INPUT',
      'leads to /data/quorate, in /data/quorate',
    ],
    [
      'BEH-221',
      places(place('file', '/srv/x', { existingIs: 'something else' })),
      'HOST_UNFIT',
      'Cannot be made: /srv/x of file (/srv/x is no directory)',
    ],
    [
      'BEH-221',
      places(place('file', '/srv/x/y', { existing: '/srv/x', existingIs: 'something else' })),
      'HOST_UNFIT',
      '/srv/x/y of file (/srv/x is no directory)',
    ],
    [
      'BEH-220',
      places(place('file', '/srv/x/y', { existing: '/srv', existingIs: 'unwritable directory' })),
      'HOST_UNFIT',
      '/srv/x/y of file (nothing can be made in /srv)',
    ],
    [
      'BEH-230',
      places(place('file', '/srv/x'), place('sharedfile', '/srv/x')),
      'WRONG_INPUT',
      '/srv/x of file and /srv/x of sharedfile',
    ],
    [
      'BEH-230',
      places(place('file', '/srv/x/y'), place('gluster', '/srv/x')),
      'WRONG_INPUT',
      '/srv/x/y of file and',
    ],
    [
      'BEH-230',
      places(place('file', '/srv/x'), place('gluster', '/srv/g', { realPath: '/srv/x/y' })),
      'WRONG_INPUT',
      '/srv/x of file and /srv/g of gluster',
    ],
  ])('%s %j: %s, %s', (_, changes, reason, words) => {
    const findings = findingsOf(storageChecks, facts(changes));
    expect(findings.map((finding) => finding.reason)).toEqual([reason]);
    expect(findings[0]?.message).toContain(words);
  });
});

describe('storage may be used', () => {
  it.each<[string, Partial<StorageFacts>]>([
    ['nothing needed', {}],
    ['BEH-119 a volume group of 20480 MiB', { enabledDiskTemplates: ['plain'], vgName: 'xenvg' }],
    ['§8 an empty volume group without LVM', { vgName: '' }],
    ['BEH-204 without DRBD whatever the kernel says', { drbdHelper: '/x', kernelDrbdHelper: '/y' }],
    ['BEH-205 DRBD with no helper asked for', drbd],
    ['BEH-206 the kernel’s helper', { ...drbd, drbdHelper: '/x', kernelDrbdHelper: '/x' }],
    ['BEH-211 an allowed directory', places(place('file', '/srv/x'))],
    ['BEH-225 the allowed directory itself', places(place('file', '/srv'))],
    ['BEH-219 one to be made', places(place('file', '/srv/x/y', { existing: '/srv' }))],
    [
      'one that exists, whoever may write there',
      places(place('file', '/srv/x', { existingIs: 'unwritable directory' })),
    ],
    ['a link to what is not forbidden', places(place('file', '/srv/x', { realPath: '/data/disks' }))],
    [
      'three directories beside each other',
      places(place('file', '/srv/x'), place('sharedfile', '/srv/xy'), place('gluster', '/srv/z')),
    ],
    ['BEH-215 an empty one of a disabled template', { storageDirectories: { file: '' } }],
    ['BEH-212 a relative one of a disabled template', { storageDirectories: { file: 'x' } }],
  ])('%s', (_, changes) => expect(findingsOf(storageChecks, facts(changes))).toEqual([]));
});

describe('the operator is warned', () => {
  it.each<[string, Partial<StorageFacts>, string]>([
    ['§8', { vgName: 'xenvg' }, "Volume group 'xenvg' is noted, but no enabled disk template uses LVM"],
    ['§1', { drbdHelper: '/x' }, 'The helper /x is noted, but the disk template drbd is not enabled'],
    [
      'BEH-212 S4',
      { storageDirectories: { gluster: '/srv/g' } },
      'The directory /srv/g is noted, but the disk template gluster is not enabled',
    ],
    [
      'S2',
      places(place('file', '/srv/pub/x', { worldWritable: ['/srv/pub'] })),
      'Anyone may write in /srv/pub, and so change what /srv/pub/x of file is',
    ],
  ])('%s %j: %s', (_, changes, words) => expect(storageWarnings(facts(changes))).toEqual([words]));

  it.each<[string, Partial<StorageFacts>]>([
    ['nothing was said', {}],
    ['BEH-215 an empty directory was given', { storageDirectories: { file: '' } }],
    ['§8 no volume group was wanted', { vgName: '', drbdHelper: '' }],
    ['all that was given is used', { ...drbd, drbdHelper: '/x' }],
    ['a directory was given and is used', places(place('file', '/srv/x'))],
  ])('not if %s', (_, changes) => expect(storageWarnings(facts(changes))).toEqual([]));
});

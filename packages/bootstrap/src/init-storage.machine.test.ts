/** Storage at init on a real disk: directories, links, a `vgs` and a kernel file of the test's own. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readClusterRecord } from '@quorate/cluster-state/record-store';
import { diskTemplates } from '@quorate/domain/parameter-defaults';
import { putOnPath } from '@quorate/platform/testing/put-on-path';
import { afterEach, describe, expect, it } from 'vitest';
import type { InitOptions } from './init-facts.ts';
import { failureOf } from './testing/failure-of.ts';
import { everything, initHost } from './testing/init-host.ts';

const undo: (() => void)[] = [];
afterEach(() => {
  for (const each of undo.splice(0).toReversed()) each();
});

/** A host whose administrator allows what is below `/srv`. */
function host(options?: Parameters<typeof initHost>[1]) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'quorate-storage-')));
  undo.push(() => rmSync(root, { recursive: true, force: true }));
  const at = (path: string) => join(root, path);
  const write = (path: string, text: string) => {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), text);
  };
  write('etc/ganeti/file-storage-paths', '# allowed here\n/srv\n');
  return {
    ...initHost(root, options),
    at,
    write,
    directory: (path: string) => void mkdirSync(at(path), { recursive: true }),
    modeOf: (path: string) => statSync(at(path), { throwIfNoEntry: false })?.mode.toString(8),
    vgs: (script: string) => void undo.push(putOnPath(at('programs'), 'vgs', script)),
    kernelsHelper: (text: string) => write('sys/module/drbd/parameters/usermode_helper', text),
  };
}

const pathsUnder = (root: string): readonly string[] =>
  readdirSync(root, { recursive: true }).map((name) => join(root, String(name)));

const file = (directory: string): Partial<InitOptions> => ({
  enabledDiskTemplates: ['file'],
  storageDirectories: { file: directory },
});

const lvm = { enabledDiskTemplates: ['plain'], vgName: 'xenvg' };

describe('init with storage', () => {
  it('BEH-147 BEH-219 makes the directory, 0750, with its parents, and stores the normalised path', async () => {
    const { init, modeOf, state } = host();
    const { warnings } = await init(file('//srv/a/./x/../disks/'));
    expect([modeOf('srv/a'), modeOf('srv/a/disks')]).toEqual(['40755', '40750']);
    expect((await readClusterRecord(state))?.configuration.cluster.file_storage_dir).toBe('/srv/a/disks');
    expect(warnings).toEqual([]);
  });

  it('BEH-210 takes the standard directories if none were given', async () => {
    const { init, modeOf, write } = host();
    write('etc/ganeti/file-storage-paths', '/srv/ganeti\n/var/run/ganeti/gluster\n');
    await init({ enabledDiskTemplates: ['file', 'sharedfile', 'gluster'] });
    for (const each of [
      'srv/ganeti/file-storage',
      'srv/ganeti/shared-file-storage',
      'var/run/ganeti/gluster',
    ])
      expect(modeOf(each)).toBe('40750');
  });

  it('makes what a plan of it named, and has the same to warn of', async () => {
    const { root, init, plan, at, directory } = host();
    directory('srv/there');
    const wanted: Partial<InitOptions> = {
      enabledDiskTemplates: ['file', 'sharedfile'],
      storageDirectories: { file: '/srv/a/./b', sharedfile: '/srv/there', gluster: '/srv/unused' },
    };
    const before = everything(root);
    const planned = await plan(wanted);
    expect(everything(root)).toEqual(before);
    expect(planned.directories).toEqual(expect.arrayContaining([at('srv/a/b'), at('srv/there')]));
    const there = new Set(pathsUnder(root));
    const { warnings } = await init(wanted);
    expect(planned.warnings).toEqual(warnings);
    expect(warnings).toHaveLength(1);
    const made = pathsUnder(root).filter((path) => !there.has(path));
    const isPlanned = (path: string) =>
      [...planned.directories, ...planned.files].some((each) => each === path || each.startsWith(`${path}/`));
    expect(made.filter((path) => !isPlanned(path))).toEqual([]);
    expect([...planned.directories, ...planned.files].filter((path) => !existsSync(path))).toEqual([]);
  });

  it('leaves a directory that exists as it is', async () => {
    const { init, at, directory, modeOf } = host();
    directory('srv/disks');
    chmodSync(at('srv/disks'), 0o700);
    await init(file('/srv/disks'));
    expect(modeOf('srv/disks')).toBe('40700');
  });

  it('BEH-212 neither looks at nor makes the directory of a disabled template, and says so', async () => {
    const { init, modeOf } = host();
    const { record, warnings } = await init({ storageDirectories: { gluster: '/srv/g' } });
    expect(record.configuration.cluster.gluster_storage_dir).toBe('/srv/g');
    expect(modeOf('srv/g')).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining('/srv/g')]);
  });

  it('warns of a parent in which anyone may write', async () => {
    const { init, at, directory } = host();
    directory('srv/public');
    chmodSync(at('srv/public'), 0o1777);
    expect((await init(file('/srv/public/disks'))).warnings).toEqual([
      'Anyone may write in /srv/public, and so change what /srv/public/disks of file is',
    ]);
  });

  it('BEH-119 BEH-132 takes a volume group of 20480 MiB', async () => {
    const { init, plan, vgs, state } = host();
    vgs('echo "  other 9.00"; echo oops; echo "  vg1 20480.50"');
    const wanted = { ...lvm, vgName: 'vg1' };
    expect(await plan(wanted)).toMatchObject({
      cluster: { volumeGroup: 'vg1' },
      parameters: { diskparams: { drbd: { metavg: 'vg1' } } },
    });
    await init(wanted);
    const record = await readClusterRecord(state);
    expect(record?.configuration.cluster).toMatchObject({
      volume_group_name: 'vg1',
      diskparams: { drbd: { metavg: 'vg1' } },
    });
  });

  it('can be had of all nine disk templates', async () => {
    const { init, vgs, kernelsHelper, write } = host();
    vgs('echo "  xenvg 20480.00"');
    kernelsHelper('/bin/true\n');
    write('etc/ganeti/file-storage-paths', '/srv\n/var/run/ganeti\n');
    const enabledDiskTemplates = Object.keys(diskTemplates);
    const { record, warnings } = await init({ ...lvm, enabledDiskTemplates, drbdHelper: '/bin/true' });
    expect(record.configuration.cluster).toMatchObject({
      enabled_disk_templates: enabledDiskTemplates,
      drbd_usermode_helper: '/bin/true',
    });
    expect(enabledDiskTemplates).toHaveLength(9);
    expect(warnings).toEqual([]);
  });
});

describe('init with unfit storage touches nothing', () => {
  type Host = ReturnType<typeof host>;
  const nothing = () => undefined;
  const drbd = { enabledDiskTemplates: ['drbd'], vgName: 'xenvg', drbdHelper: '/bin/true' };
  const largeEnough = 'echo "  xenvg 20480.00"';

  it.each<[string, (host: Host) => unknown, Partial<InitOptions>, string]>([
    [
      'BEH-119 a small volume group',
      ({ vgs }) => vgs('echo "  xenvg 20479.99"'),
      lvm,
      'volume-group-is-large-enough',
    ],
    ['a failing vgs', ({ vgs }) => vgs(`${largeEnough}; exit 5`), lvm, 'volume-group-is-large-enough'],
    ['BEH-208 no DRBD', ({ vgs }) => vgs(largeEnough), drbd, 'drbd-is-loaded'],
    [
      'BEH-209 an empty kernel file',
      ({ vgs, kernelsHelper }) => (vgs(largeEnough), kernelsHelper('')),
      drbd,
      'drbd-is-loaded',
    ],
    [
      'BEH-207 another helper',
      ({ vgs, kernelsHelper }) => (vgs(largeEnough), kernelsHelper('/sbin/other\n')),
      drbd,
      'drbd-helper-is-the-kernels',
    ],
    ['BEH-218 a relative directory', nothing, file('srv/x'), 'storage-directories-are-absolute'],
    [
      'BEH-223 no list of allowed paths',
      ({ at }) => rmSync(at('etc/ganeti/file-storage-paths')),
      file('/srv/x'),
      'storage-directories-are-allowed',
    ],
    [
      'BEH-226 /etc, although allowed',
      ({ write }) => write('etc/ganeti/file-storage-paths', '/etc\n'),
      file('/etc/y'),
      'storage-directories-are-not-forbidden',
    ],
    [
      'BEH-228 a link to /etc',
      ({ at, directory }) => (directory('srv'), symlinkSync('/etc', at('srv/link'))),
      file('/srv/link/disks'),
      'storage-directories-are-not-forbidden',
    ],
    [
      'BEH-228 a link to the /etc under the root',
      ({ at, directory }) => (directory('srv'), symlinkSync('../etc', at('srv/link'))),
      file('/srv/link'),
      'storage-directories-are-not-forbidden',
    ],
    [
      'BEH-229 a link into the data directory, which is a link itself',
      ({ at, directory }) => {
        directory('srv');
        directory('data/quorate');
        directory('var/lib');
        symlinkSync(at('data/quorate'), at('var/lib/quorate'));
        symlinkSync('../data', at('srv/link'));
      },
      file('/srv/link/quorate/disks'),
      'storage-directories-are-not-forbidden',
    ],
    [
      'BEH-221 a file in its place',
      ({ write }) => write('srv/x', ''),
      file('/srv/x'),
      'storage-directories-can-be-made',
    ],
    [
      'BEH-230 two names of one directory',
      ({ at, directory }) => (directory('srv/x'), symlinkSync('x', at('srv/y'))),
      {
        enabledDiskTemplates: ['file', 'gluster'],
        storageDirectories: { file: '/srv/x/f', gluster: '/srv/y' },
      },
      'storage-directories-lie-apart',
    ],
  ])('BEH-134 %s', async (_what, prepare, changes, findings) => {
    const made = host();
    prepare(made);
    const before = everything(made.root);
    expect(await failureOf(made.init(changes))).toMatchObject({ facts: { findings } });
    expect(everything(made.root)).toEqual(before);
    expect(made.order).toEqual(['check-host failed']);
  });
});

describe('init that fails', () => {
  it('can be told to take back the directories it made, but none that was there', async () => {
    const { init, abort, at, directory, modeOf, order, write } = host({ failing: 'start noded' });
    directory('srv/there');
    write('srv/used/file', '');
    await failureOf(
      init({
        enabledDiskTemplates: ['file', 'sharedfile', 'gluster'],
        storageDirectories: { file: '/srv/a/b/c', sharedfile: '/srv/there', gluster: '/srv/used/g' },
      }),
    );
    expect(order).toContain('make-storage-directories done');
    await abort();
    expect([modeOf('srv/a'), modeOf('srv/used/g')]).toEqual([undefined, undefined]);
    expect([modeOf('srv/there'), modeOf('srv/used/file')]).toEqual(['40755', '100644']);
    expect(statSync(at('srv')).isDirectory()).toBe(true);
  });

  it('BEH-220 takes everything back if a directory cannot be made', async () => {
    const { init, modeOf, order } = host();
    const name = 'x'.repeat(300);
    const error = await failureOf(init(file(`/srv/a/${name}`)));
    expect(error).toMatchObject({ reason: 'HOST_UNFIT', message: expect.stringContaining(name) });
    expect([modeOf('srv'), modeOf('var')]).toEqual([undefined, undefined]);
    expect(order).toEqual(['check-host done', 'begin done', 'make-storage-directories failed']);
  });
});

it('BEH-138 no look waits for another: a volume group that is slow to answer, a host at the cluster’s address', async () => {
  // An address of its own, so that no other test meets the stranger.
  const { init, vgs, root } = host({ hosts: '127.0.0.11 node1.lab.test\n127.0.0.163 cluster.lab.test\n' });
  const called = join(root, 'called');
  vgs(`while [ ! -e ${called} ]; do sleep 0.02; done; echo '  xenvg 10'`);
  const stranger = createServer((socket) => {
    writeFileSync(called, '');
    socket.destroy();
  }).listen(47_811, '127.0.0.163');
  await once(stranger, 'listening');
  undo.push(() => void stranger.close());
  expect(await failureOf(init({ vgName: 'xenvg' }))).toMatchObject({
    facts: { findings: 'cluster-address-is-free,volume-group-is-large-enough' },
  });
});

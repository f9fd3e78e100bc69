/**
 * A host that gets our Debian package with its membership, and loses it with it: the real package, installed by the host's
 * own dpkg among files of its own.
 *
 * Not here: what systemd makes of the units; no lab host has it as process 1.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { afterEach, expect, it } from 'vitest';
import { awaitUntil } from './await.ts';
import { mustQuorate, quorate } from './cluster-for-tests.ts';
import { projectRoot } from './environment.ts';
import type { Lab } from './lab.ts';
import { describeLab, downTestLabs, startTestLab } from './lab-for-tests.ts';
import { isInstalled } from './packages.ts';
import { clusterName } from './plan.ts';

const missing = ['dpkg', 'dpkg-deb', 'deb-systemd-helper'].filter((program) => !isInstalled(program));
const skipped = missing.length > 0 ? ` (skipped: ${missing.join(', ')} not installed)` : '';

const shell = (lab: Lab, k: number, script: string) => lab.on(k, ['sh', '-c', script]);

/** What the package depends on, as far as q2's dpkg knows. */
const neighbours = ['nodejs', 'iproute2', 'openssh-client']
  .map(
    (name) =>
      `Package: ${name}\nStatus: install ok installed\nMaintainer: N <n@n.invalid>\nArchitecture: all\nVersion: 99\nDescription: it\n`,
  )
  .join('\n');

async function giveDpkgAList(disk: (k: number, path: string) => string): Promise<void> {
  for (const directory of ['info', 'updates', 'triggers'])
    await mkdir(disk(2, `/var/lib/dpkg/${directory}`), { recursive: true });
  await writeFile(disk(2, '/var/lib/dpkg/status'), neighbours);
}

/** What q2 writes below /usr is its own from now on, and gone when it goes down. */
const giveUsr = (lab: Lab) =>
  shell(
    lab,
    2,
    'mkdir /tmp/upper /tmp/work && mount -t overlay overlay -o lowerdir=/usr,upperdir=/tmp/upper,workdir=/tmp/work /usr',
  );

function buildPackage(lab: Lab): string {
  const directory = lab.disk(1, '/var/lib/package');
  const { status, stdout, stderr } = spawnSync(`${projectRoot}/tools/packaging/deb`, ['--to', directory], {
    encoding: 'utf8',
  });
  expect([status, stderr, stdout]).toEqual([0, expect.any(String), expect.stringContaining('.deb')]);
  return `/var/lib/package/${readdirSync(directory)[0] ?? ''}`;
}

/** Directories of the package's, too; of others the one below /usr shows those in which something was changed. */
const filesOf = async (lab: Lab): Promise<string> =>
  (await shell(lab, 2, 'find /tmp/upper /etc ! -type d | sort; find /tmp/upper -name "quorate*"')).stdout;
const packageState = async (lab: Lab): Promise<string> =>
  (await shell(lab, 2, "dpkg-query -W -f='${db:Status-Status}' quorate")).stdout;
const processesOfPackage = async (lab: Lab): Promise<number> =>
  Number((await shell(lab, 2, "pgrep -c -f '/usr/lib/[q]uorate/quorate-'")).stdout);

describeLab('the Debian package', () => {
  afterEach(downTestLabs);

  it.skipIf(skipped !== '')(
    `comes with a host that joins, and goes with its membership or with the cluster${skipped}`,
    async () => {
      const lab = await startTestLab(2, giveDpkgAList);
      expect(await giveUsr(lab)).toMatchObject({ code: 0 });
      const file = buildPackage(lab);
      await mustQuorate(lab, 1, 'init', clusterName, '--master-netdev', 'eth0');
      const before = await filesOf(lab);

      const add = () => mustQuorate(lab, 1, 'node', 'add', 'q2', '--install-package', file);
      await add();
      expect([await packageState(lab), await processesOfPackage(lab)]).toEqual(['installed', 2]);
      expect((await shell(lab, 2, '/usr/bin/quorate master')).stdout).toBe(`${lab.nodeName(1)}\n`);
      const wants = readdirSync(lab.disk(2, '/etc/systemd/system/multi-user.target.wants'));
      expect(wants).toEqual(expect.arrayContaining(['quorate-masterd.service', 'quorate-noded.service']));
      await mustQuorate(lab, 1, 'node', 'remove', 'q2');
      await expectGone(lab, before);

      await add();
      await mustQuorate(lab, 1, 'failover', '--to', 'q2');
      for (const command of ['node remove q1', 'destroy --yes-do-it'])
        expect(await shell(lab, 2, `/usr/bin/quorate ${command}`)).toMatchObject({ code: 0 });
      await expectGone(lab, before);
    },
  );
});

/** The daemon that leaves does it while it ends. */
async function expectGone(lab: Lab, filesBefore: string): Promise<void> {
  const isGone = async (): Promise<boolean> =>
    (await packageState(lab)) === '' && (await processesOfPackage(lab)) === 0;
  await awaitUntil('q2 keeps the package', 30_000, isGone);
  expect(await filesOf(lab)).toBe(filesBefore);
  expect(readFileSync(lab.disk(2, '/var/lib/dpkg/status'), 'utf8')).not.toContain('quorate');
  expect((await quorate(lab, 2, 'master')).code).toBe(2);
}

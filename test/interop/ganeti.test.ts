/**
 * Ganeti 3.0.2's own programs on files of ours, and our import on files of theirs; one lab host or two.
 *
 * Its wconfd, luxid, noded, confd and rapi run for real, started by its daemon-util without systemd. `verify` is run
 * without ENODESETUP: a kernel without /proc/sysrq-trigger fails that check with any files.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { awaitUntil } from '../lab/await.ts';
import { downTestLabs } from '../lab/lab-for-tests.ts';
import type { Lab } from '../lab/lab.ts';
import { clusterName } from '../lab/plan.ts';
import {
  ganetiData,
  must,
  mustOn,
  shown,
  shownOn,
  startGaneti,
  startGanetiHosts,
  stopGaneti,
  stopQuorate,
} from './ganeti-host.ts';

const exported = '/var/lib/for-ganeti';
const verify = ['gnt-cluster', 'verify', '--ignore-errors=ENODESETUP'];

/** The master, and a candidate. */
const twoNodes = /^q1\.lab +M +10\.77\.0\.1\nq2\.lab +C +10\.77\.0\.2$/m;

type Objects = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface ConfigData {
  readonly cluster: Readonly<Record<string, unknown>>;
  readonly nodes: Objects;
  readonly nodegroups: Objects;
  readonly serial_no: number;
}

const configurationIn = async (lab: Lab, directory: string): Promise<ConfigData> =>
  JSON.parse((await lab.on(1, ['cat', `${directory}/config.data`])).stdout) as ConfigData;

/** What taking over changes, or Ganeti with any change. */
const without = (object: Readonly<Record<string, unknown>>, ...keys: readonly string[]) =>
  Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));

describe('a cluster that we made', () => {
  afterEach(downTestLabs);

  it('runs under Ganeti’s daemons, and Ganeti’s verify finds nothing wrong with it (BEH-139, BEH-161)', async () => {
    const lab = await startGanetiHosts(1);
    await must(lab, 'quorate', 'init', clusterName, '--master-netdev', 'eth0');
    await must(lab, 'quorate', 'export', '--to', exported);
    await stopQuorate(lab);
    await must(lab, 'cp', '-a', `${exported}/.`, ganetiData);
    await startGaneti(lab);

    expect((await must(lab, 'gnt-cluster', 'getmaster')).trim()).toBe('q1.lab');
    expect(await must(lab, 'gnt-cluster', 'info')).toContain(`Cluster name: ${clusterName}`);
    expect(await must(lab, 'gnt-node', 'list', '--no-headers', '-o', 'name,role,pip')).toMatch(
      /^q1\.lab +M +10\.77\.0\.1$/m,
    );
    const { code, stdout, stderr } = await shown(lab, ...verify);
    expect({ code, errors: `${stdout}${stderr}`.match(/^.*ERROR.*$/gm) }).toEqual({ code: 0, errors: null });
    await must(lab, 'gnt-cluster', 'modify', '-C', '9');

    const [ours, theirs] = [
      await configurationIn(lab, '/var/lib/quorate'),
      await configurationIn(lab, ganetiData),
    ];
    expect(theirs.serial_no).toBeGreaterThan(ours.serial_no);
    // Ganeti computes with a time and writes it back with another last digit, now and then.
    const changing = ['serial_no', 'ctime', 'mtime', 'candidate_pool_size'];
    expect(theirs.cluster).toMatchObject(without(ours.cluster, ...changing));
  });

  it('of two nodes runs under Ganeti’s daemons on both of them (BEH-139, BEH-161)', async () => {
    const lab = await startGanetiHosts(2);
    await lab.init();
    for (const k of lab.hosts) await mustOn(lab, k, 'quorate', 'export', '--to', exported);
    await stopQuorate(lab);
    for (const k of lab.hosts) await mustOn(lab, k, 'cp', '-a', `${exported}/.`, ganetiData);
    await startGaneti(lab);

    expect(await must(lab, 'gnt-node', 'list', '--no-headers', '-o', 'name,role,pip')).toMatch(twoNodes);
    for (const k of lab.hosts)
      expect((await mustOn(lab, k, 'gnt-cluster', 'getmaster')).trim()).toBe('q1.lab');
    const { code, stdout, stderr } = await shown(lab, ...verify);
    expect({ code, errors: `${stdout}${stderr}`.match(/^.*ERROR.*$/gm) }).toEqual({ code: 0, errors: null });
    await must(lab, 'gnt-cluster', 'redist-conf');
  });
});

describe('a node that is no candidate', () => {
  afterEach(downTestLabs);

  it('has nothing to export; Ganeti adds it again, and writes its ganeti_pub_keys (BEH-161)', async () => {
    const lab = await startGanetiHosts(3);
    await lab.init();
    await must(lab, 'quorate', 'modify', '-C', '2');
    await must(lab, 'quorate', 'node', 'modify', 'q3.lab', '-C', 'no');
    const candidates = ['cat', '/var/lib/quorate/ssconf_master_candidates'];
    await awaitUntil('q3 takes itself for a candidate', 30_000, async () => {
      return !(await lab.on(3, candidates)).stdout.includes('q3.lab');
    });
    const refused = await shownOn(lab, 3, 'quorate', 'export', '--to', exported);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('gnt-node add --readd');
    for (const k of [1, 2]) await mustOn(lab, k, 'quorate', 'export', '--to', exported);
    await stopQuorate(lab);
    for (const k of [1, 2]) await mustOn(lab, k, 'cp', '-a', `${exported}/.`, ganetiData);
    // The two candidates are a majority for Ganeti's vote too.
    await startGaneti(lab);

    await must(lab, 'gnt-node', 'add', '--readd', '--no-ssh-key-check', 'q3.lab');
    const uuids = "cut -d' ' -f1 /var/lib/ganeti/ganeti_pub_keys | sort";
    expect(await mustOn(lab, 3, 'sh', '-c', uuids)).toBe(await must(lab, 'sh', '-c', uuids));
    const { code, stdout, stderr } = await shown(lab, ...verify);
    expect({ code, errors: `${stdout}${stderr}`.match(/^.*ERROR.*$/gm) }).toEqual({ code: 0, errors: null });
  });
});

const wishes = ['--enabled-hypervisors=fake', '--enabled-disk-templates=diskless', '--master-netdev=eth0'];

const eachWithout = (objects: Objects, ...keys: readonly string[]) =>
  Object.fromEntries(Object.entries(objects).map(([uuid, object]) => [uuid, without(object, ...keys)]));

describe('a cluster that Ganeti made', () => {
  afterEach(downTestLabs);

  it('is taken over with its nodes, master, candidates and parameters (BEH-162)', async () => {
    const lab = await startGanetiHosts(1);
    await must(lab, 'gnt-cluster', 'init', ...wishes, clusterName);
    await must(lab, 'gnt-cluster', 'modify', '-C', '7');
    await must(lab, 'gnt-node', 'list', '--no-headers', '-o', 'name,role,pip');
    const refused = await shown(lab, 'quorate', 'import', '--from', ganetiData);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('[ganeti-is-stopped]');
    await stopGaneti(lab);

    const theirs = await configurationIn(lab, ganetiData);
    const plan = JSON.parse(
      await must(lab, 'quorate', 'import', '--from', ganetiData, '--dry-run', '--json'),
    ) as object;
    expect(plan).toMatchObject({
      cluster: { name: clusterName, uuid: theirs.cluster['uuid'] },
      master: { name: 'q1.lab', uuid: theirs.cluster['master_node'] },
      nodes: 1,
      kept: ['hmacKey', 'clusterDomainSecret', 'rapiPem', 'spicePem', 'spiceCaPem'],
      version: null,
    });
    await must(lab, 'quorate', 'import', '--from', ganetiData);

    const ours = await configurationIn(lab, '/var/lib/quorate');
    expect(without(ours.cluster, 'serial_no', 'mtime', 'candidate_certs')).toEqual(
      without(theirs.cluster, 'serial_no', 'mtime', 'candidate_certs'),
    );
    expect({ nodes: ours.nodes, groups: ours.nodegroups }).toEqual({
      nodes: theirs.nodes,
      groups: theirs.nodegroups,
    });
    expect((await must(lab, 'quorate', 'master')).trim()).toBe('q1.lab');
    await must(lab, 'quorate', 'verify');
  });

  it('of two nodes is taken over; the other waits to be joined, as the candidate it was (BEH-162)', async () => {
    const lab = await startGanetiHosts(2);
    await must(lab, 'gnt-cluster', 'init', ...wishes, '-B', 'maxmem=512', clusterName);
    await must(lab, 'gnt-node', 'add', '--no-ssh-key-check', 'q2.lab');
    expect(await must(lab, 'gnt-node', 'list', '--no-headers', '-o', 'name,role,pip')).toMatch(twoNodes);
    await shown(lab, ...verify);
    await stopGaneti(lab);

    const theirs = await configurationIn(lab, ganetiData);
    await must(lab, 'quorate', 'import', '--from', ganetiData);
    await must(lab, 'quorate', 'node', 'add', 'q2.lab');

    const ours = await configurationIn(lab, '/var/lib/quorate');
    const changing = ['serial_no', 'mtime', 'candidate_certs'];
    expect(without(ours.cluster, ...changing)).toEqual(without(theirs.cluster, ...changing));
    expect(ours.nodegroups).toEqual(theirs.nodegroups);
    expect(eachWithout(ours.nodes, ...changing)).toEqual(eachWithout(theirs.nodes, ...changing));
    expect((await mustOn(lab, 2, 'quorate', 'master')).trim()).toBe('q1.lab');
    await must(lab, 'quorate', 'node', 'list');
    await must(lab, 'quorate', 'verify');
  });
});

/**
 * The master IP on hosts: what goes wrong with it is put right, what an administrator wants of it is done, and no other
 * host is left believing what is no longer true.
 *
 * Its loss with the lease is lease.test.ts's subject; asking and announcing on one cable, without a cluster, that of
 * packages/platform/src/interface-address.machine.test.ts.
 */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { timings } from '@quorate/domain/timings';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { awaitUntil } from './await.ts';
import { expectOneMaster, mustQuorate, quorate, startTestCluster } from './cluster-for-tests.ts';
import type { Lab } from './lab.ts';
import { describeLab, downTestLabs, startTestLab } from './lab-for-tests.ts';
import { clusterName, masterIp, planHost, planLab } from './plan.ts';
import { setCable } from './switch.ts';

/** One renewal of the usual lease and one look at it, on a machine that has much else to do. */
const soonMs = 5_000;

const shell = async (lab: Lab, k: number, script: string): Promise<string> => {
  const { code, stdout, stderr } = await lab.on(k, ['sh', '-c', script]);
  if (code !== 0) throw new Error(`${script} on q${k}: ${stderr}`);
  return stdout.trim();
};

/** `10.77.0.100/32` and the device it is on, each as often as it is there. */
const placesOf = async (lab: Lab, k: number, address = masterIp): Promise<readonly string[]> => {
  const text = await shell(lab, k, 'ip -o address show');
  return Array.from(text.matchAll(/^\d+: (\S+)\s+inet6? (\S+)/gm))
    .map(([, device, place]) => `${place} ${device}`)
    .filter((place) => place.startsWith(`${address}/`));
};

const awaitPlaces = (lab: Lab, k: number, places: readonly string[], address = masterIp): Promise<void> =>
  awaitUntil(
    `q${k} does not have ${places.join(', ') || 'nothing'}`,
    soonMs,
    async () => (await placesOf(lab, k, address)).join() === places.join(),
    async () => (await placesOf(lab, k, address)).join(),
  );

interface MasterIpStatus {
  readonly state: string;
  readonly linkUp: boolean;
  readonly problem: string | null;
  readonly device: string;
  readonly netmask: number;
}
const masterIpStatus = async (lab: Lab, k: number): Promise<MasterIpStatus> =>
  (JSON.parse(await mustQuorate(lab, k, 'status', '--json')) as { masterIp: MasterIpStatus }).masterIp;

const logOf = (lab: Lab, k: number): Promise<string> => shell(lab, k, 'cat /var/log/quorate/noded.log');

const returnsOfLink = async (lab: Lab, k: number): Promise<number> =>
  (await logOf(lab, k)).split('the link came back').length - 1;

const stranger = '02:00:00:00:00:99';
/** Host K believes that somebody else has the address, until it hears otherwise. */
const mislead = (lab: Lab, k: number, address = masterIp): Promise<string> =>
  shell(lab, k, `ip neighbour replace ${address} lladdr ${stranger} dev eth0 nud stale`);
const believes = async (lab: Lab, k: number, address = masterIp): Promise<string | undefined> =>
  / lladdr (\S+)/.exec(await shell(lab, k, `ip neighbour show to ${address} dev eth0`))?.[1];
const awaitBelief = (lab: Lab, k: number, holder: number, address = masterIp): Promise<void> =>
  awaitUntil(
    `q${k} does not know that q${holder} has ${address}`,
    soonMs,
    async () => (await believes(lab, k, address)) === planHost(planLab(lab.name), holder).hardwareAddress,
    async () => String(await believes(lab, k, address)),
  );

describeLab('the master IP of a cluster of three hosts', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startTestCluster(3);
    // A second network card, to move it to.
    await shell(
      lab,
      1,
      'ip link add eth9 type veth peer name eth8 && ip link set eth8 up && ip link set eth9 up',
    );
  }, 120_000);
  afterAll(downTestLabs);
  afterEach(() => expectOneMaster(lab, 1));

  it('comes back when an operator flushes it, and that is logged', async () => {
    const isLogged = async (): Promise<boolean> => {
      await shell(lab, 1, `ip address flush dev eth0 to ${masterIp}`);
      await awaitPlaces(lab, 1, [`${masterIp}/32 eth0`]);
      return (await logOf(lab, 1)).includes('the address was gone although the lease lasts');
    };
    // Flushed in the very moment in which its life is prolonged, it is back before anybody saw that it was gone.
    await awaitUntil('That it was gone is not logged', soonMs, isLogged);
    expect(await masterIpStatus(lab, 1)).toMatchObject({ state: 'up' });
  });

  it.each([
    ['with another mask', `ip address add ${masterIp}/20 dev eth0`],
    ['on another device', `ip address add ${masterIp}/32 dev eth9`],
  ])('is put right when it is there %s too', async (_where, add) => {
    await shell(lab, 1, `${add} && ip address del ${masterIp}/32 dev eth0`);
    await awaitPlaces(lab, 1, [`${masterIp}/32 eth0`]);
    await shell(lab, 1, add);
    await awaitPlaces(lab, 1, [`${masterIp}/32 eth0`]);
    expect(await masterIpStatus(lab, 1)).toMatchObject({ state: 'up', problem: null });
  });

  const plug = (plugged: boolean) => setCable(planHost(planLab(lab.name), 1), plugged);
  it.each<[string, () => Promise<unknown>]>([
    ['the cable was pulled, however briefly', async () => (await plug(false), await plug(true))],
    ['its device was taken down and up', () => shell(lab, 1, 'ip link set eth0 down && ip link set eth0 up')],
  ])('is announced again when %s', async (_what, interrupt) => {
    const before = await returnsOfLink(lab, 1);
    await interrupt();
    await awaitUntil('q1 does not see its link come back', soonMs, async () => {
      return (await returnsOfLink(lab, 1)) > before;
    });
    // Only now, when no earlier announcement can be meant: two of three are still to come.
    await mislead(lab, 3);
    await awaitBelief(lab, 3, 1);
    expect(await masterIpStatus(lab, 1)).toMatchObject({ state: 'up', linkUp: true });
  });

  it('is lowered by command, stays down while the lease goes on, and is raised by command', async () => {
    const unsure = await quorate(lab, 1, 'deactivate-master-ip');
    expect(unsure).toMatchObject({ code: 1, stderr: expect.stringContaining('CONFIRMATION_NEEDED') });
    expect(await placesOf(lab, 1)).toEqual([`${masterIp}/32 eth0`]);
    expect(await quorate(lab, 2, 'deactivate-master-ip', '--yes')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/NOT_MASTER[^]*Run the command on q1\.lab/),
    });
    expect(await quorate(lab, 2, 'activate-master-ip')).toMatchObject({ code: 1 });

    await mustQuorate(lab, 1, 'deactivate-master-ip', '--yes');
    expect(await placesOf(lab, 1)).toEqual([]);
    // Longer than between two looks of either daemon: there is nothing to wait for but time.
    await sleep(2 * timings.surveyIntervalMs);
    expect(await placesOf(lab, 1)).toEqual([]);
    expect(await masterIpStatus(lab, 2)).toMatchObject({ state: 'lowered' });
    await mustQuorate(lab, 1, 'activate-master-ip');
    expect(await placesOf(lab, 1)).toEqual([`${masterIp}/32 eth0`]);
    expect(await masterIpStatus(lab, 3)).toMatchObject({ state: 'up', linkUp: true, problem: null });
  });

  it('gets another netmask on a live cluster, host and configuration alike', async () => {
    await mustQuorate(lab, 1, 'modify', '--master-netmask', '24');
    expect(await placesOf(lab, 1)).toEqual([`${masterIp}/24 eth0`]);
    expect(await masterIpStatus(lab, 2)).toMatchObject({ netmask: 24, state: 'up' });
    expect(await shell(lab, 2, 'cat /var/lib/quorate/ssconf_master_netmask')).toBe('24');
    await mustQuorate(lab, 1, 'modify', '--master-netmask', '32');
    expect(await placesOf(lab, 1)).toEqual([`${masterIp}/32 eth0`]);
  });

  it('moves to another device, of which the others are told if they lack it, and not to one that is not there', async () => {
    const refused = await quorate(lab, 1, 'modify', '--master-netdev', 'eth7');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('no network device eth7') });
    expect(await placesOf(lab, 1)).toEqual([`${masterIp}/32 eth0`]);
    const moved = await quorate(lab, 1, 'modify', '--master-netdev', 'eth9');
    expect(moved).toMatchObject({ code: 0, stderr: expect.stringContaining('q2.lab has no device eth9') });
    expect(await placesOf(lab, 1)).toEqual([`${masterIp}/32 eth9`]);
    await mustQuorate(lab, 1, 'modify', '--master-netdev', 'eth0');
    await awaitPlaces(lab, 1, [`${masterIp}/32 eth0`]);
  });

  it('stays as it was when the configuration cannot be changed', async () => {
    const refused = await quorate(lab, 1, 'modify', '--master-netmask', '33');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('Netmask 33') });
    expect(await placesOf(lab, 1)).toEqual([`${masterIp}/32 eth0`]);
  });
});

const scriptPath = '/etc/quorate/scripts/master-ip-setup';
/** What Ganeti's own script does, and a note of each call. */
const siteScript = `#!/bin/sh
echo "$@ $MASTER_IP/$MASTER_NETMASK $MASTER_NETDEV $CLUSTER_IP_VERSION" >>/var/log/calls
case $1 in
start) ip address replace $MASTER_IP/$MASTER_NETMASK dev $MASTER_NETDEV ;;
stop) ip address del $MASTER_IP/$MASTER_NETMASK dev $MASTER_NETDEV ;;
esac
`;

function installScript(lab: Lab, k: number): void {
  const file = lab.disk(k, scriptPath);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, siteScript);
  chmodSync(file, 0o755);
}

describeLab('a script of the site', () => {
  afterEach(downTestLabs);
  const callsOn = async (lab: Lab, k: number): Promise<readonly string[]> =>
    (await shell(lab, k, 'cat /var/log/calls 2>/dev/null || :')).split('\n');

  it('BEH-306 holds the address once every candidate has it, moves with the office, and is stopped with the lease', async () => {
    const lab = await startTestCluster(3);
    installScript(lab, 1);
    const refused = await quorate(lab, 1, 'modify', '--use-external-mip-script', 'yes');
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('not ready on q2.lab, q3.lab'),
    });
    for (const k of [2, 3]) installScript(lab, k);
    await mustQuorate(lab, 1, 'modify', '--use-external-mip-script', 'yes');
    expect(await callsOn(lab, 1)).toEqual([`start ${masterIp}/32 eth0 4`]);
    await expectOneMaster(lab, 1);

    await mustQuorate(lab, 2, 'failover');
    expect((await callsOn(lab, 2))[0]).toBe(`start ${masterIp}/32 eth0 4`);
    expect((await callsOn(lab, 1)).at(-1)).toBe(`stop ${masterIp}/32 eth0 4`);
    await expectOneMaster(lab, 2);

    await lab.cut(2);
    await awaitUntil('q2 does not stop it', 15_000, async () =>
      ((await callsOn(lab, 2)).at(-1) ?? '').startsWith('stop'),
    );
    expect(await placesOf(lab, 2)).toEqual([]);
    await lab.heal();
    await expectOneMaster(lab, 2);

    await mustQuorate(lab, 2, 'modify', '--use-external-mip-script', 'no');
    expect(await placesOf(lab, 2)).toEqual([`${masterIp}/32 eth0`]);
    expect((await callsOn(lab, 2)).at(-1)).toMatch(/^stop/);
    await expectOneMaster(lab, 2);
  });
});

/** Host K answers no connection, accepts none and refuses none. */
async function dropTcp(lab: Lab, k: number): Promise<void> {
  const chain = 'type filter hook input priority 0;\nmeta l4proto tcp drop\n';
  const input = `table inet deaf {\nchain in {\n${chain}}\n}\n`;
  expect(await lab.on(k, ['nft', '-f', '-'], { input })).toMatchObject({ code: 0 });
}

describeLab('init', () => {
  afterEach(downTestLabs);

  it('BEH-307 finds by ARP another holder of the cluster’s address, although that drops every connection', async () => {
    const lab = await startTestLab(2);
    await shell(lab, 2, `ip address add ${masterIp}/32 dev eth0`);
    await dropTcp(lab, 2);
    const started = performance.now();
    const { code, stderr } = await quorate(lab, 1, 'init', clusterName, '--master-netdev', 'eth0');
    expect(code).toBe(1);
    expect(stderr).toContain('[cluster-address-is-free]');
    expect(stderr).toContain('hardware address 02:77:00:00:00:02 answers for it (found by ARP)');
    expect(performance.now() - started, 'who is found early is not waited for').toBeLessThan(4_500);
  });
});

const sixOf = (k: number): string => `fd77::${k}`;
const clusterSix = 'fd77::100';

describeLab('a cluster on IPv6', () => {
  afterEach(downTestLabs);

  /** The lab's hosts speak IPv4 only at first. */
  async function startSix(hosts: number): Promise<Lab> {
    const lab = await startTestLab(hosts);
    const names = [
      '127.0.0.1 localhost',
      `${clusterSix} ${clusterName}`,
      ...lab.hosts.map((k) => `${sixOf(k)} ${lab.nodeName(k)}`),
    ];
    for (const k of lab.hosts) {
      await shell(lab, k, `ip address add ${sixOf(k)}/64 dev eth0 nodad`);
      writeFileSync(lab.disk(k, '/etc/hosts'), `${names.join('\n')}\n`);
    }
    const six = ['--primary-ip-version', '6', '--secondary-ip', '10.77.0.1'];
    await mustQuorate(lab, 1, 'init', clusterName, '--master-netdev', 'eth0', ...six);
    for (const k of lab.hosts.slice(1)) {
      const keys = await shell(lab, k, 'cat /etc/ssh/ssh_host_ed25519_key.pub');
      await shell(lab, 1, `echo "${lab.nodeName(k)},${sixOf(k)} ${keys}" >>/etc/ssh/ssh_known_hosts`);
      await mustQuorate(lab, 1, 'node', 'add', lab.nodeName(k), '--secondary-ip', `10.77.0.${k}`);
    }
    return lab;
  }

  it('BEH-312 advertises its address to everybody wherever it goes, and puts it right', async () => {
    const lab = await startSix(3);
    await awaitPlaces(lab, 1, [`${clusterSix}/128 eth0`], clusterSix);
    await mislead(lab, 3, clusterSix);
    await mustQuorate(lab, 2, 'failover');
    await awaitPlaces(lab, 2, [`${clusterSix}/128 eth0`], clusterSix);
    expect(await placesOf(lab, 1, clusterSix)).toEqual([]);
    await awaitBelief(lab, 3, 2, clusterSix);

    await mislead(lab, 3, clusterSix);
    await shell(lab, 2, `ip address flush dev eth0 to ${clusterSix}`);
    await awaitPlaces(lab, 2, [`${clusterSix}/128 eth0`], clusterSix);
    await awaitBelief(lab, 3, 2, clusterSix);
    await mustQuorate(lab, 2, 'modify', '--master-netmask', '120');
    expect(await placesOf(lab, 2, clusterSix)).toEqual([`${clusterSix}/120 eth0`]);
    expect(await masterIpStatus(lab, 1)).toMatchObject({ state: 'up', netmask: 120 });
  });

  it('finds at init by neighbour discovery another holder that drops every connection', async () => {
    const lab = await startTestLab(2);
    for (const k of lab.hosts) await shell(lab, k, `ip address add ${sixOf(k)}/64 dev eth0 nodad`);
    await shell(lab, 2, `ip address add ${clusterSix}/128 dev eth0 nodad`);
    await dropTcp(lab, 2);
    writeFileSync(lab.disk(1, '/etc/hosts'), `${sixOf(1)} q1.lab\n${clusterSix} ${clusterName}\n`);
    const six = ['--primary-ip-version', '6', '--secondary-ip', '10.77.0.1'];
    const { code, stderr } = await quorate(lab, 1, 'init', clusterName, '--master-netdev', 'eth0', ...six);
    expect(code).toBe(1);
    expect(stderr).toContain('another host answers for it (found by neighbour discovery)');
  });
});

/**
 * The master IP on real interfaces: two hosts, each a network namespace, joined by one cable.
 *
 * Needs root, `ip` and `arping`; for advertisements `ndptool` too. The loss of announcements and a bridge that learns late are the lab's subject.
 */
import { spawnSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from './clock.ts';
import { arpHolders, neighbourAnswer } from './duplicate-address.ts';
import { createInterfaceAddress, type MasterAddress, type MasterIpParameters } from './interface-address.ts';
import { runCommand, type RunCommand } from './processes.ts';
import { awaitUntil } from './wait.ts';

const [q1, q2] = [`qd-${process.pid}-1`, `qd-${process.pid}-2`];

/** Runs a program of the test itself, at once, and gives back what it printed. */
function sh(line: string): string {
  const [program = '', ...args] = line.split(' ');
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${line}: ${stderr}`);
  return stdout;
}

function whyNot(): string | undefined {
  if (process.getuid?.() !== 0) return 'not root';
  const missing = ['ip', 'arping'].filter((program) => spawnSync(program, ['-V']).error);
  if (missing.length > 0) return `no ${missing.join(', ')}`;
  const name = `qd-${process.pid}-try`;
  if (spawnSync('ip', ['netns', 'add', name]).status !== 0) return 'network namespaces are not allowed here';
  sh(`ip netns del ${name}`);
  return undefined;
}
const obstacle = whyNot();

const inside =
  (namespace: string): RunCommand =>
  (program, args, options) =>
    runCommand('ip', ['netns', 'exec', namespace, program, ...args], options);

const advertises = spawnSync('ndptool', ['--help']).error === undefined;

const failures: unknown[] = [];
const hosts: Readonly<Record<string, MasterAddress>> = Object.fromEntries(
  [q1, q2].map((name) => [
    name,
    createInterfaceAddress({ run: inside(name), onAnnouncementFailed: (error) => failures.push(error) }),
  ]),
);
function hostIn(namespace: string): MasterAddress {
  const host = hosts[namespace];
  if (!host) throw new Error(`no host in ${namespace}`);
  return host;
}

const isHere = async (host: MasterAddress, params: MasterIpParameters): Promise<boolean> =>
  (await host.look(params)).here;

const v4: MasterIpParameters = { address: '10.99.7.100', netmask: 32, device: 'v0', family: 4 };
const v6: MasterIpParameters = { address: 'fd00:99:7::100', netmask: 128, device: 'v0', family: 6 };

const addressesOf = (namespace: string) => sh(`ip -n ${namespace} -o address show`);
const linkAddressOf = (namespace: string) =>
  (JSON.parse(sh(`ip -n ${namespace} -j link show v0`)) as { address: string }[])[0]?.address;

/** Whose hardware address `namespace` has in mind for the master IP. */
function neighbourOf(namespace: string, { address, family }: MasterIpParameters): string | undefined {
  const lines = sh(`ip -n ${namespace} -${family} -j neighbour show dev v0`).trim() || '[]';
  return (JSON.parse(lines) as { dst: string; lladdr?: string }[]).find(({ dst }) => dst === address)?.lladdr;
}

const untilTheOtherKnows = (params: MasterIpParameters) =>
  awaitUntil(() => Promise.resolve(neighbourOf(q2, params) === linkAddressOf(q1)), {
    what: 'the other host to know better',
    limitMs: 10_000,
    firstMs: 10,
    maxMs: 100,
    clock: systemClock,
  });

describe.skipIf(obstacle)(`the master IP on an interface${obstacle ? ` (skipped: ${obstacle})` : ''}`, () => {
  beforeAll(() => {
    for (const name of [q1, q2]) sh(`ip netns add ${name}`);
    sh(`ip -n ${q1} link add v0 type veth peer name v0 netns ${q2}`);
    sh(`ip -n ${q1} link add d0 type veth peer name d1`);
    for (const [n, name] of [q1, q2].entries()) {
      for (const device of ['lo', 'v0']) sh(`ip -n ${name} link set ${device} up`);
      sh(`ip -n ${name} address add 10.99.7.${n + 1}/24 dev v0`);
      sh(`ip -n ${name} address add fd00:99:7::${n + 1}/64 dev v0 nodad`);
    }
    sh(`ip -n ${q1} link set d0 up`);
  });
  afterEach(async () => {
    for (const name of [q1, q2]) for (const params of [v4, v6]) await hostIn(name).lower(params);
  });
  afterAll(() => {
    for (const name of [q1, q2]) spawnSync('ip', ['netns', 'del', name]);
  });

  it('is raised with its label, never as a source address, and lowered', async () => {
    const host = hostIn(q1);
    expect(await isHere(host, v4)).toBe(false);
    await host.raise(v4);
    expect(await isHere(host, v4)).toBe(true);
    expect(addressesOf(q1)).toMatch(/10\.99\.7\.100\/32 scope global deprecated v0:0\b/);
    expect(sh(`ip -n ${q1} route get 10.99.7.2`)).toContain('src 10.99.7.1 ');
    await host.lower(v4);
    expect(await isHere(host, v4)).toBe(false);
    await host.lower(v4);
  });

  it('BEH-307 is refused while another host has it, although that host answers no ping', async () => {
    sh(`ip netns exec ${q2} sysctl -q -w net.ipv4.icmp_echo_ignore_all=1`);
    await hostIn(q2).raise(v4);
    await expect(hostIn(q1).raise(v4)).rejects.toMatchObject({ reason: 'ADDRESS_IN_USE' });
    expect(await isHere(hostIn(q1), v4)).toBe(false);
  });

  it('BEH-308 raised again, it is announced: a neighbour that was wrong knows better', async () => {
    const host = hostIn(q1);
    await host.raise(v4);
    sh(`ip -n ${q2} neighbour replace 10.99.7.100 lladdr 02:00:00:00:00:01 dev v0 nud stale`);
    await host.raise(v4);
    await untilTheOtherKnows(v4);
    expect(failures).toEqual([]);
  });

  it.each([
    ['BEH-309', 'on the wrong device', '10.99.7.100/32 dev d0'],
    ['BEH-310', 'with another mask', '10.99.7.100/24 dev v0'],
  ])('%s %s, it is put right by raising and gone after lowering', async (_beh, _how, place) => {
    const host = hostIn(q1);
    sh(`ip -n ${q1} address add ${place}`);
    await host.raise(v4);
    expect(addressesOf(q1).match(/10\.99\.7\.100\S* /g)).toEqual(['10.99.7.100/32 ']);
    await host.lower(v4);
    sh(`ip -n ${q1} address add ${place}`);
    await host.lower(v4);
    expect(await isHere(host, v4)).toBe(false);
    expect(addressesOf(q1)).toContain('10.99.7.1/24');
  });

  it('BEH-312 of IPv6 is usable when raising is done, and advertised', async () => {
    sh(`ip -n ${q2} -6 neighbour replace ${v6.address} lladdr 02:00:00:00:00:01 dev v0 nud stale`);
    await hostIn(q1).raise(v6);
    expect(addressesOf(q1)).toMatch(/fd00:99:7::100\/128 scope global deprecated/);
    expect(addressesOf(q1)).not.toContain('tentative');
    expect(sh(`ip -n ${q1} -6 route get fd00:99:7::2`)).toContain('src fd00:99:7::1 ');
    await untilTheOtherKnows(v6);
  });

  it.skipIf(!advertises)(
    `BEH-312 of IPv6 is advertised three times${advertises ? '' : ' (skipped: no ndptool)'}`,
    async () => {
      const heard = () =>
        Number(
          /InNeighborAdvertisements\s+(\d+)/.exec(
            sh(`ip netns exec ${q2} nstat -asz Icmp6InNeighborAdvertisements`),
          )?.[1],
        );
      await hostIn(q1).raise(v6, { probeMs: 0 });
      const before = heard();
      sh(`ip -n ${q2} -6 neighbour replace ${v6.address} lladdr 02:00:00:00:00:01 dev v0 nud stale`);
      hostIn(q1).announce(v6);
      await awaitUntil(() => Promise.resolve(heard() >= before + 3), {
        ...{ what: 'three advertisements', limitMs: 10_000, firstMs: 100, maxMs: 200, clock: systemClock },
      });
      expect(neighbourOf(q2, v6), 'which a solicitation would not have changed').toBe(linkAddressOf(q1));
    },
  );

  it('is seen to have lost its link, however briefly', async () => {
    const before = await hostIn(q1).look(v4);
    expect(before).toMatchObject({ here: false, linkUp: true });
    sh(`ip -n ${q2} link set v0 down`);
    expect(await hostIn(q1).look(v4)).toMatchObject({ linkUp: false });
    sh(`ip -n ${q2} link set v0 up`);
    // The other end lost its IPv6 address with its link.
    sh(`ip -n ${q2} address replace fd00:99:7::2/64 dev v0 nodad`);
    const linkIsBack = async () => (await hostIn(q1).look(v4)).linkUp;
    await awaitUntil(linkIsBack, {
      ...{ what: 'the link', limitMs: 10_000, firstMs: 10, maxMs: 100, clock: systemClock },
    });
    expect((await hostIn(q1).look(v4)).linkChanges).toBeGreaterThan(before.linkChanges);
  });

  it('is known to be taken, and by whom, without being raised: by ARP, and by the neighbour table', async () => {
    await hostIn(q2).raise(v4);
    const question = { address: v4.address, device: 'v0', limitMs: 10_000 };
    expect(await arpHolders(inside(q1), question)).toEqual([linkAddressOf(q2)]);
    expect(await arpHolders(inside(q1), { ...question, address: '10.99.7.99' })).toEqual([]);
    await expect(arpHolders(inside(q1), { ...question, device: 'lo' })).rejects.toMatchObject({
      reason: 'COMMAND_FAILED',
    });
    expect(await neighbourAnswer(inside(q1), '10.99.7.99', 5_000)).toBe('unknown');
    for (const address of [v4.address, '10.99.7.99'])
      spawnSync('ip', ['netns', 'exec', q1, 'ping', '-c', '1', '-W', '5', address]);
    expect(await neighbourAnswer(inside(q1), v4.address, 5_000)).toBe('present');
    expect(await neighbourAnswer(inside(q1), '10.99.7.99', 5_000)).toBe('absent');
  });

  it('BEH-307 of IPv6 is refused while another host has it, and not left behind', async () => {
    await hostIn(q2).raise(v6);
    await expect(hostIn(q1).raise(v6)).rejects.toMatchObject({ reason: 'ADDRESS_IN_USE' });
    expect(await isHere(hostIn(q1), v6)).toBe(false);
  });

  it('is not raised on a device that is down or absent', async () => {
    sh(`ip -n ${q1} link set d1 down`);
    await expect(hostIn(q1).raise({ ...v4, device: 'd1' })).rejects.toMatchObject({
      reason: 'COMMAND_FAILED',
    });
    await expect(hostIn(q1).raise({ ...v4, device: 'd7' })).rejects.toMatchObject({ reason: 'HOST_UNFIT' });
    expect(await isHere(hostIn(q1), v4)).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { createInterfaceAddress, type MasterIpParameters } from './interface-address.ts';
import { MachineError } from './machine-error.ts';
import { virtualClock } from './testing/clock.ts';

const devices = ['eth0', 'eth1', 'a-very-long-name'];

/**
 * A host whose `ip` and `arping` are a few lines: `eth0 192.0.2.100/32` per address it has, and whether another host
 * has the address too. What is asked of it is written down, questions about its state left out.
 */
function host(
  addresses: readonly string[],
  options: { taken?: boolean; holder?: string; arping?: number; flags?: string[]; ndptool?: boolean } = {},
) {
  const held = new Set(addresses);
  const asked: string[] = [];
  const clock = virtualClock();
  const failures: unknown[] = [];

  const linesOf = (ifname: string) =>
    [...held].flatMap((each) => {
      const [device, local = '', prefix] = each.split(/[ /]/);
      const dad = local.includes(':') && options.taken ? { tentative: true, dadfailed: true } : {};
      return device === ifname ? [{ local, prefixlen: Number(prefix), ...dad }] : [];
    });
  const flags = options.flags ?? ['BROADCAST', 'UP'];
  const show = () =>
    devices.map((ifname) => ({ ifname, flags, address: `02:${ifname}`, addr_info: linesOf(ifname) }));
  const change = (args: readonly string[]) => {
    const entry = `${args[4]} ${args[2]}`;
    if (args[1] === 'add') held.add(entry);
    else held.delete(entry);
    return 0;
  };
  const codeOf = (program: string, args: readonly string[]): number => {
    if (program === 'ip') return change(args);
    if (program === 'arping' && args[0] === '-D') return options.arping ?? (options.taken ? 1 : 0);
    return program === 'arping' ? (options.arping ?? 0) : 0;
  };
  const answer = `Unicast reply from 192.0.2.100 [${options.holder ?? '0A:00:00:00:00:01'}]  0.6ms`;
  const run = (program: string, args: readonly string[]) => {
    const stdout = program === 'arping' && args[0] === '-D' && options.taken ? answer : '';
    const result = { code: 0, signal: null, stdout, stderr: '' };
    if (program === 'ndptool' && options.ndptool === false)
      return Promise.reject(
        new MachineError('HOST_UNFIT', 'The program ndptool is not installed on this host'),
      );
    if (args[0] === '--help') return Promise.resolve(result);
    if (args[0] === '-j') return Promise.resolve({ ...result, stdout: JSON.stringify(show()) });
    asked.push([program, ...args].join(' '));
    return Promise.resolve({ ...result, code: codeOf(program, args) });
  };
  const address = createInterfaceAddress({
    run,
    clock,
    onAnnouncementFailed: (error) => failures.push(error),
  });
  return { address, asked, held, failures, clock };
}

const v4: MasterIpParameters = { address: '192.0.2.100', netmask: 32, device: 'eth0', family: 4 };
const v6: MasterIpParameters = { address: '2001:DB8::0:100', netmask: 128, device: 'eth0', family: 6 };
const probe = 'arping -D -c 2 -w 3 -I eth0 192.0.2.100';
const add = 'ip address add 192.0.2.100/32 dev eth0 label eth0:0 preferred_lft 0';
const tell = 'arping -q -U -c 1 -I eth0 192.0.2.100';
const advertise = 'ndptool -t na -U -i eth0 -T 2001:db8::100 send';
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('raising the master IP', () => {
  it('asks, adds, and announces three times, a second apart', async () => {
    const { address, asked, held, clock } = host([]);
    await address.raise(v4);
    await clock.advance(1_999);
    expect(asked).toEqual([probe, add, tell, tell]);
    await clock.advance(10_000);
    expect(asked).toEqual([probe, add, tell, tell, tell]);
    expect([...held]).toEqual(['eth0 192.0.2.100/32']);
  });

  it('BEH-084 BEH-307 refuses an address that another host answers for, and adds nothing', async () => {
    const { address, asked } = host([], { taken: true });
    await expect(address.raise(v4)).rejects.toMatchObject({
      reason: 'ADDRESS_IN_USE',
      message:
        '192.0.2.100 is in use: another host on the network of eth0 answers for it, with hardware address 0a:00:00:00:00:01',
    });
    expect(asked).toEqual([probe]);
  });

  it('BEH-309 is not kept from it by its own answer, from another device of the same network', async () => {
    const { address, held } = host(['eth1 192.0.2.100/32'], { taken: true, holder: '02:eth1' });
    await address.raise(v4);
    expect([...held]).toEqual(['eth0 192.0.2.100/32']);
  });

  it('adds nothing when it could not ask', async () => {
    const { address, asked } = host([], { arping: 2 });
    await expect(address.raise(v4)).rejects.toMatchObject({ reason: 'COMMAND_FAILED' });
    expect(asked).toEqual([probe]);
  });

  it('BEH-308 only announces an address that is here already', async () => {
    const { address, asked, clock } = host(['eth0 192.0.2.100/32']);
    await address.raise(v4);
    await clock.advance(10_000);
    expect(asked).toEqual([tell, tell, tell]);
  });

  it.each([
    ['BEH-309', 'on the wrong device', 'eth1 192.0.2.100/32', 'ip address del 192.0.2.100/32 dev eth1'],
    ['BEH-310', 'with another mask', 'eth0 192.0.2.100/24', 'ip address del 192.0.2.100/24 dev eth0'],
  ])('%s an address %s is put right, and is never missing meanwhile', async (_beh, _how, entry, remove) => {
    const { address, asked, held } = host([entry]);
    await address.raise(v4);
    expect(asked).toEqual([probe, add, remove, tell]);
    expect([...held]).toEqual(['eth0 192.0.2.100/32']);
  });

  it('of a short lease waits for the renewal that leaves a whole second to give', async () => {
    const { address, asked, clock } = host([]);
    let seconds = 0;
    const raised = address.raise(v4, { lifeSeconds: () => seconds, probeMs: 0 });
    await settled();
    expect(asked).toEqual([]);
    seconds = 1;
    await clock.advance(10);
    await raised;
    expect(asked[0]).toBe('ip address add 192.0.2.100/32 dev eth0 label eth0:0 valid_lft 1 preferred_lft 0');
  });

  it('adds nothing when the lease is over and stays so', async () => {
    const { address, asked, clock } = host([]);
    const raised = address.raise(v4, { lifeSeconds: () => 0, probeMs: 0 });
    const refusal = raised.catch((error: unknown) => error);
    await settled();
    await clock.advance(1_000);
    expect(await refusal).toMatchObject({ reason: 'TIMED_OUT' });
    expect(asked).toEqual([]);
  });

  it('has no label where it does not fit', async () => {
    const { address, asked } = host([]);
    await address.raise({ ...v4, device: 'a-very-long-name' });
    expect(asked[1]).toBe('ip address add 192.0.2.100/32 dev a-very-long-name preferred_lft 0');
  });

  it('refuses a device that is not there, naming those that are', async () => {
    await expect(host([]).address.raise({ ...v4, device: 'eth7' })).rejects.toMatchObject({
      reason: 'HOST_UNFIT',
      message: 'There is no network device eth7 to hold 192.0.2.100',
      hint: 'This host has eth0, eth1, a-very-long-name',
    });
  });

  it('asks and tells nobody on a device without neighbours', async () => {
    const { address, asked } = host([], { flags: ['LOOPBACK', 'UP'] });
    await address.raise(v4);
    await settled();
    expect(asked).toEqual([add]);
  });

  it('stands when announcing fails, and says so', async () => {
    const { address, failures, held, clock } = host(['eth0 192.0.2.100/32'], { arping: 2 });
    await address.raise(v4);
    await clock.advance(10_000);
    expect(failures).toHaveLength(3);
    expect(held.size).toBe(1);
  });

  it('BEH-312 advertises an IPv6 address three times, and gives it no label', async () => {
    const { address, asked, clock } = host([]);
    await address.raise({ ...v6, address: '2001:db8::100' });
    await clock.advance(10_000);
    expect(asked).toEqual([
      'sysctl -q -w net/ipv6/conf/eth0/ndisc_notify=1',
      'ip address add 2001:db8::100/128 dev eth0 preferred_lft 0',
      ...[advertise, advertise, advertise],
    ]);
  });

  it.each([
    ['at once where it is known to be free', true, 'nodad preferred_lft 0'],
    ['after the kernel has advertised it, where nobody else could', false, 'preferred_lft 0'],
  ])('makes an IPv6 address usable %s', async (_when, ndptool, end) => {
    const { address, asked, failures, clock } = host([], { ndptool });
    await address.raise({ ...v6, address: '2001:db8::100' }, { probeMs: 0 });
    await clock.advance(10_000);
    expect(asked).toContain(`ip address add 2001:db8::100/128 dev eth0 ${end}`);
    expect(failures).toHaveLength(ndptool ? 0 : 3);
  });

  it('has an IPv6 address once: the wrong one goes first', async () => {
    const { address, asked, held } = host(['eth0 2001:db8::100/64']);
    await address.raise({ ...v6, address: '2001:db8::100' }, { probeMs: 0 });
    expect(asked[0]).toBe('ip address del 2001:db8::100/64 dev eth0');
    expect([...held]).toEqual(['eth0 2001:db8::100/128']);
  });

  it('BEH-307 takes an IPv6 address away again when the kernel finds another holder', async () => {
    const { address, held } = host([], { taken: true });
    await expect(address.raise({ ...v6, address: '2001:db8::100' })).rejects.toMatchObject({
      reason: 'ADDRESS_IN_USE',
    });
    expect([...held]).toEqual([]);
  });
});

describe('a look', () => {
  it.each([
    ['nothing', [], { here: false, right: false }],
    ['the address as it must be', ['eth0 192.0.2.100/32'], { here: true, right: true }],
    ['another mask', ['eth0 192.0.2.100/24'], { here: true, right: false }],
    ['another device', ['eth1 192.0.2.100/32'], { here: true, right: false }],
    ['both', ['eth0 192.0.2.100/32', 'eth1 192.0.2.100/32'], { here: true, right: false }],
  ])('sees %s', async (_what, entries, seen) => {
    expect(await host(entries).address.look(v4)).toMatchObject(seen);
  });

  it.each([
    [['UP', 'LOWER_UP'], true],
    [['UP', 'NO-CARRIER'], false],
    [['BROADCAST'], false],
  ])('sees in %j whether there is a link: %s', async (flags, linkUp) => {
    expect(await host([], { flags }).address.look(v4)).toMatchObject({ linkUp });
  });
});

describe('lowering the master IP', () => {
  it.each([
    ['BEH-311', 'absent', [], []],
    ['BEH-310', 'with another mask', ['eth0 192.0.2.100/24'], ['ip address del 192.0.2.100/24 dev eth0']],
    ['BEH-309', 'on another device', ['eth1 192.0.2.100/32'], ['ip address del 192.0.2.100/32 dev eth1']],
  ])('%s %s', async (_beh, _how, entries, expected) => {
    const { address, asked, held } = host(entries);
    await address.lower(v4);
    expect(asked).toEqual(expected);
    expect(held.size).toBe(0);
  });

  it('knows an IPv6 address however it is written', async () => {
    const { address, held } = host(['eth0 2001:db8::100/64']);
    expect((await address.look(v6)).here).toBe(true);
    await address.lower(v6);
    expect(held.size).toBe(0);
    expect((await address.look(v6)).here).toBe(false);
  });

  it('ends the announcing, so that nobody claims what he no longer has', async () => {
    const { address, asked, clock } = host([]);
    await address.raise(v4);
    await address.lower(v4);
    const after = asked.length;
    await clock.advance(10_000);
    expect(asked.slice(after)).toEqual([]);
  });
});

/** Whether an address is taken, out of several answers of which each may be missing. */
import { MachineError } from '@quorate/platform/machine-error';
import type { RunCommand } from '@quorate/platform/processes';
import type { TcpAnswer } from '@quorate/platform/network';
import { virtualClock } from '@quorate/platform/testing/clock';
import { describe, expect, it } from 'vitest';
import { addressUse } from './address-use.ts';

const hardware = '02:77:00:00:00:09';
const reply = `Unicast reply from 10.99.0.100 [${hardware}]  0.7ms`;
const v4 = '10.99.0.100';
const v6 = 'fd00::100';

interface World {
  readonly address?: string;
  readonly tcp?: TcpAnswer;
  /** undefined: nobody answers; an error: it cannot be asked. */
  readonly arp?: 'somebody' | 'nobody' | 'forbidden' | 'for ever';
  /** What the kernel knows of the neighbour, look by look; the last stays. */
  readonly states?: readonly string[];
}

function asked({ address = v4, tcp = 'silent', arp = 'nobody', states = [] }: World) {
  const clock = virtualClock();
  const programs: string[] = [];
  const left = [...states];
  const run: RunCommand = (program) => {
    programs.push(program);
    const result = { code: 0, signal: null, stdout: '', stderr: '' };
    if (program === 'ip') {
      const state = left.length > 1 ? left.shift() : left[0];
      const entries = state === undefined ? [] : [{ dst: address, state: [state] }];
      return Promise.resolve({ ...result, stdout: JSON.stringify(entries) });
    }
    if (arp === 'for ever') return new Promise(() => undefined);
    if (arp === 'forbidden')
      return Promise.reject(new MachineError('COMMAND_FAILED', 'arping: Operation not permitted'));
    return Promise.resolve(arp === 'nobody' ? result : { ...result, code: 1, stdout: reply });
  };
  const question = { address, device: 'eth0', port: 1811, owned: ['10.99.0.1'] };
  const use = addressUse(question, { run, tcp: () => Promise.resolve(tcp), clock });
  return { use, programs, clock };
}

describe('an address', () => {
  it.each<[string, World, object]>([
    ['nobody answers', {}, { tcp: 'silent' }],
    ['BEH-112 the network says unreachable', { tcp: 'unreachable' }, { tcp: 'silent' }],
    ['BEH-110 connections are accepted', { tcp: 'open' }, { tcp: 'open' }],
    ['BEH-111 connections are refused', { tcp: 'refused' }, { tcp: 'refused' }],
    [
      'BEH-307 somebody drops connections and answers by ARP',
      { arp: 'somebody' },
      { tcp: 'silent', holder: { by: 'ARP', hardwareAddress: hardware } },
    ],
    ['it is our own', { address: '10.99.0.1' }, { tcp: 'owned' }],
  ])('of which %s', async (_what, world, use) => {
    expect(await asked(world).use).toEqual(use);
  });

  it('is asked about by ARP and TCP at once: who is found first ends it', async () => {
    expect(await asked({ tcp: 'open', arp: 'for ever' }).use).toEqual({ tcp: 'open' });
  });

  it('of loopback is asked about by TCP alone, without any program', async () => {
    const { use, programs } = asked({ address: '127.0.0.100', tcp: 'refused', arp: 'forbidden' });
    expect(await use).toEqual({ tcp: 'refused' });
    expect(programs).toEqual([]);
  });
});

describe('without ARP', () => {
  const forbidden = 'arping: Operation not permitted';
  it.each<[string, World, object]>([
    ['answers', { states: ['REACHABLE'] }, { holder: { by: 'neighbour discovery' } }],
    ['does not answer', { states: ['FAILED'] }, {}],
    ['is not on a network of ours', {}, { unasked: forbidden }],
  ])('a neighbour that %s is told from the neighbour table', async (_what, world, more) => {
    expect(await asked({ ...world, arp: 'forbidden' }).use).toEqual({ tcp: 'silent', ...more });
  });

  it('an IPv6 neighbour is, and what the kernel is still finding out is waited for', async () => {
    const { use, programs, clock } = asked({ address: v6, states: ['DELAY', 'PROBE', 'REACHABLE'] });
    await clock.advance(2_000);
    expect(await use).toEqual({ tcp: 'silent', holder: { by: 'neighbour discovery' } });
    expect(new Set(programs)).toEqual(new Set(['ip']));
  });

  it('is not waited for longer than the kernel takes', async () => {
    const { use, clock } = asked({ address: v6, states: ['STALE'] });
    await clock.advance(10_000);
    expect(await use).toMatchObject({ tcp: 'silent', unasked: expect.any(String) });
  });
});

/** Whom a node tries to reach for `verify`. */
import { rosterFrom, uuidOf } from '@quorate/domain/testing/notation';
import { expect, it } from 'vitest';
import { addressesToTry, ownAddressesIn, tryAddresses } from './addresses-to-try.ts';

/** q4 is marked offline; q1 and q2 have a second network, q3 says the same address twice. */
const roster = rosterFrom('M C R O');
const secondaries = 'q1.lab 10.78.0.1\nq2.lab 10.78.0.2\nq3.lab 10.77.0.3\nq22.lab 10.78.0.22';
const sshPorts = 'q1.lab=22\nq2.lab=2222\nq3.lab=many';

const wordsFor = (own: number, ports = '') =>
  addressesToTry(roster, uuidOf(own), secondaries, ports).map(
    ({ network, address, port }) => `${network.slice('NETWORK_'.length).toLowerCase()} ${address}:${port}`,
  );

it('every other node that is not offline by both its addresses, and the master IP', () => {
  expect(wordsFor(2)).toEqual([
    'primary 10.77.0.1:1811',
    'secondary 10.78.0.1:1811',
    'primary 10.77.0.3:1811',
    'master_ip 10.77.0.100:1811',
  ]);
});

it('SSH too where ports are told', () => {
  expect(wordsFor(3, sshPorts).filter((word) => word.startsWith('ssh'))).toEqual([
    'ssh 10.77.0.1:22',
    'ssh 10.77.0.2:2222',
  ]);
});

it('nobody but the others by a node that its own roster does not know', () => {
  expect(wordsFor(9).at(-1)).toBe('primary 10.77.0.3:1811');
});

it.each([
  [1, ['10.77.0.1', '10.78.0.1']],
  [3, ['10.77.0.3']],
  [4, ['10.77.0.4']],
  [9, []],
])('node %i must have the addresses %j itself', (own, addresses) => {
  expect(ownAddressesIn(roster, uuidOf(own), secondaries)).toEqual(addresses);
});

it('all at once: the first is answered only when the last was asked', async () => {
  const targets = addressesToTry(roster, uuidOf(2), secondaries, '');
  const waiting: ((answer: 'silent') => void)[] = [];
  const tcp = () =>
    new Promise<'silent'>((resolve) => {
      waiting.push(resolve);
      if (waiting.length === targets.length) for (const answer of waiting) answer('silent');
    });
  const tried = await tryAddresses({ tcp }, targets);
  expect(tried.map(({ answer }) => answer)).toEqual(targets.map(() => 'TCP_ANSWER_SILENT'));
});

import { describe, expect, it } from 'vitest';
import { compareNaturally, ipFamily, isLoopback, parseHostName } from './names.ts';

describe('addresses', () => {
  it.each([
    ['10.99.0.1', 4],
    ['0.0.0.0', 4],
    ['255.255.255.255', 4],
    ['256.0.0.1', undefined],
    ['10.99.0', undefined],
    ['010.0.0.1', undefined],
    ['10.0.0.1 ', undefined],
    ['::', 6],
    ['::1', 6],
    ['fd00::1:2', 6],
    ['FD00:0:0:0:0:0:0:1', 6],
    ['::ffff:10.0.0.1', 6],
    ['1:2:3:4:5:6:7:8', 6],
    ['1:2:3:4:5:6:7::', 6],
    ['1:2:3:4:5:6:7:8:9', undefined],
    ['1:2:3:4:5:6:7:8::', undefined],
    ['1::2::3', undefined],
    ['fe80::1%eth0', undefined],
    ['12345::', undefined],
    ['::ffff:10.0.0.256', undefined],
    [':1', undefined],
    ['node1', undefined],
    ['', undefined],
  ])('%j is of family %s', (text, family) => expect(ipFamily(text)).toBe(family));

  it.each([
    ['127.0.0.1', true],
    ['127.0.1.1', true],
    ['128.0.0.1', false],
    ['::1', true],
    ['0:0:0:0:0:0:0:1', true],
    ['::ffff:127.0.0.1', true],
    ['::ffff:10.0.0.1', false],
    ['fd00::1', false],
    ['127.example.com', false],
  ])('%s is loopback: %s', (ip, loopback) => expect(isLoopback(ip)).toBe(loopback));
});

describe('host names', () => {
  it.each([
    ['Node1.Example.COM.', 'node1.example.com'],
    ['node1', 'node1'],
    ['a-b_c.x', 'a-b_c.x'],
  ])('%s is stored as %s', (text, name) => expect(parseHostName(text)).toBe(name));

  it.each([
    '',
    '-a.b',
    'a-.b',
    'a..b',
    'a b',
    'a=b',
    'a\nb',
    '10.0.0.1',
    '::1',
    `${'x'.repeat(64)}.test`,
    'a.'.repeat(130),
  ])('%j is refused', (text) =>
    expect(() => parseHostName(text)).toThrow(expect.objectContaining({ reason: 'WRONG_INPUT' })),
  );
});

describe('natural order', () => {
  it.each([
    ['node10 node2 node1', 'node1 node2 node10'],
    ['n9.b n9.a n10.a n9', 'n9 n9.a n9.b n10.a'],
    ['2-b 10-a b a', '2-b 10-a a b'],
    ['n01 n1 n0', 'n0 n01 n1'],
    ['n99999999999999999999 n99999999999999999998', 'n99999999999999999998 n99999999999999999999'],
  ])('%s → %s', (given, sorted) => expect(given.split(' ').sort(compareNaturally).join(' ')).toBe(sorted));
});

import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  findHostKeys,
  fingerprintOf,
  judgeFingerprint,
  judgeHostKey,
  keyTypeOf,
  knownHostsLine,
} from './known-hosts.ts';

/** A key in the form of the wire: its type, then anything. */
function key(type: string, content: string): Buffer {
  const parts = [type, content].flatMap((text) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(text.length);
    return [length, Buffer.from(text)];
  });
  return Buffer.concat(parts);
}
const A = key('ssh-ed25519', 'A');
const B = key('ssh-ed25519', 'B');
const R = key('ssh-rsa', 'R');
const line = (names: string, shown: Buffer, marker = '') =>
  `${marker}${names} ${keyTypeOf(shown)} ${shown.toString('base64')} a comment`;

function hashed(name: string): string {
  const salt = Buffer.from('twenty bytes of salt');
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}

describe('findHostKeys', () => {
  it.each([
    ['node2', 'node2', 22, true],
    ['node2', 'NODE2', 22, true],
    ['node2,192.0.2.2', '192.0.2.2', 22, true],
    ['node2', 'node22', 22, false],
    ['node2', 'node2', 2222, false],
    ['[node2]:2222', 'node2', 2222, true],
    ['[node2]:2222', 'node2', 22, false],
    ['[fd00::2]:2222', 'fd00::2', 2222, true],
    ['*.lab', 'q1.lab', 22, true],
    ['*.lab', 'qxlab', 22, false],
    ['q?.lab', 'q1.lab', 22, true],
    ['*.lab,!q1.lab', 'q1.lab', 22, false],
    ['!q1.lab', 'q2.lab', 22, false],
    [hashed('node2'), 'node2', 22, true],
    [hashed('node2'), 'node3', 22, false],
    [hashed('[node2]:2222'), 'node2', 2222, true],
  ])('%s against %s at %i: %s', (names, host, port, found) => {
    expect(findHostKeys(line(names, A), host, port)).toEqual(
      found ? [{ type: 'ssh-ed25519', key: A, mark: 'host' }] : [],
    );
  });

  it('passes over comments, unknown marks, empty and broken lines, and keeps the rest', () => {
    const text = [
      '# node2 is the second',
      '',
      `  ${line('node2', A)}`,
      line('node2', B, '@revoked '),
      line('node2', R, '@cert-authority '),
      line('node2', R, '@unheard-of '),
      'node2',
      'node2 ssh-rsa',
      'node2 ssh-rsa !!!',
      `node2 ssh-rsa ${A.toString('base64')}`,
    ].join('\n');
    expect(findHostKeys(text, 'node2', 22).map((each) => [each.key, each.mark])).toEqual([
      [A, 'host'],
      [B, 'revoked'],
      [R, 'authority'],
    ]);
  });
});

describe('judgeHostKey', () => {
  it.each([
    ['the key on record', [line('n', A)], A, 'accepted'],
    ['one of several on record', [line('n', B), line('n', A)], A, 'accepted'],
    ['another one of the same type', [line('n', B)], A, 'changed'],
    ['one of a type that is not on record', [line('n', R)], A, 'unknown'],
    ['nothing on record', [], A, 'unknown'],
    ['one on record as revoked', [line('n', A, '@revoked ')], A, 'revoked'],
    ['one that is known and revoked', [line('n', A), line('n', A, '@revoked ')], A, 'revoked'],
    ['a new one after the old was revoked', [line('n', B, '@revoked ')], A, 'unknown'],
    ['one only an authority could vouch for', [line('*', R, '@cert-authority ')], A, 'authority-only'],
    ['the key of the authority itself', [line('*', A, '@cert-authority ')], A, 'authority-only'],
    [
      'the key on record, an authority beside it',
      [line('n', A), line('*', R, '@cert-authority ')],
      A,
      'accepted',
    ],
    ['another one, an authority beside it', [line('n', B), line('*', R, '@cert-authority ')], A, 'changed'],
    ['one that is revoked for all hosts', [line('n', A), line('*', A, '@revoked ')], A, 'revoked'],
  ])('%s', (_, lines, shown, verdict) => {
    expect(judgeHostKey(shown, findHostKeys(lines.join('\n'), 'n', 22))).toBe(verdict);
  });
});

it.each([22, 2222])('a line that was written is found again, at port %i', (port) => {
  const text = `${knownHostsLine('Q2.lab', port, A)}\n`;
  expect(judgeHostKey(A, findHostKeys(text, 'q2.lab', port))).toBe('accepted');
  expect(findHostKeys(text, 'q2.lab', port + 1)).toEqual([]);
});

describe('fingerprints', () => {
  it('look as OpenSSH prints them', () => {
    const githubEd25519 = 'AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';
    expect(fingerprintOf(Buffer.from(githubEd25519, 'base64'))).toBe(
      'SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU',
    );
  });

  it('BEH-252 accept their own key and no other', () => {
    expect(judgeFingerprint(A, fingerprintOf(A))).toBe('accepted');
    expect(judgeFingerprint(A, ` ${fingerprintOf(A)}= `)).toBe('accepted');
    expect(judgeFingerprint(B, fingerprintOf(A))).toBe('changed');
    expect(judgeFingerprint(A, '')).toBe('changed');
  });
});

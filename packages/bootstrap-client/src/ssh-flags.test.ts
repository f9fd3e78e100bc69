import { describe, expect, it } from 'vitest';
import { fingerprintFor, refuseUncheckedKeys } from './ssh-flags.ts';

const print = (letter: string) => `SHA256:${letter.repeat(43)}`;

describe('--fingerprint', () => {
  it('without a name is for the only host', () => {
    expect(fingerprintFor({ fingerprint: [print('a')] }, ['q2'], true)).toBe(print('a'));
    expect(fingerprintFor({}, ['q2'], true)).toBeUndefined();
  });

  it('with a name is for that host, by any of its names', () => {
    const flags = { fingerprint: [`q2=${print('a')}`, `q3.lab=${print('b')}`] };
    expect(fingerprintFor(flags, ['q2', 'q2.lab'], false)).toBe(print('a'));
    expect(fingerprintFor(flags, ['q3', 'q3.lab'], false)).toBe(print('b'));
    expect(fingerprintFor(flags, ['q4'], false)).toBeUndefined();
  });

  it('without a name is refused where several hosts are meant', () => {
    expect(() => fingerprintFor({ fingerprint: [print('a')] }, ['q2'], false)).toThrow(
      'is for several hosts',
    );
  });

  it('may end with the = that some tools print', () => {
    expect(fingerprintFor({ fingerprint: [`${print('a')}=`] }, ['q2'], true)).toBe(`${print('a')}=`);
  });
});

it('BEH-235 --no-ssh-key-check is refused, with the reason and the way out', () => {
  expect(() => refuseUncheckedKeys({ sshKeyCheck: true })).not.toThrow();
  expect(() => refuseUncheckedKeys({ sshKeyCheck: false })).toThrow(
    expect.objectContaining({ reason: 'WRONG_INPUT', hint: expect.stringContaining('--fingerprint') }),
  );
});

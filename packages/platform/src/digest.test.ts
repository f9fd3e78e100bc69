import { describe, expect, it } from 'vitest';
import { randomHex, randomInteger, randomUuid, sha1Colon, sha256Hex } from './digest.ts';

describe('digests', () => {
  it('are lower-case SHA-256 hex, over text as UTF-8', () => {
    expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(sha256Hex(Buffer.from('abc'))).toBe(sha256Hex('abc'));
  });

  it('BEH-143 are in Ganeti form twenty upper-case pairs joined by colons', () => {
    expect(sha1Colon(Buffer.from('abc'))).toBe('A9:99:3E:36:47:06:81:6A:BA:3E:25:71:78:50:C2:6C:9C:D0:D8:9D');
  });
});

describe('random values', () => {
  it('BEH-166 differ from call to call', () => {
    expect(randomHex(20)).toMatch(/^[0-9a-f]{40}$/);
    expect(randomHex(20)).not.toBe(randomHex(20));
    expect(randomUuid()).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(randomUuid()).not.toBe(randomUuid());
  });

  it('stay below their bound', () => {
    const drawn = new Set(Array.from({ length: 200 }, () => randomInteger(3)));
    expect(drawn).toEqual(new Set([0, 1, 2]));
  });
});

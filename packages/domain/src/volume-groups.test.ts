import { describe, expect, it } from 'vitest';
import { parseVolumeGroups, unfitVolumeGroup } from './volume-groups.ts';

describe('what vgs printed', () => {
  it('is read line by line, sizes truncated, lines of another form skipped', () => {
    const text =
      '  xenvg 20480.00\n  fast-vg 20479.99\nwhole 7\n\n  WARNING: no lvmetad\n  odd\n  a b 3\n  comma 3,5\n';
    expect([...parseVolumeGroups(text)]).toEqual([
      ['xenvg', 20_480],
      ['fast-vg', 20_479],
      ['whole', 7],
    ]);
  });

  it('may be nothing', () => expect(parseVolumeGroups('').size).toBe(0));
});

describe('BEH-119 a volume group', () => {
  const sizes = new Map([
    ['xenvg', 20_480],
    ['small', 20_479],
  ]);
  it.each([
    ['xenvg', undefined],
    ['small', "Volume group 'small' is too small: it has 20479 MiB, 20480 are needed"],
    ['other', "Volume group 'other' is missing"],
  ])('%s: %s', (name, expected) => expect(unfitVolumeGroup({ sizes }, name)).toBe(expected));

  it('is missing if they could not be listed, and that is told', () => {
    const failure = 'The program vgs is not installed on this host';
    expect(unfitVolumeGroup({ sizes: new Map(), failure }, 'xenvg')).toBe(
      `Volume group 'xenvg' is missing: ${failure}`,
    );
  });
});

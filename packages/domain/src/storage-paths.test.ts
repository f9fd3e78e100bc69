import { describe, expect, it } from 'vitest';
import {
  forbiddenAt,
  forbiddenDirectories,
  isAllowed,
  isBelow,
  normalised,
  parseAllowedPaths,
} from './storage-paths.ts';

it.each([
  ['/srv/x', '/srv/x'],
  ['//srv//x/', '/srv/x'],
  ['/srv/./x/../y', '/srv/y'],
  ['/../../srv', '/srv'],
  ['/srv/..', '/'],
  ['/', '/'],
  ['srv/../x', 'srv/../x'],
  ['', ''],
])('BEH-222 %j is %j', (path, expected) => expect(normalised(path)).toBe(expected));

describe('the list of allowed paths', () => {
  it('BEH-227 has no comments, blank lines and relative paths', () => {
    const text = '# where disks may lie\n\n  /srv/x/  \n#/srv/y\nsrv/z\n./z\n/srv//a/../b\n';
    expect(parseAllowedPaths(text)).toEqual(['/srv/x', '/srv/b']);
  });

  it.each([
    ['/srv/x/y', '/srv/x', true],
    ['/srv/x/y/z', '/srv/x', true],
    ['/srv/xy', '/srv/x', false],
    ['/srv', '/srv/x', false],
    ['/srv/x', '/', true],
  ])('BEH-224 %s with %s allowed: %s', (path, allowed, expected) => {
    expect(isAllowed(path, ['/elsewhere', allowed])).toBe(expected);
    expect(isBelow(allowed, path)).toBe(expected);
  });

  it('BEH-225 an allowed path may be used itself; it is not below itself', () => {
    expect(isAllowed('/srv/x', ['/srv/x'])).toBe(true);
    expect(isBelow('/srv/x', '/srv/x')).toBe(false);
  });

  it('BEH-223 that is empty allows nothing', () =>
    expect(isAllowed('/srv/x', parseAllowedPaths(''))).toBe(false));
});

describe('forbidden directories', () => {
  it('are Ganeti’s 22 and /tmp', () => {
    expect(new Set(forbiddenDirectories).size).toBe(23);
    expect(forbiddenDirectories).toEqual(
      expect.arrayContaining(['/boot', '/sys', '/bin', '/usr/lib64', '/usr/local/sbin', '/tmp']),
    );
  });

  it.each([
    ['/etc', '/etc'],
    ['/etc/y', '/etc'],
    ['/usr/local/lib32/x', '/usr/local/lib32'],
    ['/tmp/x', '/tmp'],
    ['/', '/'],
    ['/var/lib/quorate/disks', '/var/lib/quorate'],
    ['/etcetera', undefined],
    ['/usr', undefined],
    ['/usr/share/x', undefined],
    ['/var/tmp', undefined],
    ['/var/lib/quorate2', undefined],
  ])('%s: in %s', (path, expected) => expect(forbiddenAt(path, ['/var/lib/quorate'])).toBe(expected));
});

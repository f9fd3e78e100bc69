import { describe, expect, it } from 'vitest';
import { versionOf } from './testing/notation.ts';
import { compareVersions, describeVersion, newestVersion, noVersion, sameVersion } from './version.ts';

describe('of two versions', () => {
  it.each([
    [versionOf(1, 10), versionOf(1, 11), -1, 'the higher serial is newer'],
    [versionOf(2, 3), versionOf(1, 90), 1, 'the epoch comes first'],
    [versionOf(1, 10), versionOf(1, 10, 'x'), 0, 'the same place, whatever they say'],
    [noVersion, versionOf(1, 1), -1, 'none is older than any'],
  ])('%o and %o: %i, %s', (a, b, order) => expect(Math.sign(compareVersions(a, b))).toBe(order));

  it('those of the same place are the same only with the same text', () => {
    expect(sameVersion(versionOf(1, 10), versionOf(1, 10))).toBe(true);
    expect(sameVersion(versionOf(1, 10), versionOf(1, 10, 'x'))).toBe(false);
    expect(sameVersion(versionOf(1, 10), versionOf(1, 11))).toBe(false);
  });
});

it('the newest of several is found, and none is none', () => {
  expect(newestVersion([versionOf(1, 10), versionOf(2, 1), versionOf(1, 90)])).toEqual(versionOf(2, 1));
  expect(newestVersion([])).toBe(noVersion);
});

it.each([
  [versionOf(3, 12), 'epoch 3, serial 12'],
  [noVersion, 'no configuration'],
])('people read %o as "%s"', (version, text) => expect(describeVersion(version)).toBe(text));

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withHostsEntry } from './hosts-file.ts';
import { takenBack } from './line-change.ts';

const address = '10.99.0.11';
const name = 'node1.lab.test';
const edit = (text: string) => withHostsEntry(text, address, name);

describe('the entry of a host', () => {
  it.each([
    ['an empty file', '', '10.99.0.11\tnode1.lab.test node1\n'],
    ['other lines', '127.0.0.1 localhost\n', '127.0.0.1 localhost\n10.99.0.11\tnode1.lab.test node1\n'],
    ['no last newline', '127.0.0.1 localhost', '127.0.0.1 localhost\n10.99.0.11\tnode1.lab.test node1\n'],
    [
      'a line without the short name',
      '10.99.0.11 node1.lab.test\n# end\n',
      '10.99.0.11\tnode1.lab.test node1\n# end\n',
    ],
    [
      'other names and a remark',
      '10.99.0.11 www node1 # rack 7',
      '10.99.0.11\tnode1.lab.test node1 www # rack 7',
    ],
    [
      'two lines for the address',
      '10.99.0.11 a\n10.99.0.11 b\n',
      '10.99.0.11\tnode1.lab.test node1 a\n10.99.0.11 b\n',
    ],
    ['a line that is a remark', '#10.99.0.11 a\n', '#10.99.0.11 a\n10.99.0.11\tnode1.lab.test node1\n'],
  ])('BEH-140 comes into %s', (_what, before, after) => {
    expect(edit(before)?.text).toBe(after);
  });

  it.each([
    '10.99.0.11 node1.lab.test node1\n',
    '  10.99.0.11\tnode1 www\t node1.lab.test # mine',
    '10.99.0.11 a\n10.99.0.11 node1.lab.test node1\n',
  ])('is there already in %j', (text) => {
    expect(edit(text)).toBeUndefined();
  });

  it('has a name without a domain once', () => {
    expect(withHostsEntry('', 'fd00::1', 'node1')?.text).toBe('fd00::1\tnode1\n');
  });
});

/** Lines as they are found in such files, this host's address among them, and anything else; the last may lack its end. */
const hostsText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '127.0.0.1 localhost',
        '10.99.0.11 www',
        '10.99.0.11\tnode1 node1.lab.test',
        '# remark',
      ),
      fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) }),
    ),
  )
  .map((lines) => lines.join('\n'));

/** Empty lines apart: whether the last one had an end is not to be seen once somebody has written behind it. */
const filled = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');

/** Both texts before and after the edit, and what becomes of it when it is taken back from `edited(after)`. */
function thereAndBack(text: string, edited = (after: string) => after) {
  const made = edit(text) ?? { text, change: { line: 'none', replaced: null, endedLine: false } };
  const left = takenBack(edited(made.text), made.change);
  return { left, again: takenBack(left, made.change) };
}

describe('taking the entry back', () => {
  it('restores any text byte by byte', () => {
    expect.hasAssertions();
    fc.assert(
      fc.property(hostsText, (text) => {
        expect(thereAndBack(text).left).toBe(text);
      }),
    );
  });

  it('leaves every line that others wrote meanwhile, and may be repeated', () => {
    expect.hasAssertions();
    const theirs = fc.stringMatching(/^192\.0\.2\.[1-9] [a-z]+$/);
    fc.assert(
      fc.property(hostsText, fc.nat(), theirs, (text, place, line) => {
        const { left, again } = thereAndBack(text, (after) => {
          const lines = after.split('\n');
          return lines.toSpliced(place % lines.length, 0, line).join('\n');
        });
        expect(left.split('\n')).toContain(line);
        expect(filled(left).filter((each) => each !== line)).toEqual(filled(text));
        expect(again).toBe(left);
      }),
    );
  });

  it('leaves a line that somebody has altered', () => {
    const alter = (after: string) => after.replace('node1\n', 'node1 www\n');
    expect(thereAndBack('127.0.0.1 localhost\n', alter).left).toBe(
      '127.0.0.1 localhost\n10.99.0.11\tnode1.lab.test node1 www\n',
    );
  });
});

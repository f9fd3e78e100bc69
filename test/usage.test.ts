import { describe, expect, it } from 'vitest';
import { parseFlags, parseOneOf, parseWholeNumber, UsageError } from './usage.ts';

describe('the words given to a tool', () => {
  it.each(['x', '', '0', '-3', '1.5', '1e3', '9007199254740993'])('"%s" is no number of runs', (text) => {
    expect(() => parseWholeNumber('--seeds', text, 1)).toThrow(
      new UsageError(`--seeds takes a whole number from 1 up, not "${text}"`),
    );
  });

  it('a whole number is one', () => {
    expect(parseWholeNumber('--seeds', '1000', 1)).toBe(1000);
  });

  it('a name that is not there is answered with those that are', () => {
    expect(parseOneOf('--fault', 'plurality', ['plurality', 'epoch-resumed'])).toBe('plurality');
    expect(() => parseOneOf('--fault', 'toString', ['plurality', 'epoch-resumed'])).toThrow(
      new UsageError('--fault takes one of plurality, epoch-resumed, not "toString"'),
    );
  });

  it.each([
    [['--nix'], "Unknown option '--nix'"],
    [['--seeds'], "Option '--seeds <value>' argument missing"],
    [['--seeds', '-3'], "Option '--seeds' argument is ambiguous"],
    [['word'], "Unexpected argument 'word'"],
  ])('%j are complained of in one sentence', (args, complaint) => {
    expect(() => parseFlags({ args, options: { seeds: { type: 'string' } } })).toThrow(
      new UsageError(complaint),
    );
  });
});

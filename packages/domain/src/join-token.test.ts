import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinTokenText, parseJoinToken, type JoinToken } from './join-token.ts';

const token: JoinToken = {
  id: '0123456789ab',
  secret: 'a1'.repeat(32),
  anchors: ['0f'.repeat(32), 'e2'.repeat(32)],
  port: 1817,
  addresses: ['10.99.0.11', '2001:db8::1'],
};
const text = joinTokenText(token);

const refusal = (typed: string): string => {
  try {
    parseJoinToken(typed);
    return 'accepted';
  } catch (caught) {
    return `${(caught as { reason: string }).reason}: ${(caught as Error).message}`;
  }
};

describe('the text of a join token', () => {
  it('is one line that is read as what was written', () => {
    expect(text).toMatch(/^quorate1_[0-9a-z_.,:]+$/);
    expect(parseJoinToken(text)).toEqual(token);
  });

  it('may have been broken into lines', () =>
    expect(parseJoinToken(`  ${text.slice(0, 70)}\n${text.slice(70)}\r\n`)).toEqual(token));

  it('with any one character wrong, missing or twice is told as such', () => {
    const places = fc.integer({ min: 'quorate1_'.length, max: text.length - 1 });
    const characters = fc.constantFrom(...'0123456789abcdef_,.:xyz'.split(''));
    fc.assert(
      fc.property(places, characters, (place, character) => {
        const [before, after] = [text.slice(0, place), text.slice(place + 1)];
        fc.pre(character !== text[place]);
        expect(refusal(before + character + after)).toMatch(/check sum|whole/);
        expect(refusal(before + after)).toMatch(/check sum|whole/);
        expect(refusal(before + text[place] + text[place] + after)).toMatch(/check sum|whole/);
      }),
    );
  });

  it.each([
    ['nothing', '', /begins with quorate1_/],
    ['a token of another kind', `abcdef.${'0'.repeat(16)}`, /begins with quorate1_/],
    ['half of it', text.slice(0, 60), /not whole/],
    ['a later version', text.replace('quorate1', 'quorate2'), /begins with quorate1_/],
    ['a name as address', joinTokenText({ ...token, addresses: ['node1'] }), /form of this version/],
    ['no port', joinTokenText({ ...token, port: 0 }), /form of this version/],
    ['a short secret', joinTokenText({ ...token, secret: 'a1' }), /form of this version/],
    ['many addresses', joinTokenText({ ...token, addresses: Array(9).fill('10.0.0.1') }), /form of this/],
  ])('%s is refused', (_what, typed, why) => expect(refusal(typed)).toMatch(why));

  it('is never quoted in a refusal', () => expect(refusal(`${text}0`)).not.toContain(token.secret));

  it('whatever is given, it is a token or WRONG_INPUT', () => {
    fc.assert(
      fc.property(fc.string(), (typed) => {
        expect(refusal(`quorate1_${typed}`)).toMatch(/^WRONG_INPUT: /);
      }),
    );
  });
});

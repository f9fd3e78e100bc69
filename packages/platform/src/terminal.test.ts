import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { openTerminal, type TerminalStreams } from './terminal.ts';

function person(isTTY = true) {
  const shown: string[] = [];
  const raw: boolean[] = [];
  const input = Object.assign(new EventEmitter(), {
    isTTY,
    setRawMode: (mode: boolean) => void raw.push(mode),
    resume: () => undefined,
    pause: () => undefined,
  });
  const write = (text: string) => {
    // A terminal that echoes by itself would show what is typed at once.
    if (text.includes('?') || text.includes(':')) rawWhenAsked.push(raw.at(-1) === true);
    return shown.push(text) > 0;
  };
  const rawWhenAsked: boolean[] = [];
  const streams = { input, output: { isTTY, write } };
  const types = (text: string) => void input.emit('data', Buffer.from(text));
  return {
    terminal: openTerminal(streams as unknown as TerminalStreams),
    shown: () => shown.join(''),
    raw,
    rawWhenAsked,
    types,
  };
}
/** Long enough for a question to be put. */
const put = () => new Promise((resolve) => setImmediate(resolve));

it('there is none where no terminal is', () => expect(person(false).terminal).toBeUndefined());

it('a question is shown, and so is its answer', async () => {
  const { terminal, shown, raw, types } = person();
  const answer = terminal?.ask('Really? ');
  await put();
  types('nö\u007Fo\r');
  expect(await answer).toBe('no');
  expect(shown()).toContain('Really? nö\b \bo');
  expect(raw).toEqual([true, false]);
});

it('a secret is never shown', async () => {
  const { terminal, shown, types, rawWhenAsked } = person();
  const answer = terminal?.askSecret('Password: ');
  await put();
  for (const letter of 'hunter2\n') types(letter);
  expect(await answer).toBe('hunter2');
  expect(shown()).not.toMatch(/[hunter2]{3}/);
  expect(rawWhenAsked).toEqual([true]);
});

it('two questions are put one after the other', async () => {
  const { terminal, shown, types } = person();
  const answers = Promise.all([terminal?.ask('first? '), terminal?.ask('second? ')]);
  await put();
  expect(shown()).not.toContain('second');
  types('1\r');
  await put();
  await put();
  types('2\r');
  expect(await answers).toEqual(['1', '2']);
});

it.each(['\u0003', '\u0004'])(
  'breaking off with %j is an error, and the terminal is as before',
  async (key) => {
    const { terminal, raw, types } = person();
    const answer = terminal?.ask('Really? ');
    await put();
    types(`ye${key}`);
    await expect(answer).rejects.toMatchObject({ reason: 'COMMAND_FAILED' });
    expect(raw).toEqual([true, false]);
  },
);

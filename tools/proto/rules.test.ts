/** The rules of the contract, each shown a contract that breaks it; the contract itself is checked last. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

interface Shape {
  readonly services: object;
}
interface Rules {
  styleFindings(root: unknown, folderOf: () => string): string[];
  shapeOf(root: unknown): Shape;
  breakingChanges(before: Shape, now: Shape): string[];
}
const load = (file: string): Promise<unknown> => import(new URL(file, import.meta.url).href);
const { styleFindings, shapeOf, breakingChanges } = (await load('./rules.mjs')) as Rules;
const { protobuf } = (await load('./contract.mjs')) as {
  protobuf: { parse(text: string, options: object): { root: { resolveAll(): unknown } } };
};

const contract = (text: string) =>
  protobuf
    .parse(`syntax = "proto3"; package quorate.node.v1;\n${text}`, { alternateCommentMode: true })
    .root.resolveAll();

const service = (text: string) => `// What it is for.\nservice VoteService {\n${text}\n}`;
const getVote = '// Changes nothing.\nrpc GetVote(GetVoteRequest) returns (GetVoteResponse);';
const messages = `
  message GetVoteRequest {}
  message GetVoteResponse { string node = 1; repeated uint64 epochs = 2; Color color = 3; map<string, string> by = 4;
    oneof what { string one = 5; string other = 6; } }
  enum Color { COLOR_UNSPECIFIED = 0; COLOR_RED = 1; }`;
const good = `${service(getVote)}${messages}`;

const style = (text: string, folder = 'quorate/node/v1') => styleFindings(contract(text), () => folder);
const breaking = (from: string, to: string) =>
  breakingChanges(shapeOf(contract(good)), shapeOf(contract(good.replace(from, to))));

describe('how the contract is written', () => {
  it('is fine like this', () => expect(style(good)).toEqual([]));

  it.each([
    ['a call without a comment', good.replace('// Changes nothing.', ''), 'no comment'],
    ['a service without a comment', good.replace('// What it is for.', ''), 'says nothing'],
    ['a service without the suffix', good.replace('VoteService', 'Votes'), 'does not end in Service'],
    ['a call with the messages of another', good.replace('rpc GetVote', 'rpc PutVote'), 'PutVoteRequest'],
    ['a value without the prefix of its enum', good.replace('COLOR_RED', 'RED'), 'COLOR_'],
    [
      'an enum without a zero that means nothing',
      good.replace('COLOR_UNSPECIFIED', 'COLOR_BLUE'),
      'UNSPECIFIED',
    ],
  ])('%s is found', (_name, text, words) => {
    expect(style(text).join('\n')).toContain(words);
  });

  it('a file in the wrong folder is found', () => {
    expect(style(good, 'quorate/master/v1')).toHaveLength(3);
  });
});

describe('a change of the contract', () => {
  it.each([
    ['nothing', 'x', 'x'],
    ['a new field', 'string node = 1;', 'string node = 1; string more = 7;'],
    ['a new call', getVote, `${getVote} rpc More(GetVoteRequest) returns (GetVoteResponse);`],
    ['a new message', 'enum', 'message More {} enum'],
    ['a field that left its number reserved', 'string node = 1;', 'reserved 1;'],
  ])('that adds or keeps breaks nobody: %s', (_name, from, to) => {
    expect(breaking(from, to)).toEqual([]);
  });

  it.each([
    ['a field is gone', 'string node = 1;', ''],
    ['a field has another type', 'string node = 1;', 'bytes node = 1;'],
    ['a field has another number', 'string node = 1;', 'string node = 7;'],
    ['a field has another name', 'string node = 1;', 'string host = 1;'],
    ['a list is a single value', 'repeated uint64 epochs', 'uint64 epochs'],
    ['a map has other values', 'map<string, string>', 'map<string, uint64>'],
    [
      'a choice is dissolved',
      'oneof what { string one = 5; string other = 6; }',
      'string one = 5; string other = 6;',
    ],
    ['an enum value has another number', 'COLOR_RED = 1', 'COLOR_RED = 2'],
    ['a call is gone', getVote, ''],
    ['a call became a stream', 'returns (', 'returns (stream '],
    ['a call has another request', 'GetVote(GetVoteRequest)', 'GetVote(GetVoteResponse)'],
  ])('breaks running nodes when %s', (_name, from, to) => {
    expect(breaking(from, to)).not.toEqual([]);
  });

  it('breaks running nodes when a message, an enum or a service is gone', () => {
    const nothing = shapeOf(contract(''));
    expect(breakingChanges(shapeOf(contract(good)), nothing)).toEqual([
      'service quorate.node.v1.VoteService is gone',
      'message quorate.node.v1.GetVoteRequest is gone',
      'message quorate.node.v1.GetVoteResponse is gone',
      'enum quorate.node.v1.Color is gone',
    ]);
  });
});

it('the contract of this tree is in order, and the generated types are those of it', () => {
  const check = fileURLToPath(new URL('./check.mjs', import.meta.url));
  expect(execFileSync(process.execPath, [check], { encoding: 'utf8' })).toContain('in order');
});

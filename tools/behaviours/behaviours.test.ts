/** The ledger of this project is in order, and would not be if something were missing. */
import { describe, expect, it } from 'vitest';
import { citationsIn } from './citations.ts';
import { ledgerOf } from './ledger.ts';
import { parseBehaviours } from './list.ts';
import { readProject } from './project.ts';

it('each behaviour of this project is proved by a test or excused, and none is both', () => {
  const { list, ledger } = readProject();
  expect(ledger.findings).toEqual([]);
  expect(list.behaviours.map(({ id }) => id)).toEqual(
    Array.from({ length: 315 }, (_, index) => `BEH-${String(index + 1).padStart(3, '0')}`),
  );
});

const list = parseBehaviours(`# Behaviours
## A. First
- BEH-001 [seed] given a / then b
- BEH-002 [beyond] given c / then d
## B. Second
- BEH-003 [seed] given e / then f
## Excused
### Not built yet
- BEH-003: leaving
`);

describe('the list', () => {
  it('has behaviours in sections, and excuses under headings', () => {
    expect([...list.sections]).toEqual([
      ['A', 'First'],
      ['B', 'Second'],
    ]);
    expect(list.behaviours[1]).toEqual({
      id: 'BEH-002',
      section: 'A',
      tag: 'beyond',
      text: 'given c / then d',
    });
    expect(list.excuses).toEqual([{ id: 'BEH-003', kind: 'not built yet', reason: 'leaving' }]);
    expect(list.complaints).toEqual([]);
  });

  it('complains of lines that fit nowhere, of repetitions, and of excuses for nothing', () => {
    const { complaints } = parseBehaviours(
      '- BEH-1 [seed] x\n- BEH-001 [seed] x\n- BEH-001 [seed] y\n- BEH-002: z\n- BEH-002: z\n',
    );
    expect(complaints).toEqual([
      'Not a line of the list: - BEH-1 [seed] x',
      'BEH-001 is listed twice',
      'BEH-002 is excused twice',
      'BEH-002 is excused and not listed',
      'BEH-002 is excused and not listed',
    ]);
  });
});

describe('a behaviour is cited', () => {
  const cited = (source: string) => citationsIn('a.test.ts', source).map(({ id, line }) => `${id}:${line}`);

  it.each([
    ['in a title', `it('BEH-001 BEH-002 …', () => {});`, ['BEH-001:1', 'BEH-002:1']],
    ['in the title of a group', `describe('x (BEH-001)', () => {});`, ['BEH-001:1']],
    ['in a template', 'it(`BEH-001 ${x}`, () => {});', ['BEH-001:1']],
    ['in a row', `it.each([\n['BEH-001', 1],\n])('%s', () => {});`, ['BEH-001:2']],
    [
      'in a row that has a name',
      `const rows = [['BEH-001 x']];\nit.each(rows)('%s', () => {});`,
      ['BEH-001:1'],
    ],
    ['in a test that runs only somewhere', `it.skipIf(x)('BEH-001', () => {});`, ['BEH-001:1']],
    ['not in a comment', `// BEH-001\nit('x', () => {}); /* BEH-002 */`, []],
    ['not in the body of a test', `it('x', () => expect('BEH-001').toBe(1));`, []],
    ['not in a test that is skipped', `it.skip('BEH-001', () => {});`, []],
    ['not in a test to be written', `it.todo('BEH-001');`, []],
    ['not in rows that are skipped', `it.skip.each([['BEH-001']])('x', f);`, []],
    ['not in a group that is skipped', `describe.skip('x', () => { it('BEH-001', f); });`, []],
    ['not by a longer number', `it('BEH-0011', f);`, []],
  ])('%s', (_where, source, found) => expect(cited(source)).toEqual(found));
});

describe('the ledger', () => {
  const citing = (...ids: readonly string[]) =>
    ids.map((id, index) => ({ id, file: 'a.test.ts', line: index + 1, title: id }));

  it('is in order when each behaviour is cited or excused', () => {
    const { entries, findings } = ledgerOf(list, citing('BEH-001', 'BEH-002', 'BEH-002'));
    expect(findings).toEqual([]);
    expect(entries.map(({ state, tests }) => [state, tests.length])).toEqual([
      ['cited', 1],
      ['cited', 2],
      ['not built yet', 0],
    ]);
  });

  it('tells what is neither, what is both, and what is not listed', () => {
    expect(ledgerOf(list, citing('BEH-001', 'BEH-003', 'BEH-009')).findings).toEqual([
      'BEH-002 is named by no test and not excused: given c / then d',
      'BEH-003 is excused although a.test.ts:2 names it; delete the excuse',
      'BEH-009 is named in a.test.ts:3 and not listed',
    ]);
  });
});

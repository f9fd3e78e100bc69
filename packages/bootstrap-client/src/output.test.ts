import { ClusterError, reasons } from '@quorate/domain/errors';
import { describe, expect, it } from 'vitest';
import { errorObject, printNote, printResult, reportError, table } from './output.ts';
import { captured, jsonOf } from './testing/run-command.ts';

const report = (error: unknown, json = false) => captured(() => reportError(error, { json }));
const silent = new ClusterError('NO_MAJORITY', 'Two of three nodes needed; one answered', {
  hint: 'Bring back node2',
  facts: { silent: 'node2,node3' },
});

describe('an error', () => {
  it('tells category, reason, sentence and way out on standard error, and nothing on standard output', async () => {
    const { stdout, stderr } = await report(silent);
    expect(stdout).toBe('');
    expect(stderr.split('\n')).toEqual([
      'Prerequisites not met (NO_MAJORITY):',
      '  Two of three nodes needed; one answered',
      'Hint: Bring back node2',
      '',
    ]);
  });

  it('indents a sentence of several lines, and has no line for a hint that is none', async () => {
    const { stderr } = await report(new ClusterError('WRONG_INPUT', 'one\ntwo'));
    expect(stderr).toBe('Prerequisites not met (WRONG_INPUT):\n  one\n  two\n');
  });

  it('with --json is one object on standard output, and nothing on standard error', async () => {
    const ran = await report(silent, true);
    expect(ran.stderr).toBe('');
    expect(jsonOf(ran)).toEqual({
      error: {
        reason: 'NO_MAJORITY',
        message: 'Two of three nodes needed; one answered',
        hint: 'Bring back node2',
        facts: { silent: 'node2,node3' },
        exitCode: 1,
      },
    });
  });

  it.each([
    ['WRONG_INPUT', 1, 'Prerequisites not met'],
    ['SSH_HOST_KEY_UNKNOWN', 1, 'Prerequisites not met'],
    ['UNREACHABLE', 1, 'Failed'],
    ['TIMED_OUT', 1, 'Failed'],
    ['NOT_IN_CLUSTER', 2, 'No usable cluster state here'],
    ['STATE_CORRUPT', 2, 'No usable cluster state here'],
  ] as const)('%s ends with exit code %i and says "%s"', async (reason, code, words) => {
    const ran = await report(new ClusterError(reason, 'It is so'));
    expect(ran.code).toBe(code);
    expect(ran.stderr).toContain(`${words} (${reason}):`);
  });

  it('has words for every category there is', async () => {
    for (const reason of Object.keys(reasons) as (keyof typeof reasons)[])
      expect((await report(new ClusterError(reason, 'x'))).stderr).not.toContain('undefined');
  });

  it('that nobody foresaw shows its sentence, and never a stack', async () => {
    const { stderr, code } = await report(new TypeError('x is not a function'));
    expect(code).toBe(1);
    expect(stderr).toBe('Failed (INTERNAL):\n  x is not a function\n');
    expect(JSON.stringify(errorObject(new TypeError('x')))).not.toContain('.ts');
  });
});

describe('a result', () => {
  const print = (json: boolean) =>
    captured(() => {
      printResult({ json }, { master: 'q1' }, ['q1', 'is master']);
      printNote('by the way');
      return 0;
    });

  it('is lines on standard output; remarks go to standard error', async () => {
    expect(await print(false)).toEqual({ code: 0, stdout: 'q1\nis master\n', stderr: 'by the way\n' });
  });

  it('with --json is one object and nothing else on standard output', async () => {
    const ran = await print(true);
    expect(jsonOf(ran)).toEqual({ master: 'q1' });
    expect(ran.stderr).toBe('by the way\n');
  });
});

it('a table has columns as wide as their widest cell, and no blanks at the end of a line', () => {
  expect(
    table([
      ['NODE', 'ROLE', 'REMARK'],
      ['q1', 'master', ''],
      ['node-10', 'candidate', 'silent'],
    ]),
  ).toEqual(['NODE     ROLE       REMARK', 'q1       master', 'node-10  candidate  silent']);
  expect(table([])).toEqual([]);
});

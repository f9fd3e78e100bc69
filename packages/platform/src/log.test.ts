import { describe, expect, it } from 'vitest';
import { createEcKeyPair } from './certificates.ts';
import { createLog, type Log, type LogLevel } from './log.ts';
import { MachineError } from './machine-error.ts';

/** What a use of the log writes, each line parsed. */
async function written(
  use: (log: Log) => void,
  level: LogLevel = 'debug',
): Promise<Record<string, unknown>[]> {
  return (await text(use, level)).map((line) => JSON.parse(line) as Record<string, unknown>);
}

async function text(use: (log: Log) => void, level: LogLevel = 'debug'): Promise<string[]> {
  const lines: string[] = [];
  use(await createLog({ name: 'quorate-noded', level, destination: { write: (line) => lines.push(line) } }));
  return lines;
}

describe('a line of the log', () => {
  it('is JSON with time, level, program, fields and message', async () => {
    const lines = await text((log) => log.info({ epoch: 3, node: 'node1' }, 'Granted'));
    expect(lines.join('')).toMatch(/^\{.*\}\n$/);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      name: 'quorate-noded',
      pid: process.pid,
      epoch: 3,
      node: 'node1',
      msg: 'Granted',
    });
  });

  it.each<[LogLevel, string[]]>([
    ['debug', ['debug', 'info', 'warn', 'error']],
    ['warn', ['warn', 'error']],
    ['silent', []],
  ])('is written at level %s for %j', async (level, expected) => {
    const lines = await written((log) => {
      for (const each of ['debug', 'info', 'warn', 'error'] as const) log[each]({}, 'x');
    }, level);
    expect(lines.map((line) => line['level'])).toEqual(expected);
  });

  it('carries the fields of its child log', async () => {
    const [line] = await written((log) =>
      log.child({ call: 'GetVote' }).child({ node: 'node1' }).warn({}, 'x'),
    );
    expect(line).toMatchObject({ call: 'GetVote', node: 'node1', level: 'warn' });
  });

  it('tells reason, facts and cause of an error', async () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const error = new MachineError('UNREACHABLE', 'No answer', {
      hint: 'Start it',
      facts: { node: 'node1' },
      cause,
    });
    const [line] = await written((log) => log.error({ error }, 'x'));
    expect(line?.['error']).toMatchObject({
      reason: 'UNREACHABLE',
      message: 'No answer',
      hint: 'Start it',
      facts: { node: 'node1' },
      cause: { message: 'connect ECONNREFUSED', code: 'ECONNREFUSED' },
      stack: expect.stringContaining('log.test'),
    });
  });

  it('survives what JSON cannot say', async () => {
    const circle: Record<string, unknown> = {};
    circle['again'] = circle;
    const odd = {
      circle,
      big: 2n ** 70n,
      bytes: Buffer.alloc(3),
      map: new Map([['a', 1]]),
      at: new Date(0),
      none: null,
    };
    const [line] = await written((log) => log.info(odd, 'x'));
    expect(line).toMatchObject({
      big: '1180591620717411303424',
      bytes: '[3 bytes]',
      map: { a: 1 },
      at: '1970-01-01T00:00:00.000Z',
      none: null,
    });
  });
});

describe('BEH-246 a private key is never written', () => {
  const { privateKeyPem } = createEcKeyPair();
  const secret = privateKeyPem.split('\n')[1] ?? '';
  const half = privateKeyPem.slice(0, 100);
  const long = { hmacKey: secret, clusterDomainSecret: secret, sessionToken: secret, bindPassword: secret };

  it.each<[string, (log: Log) => void]>([
    ['in a field for it', (log) => log.info({ identity: { privateKeyPem } }, 'x')],
    ['in a field of another name', (log) => log.info({ input: [`{"key": "${privateKeyPem}"}`] }, 'x')],
    ['cut in half', (log) => log.info({ input: half }, 'x')],
    ['in the message', (log) => log.info({}, `Cannot read ${privateKeyPem}`)],
    ['in an error', (log) => log.info({ error: new Error(`Bad input ${half}`) }, 'x')],
    [
      'in the cause of an error',
      (log) => log.info({ error: new Error('x', { cause: new Error(privateKeyPem) }) }, 'x'),
    ],
    ['in a child log', (log) => log.child({ input: privateKeyPem }).info({}, 'x')],
    ['in escaped form', (log) => log.info({ input: JSON.stringify({ privateKeyPem }) }, 'x')],
    ['nor another secret, by its name', (log) => log.info(long, 'x')],
  ])('%s', async (_, use) => {
    const line = (await text(use)).join('');
    expect(line).not.toContain(secret.slice(0, 16));
    expect(line).toContain('[withheld]');
  });

  it('and what merely sounds alike is written', async () => {
    const fields = {
      keyType: 'rsa',
      tokens: 3,
      hostKey: 'SHA256:abc',
      privateKeyPem: undefined,
      text: 'PRIVATE KEY',
    };
    const [line] = await written((log) => log.info(fields, 'x'));
    expect(line).toMatchObject({ keyType: 'rsa', tokens: 3, hostKey: 'SHA256:abc', text: 'PRIVATE KEY' });
  });
});

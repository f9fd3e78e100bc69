import type { Log } from '@quorate/platform/log';
import { timings } from '@quorate/domain/timings';
import { virtualClock } from '@quorate/platform/testing/clock';
import { expect, it } from 'vitest';
import { createAudit, type FinishedCall } from './audit.ts';

function scene(kinds = 20) {
  const lines: { readonly level: string; readonly fields: object; readonly message: string }[] = [];
  const at = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, fields, message });
  const log: Log = {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: () => log,
  };
  const clock = virtualClock();
  const endPeriod = () => clock.advance(timings.auditPeriodMs);
  return { lines, audit: createAudit({ log, clock, kinds }), endPeriod };
}

const call = (port: number, reason?: string): FinishedCall => ({
  path: '/quorate.node.v1.LeaseService/RenewLease',
  caller: { kind: 'node', uuid: 'n2', address: `192.0.2.2:${port}`, certificateSha256: 'ab' },
  ...(reason && { reason, why: 'Epoch 1 is over' }),
  durationMs: 1,
});

it('a refused call leaves one line with who, what and why; its repeats one more', async () => {
  const { lines, audit, endPeriod } = scene();
  for (let port = 1; port <= 1_000; port += 1) audit.call(call(port, 'EPOCH_TOO_OLD'));
  expect(lines).toEqual([{ level: 'warn', fields: call(1, 'EPOCH_TOO_OLD'), message: 'call refused' }]);
  await endPeriod();
  expect(lines.slice(1)).toMatchObject([{ fields: { repeats: 999 }, message: 'call refused again' }]);
});

it('strangers at a thousand addresses leave a bounded number of lines, and do not hide a node', async () => {
  const { lines, audit, endPeriod } = scene(20);
  for (let i = 0; i < 1_000; i += 1)
    audit.connection({ address: `2001:db8::${i}`, why: 'it does not speak TLS' });
  audit.call(call(1, 'NOT_ALLOWED'));
  expect(lines).toHaveLength(21);
  expect(lines.at(-1)).toMatchObject({ fields: { reason: 'NOT_ALLOWED' }, message: 'call refused' });
  await endPeriod();
  expect(lines.slice(21)).toMatchObject([{ fields: { others: 980 } }]);
  audit.connection({ address: '192.0.2.1', why: 'it does not speak TLS' });
  expect(lines).toHaveLength(23);
});

it('who answers a call and is refused leaves one line with whose place it took, and why', async () => {
  const { lines, audit, endPeriod } = scene();
  const answer = { node: 'n2', why: 'it is revoked', certificate: { sha256: 'ab' } };
  for (let i = 0; i < 100; i += 1) audit.server(answer);
  expect(lines).toEqual([{ level: 'warn', fields: answer, message: 'server refused' }]);
  await endPeriod();
  expect(lines.slice(1)).toMatchObject([{ fields: { repeats: 99 }, message: 'server refused again' }]);
});

it('what a caller sent does not make its line long', () => {
  const { lines, audit } = scene();
  audit.call({ ...call(1, 'NODE_UNKNOWN'), why: `${'x'.repeat(1_000_000)} is not a node` });
  expect(JSON.stringify(lines).length).toBeLessThan(2_000);
});

it('a served call is for debugging only, and an end writes what was counted', () => {
  const { lines, audit } = scene();
  audit.call(call(1));
  audit.connection({ address: '192.0.2.1', why: 'it showed no certificate' });
  audit.connection({ address: '192.0.2.1', why: 'it showed no certificate' });
  audit.end();
  expect(lines.map(({ level, message }) => [level, message])).toEqual([
    ['debug', 'call served'],
    ['warn', 'connection refused'],
    ['warn', 'connection refused again'],
  ]);
});

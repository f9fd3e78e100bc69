import { describe, expect, it } from 'vitest';
import { renewalLines, renewalReport } from './renewal-report.ts';

const daySeconds = 86_400;
const now = 1_000 * daySeconds;
const node = (name: string, days: number) => ({
  ...{ name, uuid: name, state: 'current', why: '' },
  certificateNotAfter: days === 0 ? 0 : now + days * daySeconds + 1,
});
const seen = (clusterDays: number, nodeDays: readonly number[], underWay = null as never) => ({
  underWay,
  last: null,
  nodes: nodeDays.map((days, i) => node(`n${i + 1}`, days)),
  clusterCertificateNotAfter: now + clusterDays * daySeconds + 1,
});

describe('what status tells of certificates', () => {
  it.each([
    [1825, [1825, 1825], 'the first to end is the cluster certificate, in 1825 days', undefined],
    [1825, [100, 91], 'the first to end is that of n2, in 91 days', undefined],
    [1825, [89, 91], 'the first to end is that of n1, in 89 days', 'notice'],
    [1825, [29, 91], 'WARNING: the first to end is that of n1, in 29 days', 'warning'],
    [6, [29, 91], 'ERROR: the first to end is the cluster certificate, in 6 days', 'error'],
    [1825, [-3, 91], 'ERROR: the first to end is that of n1, in -3 days', 'error'],
    [1825, [0, 91], 'the first to end is that of n2, in 91 days', undefined],
  ])('BEH-289 cluster %d, nodes %j: %s', (cluster, nodes, line, level) => {
    const report = renewalReport(seen(cluster, nodes), now);
    expect(renewalLines(report)).toEqual([`Certificates:  ${line}`]);
    expect(report.level).toBe(level);
  });

  it('names what is under way, and who is waited for', () => {
    const underWay = {
      ...{ id: 'r1', phase: 'drop-old', since: '2026-11-22T12:00:00.000Z', items: ['hmac-key'] },
      ...{ dropAt: 1_795_348_800, waitingFor: ['n2'] },
    } as never;
    expect(renewalLines(renewalReport(seen(1825, [1825], underWay), now))[1]).toBe(
      'Renewal:       under way since 2026-11-22T12:00:00.000Z, in phase drop-old; n2 may catch up until 2026-11-22T12:00:00.000Z',
    );
  });

  it('is nothing where the master could not be asked', () => expect(renewalLines(null)).toEqual([]));
});

import type { StepEvent } from '@quorate/bootstrap/steps';
import { virtualClock } from '@quorate/platform/testing/clock';
import type { GetRenewalResponse__Output } from '@quorate/rpc/gen/quorate/master/v1/GetRenewalResponse';
import { describe, expect, it } from 'vitest';
import { followRenewal } from './follow-renewal.ts';

const node = (name: string, state = 'current', why = '') => ({
  name,
  uuid: name,
  state,
  why,
  certificateNotAfter: 0,
});

const seen = (changes: Partial<GetRenewalResponse__Output>): GetRenewalResponse__Output => ({
  ...{ underWay: null, last: null, nodes: [node('n1'), node('n2')], clusterCertificateNotAfter: 0 },
  ...changes,
});
const inPhase = (phase: string, changes: object = {}) => ({
  underWay: { id: 'r1', phase, since: '', items: [], dropAt: 0, waitingFor: [], ...changes },
});
const ended = (end: string, leftBehind: string[] = []) => ({ last: { id: 'r1', end, at: '', leftBehind } });

/** Each look sees the next; the last is seen again and again. */
function following(looks: readonly Partial<GetRenewalResponse__Output>[]) {
  const clock = virtualClock();
  const events: string[] = [];
  let number = 0;
  const report = ({ name, state }: StepEvent) => void events.push(`${name} ${state}`);
  const look = () => Promise.resolve(seen(looks[Math.min(number++, looks.length - 1)] ?? {}));
  const outcome = followRenewal('r1', { look, report, clock });
  const settled = outcome.then(
    () => true,
    () => true,
  );
  return {
    events,
    async end() {
      let isOver = false;
      void settled.then(() => (isOver = true));
      for (let turns = 0; turns < 1_000 && !isOver; turns += 1) await clock.advance(1_000);
      return outcome;
    },
  };
}

describe('a renewal that is looked at', () => {
  it('shows each phase as it begins and ends', async () => {
    const phases = ['trust-new', 'switch', 'drop-old'].map((phase) => inPhase(phase));
    const { events, end } = following([...phases, ended('done')]);
    expect(await end()).toEqual({ end: 'done', away: [], until: 0 });
    expect(events).toEqual(
      ['trust-new', 'switch', 'drop-old'].flatMap((phase) => [`${phase} started`, `${phase} done`]),
    );
  });

  it('is over for whoever looks when only absent nodes are waited for', async () => {
    const waiting = {
      ...inPhase('drop-old', { dropAt: 9e9, waitingFor: ['n2'] }),
      nodes: [node('n1'), node('n2', 'away', 'x')],
    };
    expect(await following([waiting]).end()).toEqual({ end: 'waiting', away: ['n2'], until: 9e9 });
  });

  it('is not over while one that was waited for is back', async () => {
    const back = { ...inPhase('drop-old', { dropAt: 9e9, waitingFor: ['n2'] }) };
    expect(await following([back, back, ended('done', [])]).end()).toMatchObject({ end: 'done' });
  });

  it('tells who was left behind, and that it was taken back', async () => {
    expect(await following([ended('done', ['n2'])]).end()).toMatchObject({ away: ['n2'] });
    expect(await following([inPhase('abort'), ended('aborted')]).end()).toMatchObject({ end: 'aborted' });
  });

  it('names the node that refuses, and does not look on for ever', async () => {
    const refused = {
      ...inPhase('trust-new'),
      nodes: [node('n1', 'prepared'), node('n2', 'failed', 'disk full')],
    };
    const { events, end } = following([refused]);
    await expect(end()).rejects.toMatchObject({
      reason: 'POST_CONDITION_FAILED',
      message: expect.stringContaining('n2 (disk full)'),
      hint: expect.stringContaining('--abort'),
    });
    expect(events.at(-1)).toBe('trust-new failed');
  });

  it('does not take it for progress that the node is asked again', async () => {
    const refused = {
      ...inPhase('switch'),
      nodes: [node('n1', 'switched'), node('n2', 'failed', 'disk full')],
    };
    const asked = { ...inPhase('switch'), nodes: [node('n1', 'switched'), node('n2', 'prepared')] };
    const turns = Array.from({ length: 1_000 }, () => [asked, refused]).flat();
    await expect(following(turns).end()).rejects.toMatchObject({
      message: expect.stringContaining('n2 (disk full)'),
    });
  });

  it('ends when it is another one', async () => {
    const other = { underWay: { ...inPhase('switch').underWay, id: 'r2' } };
    await expect(following([other]).end()).rejects.toMatchObject({ reason: 'CONFIGURATION_CHANGED' });
  });
});

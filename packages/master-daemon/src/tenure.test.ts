import { fakeCluster } from '@quorate/bootstrap/testing/fake-cluster';
import { uuidOf } from '@quorate/domain/testing/drafts';
import { describe, expect, it } from 'vitest';
import { assertInOffice, inOfficeWith, type Standby } from './tenure.ts';

const { record, roster } = fakeCluster(2);
const own = uuidOf('node', 2);
const standby: Standby = { kind: 'standby', why: 'node1.lab.test is master' };

describe('the tenure', () => {
  it('in office has the epoch of its record', () => {
    expect(inOfficeWith(record)).toEqual({
      ...{ kind: 'in-office', epoch: 1, record, pending: null, lagging: [], handingOverTo: null },
    });
  });

  it('in office is the office', () => {
    const office = inOfficeWith(record);
    expect(assertInOffice(office, roster, own)).toBe(office);
  });

  it('in standby refuses, says why, and names the node to go to', () => {
    expect(() => assertInOffice(standby, roster, own)).toThrow(
      expect.objectContaining({
        reason: 'NOT_MASTER',
        message: expect.stringContaining(standby.why),
        hint: 'Run the command on node1.lab.test',
        facts: { master: 'node1.lab.test' },
      }),
    );
  });

  it('in standby of the node that is recorded as master does not send the operator to where he is', () => {
    expect(() => assertInOffice(standby, roster, uuidOf('node', 1))).toThrow(
      expect.objectContaining({ reason: 'NOT_MASTER', hint: expect.stringContaining('quorate status') }),
    );
  });

  it('in standby of a cluster without a master names nobody', () => {
    expect(() => assertInOffice(standby, { ...roster, master: null }, own)).toThrow(
      expect.objectContaining({
        reason: 'NOT_MASTER',
        hint: expect.stringContaining('No master is known'),
        facts: {},
      }),
    );
  });
});

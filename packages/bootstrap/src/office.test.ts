import { describe, expect, it } from 'vitest';
import { getOffice, leaveOffice, masterIpAnswersAs, takeOffice } from './office.ts';
import { fakeCluster } from './testing/fake-cluster.ts';

describe('the office of a node', () => {
  it('is looked at without changing it', async () => {
    const cluster = fakeCluster(2);
    expect(await getOffice(cluster.access(2), cluster.rosterNode(1))).toMatchObject({
      masterIpHere: true,
      masterDaemon: 'MASTER_DAEMON_STATE_IN_OFFICE',
    });
  });

  it('is left, and what was seen afterwards is told', async () => {
    const cluster = fakeCluster(2);
    const observed = await leaveOffice(cluster.access(2), cluster.rosterNode(1), 2);
    expect(observed).toMatchObject({ masterIpHere: false, masterDaemon: 'MASTER_DAEMON_STATE_STANDBY' });
  });

  it('is not taken by a node whose record does not say that it is master', async () => {
    const cluster = fakeCluster(2);
    await expect(takeOffice(cluster.access(2), cluster.rosterNode(2), 2, 3_000)).rejects.toMatchObject({
      reason: 'NOT_MASTER',
    });
  });

  it('is not taken on the word of an answer that does not say what it sees', async () => {
    const cluster = fakeCluster(2);
    cluster.on(1, 'TakeOffice', () => ({ observed: null }));
    await expect(takeOffice(cluster.access(1), cluster.rosterNode(1), 1, 3_000)).rejects.toThrow(
      'without saying what it sees',
    );
  });

  it('shows on the master IP only who holds it', async () => {
    const cluster = fakeCluster(2);
    const answersAs = (number: number) =>
      masterIpAnswersAs(cluster.access(2), cluster.roster, cluster.rosterNode(number));
    expect([await answersAs(1), await answersAs(2)]).toEqual([true, false]);
  });
});

/** One node's promises: what it grants nobody else for, for how long, and what is left of that after a restart. */
import { ClusterError } from '@quorate/domain/errors';
import { leaseBounds } from '@quorate/domain/lease';
import { readVoterRecord } from '@quorate/cluster-state/voter-store';
import { virtualClock, type VirtualClock } from '@quorate/platform/testing/clock';
import { describe, expect, it } from 'vitest';
import { gate } from './testing/gate.ts';
import {
  acknowledged,
  memoryNode,
  node1,
  node2,
  present,
  unlocked,
  type MemoryNode,
} from './testing/memory-node.ts';
import { createVoter, type Voter } from './voter.ts';

const { version } = present;
const durationMs = leaseBounds.usualMs;
const renewal = { epoch: 1, master: node1, durationMs, order: 1 };
const asked = { epoch: 2, candidate: node2, version, leaseMs: durationMs };

interface Scene {
  readonly node: MemoryNode;
  readonly clock: VirtualClock;
  readonly voter: Voter;
  /** Another life of the daemon on the same disk. */
  restarted(): Voter;
}

/** Node 2's voter, which follows node 1 in epoch 1; at first it has promised nothing. */
async function scene(): Promise<Scene> {
  const node = await memoryNode();
  const clock = virtualClock();
  const restarted = (): Voter =>
    createVoter({ state: node.state, own: node2, clock, softwareVersion: '0.1.0', locking: unlocked });
  return { node, clock, restarted, voter: restarted() };
}

describe('a renewal', () => {
  it('keeps the voter from granting another until it is over, which is told', async () => {
    const { voter, clock } = await scene();
    await voter.renew(renewal);
    await clock.advance(1_000);
    await expect(voter.grant(asked)).rejects.toMatchObject({
      reason: 'LEASE_LIVE',
      facts: { leftMs: '2000', holder: node1 },
    });
    await clock.advance(1_999);
    await expect(voter.grant(asked)).rejects.toMatchObject({ facts: { leftMs: '1' } });
    await clock.advance(1);
    await expect(voter.grant(asked)).resolves.toBeUndefined();
  });

  it('that refused a grant has left the record as it was', async () => {
    const { node, voter } = await scene();
    await voter.renew(renewal);
    await voter.grant(asked).catch(() => undefined);
    expect(await readVoterRecord(node.state)).toEqual(acknowledged({ longestLeaseMs: durationMs }));
  });

  it('is shown in the vote, with the holder, until it is over', async () => {
    const { voter, clock } = await scene();
    await voter.renew(renewal);
    expect(await voter.vote()).toMatchObject({ leaseLeftMs: durationMs, leaseHolder: node1 });
    await clock.advance(durationMs - 1);
    expect(await voter.vote()).toMatchObject({ leaseLeftMs: 1, leaseHolder: node1 });
    await clock.advance(1);
    expect(await voter.vote()).toMatchObject({ leaseLeftMs: 0, leaseHolder: null });
  });

  it('is on disk when it is longer than any before, and writes nothing otherwise', async () => {
    const { node, voter } = await scene();
    await voter.renew(renewal);
    expect(node.written()).toEqual(['voter.json']);
    for (let n = 0; n < 10; n += 1) await voter.renew(renewal);
    await voter.renew({ ...renewal, durationMs: durationMs / 2 });
    expect(node.written()).toEqual([]);
    await voter.renew({ ...renewal, durationMs: 2 * durationMs });
    expect(node.written()).toEqual(['voter.json']);
    expect(await readVoterRecord(node.state)).toMatchObject({ longestLeaseMs: 2 * durationMs });
  });

  it('that the disk does not take is not promised', async () => {
    const { node, voter } = await scene();
    node.onWrite = () => Promise.reject(new Error('no space left on device'));
    await expect(voter.renew(renewal)).rejects.toThrow('no space left');
    expect(await voter.vote()).toMatchObject({ leaseLeftMs: 0, leaseHolder: null });
  });

  it('in an epoch first heard of here is on disk, as whose epoch it is', async () => {
    const { node, voter } = await scene();
    await voter.renew({ ...renewal, epoch: 3, master: node2 });
    expect(await readVoterRecord(node.state)).toMatchObject({ epoch: 3, grantedTo: node2 });
    await expect(voter.renew({ ...renewal, epoch: 3 })).rejects.toMatchObject({
      reason: 'NOT_ALLOWED',
      facts: { master: node2 },
    });
  });

  it('BEH-078 of a lower epoch is refused, naming the epoch that ended it, and promises nothing', async () => {
    const { voter } = await scene();
    await voter.grant({ ...asked, leaseMs: 0 });
    await expect(voter.renew(renewal)).rejects.toMatchObject({
      reason: 'EPOCH_TOO_OLD',
      facts: { epoch: '2' },
    });
    expect(await voter.vote()).toMatchObject({ leaseLeftMs: 0 });
  });

  it('and a grant asked for at once: whichever comes first decides about the other', async () => {
    const [first, second] = [await scene(), await scene()];
    const renewedFirst = await Promise.allSettled([first.voter.renew(renewal), first.voter.grant(asked)]);
    expect(renewedFirst.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    const grantedFirst = await Promise.allSettled([second.voter.grant(asked), second.voter.renew(renewal)]);
    expect(grantedFirst.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });
});

describe('a grant', () => {
  it('is a lease: time to take office', async () => {
    const { voter, clock } = await scene();
    await voter.grant(asked);
    expect(await voter.vote()).toMatchObject({ leaseLeftMs: durationMs, leaseHolder: node2 });
    const rival = { ...asked, epoch: 3, candidate: node1 };
    await expect(voter.grant(rival)).rejects.toMatchObject({ reason: 'LEASE_LIVE' });
    await clock.advance(durationMs);
    await expect(voter.grant(rival)).resolves.toBeUndefined();
  });

  it('is counted from the question, however long the disk took', async () => {
    const { node, voter, clock } = await scene();
    const disk = gate();
    node.onWrite = () => disk.passed;
    const granted = voter.grant(asked);
    await clock.advance(1_000);
    disk.open();
    await granted;
    expect(await voter.vote()).toMatchObject({ leaseLeftMs: durationMs - 1_000 });
  });
});

describe('a nomination', () => {
  it('BEH-080 lets the successor be granted although the lease lives, and nobody else', async () => {
    const { node, voter } = await scene();
    await voter.renew(renewal);
    node.written();
    await voter.nominate({ epoch: 1, master: node1, candidate: node2, order: 2 });
    expect(node.written()).toEqual([]);
    await expect(voter.grant({ ...asked, candidate: 'another' })).rejects.toMatchObject({
      reason: 'LEASE_LIVE',
    });
    await voter.grant(asked);
    expect(await voter.vote()).toMatchObject({ epoch: 2, leaseHolder: node2, leaseLeftMs: durationMs });
  });

  it('is taken back by the next renewal', async () => {
    const { voter } = await scene();
    await voter.renew(renewal);
    await voter.nominate({ epoch: 1, master: node1, candidate: node2, order: 2 });
    await voter.renew({ ...renewal, order: 3 });
    await expect(voter.grant(asked)).rejects.toMatchObject({ reason: 'LEASE_LIVE' });
  });

  it('that arrives after a renewal which was sent later is not obeyed', async () => {
    const { voter } = await scene();
    await voter.renew({ ...renewal, order: 3 });
    await expect(
      voter.nominate({ epoch: 1, master: node1, candidate: node2, order: 2 }),
    ).rejects.toBeInstanceOf(ClusterError);
    await expect(voter.grant(asked)).rejects.toMatchObject({ reason: 'LEASE_LIVE' });
  });

  it('does not prolong the lease', async () => {
    const { voter, clock } = await scene();
    await voter.renew(renewal);
    await clock.advance(2_000);
    await voter.nominate({ epoch: 1, master: node1, candidate: node2, order: 2 });
    expect(await voter.vote()).toMatchObject({ leaseLeftMs: durationMs - 2_000, leaseHolder: node1 });
  });

  it('by a node that does not hold the epoch is refused', async () => {
    const { voter } = await scene();
    await voter.renew(renewal);
    await expect(
      voter.nominate({ epoch: 1, master: node2, candidate: node2, order: 2 }),
    ).rejects.toMatchObject({
      reason: 'NOT_ALLOWED',
    });
    await expect(voter.grant(asked)).rejects.toMatchObject({ reason: 'LEASE_LIVE' });
  });
});

describe('a resignation', () => {
  it('frees the voter at once', async () => {
    const { voter } = await scene();
    await voter.renew(renewal);
    await voter.resign({ epoch: 1, master: node1, order: 2 });
    expect(await voter.vote()).toMatchObject({ leaseLeftMs: 0, leaseHolder: null });
    await voter.grant(asked);
  });

  it('of a node that does not hold the epoch is refused', async () => {
    const { voter } = await scene();
    await voter.renew(renewal);
    await expect(voter.resign({ epoch: 1, master: node2, order: 2 })).rejects.toMatchObject({
      reason: 'NOT_ALLOWED',
    });
    expect(await voter.vote()).toMatchObject({ leaseLeftMs: durationMs });
  });
});

describe('after a restart', () => {
  it('nobody new is granted for the longest lease it ever gave, and that is told', async () => {
    const { voter, clock, restarted } = await scene();
    await voter.renew({ ...renewal, durationMs: 5_000 });
    await voter.renew({ ...renewal, durationMs: 2_000 });
    await clock.advance(1_000);
    const again = restarted();
    expect(await again.vote()).toMatchObject({ leaseLeftMs: 5_000, leaseHolder: null });
    await clock.advance(4_999);
    await expect(again.grant(asked)).rejects.toMatchObject({ reason: 'LEASE_LIVE', facts: { leftMs: '1' } });
    await clock.advance(1);
    await again.grant(asked);
  });

  it('the silence counts from the start of the daemon, not from the first question', async () => {
    const { voter, clock, restarted } = await scene();
    await voter.renew(renewal);
    const again = restarted();
    await clock.advance(durationMs);
    await expect(again.grant(asked)).resolves.toBeUndefined();
  });

  it('the one it obeyed may go on at once', async () => {
    const { voter, restarted } = await scene();
    await voter.renew(renewal);
    const again = restarted();
    await again.renew(renewal);
    expect(await again.vote()).toMatchObject({ leaseLeftMs: durationMs, leaseHolder: node1 });
  });

  it('a node that never promised anything is free', async () => {
    const { restarted } = await scene();
    expect(await restarted().vote()).toMatchObject({ leaseLeftMs: 0, leaseHolder: null });
  });
});

/** One node's vote over its disk: what is answered is on disk before, and what is on disk is kept. */
import { readClusterRecord } from '@quorate/cluster-state/record-store';
import { readRoster } from '@quorate/cluster-state/roster-store';
import { clusterUuid, sampleRecord } from '@quorate/cluster-state/testing/sample-record';
import { viewsOf } from '@quorate/cluster-state/views';
import { readVoterRecord } from '@quorate/cluster-state/voter-store';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { virtualClock } from '@quorate/platform/testing/clock';
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
import { createVoter, type Delivery, type Voter } from './voter.ts';

const { version } = present;
const next = sampleRecord({ serial: 2 });
const softwareVersion = '0.1.0';
/** What is promised by grants here that are not about leases: nothing; those are in voter-lease.test.ts. */
const leaseMs = 0;

const voterOn = ({ state }: MemoryNode): Voter =>
  createVoter({
    state,
    own: node2,
    clock: virtualClock(new Date(5_000)),
    softwareVersion,
    locking: unlocked,
  });

async function candidate(): Promise<{ node: MemoryNode; voter: Voter }> {
  const node = await memoryNode();
  return { node, voter: voterOn(node) };
}

/** As the master of that record sends it; `record` for candidates, views alone for the others. */
function deliveryOf(
  record: ClusterRecord,
  { to = 'candidate', ...changes }: { to?: 'candidate' | 'other' } & Partial<Delivery> = {},
): Delivery {
  const { roster, ssconf } = viewsOf(record);
  const sender = record.configuration.cluster.master_node;
  return {
    version: record.version,
    sender,
    roster,
    ssconf,
    record: to === 'candidate' ? record : undefined,
    ...changes,
  };
}

const turnOfTheLoop = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('a vote', () => {
  it('BEH-020 tells master, epoch, version and what text is held', async () => {
    const { voter } = await candidate();
    expect(await voter.vote()).toEqual({
      ...{ clusterUuid, node: node2, softwareVersion, clockMs: 5_000 },
      ...{ master: { node: node1, epoch: 1 }, epoch: 1, version, holds: version },
      ...{ leaseLeftMs: 0, leaseHolder: null },
    });
  });

  it('of a node that is no candidate holds nothing', async () => {
    const voter = voterOn(await memoryNode({ holdsRecord: false }));
    expect(await voter.vote()).toMatchObject({ version, holds: null });
    expect(await voter.configuration()).toBeUndefined();
  });

  it('is not given, and nothing granted, by a node that cannot read what it promised', async () => {
    const { node, voter } = await candidate();
    await node.files.writeAtomic(node.state.layout.voterRecord.path, '{"record":', { mode: 0o600 });
    await expect(voter.vote()).rejects.toMatchObject({ reason: 'STATE_CORRUPT' });
    await expect(voter.grant({ epoch: 2, candidate: node2, version, leaseMs })).rejects.toMatchObject({
      reason: 'STATE_CORRUPT',
    });
  });
});

describe('a grant', () => {
  it('is on disk when it is answered, and outlives the daemon', async () => {
    const { node, voter } = await candidate();
    await voter.grant({ epoch: 2, candidate: node2, version, leaseMs });
    expect(node.written()).toEqual(['voter.json']);
    expect(await readVoterRecord(node.state)).toEqual(acknowledged({ epoch: 2, grantedTo: node2 }));
    await expect(voterOn(node).grant({ epoch: 2, candidate: node1, version, leaseMs })).rejects.toMatchObject(
      {
        reason: 'GRANT_REFUSED',
      },
    );
  });

  it('is not answered while the disk still writes', async () => {
    const { node, voter } = await candidate();
    const disk = gate();
    node.onWrite = () => disk.passed;
    let answered = false;
    const granted = voter
      .grant({ epoch: 2, candidate: node2, version, leaseMs })
      .then(() => (answered = true));
    await turnOfTheLoop();
    expect({ answered, vote: (await voter.vote()).epoch }).toEqual({ answered: false, vote: 1 });
    disk.open();
    await granted;
    expect(await voter.vote()).toMatchObject({ epoch: 2 });
  });

  it('fails with a disk that fails, and then nothing was granted', async () => {
    const { node, voter } = await candidate();
    node.onWrite = () => Promise.reject(new Error('no space left on device'));
    await expect(voter.grant({ epoch: 2, candidate: node2, version, leaseMs })).rejects.toThrow(
      'no space left',
    );
    expect(await voter.vote()).toMatchObject({ epoch: 1 });
    expect(await voter.record()).toMatchObject({ grantedTo: node1 });
    node.onWrite = () => undefined;
    await voter.grant({ epoch: 2, candidate: node1, version, leaseMs });
  });

  it('BEH-081 of one epoch asked for by many at once is given to exactly one', async () => {
    const { node, voter } = await candidate();
    const candidates = ['c0', 'c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7'];
    const answers = await Promise.allSettled(
      candidates.map((c) => voter.grant({ epoch: 2, candidate: c, version, leaseMs })),
    );
    const granted = candidates.filter((_, i) => answers[i]?.status === 'fulfilled');
    expect(granted).toHaveLength(1);
    expect(await readVoterRecord(node.state)).toMatchObject({ epoch: 2, grantedTo: granted[0] });
    const refusals = answers.flatMap((a) => (a.status === 'rejected' ? [a.reason.reason] : []));
    expect(new Set(refusals)).toEqual(new Set(['GRANT_REFUSED']));
  });

  it('asked for again by the same candidate is given again', async () => {
    const { voter } = await candidate();
    await voter.grant({ epoch: 2, candidate: node2, version, leaseMs });
    await expect(voter.grant({ epoch: 2, candidate: node2, version, leaseMs })).resolves.toBeUndefined();
  });

  it('BEH-056 BEH-294 of a lower epoch is refused, naming the epoch to go above', async () => {
    const { voter } = await candidate();
    await voter.grant({ epoch: 7, candidate: node2, version, leaseMs });
    await expect(voter.grant({ epoch: 6, candidate: node1, version, leaseMs })).rejects.toMatchObject({
      reason: 'EPOCH_TOO_OLD',
      facts: { epoch: '7' },
    });
  });

  it('BEH-055 is refused to a candidate that has missed a change', async () => {
    const { voter } = await candidate();
    await voter.receive(deliveryOf(next));
    await expect(voter.grant({ epoch: 2, candidate: node2, version, leaseMs })).rejects.toMatchObject({
      reason: 'NEWER_CONFIGURATION_ELSEWHERE',
    });
  });
});

describe('a delivery', () => {
  it('to a candidate stores the record with all its views, the acknowledgement last', async () => {
    const { node, voter } = await candidate();
    const answer = await voter.receive(deliveryOf(next));
    expect(answer).toEqual({ record: acknowledged({ version: next.version }), holds: next.version });
    const written = node.written();
    expect(written.slice(0, 3)).toEqual(['cluster.json.1', 'cluster.json', 'config.data']);
    expect(written.slice(-2)).toEqual(['roster.json', 'voter.json']);
    expect(await voter.configuration()).toEqual(next);
  });

  it('to another node stores the views alone, the acknowledgement last', async () => {
    const node = await memoryNode({ holdsRecord: false });
    const moved = sampleRecord({ serial: 2, epoch: 2, master: 2 });
    const { record, holds } = await voterOn(node).receive(deliveryOf(moved, { to: 'other' }));
    expect(node.written()).toEqual(['ssconf_master_node', 'roster.json', 'voter.json']);
    expect({ record, holds }).toEqual({
      record: acknowledged({
        epoch: 2,
        grantedTo: node2,
        master: { node: node2, epoch: 2 },
        version: moved.version,
      }),
      holds: null,
    });
    expect(await readRoster(node.state)).toMatchObject({ master: node2, version: moved.version });
  });

  it('cut short before the acknowledgement loses the acknowledgement, never an acknowledged text', async () => {
    const { node, voter } = await candidate();
    node.onWrite = (name) => (name === 'voter.json' ? Promise.reject(new Error('power cut')) : undefined);
    await expect(voter.receive(deliveryOf(next))).rejects.toThrow('power cut');
    expect(await voter.vote()).toMatchObject({ version, holds: next.version });
    node.onWrite = () => undefined;
    await voter.receive(deliveryOf(next));
    expect(await voter.vote()).toMatchObject({ version: next.version, holds: next.version });
  });

  it('that cannot be stored is not acknowledged', async () => {
    const { node, voter } = await candidate();
    node.onWrite = (name) => (name === 'cluster.json' ? Promise.reject(new Error('disk full')) : undefined);
    await expect(voter.receive(deliveryOf(next))).rejects.toThrow('disk full');
    expect(await voter.vote()).toMatchObject({ version, holds: version });
  });

  it('repeated is acknowledged again and writes no file of the configuration', async () => {
    const { node, voter } = await candidate();
    expect(await voter.receive(deliveryOf(present))).toEqual({ record: acknowledged({}), holds: version });
    expect(node.written()).toEqual(['voter.json']);
  });

  it('writes again what was changed on its disk, if the master wants it compared; its acknowledgement stays', async () => {
    const { node, voter } = await candidate();
    const { path } = node.state.layout.configData;
    const text = await node.files.readText(path);
    await node.files.writeAtomic(path, '{}', { mode: 0o640 });
    await voter.receive(deliveryOf(present));
    expect(await node.files.readText(path)).toBe('{}');
    const { record } = await voter.receive({ ...deliveryOf(present), rewrite: true });
    expect(await node.files.readText(path)).toBe(text);
    expect(record).toEqual(acknowledged({}));
  });

  it('heals a record that cannot be read, which until then counts as none', async () => {
    const { node, voter } = await candidate();
    await node.files.writeAtomic(node.state.layout.clusterRecord.path, '{"half":', { mode: 0o600 });
    expect(await voter.vote()).toMatchObject({ version, holds: null });
    expect(await voter.receive(deliveryOf(present))).toMatchObject({ holds: version });
    expect(await readClusterRecord(node.state)).toEqual(present);
  });

  it('gives a new candidate the text of the version it already acknowledged', async () => {
    const voter = voterOn(await memoryNode({ holdsRecord: false }));
    expect(await voter.receive(deliveryOf(present))).toMatchObject({ holds: version });
  });

  const newer = sampleRecord({ serial: 5, epoch: 3 });
  it.each([
    [
      'BEH-273 an older version',
      deliveryOf(sampleRecord({ serial: 4, epoch: 3 })),
      'NEWER_CONFIGURATION_ELSEWHERE',
    ],
    ['BEH-078 BEH-294 a lower epoch', deliveryOf(sampleRecord({ serial: 9, epoch: 2 })), 'EPOCH_TOO_OLD'],
    [
      'BEH-279 another text in the same place',
      deliveryOf(sampleRecord({ serial: 5, epoch: 3, kernelArguments: 'x' })),
      'CONFIGURATION_CHANGED',
    ],
    [
      'BEH-293 one whose sender is not its master',
      deliveryOf(sampleRecord({ serial: 6, epoch: 3 }), { sender: node2 }),
      'NOT_ALLOWED',
    ],
    [
      'a version that is not the record’s',
      deliveryOf(sampleRecord({ serial: 6, epoch: 3 }), { record: newer }),
      'WRONG_INPUT',
    ],
    [
      'a version that is not the roster’s',
      deliveryOf(sampleRecord({ serial: 6, epoch: 3 }), { roster: viewsOf(newer).roster }),
      'WRONG_INPUT',
    ],
  ])('of %s is refused, and nothing is written', async (_what, delivery, reason) => {
    const { node, voter } = await candidate();
    await voter.receive(deliveryOf(newer));
    node.written();
    await expect(voter.receive(delivery)).rejects.toMatchObject({ reason });
    expect(node.written()).toEqual([]);
    expect(await voter.vote()).toMatchObject({ epoch: 3, version: newer.version, holds: newer.version });
  });

  it('BEH-294 of a lower epoch is told the present one', async () => {
    const { voter } = await candidate();
    await voter.grant({ epoch: 4, candidate: node2, version, leaseMs });
    await expect(voter.receive(deliveryOf(next))).rejects.toMatchObject({ facts: { epoch: '4' } });
  });

  it('of another cluster is refused, be it newer or of the same place', async () => {
    const { node, voter } = await candidate();
    const foreign = { ...viewsOf(next).roster, clusterUuid: 'another' };
    const delivery = deliveryOf(next, { to: 'other', roster: foreign });
    await expect(voter.receive(delivery)).rejects.toMatchObject({
      reason: 'FOREIGN_CLUSTER',
      facts: { clusterUuid },
    });
    const same = deliveryOf(present, {
      to: 'other',
      roster: { ...viewsOf(present).roster, clusterUuid: 'another' },
    });
    await expect(voter.receive(same)).rejects.toMatchObject({ reason: 'FOREIGN_CLUSTER' });
    expect(node.written()).toEqual([]);
  });

  it('BEH-279 two at once for the same place: exactly one is stored', async () => {
    const { voter } = await candidate();
    const rival = sampleRecord({ serial: 2, kernelArguments: 'rival' });
    const [first, second] = await Promise.allSettled([
      voter.receive(deliveryOf(next)),
      voter.receive(deliveryOf(rival)),
    ]);
    expect(first).toMatchObject({ status: 'fulfilled' });
    expect(second).toMatchObject({ status: 'rejected', reason: { reason: 'CONFIGURATION_CHANGED' } });
    expect(await voter.configuration()).toEqual(next);
  });

  it('of a cluster without a master leaves nobody named', async () => {
    const { voter } = await candidate();
    const roster = { ...viewsOf(next).roster, master: null };
    await voter.receive(deliveryOf(next, { to: 'other', roster }));
    expect(await voter.vote()).toMatchObject({ master: null, version: next.version });
  });
});

describe('what can be read and is not yet synced', () => {
  const broken = () => Promise.reject(new Error('input/output error'));
  const grantOf2 = { epoch: 2, candidate: node2, version, leaseMs };

  /** Holds up the sync of one file until it is opened. */
  function slowSync(node: MemoryNode, file: string): () => void {
    const disk = gate();
    node.onSync = (name) => (name === file ? disk.passed : undefined);
    return disk.open;
  }

  it('of what was found at the start is not told', async () => {
    const { node, voter } = await candidate();
    node.onSync = broken;
    await expect(voter.vote()).rejects.toThrow('input/output');
    await expect(voter.grant(grantOf2)).rejects.toThrow('input/output');
    node.onSync = () => undefined;
    expect(await voter.vote()).toMatchObject({ epoch: 1 });
  });

  it('of a grant is not told', async () => {
    const { node, voter } = await candidate();
    await voter.vote();
    const open = slowSync(node, 'voter.json');
    const granted = voter.grant(grantOf2);
    await turnOfTheLoop();
    expect(await readVoterRecord(node.state)).toMatchObject({ epoch: 2 });
    expect(await voter.vote()).toMatchObject({ epoch: 1 });
    expect(await voter.record()).toMatchObject({ grantedTo: node1 });
    open();
    await granted;
    expect(await voter.vote()).toMatchObject({ epoch: 2 });
  });

  it('of a grant that failed is told when it is synced: it may be what a power cut leaves', async () => {
    const { node, voter } = await candidate();
    await voter.vote();
    node.onSync = broken;
    await expect(voter.grant(grantOf2)).rejects.toThrow('input/output');
    await expect(voter.vote()).rejects.toThrow('input/output');
    node.onSync = () => undefined;
    expect(await voter.vote()).toMatchObject({ epoch: 2 });
    await expect(voter.grant({ ...grantOf2, candidate: node1 })).rejects.toMatchObject({
      reason: 'GRANT_REFUSED',
    });
  });

  it('of a record is not held', async () => {
    const { node, voter } = await candidate();
    await voter.vote();
    const open = slowSync(node, 'cluster.json');
    const received = voter.receive(deliveryOf(next));
    await turnOfTheLoop();
    expect(await readClusterRecord(node.state)).toEqual(next);
    expect(await voter.vote()).toMatchObject({ version, holds: version });
    open();
    expect(await received).toMatchObject({ holds: next.version });
    expect(await voter.vote()).toMatchObject({ version: next.version, holds: next.version });
  });

  it('of a record that failed is held when it is synced, be it by the next delivery', async () => {
    const { node, voter } = await candidate();
    await voter.vote();
    node.onSync = (name) => (name === 'cluster.json' ? broken() : undefined);
    await expect(voter.receive(deliveryOf(next))).rejects.toThrow('input/output');
    expect(await voter.vote()).toMatchObject({ version, holds: version });
    await expect(voter.receive(deliveryOf(next))).rejects.toThrow('input/output');
    expect(await voter.vote()).toMatchObject({ version, holds: version });
    node.onSync = () => undefined;
    expect(await voter.receive(deliveryOf(next))).toMatchObject({ holds: next.version });
    expect(await voter.vote()).toMatchObject({ version: next.version, holds: next.version });
  });

  it('of a record in the place of a damaged one is not held', async () => {
    const { node, voter } = await candidate();
    await node.files.writeAtomic(node.state.layout.clusterRecord.path, '{"half":', { mode: 0o600 });
    const open = slowSync(node, 'cluster.json');
    const received = voter.receive(deliveryOf(present));
    await turnOfTheLoop();
    expect(await readClusterRecord(node.state)).toEqual(present);
    expect(await voter.vote()).toMatchObject({ version, holds: null });
    open();
    expect(await received).toMatchObject({ holds: version });
  });
});

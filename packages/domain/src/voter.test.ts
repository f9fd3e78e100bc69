import { describe, expect, it } from 'vitest';
import { majorityOf } from './electorate.ts';
import { leaseMemoryAtStart, type LeaseMemory } from './lease.ts';
import { uuidOf, versionOf } from './testing/notation.ts';
import { forManySeeds, type Seeded } from './testing/seeded.ts';
import { compareVersions, noVersion, type Version } from './version.ts';
import { emptyVoterRecord, type VoterRecord } from './voter-record.ts';
import { decideGrant, decidePut, type GrantRequest, type Put } from './voter.ts';

/** Bound by no promise, and of no past. */
const unbound = leaseMemoryAtStart(emptyVoterRecord, 0);

/**
 * `3 q1 2:12`: has seen epoch 3, granted it to q1, knows version (epoch 2, serial 12). `-` for nobody or nothing.
 * A `'` after the version stands for another text in the same place.
 */
function recordFrom(line: string): VoterRecord {
  const [epoch, grantedTo, version] = line.split(' ');
  const known = versionFrom(version);
  const master = known.epoch === Number(epoch) ? nodeFrom(grantedTo) : uuidOf(1);
  return {
    epoch: Number(epoch),
    grantedTo: nodeFrom(grantedTo),
    master: master === null ? null : { node: master, epoch: known.epoch },
    version: known,
    longestLeaseMs: 0,
  };
}

const nodeFrom = (word = '-') => (word === '-' ? null : uuidOf(word.slice(1)));

function versionFrom(word = '-') {
  const [epoch, serial = ''] = word.split(':');
  return word === '-'
    ? noVersion
    : versionOf(Number(epoch), Number.parseInt(serial, 10), word.endsWith("'") ? "'" : '');
}

/** `4 q2 2:12`: q2 asks for epoch 4 with version (2, 12). */
function requestFrom(line: string): GrantRequest {
  const [epoch, candidate, version] = line.split(' ');
  return {
    epoch: Number(epoch),
    candidate: nodeFrom(candidate) ?? '',
    version: versionFrom(version),
    leaseMs: 0,
  };
}

/** `q2 4:13`: q2 sends version (4, 13), which names q2; a third word names another master. */
function putFrom(line: string): Put {
  const [sender, version, master = sender] = line.split(' ');
  return { sender: nodeFrom(sender) ?? '', version: versionFrom(version), master: nodeFrom(master) };
}

describe('a grant', () => {
  it.each([
    ['3 q1 3:12', '4 q2 3:12', 'yes', 'upward, with the same configuration'],
    ['3 q1 3:12', '9 q2 3:13', 'yes', 'epochs may be left out, a newer configuration is welcome'],
    ['3 q1 2:12', '3 q1 2:12', 'yes', 'the same request again'],
    ['3 - 2:12', '3 q2 2:12', 'yes', 'an epoch seen but given to nobody'],
    ['0 - -', '1 q1 -', 'yes', 'the first of all'],
    ['3 q1 2:12', '3 q2 2:12', 'GRANT_REFUSED', 'BEH-081 an epoch has one master at most'],
    ['3 q1 2:12', '2 q2 2:12', 'EPOCH_TOO_OLD', 'BEH-294'],
    ['3 q1 2:12', '2 q1 2:12', 'EPOCH_TOO_OLD', 'not even for whom it granted more'],
    ['0 - -', '0 q1 -', 'EPOCH_TOO_OLD', 'epoch 0 is nobody’s'],
    ['3 q1 2:12', '4 q2 5:1', 'EPOCH_TOO_OLD', 'its own configuration is of a later epoch'],
    [
      '3 q1 3:12',
      '4 q2 3:11',
      'NEWER_CONFIGURATION_ELSEWHERE',
      'BEH-055 a stale candidate meets one that knows better',
    ],
    ['3 q1 3:2', '4 q2 2:99', 'NEWER_CONFIGURATION_ELSEWHERE', 'epoch before serial'],
    ['3 q1 2:12', '3 q1 2:11', 'NEWER_CONFIGURATION_ELSEWHERE', 'nor again, if its disk went back in time'],
    ['3 q1 3:12', "4 q2 3:12'", 'CONFIGURATION_CHANGED', 'the same place, another text'],
  ])('of a voter at %s asked for %s: %s (%s)', (record, request, answer) => {
    const decision = decideGrant(recordFrom(record), unbound, requestFrom(request), 0);
    expect(decision.granted ? 'yes' : decision.reason).toBe(answer);
  });

  it('is written down before it is told, and changes nothing else', () => {
    const before = recordFrom('3 q1 3:12');
    const decision = decideGrant(before, unbound, requestFrom('4 q2 3:12'), 7);
    expect(decision).toEqual({
      granted: true,
      record: { ...before, epoch: 4, grantedTo: uuidOf(2) },
      memory: {
        silentUntilMs: 0,
        lease: { holder: uuidOf(2), epoch: 4, untilMs: 7, nominee: null, order: 0 },
      },
    });
  });

  it('BEH-056 BEH-294 when refused tells the epoch to go above, and who has it', () => {
    expect(decideGrant(recordFrom('7 q3 3:12'), unbound, requestFrom('4 q2 3:12'), 0)).toMatchObject({
      reason: 'EPOCH_TOO_OLD',
      message: 'Epoch 4 is over; the highest known is 7',
      facts: { epoch: '7' },
    });
    expect(decideGrant(recordFrom('7 q3 3:12'), unbound, requestFrom('7 q2 3:12'), 0)).toMatchObject({
      reason: 'GRANT_REFUSED',
      facts: { epoch: '7', grantedTo: uuidOf(3) },
    });
  });
});

describe('a grant and the lease', () => {
  const request = { ...requestFrom('4 q2 3:12'), leaseMs: 3_000 };
  const lease = (holder: number, untilMs: number, nominee: number | null = null): LeaseMemory => ({
    lease: {
      holder: uuidOf(holder),
      epoch: 3,
      untilMs,
      nominee: nominee === null ? null : uuidOf(nominee),
      order: 0,
    },
    silentUntilMs: 0,
  });
  const silence = { lease: null, silentUntilMs: 5_000 };

  it.each<[string, LeaseMemory, number, string]>([
    ['the lease of another lives', lease(1, 5_000), 4_999, 'LEASE_LIVE'],
    ['it is over', lease(1, 5_000), 5_000, 'yes'],
    ['the candidate holds it', lease(2, 5_000), 0, 'yes'],
    ['BEH-080 its holder named the candidate', lease(1, 5_000, 2), 0, 'yes'],
    ['its holder named somebody else', lease(1, 5_000, 3), 0, 'LEASE_LIVE'],
    ['this node has restarted', silence, 4_999, 'LEASE_LIVE'],
    ['that is long enough ago', silence, 5_000, 'yes'],
    ['nobody was promised anything', unbound, 0, 'yes'],
  ])('when %s', (_, memory, nowMs, answer) => {
    const decision = decideGrant(recordFrom('3 q1 3:12'), memory, request, nowMs);
    expect(decision.granted ? 'yes' : decision.reason).toBe(answer);
  });

  it('after a restart is for whom this node is known to have obeyed', () => {
    const ask = (record: string) => decideGrant(recordFrom(record), silence, request, 0).granted;
    expect([ask('3 q2 3:12'), ask('3 q2 2:12'), ask('3 - 2:12'), ask('3 q3 3:12')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('is a lease to the candidate from then on, and takes a nomination back', () => {
    expect(decideGrant(recordFrom('3 q1 3:12'), lease(1, 5_000, 2), request, 1_000)).toMatchObject({
      memory: { lease: { holder: uuidOf(2), epoch: 4, untilMs: 4_000, nominee: null, order: 0 } },
    });
  });

  it('keeps the longest lease ever given', () => {
    const before = { ...recordFrom('3 q1 3:12'), longestLeaseMs: 60_000 };
    expect(decideGrant(before, unbound, request, 0)).toMatchObject({ record: { longestLeaseMs: 60_000 } });
  });

  it.each([
    ['4 q3 3:12', '4 q2 3:12', 'GRANT_REFUSED', 'waiting would not help: the epoch is taken'],
    ['5 q1 3:12', '4 q2 3:12', 'EPOCH_TOO_OLD', 'BEH-294 nor here'],
    ['3 q1 3:13', '4 q2 3:12', 'NEWER_CONFIGURATION_ELSEWHERE', 'nor here'],
  ])('of a voter at %s, bound, asked for %s tells %s first: %s', (record, asked, reason) => {
    expect(decideGrant(recordFrom(record), lease(1, 5_000), requestFrom(asked), 0)).toMatchObject({ reason });
  });
});

describe('a configuration', () => {
  it.each([
    ['3 q1 3:12', 'q1 3:13', 'store', 'the master’s next change'],
    ['3 q2 2:12', 'q2 3:13', 'store', 'the first of the epoch that was granted'],
    ['2 q1 2:12', 'q2 4:13', 'store', 'a majority granted it without this node'],
    ['2 q1 2:12', 'q2 4:9', 'store', 'epoch before serial: what was never committed is replaced'],
    ['0 - -', 'q1 1:1', 'store', 'a node that has just joined'],
    ['3 q1 3:12', 'q1 3:13 -', 'store', 'the last one, without a master'],
    ['3 q1 3:12', 'q1 3:12', 'already-stored', 'the same again'],
    ['3 q1 3:12', 'q1 2:13', 'EPOCH_TOO_OLD', 'BEH-078 a deposed master'],
    ['4 q2 3:12', 'q1 3:13', 'EPOCH_TOO_OLD', 'BEH-078 from the moment of the grant'],
    ['4 q2 3:12', 'q3 4:13', 'store', 'BEH-081 the winner’s, although this node was for another'],
    ['4 q2 4:13', 'q3 4:14', 'NOT_ALLOWED', 'BEH-293 another than the master of that epoch'],
    ['4 q2 4:13', 'q3 4:14 -', 'NOT_ALLOWED', 'BEH-293 nor may it end the cluster'],
    ['3 q1 3:12', 'q2 4:13 q1', 'NOT_ALLOWED', 'BEH-293 only the master itself sends'],
    ['3 q1 3:12', 'q1 3:11', 'NEWER_CONFIGURATION_ELSEWHERE', 'spec V6: never back'],
    ['3 q1 3:12', "q1 3:12'", 'CONFIGURATION_CHANGED', 'the same place, another text'],
    ['0 - -', 'q1 0:1', 'store', 'harmless: nothing is older'],
  ])('offered to a voter at %s as %s: %s (%s)', (record, put, answer) => {
    const decision = decidePut(recordFrom(record), putFrom(put));
    expect(decision.kind === 'refuse' ? decision.reason : decision.kind).toBe(answer);
  });

  it('stored moves epoch, grant, master and version together', () => {
    expect(decidePut(recordFrom('2 q1 2:12'), putFrom('q2 4:13'))).toEqual({
      kind: 'store',
      record: {
        epoch: 4,
        grantedTo: uuidOf(2),
        master: { node: uuidOf(2), epoch: 4 },
        version: versionOf(4, 13),
        longestLeaseMs: 0,
      },
    });
  });

  it('leaves the grant where it is: an epoch is granted once', () => {
    const decision = decidePut(recordFrom('4 q2 3:12'), putFrom('q3 4:13'));
    expect(decision).toMatchObject({
      record: { grantedTo: uuidOf(2), master: { node: uuidOf(3), epoch: 4 } },
    });
  });

  it('without a master leaves none', () => {
    const decision = decidePut(recordFrom('3 q1 3:12'), putFrom('q1 3:13 -'));
    expect(decision).toMatchObject({ kind: 'store', record: { master: null, grantedTo: uuidOf(1) } });
  });

  it('BEH-294 of a lower epoch is answered with the current one', () => {
    expect(decidePut(recordFrom('4 q2 3:12'), putFrom('q1 3:13'))).toMatchObject({ facts: { epoch: '4' } });
  });
});

/** Anything anybody might ask of a voter, in a small space so that clashes are common. */
function randomlyAsked(record: VoterRecord, random: Seeded): VoterRecord {
  const sender = uuidOf(1 + random.pick(3));
  const version = versionOf(random.pick(6), random.pick(4), random.oneOf(['', "'"]));
  if (random.pick(2) === 0) {
    const grant = decideGrant(
      record,
      unbound,
      { epoch: random.pick(6), candidate: sender, version, leaseMs: 0 },
      0,
    );
    return grant.granted ? grant.record : record;
  }
  const put = decidePut(record, { version, sender, master: random.oneOf([sender, sender, null]) });
  return put.kind === 'refuse' ? record : put.record;
}

describe('whatever a voter is asked', () => {
  it('its record only moves upward, and no epoch is granted twice', () =>
    forManySeeds(300, (random) => {
      const owners = new Map<number, string | null>();
      let record = emptyVoterRecord;
      for (let step = 0; step < 100; step += 1) {
        const next = randomlyAsked(record, random);
        expect(next.epoch).toBeGreaterThanOrEqual(Math.max(record.epoch, next.version.epoch));
        const moved = compareVersions(next.version, record.version);
        expect(moved > 0 || (moved === 0 && next.version.digest === record.version.digest)).toBe(true);
        expect(owners.get(next.epoch) ?? next.grantedTo).toBe(next.grantedTo);
        owners.set(next.epoch, next.grantedTo);
        record = next;
      }
    }));

  it('BEH-081 of two candidates in one epoch exactly one wins an odd electorate', () =>
    forManySeeds(300, (random) => {
      const voters = Array.from({ length: 1 + 2 * random.pick(4) }, () => recordFrom('1 q3 1:10'));
      const requests = voters.flatMap((_, voter) => [1, 2].map((candidate) => ({ voter, candidate })));
      const grants = [0, 0, 0];
      for (const { voter, candidate } of random.shuffled(requests)) {
        if (!granted(voters, voter, requestFrom(`2 q${candidate} 1:10`))) continue;
        grants[candidate] = (grants[candidate] ?? 0) + 1;
      }
      expect(grants.filter((count) => count >= majorityOf(voters.length))).toHaveLength(1);
    }));

  it('BEH-086 (rules alone) whoever wins an epoch is its only winner and knows all that was ever committed', () =>
    forManySeeds(500, (random) => {
      const voters = Array.from({ length: 3 + random.pick(3) }, () => recordFrom('1 q1 1:1'));
      const everybody = voters.map((_, index) => index);
      const held = voters.map(() => versionOf(1, 1));
      const winners = new Map<number, number>();
      let committed = versionOf(1, 1);
      for (let step = 0; step < 30; step += 1) {
        const candidate = random.pick(voters.length);
        const own = held[candidate] ?? noVersion;
        const epoch = 2 + random.pick(8);
        const request = { epoch, candidate: uuidOf(candidate), version: own, leaseMs: 0 };
        const reached = (): readonly number[] =>
          random.shuffled(everybody).slice(0, 1 + random.pick(voters.length));
        if (reached().filter((voter) => granted(voters, voter, request)).length < majorityOf(voters.length))
          continue;
        expect(winners.get(epoch) ?? candidate).toBe(candidate);
        winners.set(epoch, candidate);
        expect(compareVersions(own, committed)).toBeGreaterThanOrEqual(0);
        const version = versionOf(epoch, own.serial + 1);
        const stored = [candidate, ...reached()].filter((voter) =>
          put(voters, voter, version, uuidOf(candidate)),
        );
        for (const voter of stored) held[voter] = version;
        if (new Set(stored).size >= majorityOf(voters.length)) committed = version;
      }
    }));
});

/** Asks one of the voters, which remembers what it answered. */
function granted(voters: VoterRecord[], voter: number, request: GrantRequest): boolean {
  const decision = decideGrant(voters[voter] ?? emptyVoterRecord, unbound, request, 0);
  if (decision.granted) voters[voter] = decision.record;
  return decision.granted;
}

function put(voters: VoterRecord[], voter: number, version: Version, master: string): boolean {
  const decision = decidePut(voters[voter] ?? emptyVoterRecord, { version, master, sender: master });
  if (decision.kind === 'store') voters[voter] = decision.record;
  return decision.kind !== 'refuse';
}

/** Root's SSH keys in a renewal: a cluster of three that is made of answers, followed from phase to phase in every order. */
import { describe, expect, it } from 'vitest';
import type { Draft } from './configuration.ts';
import { withNodesOffline } from './configuration-changes.ts';
import { parseRecord, seal, writeRecord } from './record.ts';
import { planRenewal, type NodeTrust, type Renewal, type TrustAnswer } from './renewal.ts';
import { withProgress } from './renewal-changes.ts';
import { rosterOf } from './roster-of.ts';
import { requireSshKeyWish, sshKeyFingerprint, withSshKeyNews } from './ssh-key-renewal.ts';
import { draftOfSize, testSeconds, uuidOf } from './testing/drafts.ts';

const sha256 = (text: string): string => `#${text}`;
const node = (number: number): string => uuidOf('node', number);
const everybody = [1, 2, 3];
const oldKey = (number: number): string => `ssh-rsa AAAAB3NzaC1yc2EAAAAO${number}aaa root@node${number}`;
const newKey = (number: number): string => `ssh-rsa AAAAB3NzaC1yc2EAAAAN${number}aaa root@node${number}`;
const print = (key: string): string => sshKeyFingerprint(key, sha256);

const renewal: Renewal = {
  ...{ id: 'r1', phase: 'trust-new', since: '', items: ['ssh-keys'], nodes: null, authorities: null },
  ...{ fingerprints: {}, graceSeconds: 100, dropAtSeconds: null, switched: [] },
  ssh: { type: 'rsa', bits: 4096, dropped: [] },
};

function draftWithKeys(changes: Partial<Renewal> | null = {}): Draft {
  const draft = draftOfSize(3);
  const nodes = Object.fromEntries(
    everybody.map((n) => [node(n), { ...draft.ours.nodes[node(n)]!, sshPublicKey: oldKey(n) }]),
  );
  return {
    ...draft,
    ours: { ...draft.ours, nodes, ...(changes && { renewal: { ...renewal, ...changes } }) },
  };
}

/** One host: what it has done, and whether it puts its authorized_keys in order when a configuration comes. */
interface Host {
  stage: 'none' | 'prepared' | 'switched';
  key: string;
  made: string | undefined;
  letIn: readonly string[];
  isAway: boolean;
}

/** A cluster in which tasks and commits are carried out one at a time, and everything is seen in between. */
function world(draft = draftWithKeys()) {
  const hosts = new Map(
    everybody.map((n) => [
      node(n),
      { stage: 'none', key: oldKey(n), made: undefined, letIn: everybody.map(oldKey), isAway: false } as Host,
    ]),
  );
  let now = testSeconds;
  const trust = ({ stage, key, made, letIn }: Host): NodeTrust => ({
    ...{ certificateSha256: '', clientCertificateSha1: '', authoritySha256s: ['a'] },
    ...{ issuedSeconds: 0, notAfterSeconds: 9, authorityNotAfterSeconds: 9 },
    renewal:
      stage === 'none'
        ? null
        : { id: 'r1', stage, fingerprints: {}, holdsClusterKey: false, ...(made && { sshPublicKey: made }) },
    ssh: { own: [print(key)], letIn: letIn.map(print), letInByUs: letIn.map(print) },
  });
  const answers = (): ReadonlyMap<string, TrustAnswer> =>
    new Map(
      [...hosts].map(([uuid, host]) => [
        uuid,
        host.isAway ? { kind: 'away', why: 'dead' } : { kind: 'trust', trust: trust(host) },
      ]),
    );
  const made = {
    hosts,
    draft: () => draft,
    host: (n: number): Host => hosts.get(node(n))!,
    plan: () => planRenewal(draft, answers(), now, sha256),
    pass: (seconds: number) => (now += seconds),
    /** As a node that got the configuration does. */
    follow(n: number): void {
      const { nodes } = rosterOf(seal(draft, sha256), '');
      const keys = nodes.flatMap((one) => [one.sshPublicKey ?? '', one.newSshPublicKey ?? '']);
      made.host(n).letIn = keys.filter(Boolean);
    },
    do(uuid: string, task: string): void {
      const host = hosts.get(uuid)!;
      const n = Number(uuid.slice(-4));
      if (task === 'prepare') Object.assign(host, { stage: 'prepared', made: host.made ?? newKey(n) });
      if (task === 'switch') Object.assign(host, { stage: 'switched', key: host.made });
      if (task === 'finish') Object.assign(host, { stage: 'none', made: undefined });
      if (task === 'restore') Object.assign(host, { stage: 'none', made: undefined, key: oldKey(n) });
    },
    /** What the master commits, if there is anything. */
    commit(): boolean {
      const { sshKeys, tasks, next } = made.plan();
      if (sshKeys) draft = withSshKeyNews(draft, sshKeys, now);
      else if (tasks.length === 0 && next && draft.ours.renewal)
        draft = withProgress(draft, draft.ours.renewal, next, now);
      else return false;
      return true;
    },
    set: (changes: Partial<Renewal>) => {
      draft = { ...draft, ours: { ...draft.ours, renewal: { ...draft.ours.renewal!, ...changes } } };
    },
    /** From, to: who could not log in where with the key that he has, of those that answer. */
    lockedOut: () =>
      [...hosts.values()]
        .filter((one) => !one.isAway)
        .flatMap((from) =>
          [...hosts.values()].filter((to) => !to.isAway && !to.letIn.includes(from.key)).map(() => from.key),
        ),
  };
  return made;
}

/** All orders in which three may do the same thing. */
const orders = [
  [1, 2, 3],
  [1, 3, 2],
  [2, 1, 3],
  [2, 3, 1],
  [3, 1, 2],
  [3, 2, 1],
];

/** To the end, hosts in this order, each change seen; every host gets a configuration late. */
function run(made: ReturnType<typeof world>, order: readonly number[], rounds = 40): void {
  for (let round = 0; round < rounds && made.draft().ours.renewal; round += 1) {
    made.pass(1);
    const { tasks } = made.plan();
    const mine = order.map(node);
    const next = [...tasks].sort((a, b) => mine.indexOf(a.node) - mine.indexOf(b.node))[0];
    if (next) made.do(next.node, next.task);
    else made.commit();
    expect(made.lockedOut(), `round ${round}`).toEqual([]);
    const late = order[round % order.length]!;
    if (!made.host(late).isAway) made.follow(late);
    expect(made.lockedOut(), `round ${round}, after ${late} followed`).toEqual([]);
  }
}

describe('the renewal of SSH keys', () => {
  it.each(orders)(
    '%i, %i, %i: nobody who answers is locked out, and then the old keys are gone',
    (...order) => {
      const made = world();
      run(made, order);
      const { ours, configuration } = made.draft();
      expect(ours.pastRenewals?.at(-1)).toMatchObject({ end: 'done', leftBehind: [] });
      expect(everybody.map((n) => ours.nodes[node(n)])).toMatchObject(
        everybody.map((n) => ({ sshPublicKey: newKey(n) })),
      );
      expect(Object.values(ours.nodes).some((one) => one.newSshPublicKey)).toBe(false);
      for (const n of everybody) expect(made.host(n)).toMatchObject({ key: newKey(n), stage: 'none' });
      for (const n of everybody) expect(new Set(made.host(n).letIn)).toEqual(new Set(everybody.map(newKey)));
      expect(configuration.cluster).toMatchObject({ ssh_key_type: 'rsa', ssh_key_bits: 4096 });
    },
  );

  it('is not switched anywhere while one host has not let in all new keys, and names it', () => {
    const made = world();
    for (const n of everybody) made.do(node(n), 'prepare');
    made.commit();
    made.follow(1);
    made.follow(2);
    const { tasks, next, blockedBy } = made.plan();
    expect([tasks, next]).toEqual([[], undefined]);
    expect(blockedBy).toMatchObject([
      { node: node(3), why: expect.stringContaining('node1.lab.test, node2.lab.test, node3.lab.test') },
    ]);
    made.follow(3);
    expect(made.plan().next).toMatchObject({ renewal: { phase: 'switch' } });
  });

  it('has the old key refused everywhere before any node forgets its own', () => {
    const made = world();
    for (let round = 0; round < 20 && made.draft().ours.renewal?.ssh?.dropped.length === 0; round += 1) {
      made.pass(1);
      for (const task of made.plan().tasks) made.do(task.node, task.task);
      if (made.plan().tasks.length === 0) made.commit();
      if (made.draft().ours.renewal?.ssh?.dropped.length === 0) for (const n of everybody) made.follow(n);
    }
    expect(made.draft().ours.renewal).toMatchObject({ phase: 'drop-old' });
    made.follow(1);
    expect(made.plan()).toMatchObject({ tasks: [], blockedBy: [{ node: node(2) }, { node: node(3) }] });
    for (const n of everybody) made.follow(n);
    expect(made.plan().tasks.map(({ task }) => task)).toEqual(['finish', 'finish', 'finish']);
  });

  it('waits for one that is away; back, it is let in by all before it logs in with its new key', () => {
    const made = world();
    made.host(3).isAway = true;
    run(made, [1, 2, 3]);
    expect(made.draft().ours.renewal).toMatchObject({ phase: 'drop-old', switched: [node(1), node(2)] });
    made.host(3).isAway = false;
    made.follow(3);
    run(made, [3, 1, 2]);
    expect(made.draft().ours.pastRenewals?.at(-1)).toMatchObject({ end: 'done', leftBehind: [] });
    expect(made.host(3).key).toBe(newKey(3));
  });

  it('leaves the key of one that does not come back in time as it is', () => {
    const made = world();
    made.host(3).isAway = true;
    run(made, [1, 2, 3], 20);
    made.pass(100);
    run(made, [1, 2, 3]);
    expect(made.draft().ours.pastRenewals?.at(-1)).toMatchObject({ leftBehind: [node(3)] });
    expect(made.draft().ours.nodes[node(3)]).toMatchObject({ sshPublicKey: oldKey(3) });
    made.host(3).isAway = false;
    made.follow(3);
    expect(made.lockedOut()).toEqual([]);
  });

  it.each(['switched', 'prepared'] as const)(
    'one that was away from when it had %s to the end goes on with what it has',
    (stage) => {
      const made = world();
      for (let round = 0; round < 20; round += 1) {
        const mine = made.plan().tasks.filter((one) => one.node === node(3));
        if (made.host(3).stage === 'prepared' && (stage === 'prepared' || mine.length > 0)) break;
        for (const task of made.plan().tasks) made.do(task.node, task.task);
        if (made.plan().tasks.length === 0) made.commit();
        for (const n of everybody) made.follow(n);
      }
      made.commit();
      if (stage === 'switched') made.do(node(3), 'switch');
      made.host(3).isAway = true;
      made.set({ graceSeconds: 0 });
      run(made, [1, 2, 3]);
      expect(made.draft().ours.renewal).toBeUndefined();
      expect(made.lockedOut()).toEqual([]);
      made.host(3).isAway = false;
      made.follow(3);
      expect(made.lockedOut()).toEqual([]);
      const [task] = made.plan().tasks;
      expect(task).toMatchObject({ node: node(3), task: stage === 'switched' ? 'finish' : 'restore' });
      made.do(node(3), task!.task);
      expect(made.commit()).toBe(true);
      for (const n of everybody) made.follow(n);
      expect(made.lockedOut()).toEqual([]);
      expect(made.draft().ours.nodes[node(3)]).toMatchObject({ sshPublicKey: made.host(3).key });
      expect(made.commit()).toBe(false);
    },
  );

  it.each(orders)('%i, %i, %i: taken back after any step, it is as before', (...order) => {
    for (let steps = 0; steps < 12; steps += 1) {
      const made = world();
      run(made, order, steps);
      if (made.draft().ours.renewal?.phase === 'drop-old') return;
      made.set({ phase: 'abort' });
      run(made, order);
      for (const n of everybody) made.follow(n);
      expect(made.draft().ours.nodes).toEqual(draftWithKeys().ours.nodes);
      for (const n of everybody) expect(made.host(n)).toMatchObject({ key: oldKey(n), stage: 'none' });
      for (const n of everybody) expect(made.host(n).letIn).toEqual(everybody.map(oldKey));
    }
  });

  it('asks of other hosts to let in candidates only', () => {
    const draft = withNodesOffline(draftWithKeys(), [], testSeconds);
    const { nodes } = draft.configuration;
    const regular = { ...nodes[node(3)]!, master_candidate: false };
    const made = world({
      ...draft,
      configuration: { ...draft.configuration, nodes: { ...nodes, [node(3)]: regular } },
    });
    for (const n of everybody) made.do(node(n), 'prepare');
    made.commit();
    for (const n of everybody) made.follow(n);
    expect(made.plan().blockedBy).toMatchObject([{ node: node(3) }]);
    made.host(3).letIn = [...made.host(3).letIn, newKey(3)];
    expect(made.plan().next).toMatchObject({ renewal: { phase: 'switch' } });
  });

  it('takes nothing for a key that is none', () => {
    const made = world();
    for (const n of everybody) made.do(node(n), 'prepare');
    made.host(2).made = 'command="rm -rf /" ssh-rsa AAAAB3NzaC1yc2EAAAAN';
    made.commit();
    expect(made.draft().ours.nodes[node(2)]?.newSshPublicKey).toBeUndefined();
    for (const n of everybody) made.follow(n);
    expect(made.plan()).toMatchObject({ tasks: [], blockedBy: [{ node: node(2) }] });
    expect(made.plan().next).toBeUndefined();
  });

  it('is part of the record, and read again as it was written', () => {
    const made = world();
    for (const n of everybody) made.do(node(n), 'prepare');
    made.commit();
    const record = seal(made.draft(), sha256);
    expect(parseRecord(writeRecord(record), sha256)).toEqual(record);
  });
});

describe('what kind of SSH key is made', () => {
  const wish = (given: Parameters<typeof requireSshKeyWish>[1], managed = true) =>
    requireSshKeyWish(draftOfSize(1, { modifySshSetup: managed }), given);

  it.each([
    [{}, { type: 'rsa', bits: 2048 }],
    [{ bits: 4096 }, { type: 'rsa', bits: 4096 }],
    [{ type: 'ecdsa' }, { type: 'ecdsa', bits: 384 }],
    [
      { type: 'ecdsa', bits: 521 },
      { type: 'ecdsa', bits: 521 },
    ],
  ])('%j is %j', (given, wanted) => expect(wish(given)).toEqual(wanted));

  it.each([
    [{ type: 'ed25519' }, "'ed25519' is none of"],
    [{ type: 'ecdsa', bits: 512 }, '256, 384 or 521'],
    [{ type: 'dsa' }, 'OpenSSH lets nobody in by a DSA key'],
    [{ bits: 1023 }, 'below 1024 bits'],
    [{ bits: 32_768 }, 'more than 16384 bits'],
  ])('BEH-281 %j is refused: %s', (given, words) =>
    expect(() => wish(given)).toThrow(
      expect.objectContaining({ reason: 'WRONG_INPUT', message: expect.stringContaining(words) }),
    ),
  );

  it('BEH-142 and none where the cluster does not manage SSH', () =>
    expect(() => wish({}, false)).toThrow(expect.objectContaining({ reason: 'WRONG_INPUT' })));
});

import type { Log } from '@quorate/platform/log';
import { testIdentity } from '@quorate/platform/testing/certificates';
import { virtualClock } from '@quorate/platform/testing/clock';
import { describe, expect, it } from 'vitest';
import { openLiveIdentity } from './live-identity.ts';
import { prepareRenewal } from './node-renewal.ts';
import { writeSecret, type NodeIdentity } from './secrets.ts';
import { renewingNode } from './testing/renewing-node.ts';

function notedLog() {
  const warnings: object[] = [];
  const log: Log = {
    debug: () => undefined,
    info: () => undefined,
    warn: (fields) => void warnings.push(fields),
    error: () => undefined,
    child: () => log,
  };
  return { log, warnings };
}

async function opened() {
  const made = await renewingNode();
  const { log, warnings } = notedLog();
  const clock = virtualClock();
  const identity = await openLiveIdentity({ state: made.state, clock, log });
  const followed: NodeIdentity[] = [];
  identity.follow((next) => followed.push(next));
  return { ...made, identity, followed, warnings, clock };
}

describe('the identity of a running daemon', () => {
  it('follows the files when it is asked to, and tells once', async () => {
    const { identity, followed, state, preparation } = await opened();
    await prepareRenewal(state, preparation);
    const { authoritySha256s } = await identity.reload();
    await identity.reload();
    expect(authoritySha256s).toHaveLength(2);
    expect(followed).toEqual([identity.current()]);
  });

  it('follows the files by itself', async () => {
    const { identity, followed, state, preparation, clock } = await opened();
    const ended = new AbortController();
    const watch = identity.watch(ended.signal);
    await prepareRenewal(state, preparation);
    for (let second = 0; second < 5 && followed.length === 0; second += 1) await clock.advance(1_000);
    expect(followed).toHaveLength(1);
    ended.abort();
    await watch;
  });

  it('stays what it is while the files cannot be used, and says so once', async () => {
    const { identity, followed, state, warnings, clock } = await opened();
    const before = identity.current();
    await writeSecret(state, 'nodePem', 'garbage');
    await expect(identity.reload()).rejects.toMatchObject({ reason: 'STATE_CORRUPT' });
    const ended = new AbortController();
    const watch = identity.watch(ended.signal);
    for (let second = 0; second < 5; second += 1) await clock.advance(1_000);
    ended.abort();
    await watch;
    expect(identity.current()).toBe(before);
    expect(followed).toEqual([]);
    expect(warnings).toHaveLength(1);
  });

  it('never becomes another node', async () => {
    const { identity, state, old } = await opened();
    const other = await testIdentity(old);
    await writeSecret(state, 'nodePem', other.privateKeyPem + other.certificatePem);
    await expect(identity.reload()).rejects.toMatchObject({ reason: 'STATE_CORRUPT' });
  });
});

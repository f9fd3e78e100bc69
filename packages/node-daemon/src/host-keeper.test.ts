/** A host that cannot be put in order: it is tried again, and whoever waits is told when it was tried. */
import { ensureOwnDirectories } from '@quorate/cluster-state/host-directories';
import { timings } from '@quorate/domain/timings';
import { virtualClock } from '@quorate/platform/testing/clock';
import { expect, it } from 'vitest';
import { createHostKeeper } from './host-keeper.ts';
import { memoryNode, node1, notedLog } from './testing/memory-node.ts';

async function host() {
  const { state } = await memoryNode();
  await ensureOwnDirectories(state);
  let isFull = true;
  const files: typeof state.files = {
    ...state.files,
    writeAtomic: (...given) =>
      isFull ? Promise.reject(new Error('disk full')) : state.files.writeAtomic(...given),
  };
  const clock = virtualClock();
  const log = notedLog();
  const keeper = createHostKeeper({ ...state, files }, node1, { log, clock });
  const hosts = () => state.files.readText(state.layout.hostsFile.path);
  return { keeper, clock, log, hosts, mend: () => (isFull = false) };
}

it('is tried again without another configuration, once for all who asked', async () => {
  const { keeper, clock, hosts, mend } = await host();
  void keeper.follow();
  void keeper.follow();
  await keeper.settled();
  expect([await hosts(), clock.sleepers()]).toEqual([undefined, 1]);
  await clock.advance(timings.hostSetupRetryMs);
  await keeper.settled();
  expect([await hosts(), clock.sleepers()]).toEqual([undefined, 1]);
  mend();
  await clock.advance(timings.hostSetupRetryMs);
  await keeper.settled();
  expect(await hosts()).toContain('node1.test');
  expect(clock.sleepers()).toBe(0);
});

it('is not tried any more at the end', async () => {
  const { keeper, clock, hosts, mend } = await host();
  await keeper.follow();
  await keeper.end();
  mend();
  expect(clock.sleepers()).toBe(0);
  await keeper.follow();
  expect(await hosts()).toBeUndefined();
});

import { EventEmitter } from 'node:events';
import { seal } from '@quorate/domain/record';
import { draftOfSize } from '@quorate/domain/testing/drafts';
import { timings } from '@quorate/domain/timings';
import { readCertificate } from '@quorate/platform/x509';
import { sha256Hex } from '@quorate/platform/digest';
import { testAuthority, testIdentity } from '@quorate/platform/testing/certificates';
import { virtualClock } from '@quorate/platform/testing/clock';
import { memoryFiles } from '@quorate/platform/testing/files';
import type { AdmittedSocket } from '@quorate/platform/tls-listener';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { layoutUnder } from './layout.ts';
import { createOpenConnections } from './open-connections.ts';
import { writeRoster } from './roster-store.ts';
import type { State } from './state.ts';
import { viewsOf } from './views.ts';

let ending: AbortController;
beforeEach(() => (ending = new AbortController()));
afterEach(() => ending.abort());

const start = new Date('2026-01-01T00:00:00Z');
const { roster } = viewsOf(seal(draftOfSize(3), sha256Hex));

const validMs = 10_000;

/** A node that is connected, with a certificate that ends soon. */
async function scene() {
  const identity = await testIdentity(await testAuthority(), { now: start, days: validMs / 86_400_000 });
  const certificate = readCertificate(identity.certificatePem);
  const cut: string[] = [];
  const state: State = {
    files: memoryFiles({ [layoutUnder('/').roster.path]: '' }),
    layout: layoutUnder('/'),
  };
  await writeRoster(state, roster);
  const clock = virtualClock(start);
  const connections = createOpenConnections({
    state,
    clock,
    onCut: (address, why) => cut.push(`${address}: ${why}`),
  });
  const socket = Object.assign(new EventEmitter(), {
    remoteAddress: '192.0.2.2',
    destroyed: false,
    getPeerX509Certificate: () => certificate,
    destroy: () => void (socket.destroyed = true),
  });
  connections.add(socket as unknown as AdmittedSocket);
  void connections.watch(ending.signal);
  const revoke = (revoked: { nodes: string[]; certificates: string[] }) =>
    writeRoster(state, { ...roster, revoked });
  return {
    ...{ socket, clock, cut, revoke, state },
    node: identity.nodeUuid,
    sha256: sha256Hex(certificate.raw),
  };
}

it('BEH-270 that of a removed node is cut within one look', async () => {
  const { socket, clock, cut, revoke, node } = await scene();
  await clock.advance(timings.trustLookMs);
  expect(socket.destroyed).toBe(false);
  await revoke({ nodes: [node], certificates: [] });
  await clock.advance(timings.trustLookMs);
  expect(socket.destroyed).toBe(true);
  expect(cut).toEqual([`192.0.2.2: Node ${node} was removed from ${roster.clusterName}`]);
});

it('BEH-270 that of a node that was removed before has a look’s time to hear so', async () => {
  const { socket, clock, revoke, node } = await scene();
  await revoke({ nodes: [node], certificates: [] });
  await clock.advance(timings.trustLookMs);
  expect(socket.destroyed).toBe(false);
  await clock.advance(timings.trustLookMs);
  expect(socket.destroyed).toBe(true);
});

it('that of a node with another certificate by now is cut as well', async () => {
  const { socket, clock, revoke, sha256 } = await scene();
  await clock.advance(timings.trustLookMs);
  await revoke({ nodes: [], certificates: [sha256] });
  await clock.advance(timings.trustLookMs);
  expect(socket.destroyed).toBe(true);
});

it('BEH-291 one whose certificate has ended is cut, whatever becomes of the roster', async () => {
  const { socket, clock, cut, state } = await scene();
  await state.files.remove(state.layout.roster.path);
  await clock.advance(validMs - timings.trustLookMs);
  expect(socket.destroyed).toBe(false);
  await clock.advance(3 * timings.trustLookMs);
  expect(cut).toEqual(['192.0.2.2: its certificate has expired']);
});

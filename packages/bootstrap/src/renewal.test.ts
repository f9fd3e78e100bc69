/** What a node is handed in a renewal: the same certificate as long as it is young, and always one that is on record first. */
import { renewingNode } from '@quorate/cluster-state/testing/renewing-node';
import { seal } from '@quorate/domain/record';
import type { Renewal } from '@quorate/domain/renewal';
import { draftOfSize, uuidOf } from '@quorate/domain/testing/drafts';
import { createCertificateRequest } from '@quorate/platform/certificate-request';
import { createEcKeyPair, describeCertificate } from '@quorate/platform/certificates';
import { sha256Hex } from '@quorate/platform/digest';
import { virtualClock } from '@quorate/platform/testing/clock';
import { expect, it } from 'vitest';
import { makeReady, type ReadyTask, type SignedBefore } from './renewal.ts';
import { fakeChannels } from './testing/fake-channels.ts';

const node = uuidOf('node', 2);
const renewal: Renewal = {
  ...{ id: 'r1', phase: 'switch', since: '', items: ['node-certificates'], nodes: null, switched: [] },
  ...{ authorities: null, fingerprints: {}, graceSeconds: 0, dropAtSeconds: null },
};

async function scene() {
  const { state } = await renewingNode();
  const request = await createCertificateRequest({
    privateKeyPem: createEcKeyPair().privateKeyPem,
    commonName: 'node2.lab.test',
  });
  const draft = draftOfSize(2);
  const parameters = { ...draft.ours.parameters, certificateLifeSeconds: 60 };
  const record = seal({ ...draft, ours: { ...draft.ours, parameters, renewal } }, sha256Hex);
  const sent: string[] = [];
  const channels = fakeChannels(({ method, request: handed }) => {
    if (method === 'SwitchRenewal') sent.push((handed as { nodeCertificate: string }).nodeCertificate);
    return Promise.resolve({ trust: null, certificateRequest: request, clientCertificateRequest: request });
  });
  const clock = virtualClock();
  const access = { own: uuidOf('node', 1), channels, clock };
  const signedBefore: SignedBefore = new Map();
  const parts = { state, access, record, material: {}, signedBefore };
  const ready = (): Promise<ReadyTask> => makeReady(parts, { node, task: 'switch', id: 'r1' });
  return { ready, sent, clock };
}

it('nothing is handed out before its digest is known to whoever puts it on record', async () => {
  const { ready, sent } = await scene();
  const { made, go } = await ready();
  expect(sent).toEqual([]);
  await go();
  expect(sent.map((pem) => describeCertificate(pem).sha256)).toEqual([made?.sha256]);
  expect(made?.node).toBe(node);
});

it('who is asked again is handed the same, as long as that does not end soon', async () => {
  const { ready, clock } = await scene();
  const first = (await ready()).made?.sha256;
  await clock.advance(5_000);
  expect((await ready()).made?.sha256).toBe(first);
  await clock.advance(2_000);
  expect((await ready()).made?.sha256).not.toBe(first);
});

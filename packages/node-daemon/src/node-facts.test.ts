/** What a host tells `verify` of its own files. */
import { ssconfPath } from '@quorate/cluster-state/layout';
import { sha256Hex } from '@quorate/platform/digest';
import { testAuthority, testIdentity } from '@quorate/platform/testing/certificates';
import { virtualClock } from '@quorate/platform/testing/clock';
import { beforeAll, expect, it } from 'vitest';
import { nodeFacts } from './node-facts.ts';
import { memoryNode, present } from './testing/memory-node.ts';

const now = new Date('2026-06-01T00:00:00Z');
const daySeconds = 86_400;
let serverPem: string;
let nodePem: string;
beforeAll(async () => {
  const authority = await testAuthority({ now });
  const identity = await testIdentity(authority, { now, days: 30 });
  serverPem = authority.certificatePem;
  nodePem = `${identity.privateKeyPem}${identity.certificatePem}`;
});

async function host() {
  const { state, files } = await memoryNode();
  const { layout } = state;
  const put = (name: keyof typeof layout & ('serverPem' | 'nodePem' | 'rapiPem' | 'hmacKey'), text: string) =>
    files.writeAtomic(layout[name].path, text, { mode: layout[name].mode });
  await put('serverPem', serverPem);
  await put('nodePem', nodePem);
  await put('hmacKey', 'secret\n');
  return { state, files, put, facts: nodeFacts(state, virtualClock(now)) };
}

it('BEH-289 the ends of its certificates, the digests of what all nodes share, its clock', async () => {
  const { state, files, facts } = await host();
  const knownHosts = (await files.readText(state.layout.knownHosts.path)) ?? '';
  const seconds = now.getTime() / 1000;
  expect(await facts()).toEqual({
    ssconfVersion: present.version,
    ssconfComplete: true,
    certificateNotAfter: {
      'server.pem': expect.closeTo(seconds + 1825 * daySeconds, -3),
      'node.pem': expect.closeTo(seconds + 30 * daySeconds, -3),
    },
    sharedFileDigests: { 'hmac.key': sha256Hex('secret\n'), known_hosts: sha256Hex(knownHosts) },
    clockMs: now.getTime(),
  });
});

it('BEH-277 a set of ssconf files that is not of one version', async () => {
  const { state, files, facts } = await host();
  await files.writeAtomic(ssconfPath(state.layout, 'master_node').path, 'node9.test\n', { mode: 0o444 });
  expect(await facts()).toMatchObject({ ssconfVersion: present.version, ssconfComplete: false });
});

it('a damaged certificate, by the name of its file', async () => {
  const { put, facts } = await host();
  await put('rapiPem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
  await expect(facts()).rejects.toMatchObject({
    reason: 'STATE_CORRUPT',
    message: expect.stringContaining('/var/lib/quorate/rapi.pem'),
  });
});

it('no secret itself', async () => {
  const { facts } = await host();
  const text = JSON.stringify(await facts());
  expect(text).not.toContain('secret');
  expect(text).not.toContain('PRIVATE KEY');
});

/** What only candidates have: put beside the certificate it belongs to, and gone with every copy of it. */
import { createEcKeyPair } from '@quorate/platform/certificates';
import { testAuthority } from '@quorate/platform/testing/certificates';
import { memoryFiles } from '@quorate/platform/testing/files';
import { expect, it } from 'vitest';
import { dropCandidateSecrets, holdsClusterKey, installClusterKey } from './candidate-secrets.ts';
import { layoutUnder } from './layout.ts';
import { writeSecret } from './secrets.ts';

const data = '/var/lib/quorate';
const backup = `${data}/backup`;

async function host(withKey: boolean) {
  const { privateKeyPem, certificatePem } = await testAuthority();
  const pair = `${privateKeyPem.trimEnd()}\n${certificatePem.trimEnd()}\n`;
  const certificate = `${certificatePem.trimEnd()}\n`;
  const files = memoryFiles({ [`${data}/server.pem`]: withKey ? pair : certificate });
  return { state: { files, layout: layoutUnder('/') }, files, privateKeyPem, pair, certificate };
}

it('the key is put before the certificate, in Ganeti’s order, and leaves no copy of what was there', async () => {
  const { state, files, privateKeyPem, pair } = await host(false);
  expect(await holdsClusterKey(state)).toBe(false);
  await installClusterKey(state, privateKeyPem);
  expect([await holdsClusterKey(state), files.contents()]).toEqual([true, { [`${data}/server.pem`]: pair }]);
  await installClusterKey(state, privateKeyPem);
  expect(files.contents()).toEqual({ [`${data}/server.pem`]: pair });
});

it.each([
  ['of another certificate', createEcKeyPair().privateKeyPem, 'WRONG_INPUT'],
  ['that is none', 'no key', 'STATE_CORRUPT'],
])('a key %s is refused, and nothing is changed', async (_what, key, reason) => {
  const { state, files } = await host(false);
  const before = files.contents();
  await expect(installClusterKey(state, key)).rejects.toMatchObject({ reason });
  expect(files.contents()).toEqual(before);
});

it('a host without the certificate takes no key', async () => {
  const { state, files, privateKeyPem } = await host(false);
  await files.remove(`${data}/server.pem`);
  await expect(installClusterKey(state, privateKeyPem)).rejects.toMatchObject({ reason: 'NOT_IN_CLUSTER' });
});

it('BEH-267 key, its backups, the configuration and its generations go; all else stays', async () => {
  const { state, files, pair, certificate } = await host(true);
  await writeSecret(state, 'hmacKey', 'old');
  await writeSecret(state, 'hmacKey', 'new');
  const kept = files.contents();
  await files.writeAtomic(`${backup}/server.pem.backup-2026`, pair, { mode: 0o600 });
  for (const name of ['cluster.json', 'cluster.json.1', 'cluster.json.2', 'cluster.json.3', 'config.data'])
    await files.writeAtomic(`${data}/${name}`, 'the configuration', { mode: 0o600 });
  await dropCandidateSecrets(state);
  expect(files.contents()).toEqual({ ...kept, [`${data}/server.pem`]: certificate });
  await dropCandidateSecrets(state);
  expect(files.contents()).toEqual({ ...kept, [`${data}/server.pem`]: certificate });
});

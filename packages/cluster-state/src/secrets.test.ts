import { createRsaKeyPair, createSelfSignedCertificate } from '@quorate/platform/certificates';
import { memoryFiles } from '@quorate/platform/testing/files';
import { describe, expect, it } from 'vitest';
import { layoutUnder } from './layout.ts';
import { generateHmacKey, hmacKeyText, readClusterKey, readNodeIdentity, writeSecret } from './secrets.ts';
import { ensureDirectories } from './state.ts';

const layout = layoutUnder('/');
async function node() {
  const state = { files: memoryFiles(), layout };
  await ensureDirectories(state);
  return state;
}

describe('GenerateHmacKey', () => {
  const path = '/var/lib/quorate/some.key';

  it('BEH-164 writes 40 lower-case hex characters and a newline, 0400', async () => {
    const state = await node();
    await generateHmacKey(state, path);
    expect(await state.files.readText(path)).toMatch(/^[0-9a-f]{40}\n$/);
    expect((await state.files.stat(path))?.mode).toBe(0o400);
  });

  it('BEH-165 keeps a backup with the old content, apart from the data', async () => {
    const state = await node();
    await generateHmacKey(state, path);
    const old = await state.files.readText(path);
    await generateHmacKey(state, path);
    const [backup, ...others] = await state.files.list(layout.backupDirectory.path);
    expect(others).toEqual([]);
    expect(await state.files.readText(`${layout.backupDirectory.path}/${backup}`)).toBe(old);
  });

  it('BEH-166 makes another key each time', () => {
    expect(hmacKeyText()).not.toBe(hmacKeyText());
  });
});

describe('secrets on disk', () => {
  it('a secret with a wrong mode is corrected without a backup', async () => {
    const state = await node();
    await state.files.writeAtomic(layout.hmacKey.path, 'key\n', { mode: 0o644 });
    await writeSecret(state, 'hmacKey', 'key\n');
    expect((await state.files.stat(layout.hmacKey.path))?.mode).toBe(0o440);
    expect(await state.files.list(layout.backupDirectory.path)).toEqual([]);
  });

  it('a node without certificates is in no cluster', async () => {
    await expect(readNodeIdentity(await node())).rejects.toMatchObject({ reason: 'NOT_IN_CLUSTER' });
    await expect(readClusterKey(await node())).rejects.toMatchObject({ reason: 'NOT_IN_CLUSTER' });
  });

  describe('that do not belong together', async () => {
    const { privateKeyPem } = await createRsaKeyPair();
    const wanted = { privateKeyPem, commonName: 'x.test', now: new Date(), days: 1 };
    const certificate = await createSelfSignedCertificate(wanted);
    it.each([
      ['node.pem is garbage', 'garbage', 'it holds no certificate'],
      ['node.pem has no key', certificate, 'it holds no private key'],
      ['node.pem names no node', privateKeyPem + certificate, 'names no node of a cluster'],
    ])('%s', async (_, pem, why) => {
      const state = await node();
      await writeSecret(state, 'serverPem', certificate);
      await writeSecret(state, 'nodePem', pem);
      await expect(readNodeIdentity(state)).rejects.toMatchObject({
        reason: 'STATE_CORRUPT',
        message: expect.stringMatching(new RegExp(`node\\.pem cannot be used.*${why}`)),
      });
    });

    it('where the cluster certificate lies without its key, nothing can be signed', async () => {
      const state = await node();
      await writeSecret(state, 'serverPem', certificate);
      await expect(readClusterKey(state)).rejects.toMatchObject({ reason: 'NOT_A_MASTER_CANDIDATE' });
    });
  });
});

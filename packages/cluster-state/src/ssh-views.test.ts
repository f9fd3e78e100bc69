import { memoryFiles } from '@quorate/platform/testing/files';
import { describe, expect, it } from 'vitest';
import { layoutUnder } from './layout.ts';
import { ensurePublicKeys, knownHostsText } from './ssh-views.ts';
import { ensureDirectories } from './state.ts';
import { sampleRecord } from './testing/sample-record.ts';

const { configuration } = sampleRecord();
const withKeys = (rsahostkeypub: string, dsahostkeypub: string) => ({
  ...configuration,
  cluster: { ...configuration.cluster, rsahostkeypub, dsahostkeypub },
});

describe('known_hosts', () => {
  it.each([
    ['AAAAr', '', 'cluster.test ssh-rsa AAAAr\n'],
    ['AAAAr', 'AAAAd', 'cluster.test ssh-rsa AAAAr\ncluster.test ssh-dss AAAAd\n'],
    ['', '', ''],
  ])('BEH-139 RSA key %j and DSA key %j give %j', (rsa, dsa, text) => {
    expect(knownHostsText(withKeys(rsa, dsa))).toBe(text);
  });
});

describe('ganeti_pub_keys', () => {
  async function node() {
    const state = { files: memoryFiles(), layout: layoutUnder('/') };
    await ensureDirectories(state);
    const { path } = state.layout.ganetiPubKeys;
    return {
      state,
      text: () => state.files.readText(path),
      mode: async () => (await state.files.stat(path))?.mode,
    };
  }

  it('has a line per key with the node’s UUID, 0600', async () => {
    const { state, text, mode } = await node();
    await ensurePublicKeys(state, 'uuid-1', ['ssh-rsa AAAA root@node1\n']);
    await ensurePublicKeys(state, 'uuid-2', ['ssh-ed25519 BBBB', 'ssh-rsa CCCC=']);
    expect(await text()).toBe(
      'uuid-1 ssh-rsa AAAA root@node1\nuuid-2 ssh-ed25519 BBBB\nuuid-2 ssh-rsa CCCC=\n',
    );
    expect(await mode()).toBe(0o600);
  });

  it('replaces the keys of one node, and repeating changes nothing', async () => {
    const { state, text } = await node();
    await ensurePublicKeys(state, 'uuid-1', ['ssh-rsa AAAA']);
    await ensurePublicKeys(state, 'uuid-2', ['ssh-rsa BBBB']);
    await ensurePublicKeys(state, 'uuid-1', ['ssh-rsa CCCC']);
    await ensurePublicKeys(state, 'uuid-1', ['ssh-rsa CCCC']);
    expect(await text()).toBe('uuid-2 ssh-rsa BBBB\nuuid-1 ssh-rsa CCCC\n');
  });

  it.each(['', 'AAAA', 'ssh-rsa AAAA\nssh-rsa BBBB', '-----BEGIN OPENSSH PRIVATE KEY-----'])(
    'refuses %j',
    async (key) => {
      const { state } = await node();
      await expect(ensurePublicKeys(state, 'uuid-1', [key])).rejects.toMatchObject({ reason: 'WRONG_INPUT' });
    },
  );
});

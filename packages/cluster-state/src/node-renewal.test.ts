import { certificatesIn, createEcKeyPair, issuedBy, splitPem } from '@quorate/platform/certificates';
import { testAuthority } from '@quorate/platform/testing/certificates';
import { memoryFiles } from '@quorate/platform/testing/files';
import { beforeAll, describe, expect, it } from 'vitest';
import { dropCandidateSecrets } from './candidate-secrets.ts';
import {
  completeRenewal,
  finishRenewal,
  fingerprintsOf,
  prepareRenewal,
  readNodeRenewal,
  switchRenewal,
} from './node-renewal.ts';
import { readClusterKey, readNodeIdentity } from './secrets.ts';
import type { State } from './state.ts';
import { diskThatFailsAfter, renewingNode, type RenewingNode } from './testing/renewing-node.ts';

const text = async (
  { files, layout }: State,
  name: keyof State['layout'] & ('hmacKey' | 'nodePem' | 'serverPem'),
) => (await files.readText(layout[name].path)) ?? '';

const isOf = async (state: State, authority: { certificatePem: string }) =>
  issuedBy(splitPem(await text(state, 'nodePem')).certificatePem ?? '', authority.certificatePem);

async function switched(made: RenewingNode): Promise<void> {
  const prepared = await prepareRenewal(made.state, made.preparation);
  await switchRenewal(made.state, made.preparation.id, await made.sign(prepared));
}

describe('a node in a renewal', () => {
  it('trusts both cluster certificates once it is prepared, and shows the old one', async () => {
    const made = await renewingNode();
    await prepareRenewal(made.state, made.preparation);
    expect(certificatesIn((await readNodeIdentity(made.state)).caPem)).toHaveLength(2);
    expect(await isOf(made.state, made.old)).toBe(true);
    expect(await text(made.state, 'hmacKey')).toBe('old\n');
  });

  it('keeps its keys when it is prepared again, so that the certificate of an earlier request fits', async () => {
    const made = await renewingNode();
    const first = await prepareRenewal(made.state, made.preparation);
    expect(await prepareRenewal(made.state, made.preparation)).toEqual(first);
  });

  it('shows the new certificate and its link once it has switched', async () => {
    const made = await renewingNode();
    await switched(made);
    const { certificatePem, caPem } = await readNodeIdentity(made.state);
    expect(certificatesIn(certificatePem)).toHaveLength(2);
    expect(certificatesIn(caPem)).toHaveLength(2);
    expect(await isOf(made.state, made.renewed)).toBe(true);
    expect((await readClusterKey(made.state)).privateKeyPem).toBe(made.renewed.privateKeyPem);
    expect(await text(made.state, 'hmacKey')).toBe('new\n');
  });

  it('ends with one cluster certificate, no link, and no copy of an old key anywhere', async () => {
    const made = await renewingNode();
    const before = await text(made.state, 'serverPem');
    await switched(made);
    await finishRenewal(made.state, 'renewal-1', 'new');
    const { certificatePem, caPem } = await readNodeIdentity(made.state);
    expect([certificatesIn(certificatePem).length, certificatesIn(caPem).length]).toEqual([1, 1]);
    const everything = Object.values(made.state.files.contents()).join('');
    expect(everything).not.toContain(splitPem(before).privateKeyPem?.split('\n')[1]);
    expect(await readNodeRenewal(made.state)).toBeUndefined();
  });

  it.each(['prepared', 'switched'])('is as before when it is taken back after it %s', async (when) => {
    const made = await renewingNode();
    const before = made.state.files.contents();
    if (when === 'prepared') await prepareRenewal(made.state, made.preparation);
    else await switched(made);
    await finishRenewal(made.state, 'renewal-1', 'old');
    expect(made.state.files.contents()).toEqual(before);
  });

  it('every step may be repeated', async () => {
    const made = await renewingNode();
    await switched(made);
    const once = made.state.files.contents();
    await prepareRenewal(made.state, made.preparation);
    await switchRenewal(made.state, 'renewal-1', null);
    expect(made.state.files.contents()).toEqual(once);
    await finishRenewal(made.state, 'renewal-1', 'new');
    await finishRenewal(made.state, 'renewal-1', 'new');
    await finishRenewal(made.state, 'another', 'old');
  });

  it('forgets what it was told to trust when it joined, if its own certificate does not rest on it', async () => {
    const { state, old, renewed } = await renewingNode();
    const { path, mode } = state.layout.trustedPem;
    await state.files.writeAtomic(path, old.certificatePem + renewed.certificatePem, { mode });
    await finishRenewal(state, 'none', 'new');
    expect(await state.files.readText(path)).toBeUndefined();
    await state.files.writeAtomic(path, old.certificatePem, { mode });
    await state.files.writeAtomic(state.layout.serverPem.path, renewed.certificatePem, { mode });
    await finishRenewal(state, 'none', 'new');
    expect(await state.files.readText(path)).toBeDefined();
  });

  it.each(['prepared', 'switched'])(
    'keeps no cluster key when it is a candidate no more after it %s',
    async (when) => {
      const made = await renewingNode();
      await prepareRenewal(made.state, made.preparation);
      if (when === 'switched') await switched(made);
      await dropCandidateSecrets(made.state);
      const everything = Object.values(made.state.files.contents()).join('').replaceAll('\\n', '\n');
      for (const { privateKeyPem } of [made.old, made.renewed])
        expect(everything).not.toContain(privateKeyPem.split('\n')[1]);
      await finishRenewal(made.state, 'renewal-1', when === 'switched' ? 'new' : 'old');
      await readNodeIdentity(made.state);
    },
  );

  it('tells fingerprints, not secrets, and the same with and without the cluster key', async () => {
    const { preparation, renewed } = await renewingNode();
    const told = fingerprintsOf(preparation.files);
    expect(told).toEqual({
      'server.pem': expect.stringMatching(/^[0-9a-f]{64}$/),
      'hmac.key': expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(fingerprintsOf({ 'server.pem': renewed.certificatePem })).toEqual({
      'server.pem': told['server.pem'],
    });
  });
});

describe('BEH-285 a node refuses', () => {
  const change = (made: RenewingNode, changes: Partial<RenewingNode['preparation']>) =>
    prepareRenewal(made.state, { ...made.preparation, ...changes });

  it.each([
    ['a file that is not renewed', { files: { 'cluster.json': '{}' } }],
    ['a cluster certificate that is none', { files: { 'server.pem': 'x' } }],
  ])('%s, and nothing is changed', async (_, changes) => {
    const made = await renewingNode();
    const before = made.state.files.contents();
    await expect(change(made, changes)).rejects.toMatchObject({ reason: 'WRONG_INPUT' });
    expect(made.state.files.contents()).toEqual(before);
  });

  it('to trust nobody who signed its own certificate', async () => {
    const made = await renewingNode();
    const authorityPems = [made.renewed.certificatePem];
    await expect(change(made, { authorityPems })).rejects.toMatchObject({ reason: 'WRONG_INPUT' });
  });

  it('a second renewal while one has switched', async () => {
    const made = await renewingNode();
    await switched(made);
    await expect(change(made, { id: 'renewal-2' })).rejects.toMatchObject({
      reason: 'OPERATION_IN_PROGRESS',
    });
  });

  it('to switch, or to keep the new, without having prepared', async () => {
    const { state } = await renewingNode();
    await expect(switchRenewal(state, 'renewal-1', null)).rejects.toMatchObject({ reason: 'WRONG_INPUT' });
  });

  it('to keep what it has not switched to', async () => {
    const made = await renewingNode();
    await prepareRenewal(made.state, made.preparation);
    await expect(finishRenewal(made.state, 'renewal-1', 'new')).rejects.toMatchObject({
      reason: 'WRONG_INPUT',
    });
  });

  it('certificates of the wrong authority, for the wrong key, or of another node', async () => {
    const made = await renewingNode();
    const prepared = await prepareRenewal(made.state, made.preparation);
    const good = await made.sign(prepared);
    const before = made.state.files.contents();
    const stranger = await testAuthority();
    const other = await renewingNode();
    const bad = [
      await made.sign(prepared, { ...stranger, clusterUuid: made.old.clusterUuid }),
      { ...good, nodeCertificate: good.clientCertificate },
      { ...good, nodeCertificate: (await other.sign(prepared, made.renewed)).nodeCertificate },
      { ...good, nodeCertificate: createEcKeyPair().publicKeyPem },
      null,
    ];
    for (const signed of bad)
      await expect(switchRenewal(made.state, 'renewal-1', signed)).rejects.toMatchObject({
        reason: 'WRONG_INPUT',
      });
    expect(made.state.files.contents()).toEqual(before);
  });
});

describe('BEH-286 a power cut', () => {
  const changesAtMost = 16;
  const every = Array.from({ length: changesAtMost }, (_, changes) => changes);

  let prepared: Awaited<ReturnType<typeof preparedNode>>;
  beforeAll(async () => {
    prepared = await preparedNode();
  });

  /** Made once: every preparation costs an RSA key. */
  async function preparedNode() {
    const made = await renewingNode();
    const before = made.state.files.contents();
    const signed = await made.sign(await prepareRenewal(made.state, made.preparation));
    return { made, before, signed };
  }

  /** The same node on a disk of its own. */
  function copied() {
    const { made, before, signed } = prepared;
    const state = { ...made.state, files: memoryFiles(made.state.files.contents()) };
    const cutAfter = (changes: number) => ({ ...state, files: diskThatFailsAfter(state.files, changes) });
    return { ...made, state, before, signed, cutAfter };
  }

  /** What every start finds must be an identity that fits together. */
  async function restart(state: State): Promise<void> {
    await readNodeIdentity(state);
    await completeRenewal(state);
    await readNodeIdentity(state);
  }

  it.each(every)('after %i changes of the switch: the node ends as it would have', async (changes) => {
    const { state, signed, renewed, cutAfter } = copied();
    await switchRenewal(cutAfter(changes), 'renewal-1', signed).catch(() => undefined);
    await restart(state);
    await switchRenewal(state, 'renewal-1', signed);
    await finishRenewal(state, 'renewal-1', 'new');
    expect(await isOf(state, renewed)).toBe(true);
    expect(await text(state, 'hmacKey')).toBe('new\n');
    expect(certificatesIn((await readNodeIdentity(state)).caPem)).toHaveLength(1);
  });

  it.each(every)('after %i changes of taking it back: everything is as it was', async (changes) => {
    const { state, signed, before, cutAfter } = copied();
    await switchRenewal(state, 'renewal-1', signed);
    await finishRenewal(cutAfter(changes), 'renewal-1', 'old').catch(() => undefined);
    await restart(state);
    await finishRenewal(state, 'renewal-1', 'old');
    expect(state.files.contents()).toEqual(before);
  });

  it.each([
    ['switched and ended', 'new', [0, 1, 2]],
    ['taken back', 'old', [0, 1, 2]],
  ] as const)('%s while somebody reads, that one finds what fits together', async (_, keep, reads) => {
    for (const before of reads) {
      const { state, signed } = copied();
      if (keep === 'old') await switchRenewal(state, 'renewal-1', signed);
      let left = before;
      const readText: typeof state.files.readText = async (path) => {
        const text = await state.files.readText(path);
        if (left-- === 0) {
          await switchRenewal(state, 'renewal-1', signed);
          await finishRenewal(state, 'renewal-1', keep);
        }
        return text;
      };
      await readNodeIdentity({ ...state, files: { ...state.files, readText } });
      expect(left).toBeLessThan(0);
    }
  });

  it.each(every)('after %i changes of the end: it ends', async (changes) => {
    const { state, signed, cutAfter } = copied();
    await switchRenewal(state, 'renewal-1', signed);
    await finishRenewal(cutAfter(changes), 'renewal-1', 'new').catch(() => undefined);
    await restart(state);
    await finishRenewal(state, 'renewal-1', 'new');
    expect(await readNodeRenewal(state)).toBeUndefined();
    expect(certificatesIn((await readNodeIdentity(state)).caPem)).toHaveLength(1);
  });
});

import { writeClusterRecord } from '@quorate/cluster-state/record-store';
import { writeRoster } from '@quorate/cluster-state/roster-store';
import { finishRenewal, prepareRenewal, readNodeRenewal } from '@quorate/cluster-state/node-renewal';
import { layoutUnder } from '@quorate/cluster-state/layout';
import { readRepairs } from '@quorate/cluster-state/repairs';
import { readClusterKey, readNodeIdentity, writeSecret } from '@quorate/cluster-state/secrets';
import { ensureDirectories, type State } from '@quorate/cluster-state/state';
import { withNodesOffline } from '@quorate/domain/configuration-changes';
import { seal } from '@quorate/domain/record';
import { rosterOf } from '@quorate/domain/roster-of';
import { draftOfSize, testSeconds, uuidOf } from '@quorate/domain/testing/drafts';
import { certificatesIn, describeCertificate, issuedBy } from '@quorate/platform/certificates';
import { sha256Hex } from '@quorate/platform/digest';
import { testAuthority, testIdentity, type TestAuthority } from '@quorate/platform/testing/certificates';
import { memoryFiles } from '@quorate/platform/testing/files';
import { describe, expect, it } from 'vitest';
import {
  installRepair,
  parseRepairPayload,
  parseRepairRequest,
  repairHere,
  requestRepair,
  signRepair,
} from './repair.ts';

const now = new Date();
const yearsAgo = (years: number): Date => new Date(now.getTime() - years * 365 * 86_400_000);
const record = seal(withNodesOffline(draftOfSize(3), [uuidOf('node', 3)], testSeconds), sha256Hex);

/** Node `number`, whose certificate ended long ago; candidates hold the cluster key and the record. */
async function nodeOf(authority: TestAuthority, number: number, candidate = true): Promise<State> {
  const state = { files: memoryFiles(), layout: layoutUnder('/') };
  await ensureDirectories(state);
  const own = await testIdentity(authority, { nodeUuid: uuidOf('node', number), now: yearsAgo(2), days: 30 });
  await writeSecret(
    state,
    'serverPem',
    (candidate ? authority.privateKeyPem : '') + authority.certificatePem,
  );
  await writeSecret(state, 'nodePem', own.privateKeyPem + own.certificatePem);
  await writeSecret(state, 'hmacKey', `of node ${number}\n`);
  await writeRoster(state, rosterOf(record, ''));
  if (candidate) await writeClusterRecord(state, record);
  return state;
}

const authorityOf = async (madeAt = now): Promise<TestAuthority> => ({
  ...(await testAuthority({ now: madeAt })),
  clusterUuid: uuidOf('cluster'),
});
const endOf = async (state: State) =>
  describeCertificate((await readNodeIdentity(state)).certificatePem).notAfter;

describe('certificates that have ended', () => {
  it('are made anew on the master, with the key there is', async () => {
    const authority = await authorityOf();
    const master = await nodeOf(authority, 1);
    await repairHere(master, now);
    expect((await endOf(master)) > now).toBe(true);
    expect((await readClusterKey(master)).certificatePem).toBe(authority.certificatePem);
  });

  it('the cluster certificate too: what its key signed goes on to count', async () => {
    const authority = await authorityOf(yearsAgo(6));
    const master = await nodeOf(authority, 1);
    await repairHere(master, now);
    const { certificatePem, privateKeyPem } = await readClusterKey(master);
    expect(privateKeyPem).toBe(authority.privateKeyPem);
    expect(describeCertificate(certificatePem).notAfter > now).toBe(true);
    const old = await testIdentity(authority);
    expect(issuedBy(old.certificatePem, certificatePem)).toBe(true);
  });

  it('on another node through three calls, with what all nodes share; its keys stay there', async () => {
    const authority = await authorityOf();
    const [master, other] = [await nodeOf(authority, 1), await nodeOf(authority, 2)];
    const asked = parseRepairRequest(JSON.stringify(await requestRepair(other)));
    const answer = parseRepairPayload(JSON.stringify(await signRepair(master, asked, now)));
    await installRepair(other, answer);
    expect((await endOf(other)) > now).toBe(true);
    expect(await other.files.readText(other.layout.hmacKey.path)).toBe('of node 1\n');
    expect(JSON.stringify(asked)).not.toContain('PRIVATE KEY');
    expect(await readNodeRenewal(other)).toBeUndefined();
  });

  it('the cluster key goes to candidates only', async () => {
    const authority = await authorityOf();
    const [master, regular] = [await nodeOf(authority, 1), await nodeOf(authority, 3, false)];
    const answer = await signRepair(master, await requestRepair(regular), now);
    expect(JSON.stringify(answer)).not.toContain('PRIVATE KEY');
    await installRepair(regular, answer);
    expect((await endOf(regular)) > now).toBe(true);
  });

  it('a node that knows an older cluster certificate is given the present one', async () => {
    const [old, present] = [await authorityOf(yearsAgo(1)), await authorityOf()];
    const [master, other] = [await nodeOf(present, 1), await nodeOf(old, 2)];
    await installRepair(other, await signRepair(master, await requestRepair(other), now));
    expect(certificatesIn((await readNodeIdentity(other)).caPem)).toEqual([present.certificatePem]);
  });

  it('are noted where they were signed, and where they are shown: no change of the configuration tells of them', async () => {
    const authority = await authorityOf();
    const [master, second, third] = [
      await nodeOf(authority, 1),
      await nodeOf(authority, 2),
      await nodeOf(authority, 3, false),
    ];
    await repairHere(master, now);
    for (const state of [third, second])
      await installRepair(state, await signRepair(master, await requestRepair(state), now));
    const shown = async (state: State) =>
      describeCertificate((await readNodeIdentity(state)).certificatePem).sha256;
    const all = [await shown(master), await shown(second), await shown(third)];
    const [first, other, last] = [1, 2, 3].map((number) => uuidOf('node', number));
    expect(await readRepairs(master)).toEqual({ [first!]: [all[0]], [other!]: [all[1]], [last!]: [all[2]] });
    // Whoever was repaired last knows them all: it may be master next.
    expect(await readRepairs(second)).toEqual(await readRepairs(master));
  });

  it('a renewal that was left half done there is ended first', async () => {
    const authority = await authorityOf();
    const [master, other] = [await nodeOf(authority, 1), await nodeOf(authority, 2)];
    await prepareRenewal(other, { id: 'r1', authorityPems: [], files: {}, certificatesFor: null });
    await installRepair(other, await signRepair(master, await requestRepair(other), now));
    await finishRenewal(other, 'r1', 'old');
    expect((await endOf(other)) > now).toBe(true);
  });
});

describe('refused', () => {
  it.each([
    ['no JSON', 'x'],
    ['no request', '{}'],
  ])('%s', (_, json) => {
    expect(() => parseRepairRequest(json)).toThrow(expect.objectContaining({ reason: 'WRONG_INPUT' }));
    expect(() => parseRepairPayload(json)).toThrow(expect.objectContaining({ reason: 'WRONG_INPUT' }));
  });

  it('to sign for a stranger, and where the configuration does not lie', async () => {
    const authority = await authorityOf();
    const [master, regular] = [await nodeOf(authority, 1), await nodeOf(authority, 3, false)];
    const asked = await requestRepair(regular);
    await expect(signRepair(master, { ...asked, nodeUuid: 'x' }, now)).rejects.toMatchObject({
      reason: 'NODE_UNKNOWN',
    });
    await expect(signRepair(regular, asked, now)).rejects.toMatchObject({ reason: 'NOT_A_MASTER_CANDIDATE' });
  });

  it('an answer to an earlier request, or to somebody else’s', async () => {
    const authority = await authorityOf();
    const [master, other] = [await nodeOf(authority, 1), await nodeOf(authority, 2)];
    const answer = await signRepair(master, await requestRepair(other), now);
    await requestRepair(other);
    await expect(installRepair(other, answer)).rejects.toMatchObject({ reason: 'WRONG_INPUT' });
  });
});

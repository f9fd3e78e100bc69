/** Node daemons that are renewed over real TLS: what each step makes them show, who may order it, and that calls go on. */
import { splitPem, createLinkCertificate, signNodeCertificate } from '@quorate/platform/certificates';
import { testAuthority, testIdentity } from '@quorate/platform/testing/certificates';
import { sshKeyFingerprint } from '@quorate/domain/ssh-key-renewal';
import { sha256Hex } from '@quorate/platform/digest';
import type { Channels } from '@quorate/rpc/channels';
import { createCredentials } from '@quorate/rpc/credentials';
import { nodeServices } from '@quorate/rpc/services';
import { afterEach, describe, expect, it } from 'vitest';
import {
  clusterUuid,
  patient,
  reasonOf,
  speakingAs,
  uuid,
  wireCluster,
  type RunningNode,
  type WireCluster,
} from './testing/wire-cluster.ts';

const { renewal, vote } = nodeServices;
const order = { epoch: 1, renewalId: 'r1' };

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const ending of endings.splice(0).reverse()) await ending();
});

async function running() {
  const made = await wireCluster(2);
  endings.push(() => made.end());
  const nodes = await made.startAll();
  const renewed = { ...(await testAuthority()), clusterUuid };
  return { ...made, nodes, renewed, master: await made.channelsOf(1) };
}
type Running = Awaited<ReturnType<typeof running>>;

const prepare = ({ authority, renewed }: Running, from: Channels, node: RunningNode, files = {}) =>
  from.call(
    node.peer,
    renewal.PrepareRenewal,
    {
      ...order,
      authorityPems: [authority.certificatePem, renewed.certificatePem],
      files: { 'server.pem': renewed.certificatePem, ...files },
      certificatesFor: node.peer.name,
    },
    patient,
  );

async function switchOver(made: Running, node: RunningNode, request: string) {
  const { authority, renewed, master } = made;
  const signed = await signNodeCertificate({
    ...{ request, issuer: renewed, name: node.peer.name, addresses: [node.peer.address] },
    ...{ clusterUuid, nodeUuid: node.peer.uuid, now: new Date(), days: 10 },
  });
  const linkCertificate = await createLinkCertificate({ ...renewed, issuer: authority, now: new Date() });
  return { signed, linkCertificate, master };
}

async function renewNode(made: Running, node: RunningNode): Promise<void> {
  const asked = await prepare(made, made.master, node);
  const { signed, linkCertificate } = await switchOver(made, node, asked.certificateRequest);
  const forClient = await switchOver(made, node, asked.clientCertificateRequest);
  const request = {
    ...{ ...order, nodeCertificate: signed, clientCertificate: forClient.signed, linkCertificate },
  };
  await made.master.call(node.peer, renewal.SwitchRenewal, request, patient);
}

const getVote = (from: Channels, node: RunningNode) => from.call(node.peer, vote.GetVote, {}, patient);

/** Calls one after the other until it is stopped; resolves to how many there were, rejects with the first that failed. */
function calling(from: Channels, node: RunningNode) {
  let going = true;
  const calls = (async () => {
    let count = 0;
    for (; going; count += 1) await getVote(from, node);
    return count;
  })();
  return {
    stop: () => {
      going = false;
      return calls;
    },
  };
}

const asNode = async ({ authority }: WireCluster, number: number, changes: { caPem?: string } = {}) => {
  const identity = { ...(await testIdentity(authority, { nodeUuid: uuid(number) })), ...changes };
  const channels = speakingAs(identity);
  endings.push(() => channels.close());
  return channels;
};

describe('a node daemon that is renewed', () => {
  it('trusts both, then shows the new one, then forgets the old; and calls under way and to come go on', async () => {
    const made = await running();
    const { nodes, authority, renewed, master } = made;
    const node = nodes[1]!;
    // One that knows the old cluster certificate only, as a node that was away does.
    const away = await asNode(made, 2);
    const both = await asNode(made, 1, { caPem: authority.certificatePem + renewed.certificatePem });
    const callers = [calling(away, node), calling(both, node)];
    await renewNode(made, node);
    const { trust } = await both.call(node.peer, renewal.GetTrust, {}, patient);
    expect(trust).toMatchObject({ stage: 'RENEWAL_STAGE_SWITCHED', renewalId: 'r1' });
    expect(trust?.authoritySha256s).toHaveLength(2);
    // A new connection of each, which sees the new certificate and its link.
    expect(await reasonOf(getVote(await asNode(made, 2), node))).toBe('it succeeded');
    both.replaceCredentials(
      createCredentials({
        identity: { ...(await testIdentity(renewed, { nodeUuid: uuid(1) })), caPem: renewed.certificatePem },
        verifyPeer: () => undefined,
      }),
    );
    await getVote(both, node);
    for (const caller of callers) expect(await caller.stop()).toBeGreaterThan(0);
    const finished = await master.call(node.peer, renewal.FinishRenewal, order, patient);
    expect(finished.trust).toMatchObject({ stage: 'RENEWAL_STAGE_NONE' });
    expect(finished.trust?.authoritySha256s).toHaveLength(1);
    expect(await reasonOf(getVote(await asNode(made, 2), node))).toBe('UNREACHABLE');
  });

  it('makes one SSH key pair, tells its public half and no more, and lets it in', async () => {
    const { nodes, master } = await running();
    const { peer } = nodes[1]!;
    const ask = (type: string) =>
      master.call(peer, renewal.PrepareRenewal, { ...order, sshKey: { type, bits: 256 } }, patient);
    const answers = await Promise.all([ask('ecdsa'), ask('ecdsa')]);
    const { trust } = await master.call(peer, renewal.GetTrust, {}, patient);
    const key = trust?.newSshPublicKey ?? '';
    expect(key).toMatch(/^ecdsa-sha2-nistp256 \S+ root@node2\.lab\.test$/);
    expect(answers.map((answer) => answer.trust?.newSshPublicKey)).toEqual([key, key]);
    const print = sshKeyFingerprint(key, sha256Hex);
    expect(trust?.sshKeys).toEqual({ own: [], letIn: [print], letInByUs: [print] });
    expect(JSON.stringify([answers, trust])).not.toContain('PRIVATE');
    expect(await reasonOf(ask('ed25519'))).toBe('WRONG_INPUT');
    const { trust: switched } = await master.call(peer, renewal.SwitchRenewal, order, patient);
    expect(switched?.sshKeys?.own).toEqual([print]);
    const { trust: restored } = await master.call(
      peer,
      renewal.FinishRenewal,
      { ...order, restore: true },
      patient,
    );
    expect(restored).toMatchObject({ newSshPublicKey: '', sshKeys: { own: [], letIn: [], letInByUs: [] } });
  });

  it('shows the same as before when it is taken back', async () => {
    const made = await running();
    const node = made.nodes[1]!;
    const before = await made.master.call(node.peer, renewal.GetTrust, {}, patient);
    await renewNode(made, node);
    await made.master.call(node.peer, renewal.FinishRenewal, { ...order, restore: true }, patient);
    expect(await made.master.call(node.peer, renewal.GetTrust, {}, patient)).toEqual(before);
  });

  it('goes on after a restart in the middle of it', async () => {
    const made = await running();
    const node = made.nodes[1]!;
    await renewNode(made, node);
    await node.daemon.stop();
    const again = await made.start(2);
    const { trust } = await made.master.call(again.peer, renewal.GetTrust, {}, patient);
    expect(trust).toMatchObject({ stage: 'RENEWAL_STAGE_SWITCHED' });
  });
});

describe('who may order it', () => {
  it('BEH-293 a candidate that is not master may not', async () => {
    const made = await running();
    const other = await made.channelsOf(2);
    expect(await reasonOf(prepare(made, other, made.nodes[0]!))).toBe('NOT_ALLOWED');
  });

  it('BEH-294 a master of an epoch that is over may not, and is told the present one', async () => {
    const made = await running();
    const old = made.master.call(made.nodes[1]!.peer, renewal.FinishRenewal, { ...order, epoch: 0 }, patient);
    await expect(old).rejects.toMatchObject({ reason: 'EPOCH_TOO_OLD', facts: { epoch: '1' } });
  });

  it('what waits on a candidate is for the master only, and its own keys for nobody', async () => {
    const made = await running();
    const node = made.nodes[1]!;
    const withKey = { 'server.pem': made.renewed.privateKeyPem + made.renewed.certificatePem };
    await prepare(made, made.master, node, withKey);
    const { files } = await made.master.call(node.peer, renewal.GetStagedFiles, order, patient);
    expect(Object.keys(files)).toEqual(['server.pem']);
    expect(splitPem(files['server.pem'] ?? '').privateKeyPem).toBe(made.renewed.privateKeyPem);
    const other = await made.channelsOf(2);
    expect(await reasonOf(other.call(made.nodes[0]!.peer, renewal.GetStagedFiles, order, patient))).toBe(
      'NOT_ALLOWED',
    );
  });
});

import { withNodesOffline } from '@quorate/domain/configuration-changes';
import { draftOfSize, testNode, uuidOf } from '@quorate/domain/testing/drafts';
import { seal } from '@quorate/domain/record';
import { leaseMemoryAtStart } from '@quorate/domain/lease';
import { decideGrant } from '@quorate/domain/voter';
import type { VoterRecord } from '@quorate/domain/voter-record';
import { createCertificateRequest } from '@quorate/platform/certificate-request';
import { createEcKeyPair, describeCertificate, issuedBy, splitPem } from '@quorate/platform/certificates';
import { sha256Hex } from '@quorate/platform/digest';
import { beforeAll, describe, expect, it } from 'vitest';
import { enrolNode, newNodeOf, type EnrolmentRequest } from './enrolment.ts';
import { dataPath, joinNow, masterState, newHost, stateOf, type MemoryState } from './testing/join.ts';

const recordOf = (size: number, candidatePoolSize = 10) =>
  seal(draftOfSize(size, { candidatePoolSize }), sha256Hex);

let master: MemoryState;
let request: EnrolmentRequest;
beforeAll(async () => {
  master = await masterState();
  const { privateKeyPem } = createEcKeyPair();
  const csr = await createCertificateRequest({ privateKeyPem, commonName: newHost.name });
  request = { ...newHost, certificateRequest: csr, clientCertificateRequest: csr };
});

const enrol = (changes: Partial<EnrolmentRequest> = {}, record = recordOf(2)) =>
  enrolNode(master, record, { ...request, ...changes }, joinNow);

describe('enrolment', () => {
  it('BEH-182 signs certificates that say which node of which cluster this is', async () => {
    const { nodeUuid, nodeCertificate, clientCertificate } = await enrol();
    const { certificatePem: ca = '' } = splitPem(master.files.contents()[dataPath('server.pem')] ?? '');
    for (const certificate of [nodeCertificate, clientCertificate]) {
      expect(issuedBy(certificate, ca)).toBe(true);
      expect(describeCertificate(certificate).nodeIdentity).toEqual({
        clusterUuid: uuidOf('cluster'),
        nodeUuid,
      });
    }
  });

  it('gives each host an identity of its own', async () => {
    expect((await enrol()).nodeUuid).not.toBe((await enrol()).nodeUuid);
  });

  it('BEH-259 of a join that goes on keeps the UUID, and the certificates as long as they fit', async () => {
    const first = await enrol();
    const { nodeUuid, nodeCertificate, clientCertificate } = first;
    const earlier = { nodeUuid, nodeCertificate, clientCertificate };
    expect(await enrol(earlier)).toMatchObject(earlier);
    const moved = await enrol({ ...earlier, primaryIp: '10.99.0.29' });
    expect(moved.nodeUuid).toBe(nodeUuid);
    expect(moved.nodeCertificate).not.toBe(nodeCertificate);
    const { privateKeyPem } = createEcKeyPair();
    const certificateRequest = await createCertificateRequest({ privateKeyPem, commonName: newHost.name });
    const other = await enrol({ ...earlier, certificateRequest });
    expect([other.nodeCertificate === nodeCertificate, other.clientCertificate]).toEqual([
      false,
      clientCertificate,
    ]);
  });

  it.each(['', 'no certificate'])(
    'is not misled by an earlier certificate that is none: %j',
    async (nodeCertificate) => {
      const { nodeUuid } = await enrol();
      const again = await enrol({ nodeUuid, nodeCertificate, clientCertificate: nodeCertificate });
      expect(describeCertificate(again.nodeCertificate).nodeIdentity?.nodeUuid).toBe(nodeUuid);
    },
  );

  it('signs for a node that is awaited under the UUID it has', async () => {
    const draft = withNodesOffline(draftOfSize(2), [uuidOf('node', 2)], 1);
    const { nodePort, masterPort } = testNode(2);
    const unjoined = { nodePort, masterPort, certificateSha256: '' };
    const ours = { ...draft.ours, nodes: { ...draft.ours.nodes, [uuidOf('node', 2)]: unjoined } };
    const record = seal({ ...draft, ours }, sha256Hex);
    const { name, primaryIp } = testNode(2);
    expect(await enrol({ name, primaryIp }, record)).toMatchObject({
      nodeUuid: uuidOf('node', 2),
      candidate: true,
    });
  });

  it.each([
    [1, 10, true, 'BEH-258 a pool with room'],
    [2, 2, false, 'BEH-257 a full pool'],
  ])('of the node after %i with a pool of %i: candidate %s, %s', async (size, pool, candidate) => {
    expect((await enrol({}, recordOf(size, pool))).candidate).toBe(candidate);
  });

  it('BEH-251 hands the cluster key to candidates only', async () => {
    const regular = await enrol({}, recordOf(2, 2));
    expect(JSON.stringify(regular)).not.toContain('PRIVATE KEY');
    expect(splitPem(regular.files['server.pem'] ?? '').certificatePem).toBeDefined();
    const candidate = await enrol();
    expect(candidate.files['server.pem']).toBe(master.files.contents()[dataPath('server.pem')]);
  });

  it('BEH-231 hands over what all nodes share, every ssconf value, and nothing else', async () => {
    const { files } = await enrol();
    expect(files).toMatchObject({ 'hmac.key': 'the hmac key\n', ssconf_cluster_name: 'cluster.lab.test\n' });
    const names = Object.keys(files);
    expect(names.filter((name) => name.startsWith('ssconf_'))).toHaveLength(34);
    expect(names.filter((name) => !name.startsWith('ssconf_')).sort()).toEqual([
      'cluster-domain-secret',
      'hmac.key',
      'known_hosts',
      'rapi.pem',
      'roster.json',
      'server.pem',
      'spice-ca.pem',
      'spice.pem',
      'voter.json',
    ]);
  });

  it('the new node cannot grant anybody else the epoch of the present master', async () => {
    const { files } = await enrol();
    const { record } = JSON.parse(files['voter.json'] ?? '') as { record: VoterRecord };
    const ask = (epoch: number, number: number) => {
      const request = {
        epoch,
        candidate: uuidOf('node', number),
        version: recordOf(2).version,
        leaseMs: 3_000,
      };
      return decideGrant(record, leaseMemoryAtStart(record, 0), request, 0).granted;
    };
    expect([ask(1, 2), ask(1, 1), ask(2, 2)]).toEqual([false, true, true]);
  });
});

describe('enrolment refuses, and signs nothing,', () => {
  it.each<[string, Partial<EnrolmentRequest>, string, RegExp]>([
    [
      'BEH-253 a name that is a node already',
      { name: 'node2.lab.test' },
      'NODE_EXISTS',
      /node2\.lab\.test is already a node/,
    ],
    [
      'BEH-254 an address of another node',
      { primaryIp: '10.99.0.12' },
      'ADDRESS_IN_USE',
      /10\.99\.0\.12.*node2\.lab\.test/,
    ],
    ['BEH-254 the master IP', { primaryIp: '10.99.0.100' }, 'ADDRESS_IN_USE', /10\.99\.0\.100/],
    [
      'BEH-255 a second network where the master has none',
      { secondaryIp: '192.168.7.9' },
      'WRONG_INPUT',
      /must be alike/,
    ],
    ['an IPv6 address in an IPv4 cluster', { primaryIp: 'fd00::9' }, 'WRONG_INPUT', /not IPv4/],
  ])('%s', async (_what, changes, reason, message) => {
    await expect(enrol(changes)).rejects.toMatchObject({ reason, message: expect.stringMatching(message) });
  });

  it('where the cluster key is not at hand', async () => {
    const { certificatePem = '' } = splitPem(master.files.contents()[dataPath('server.pem')] ?? '');
    const notMaster = stateOf({ [dataPath('server.pem')]: certificatePem });
    await expect(enrolNode(notMaster, recordOf(2), request, joinNow)).rejects.toMatchObject({
      reason: 'NOT_A_MASTER_CANDIDATE',
    });
  });
});

it('the configuration will know an enrolled node by the digests of its certificates', async () => {
  const { nodeUuid, nodeCertificate, clientCertificate } = await enrol();
  const ports = { nodePort: 1811, masterPort: 1816 };
  expect(newNodeOf({ uuid: nodeUuid, nodeCertificate, clientCertificate }, { ...newHost, ...ports })).toEqual(
    {
      ...newHost,
      ...ports,
      uuid: nodeUuid,
      certificateSha256: describeCertificate(nodeCertificate).sha256,
      clientCertificateSha1: describeCertificate(clientCertificate).sha1Colon,
    },
  );
});

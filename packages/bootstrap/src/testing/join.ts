/** Both ends of a join in memory: the master's files with the cluster key, a new host's files, and what travels. */
import { layoutUnder } from '@quorate/cluster-state/layout';
import { defaultSettings } from '@quorate/cluster-state/settings';
import type { State } from '@quorate/cluster-state/state';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { testAuthority } from '@quorate/platform/testing/certificates';
import { memoryFiles, type MemoryFiles } from '@quorate/platform/testing/files';
import { enrolNode, type EnrolmentRequest } from '../enrolment.ts';
import { makeRequests, type SetupPayload } from '../node-setup.ts';

export type MemoryState = State & { readonly files: MemoryFiles };

/** The same files with nothing but this in them. */
export const stateOf = (texts: Readonly<Record<string, string>> = {}): MemoryState => ({
  files: memoryFiles(texts),
  layout: layoutUnder('/'),
});

export const dataPath = (name: string): string => `/var/lib/quorate/${name}`;

/** The secrets of a master; their texts are recognisable. */
export async function masterState(): Promise<MemoryState> {
  const { privateKeyPem, certificatePem } = await testAuthority();
  return stateOf({
    [dataPath('server.pem')]: `${privateKeyPem.trimEnd()}\n${certificatePem}`,
    [dataPath('hmac.key')]: 'the hmac key\n',
    [dataPath('cluster-domain-secret')]: 'the domain secret\n',
    [dataPath('rapi.pem')]: 'the rapi pem\n',
    [dataPath('spice.pem')]: 'the spice pem\n',
    [dataPath('spice-ca.pem')]: 'the spice ca\n',
    [dataPath('known_hosts')]: 'the known hosts\n',
  });
}

export const joinNow = new Date('2026-11-22T12:00:00Z');

export const newHost = { name: 'node9.lab.test', primaryIp: '10.99.0.19' } as const;

export interface Enrolled {
  readonly nodeUuid: string;
  /** What is sent to the host. */
  readonly payload: SetupPayload;
}

/** What a master makes of a host's request. */
export async function enrolled(
  master: State,
  record: ClusterRecord,
  request: EnrolmentRequest,
): Promise<Enrolled> {
  const { nodeUuid, nodeCertificate, clientCertificate, files } = await enrolNode(
    master,
    record,
    request,
    joinNow,
  );
  const { cluster_name: clusterName, uuid: clusterUuid } = record.configuration.cluster;
  return { nodeUuid, payload: { clusterName, clusterUuid, nodeCertificate, clientCertificate, files } };
}

/** The same for a host that asks now. */
export async function asked(host: State, master: State, record: ClusterRecord): Promise<Enrolled> {
  const answer = await makeRequests(host, defaultSettings, { name: newHost.name });
  return enrolled(master, record, { ...newHost, ...answer });
}

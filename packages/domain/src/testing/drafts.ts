/** Configurations to test with: a one-node cluster, and as many more nodes as a test wants. Everything is fixed. */
import { withNode } from '../configuration-changes.ts';
import type { Configuration, Draft } from '../configuration.ts';
import { type InitRequest, initialDraft } from '../initial-configuration.ts';
import { initParameters, type InitWords } from '../init-parameters.ts';
import { initialParameters } from '../parameters.ts';
import type { NewNode } from '../new-node.ts';

/** 2026-11-22T12:00:00Z. */
export const testSeconds = 1_795_348_800;

/** `uuidOf('node', 2)`: valid, readable, different for every kind and number. */
export const uuidOf = (kind: 'cluster' | 'node' | 'group', number = 1): string =>
  `${{ cluster: 'c', node: 'a', group: 'f' }[kind].repeat(8)}-0000-4000-8000-${String(number).padStart(12, '0')}`;

/** Parameters are the defaults, but for those there are words for. */
export function initRequest(changes: Partial<InitRequest> = {}, words: InitWords = {}): InitRequest {
  const request = {
    clusterName: 'cluster.lab.test',
    masterIp: '10.99.0.100',
    masterNetdev: 'eth0',
    family: 4 as const,
    node: testNode(1),
    uuids: { cluster: uuidOf('cluster'), node: uuidOf('node'), group: uuidOf('group') },
    nowSeconds: testSeconds,
    candidatePoolSize: 10,
    macPrefix: 'aa:00:00',
    enabledHypervisors: ['fake'],
    enabledDiskTemplates: ['diskless'],
    sshHostKeys: { rsa: 'AAAAB3NzaC1yc2E=', dsa: '' },
    modifyEtcHosts: true,
    modifySshSetup: true,
    sshPort: 22,
    ...changes,
  };
  return { parameters: initParameters({ ...request, words, iallocators: ['hail'] }), ...request };
}

/** `nodeN.lab.test` at 10.99.0.(10+N). */
export const testNode = (number: number): NewNode => ({
  uuid: uuidOf('node', number),
  name: `node${number}.lab.test`,
  primaryIp: `10.99.0.${10 + number}`,
  nodePort: 1811,
  masterPort: 1816,
  certificateSha256: number.toString(16).padStart(64, '0'),
  clientCertificateSha1: `00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:${String(number).padStart(2, '0')}`,
});

/** A cluster of nodes 1…`size`, node 1 its master. */
export function draftOfSize(size: number, changes: Partial<InitRequest> = {}): Draft {
  const others = Array.from({ length: size - 1 }, (_, i) => testNode(i + 2));
  return others.reduce(
    (draft, node) => withNode(draft, node, testSeconds + 1),
    initialDraft(initRequest(changes)),
  );
}

/** A configuration that Ganeti wrote, with the data of ours that belong to it. */
export function draftFrom(configuration: Configuration): Draft {
  const entry = { nodePort: 1811, masterPort: 1816, certificateSha256: '0'.repeat(64) };
  const nodes = Object.fromEntries(Object.keys(configuration.nodes).map((uuid) => [uuid, entry]));
  return { configuration, ours: { epoch: 1, nodes, parameters: initialParameters, history: [] } };
}

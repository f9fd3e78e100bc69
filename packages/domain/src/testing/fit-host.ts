/** A host, and an `init` asked for there, of which no check finds anything. */
import type { InitFacts } from '../init-complaints.ts';

export const fitHost: InitFacts = {
  clusterExists: false,
  leftovers: [],
  hostName: 'node1.lab.test',
  hostAddresses: ['10.99.0.11'],
  ownedAddresses: ['127.0.0.1', '10.99.0.11', '192.168.7.1'],
  clusterName: 'cluster.lab.test',
  clusterAddresses: ['10.99.0.100'],
  masterIpUse: { tcp: 'silent' },
  masterIpScript: 'missing',
  masterNetdev: 'eth0',
  netdevExists: true,
  allowLoopback: false,
  family: 4,
  macPrefix: 'aa:00:00',
  candidatePoolSize: 10,
  enabledHypervisors: ['fake'],
  enabledDiskTemplates: ['diskless'],
  sshHostKeyFound: true,
  words: {},
  iallocators: [],
  volumeGroups: { sizes: new Map() },
  allowedStoragePaths: [],
  ownDirectories: [],
  storagePlaces: [],
};

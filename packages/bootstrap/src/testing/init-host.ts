/** A host that init finds fit, and what it is asked for there. Its names resolve by its own hosts file. */
// oxlint-disable no-restricted-imports -- a helper of tests, which may touch the machine
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InitOptions } from '../init-facts.ts';

/** cluster.lab.test on loopback addresses, nothing of the host itself changed. */
export const initOptions: InitOptions = {
  clusterName: 'cluster.lab.test',
  family: 4,
  masterNetdev: 'lo',
  candidatePoolSize: 10,
  macPrefix: 'aa:00:00',
  enabledHypervisors: ['fake'],
  enabledDiskTemplates: ['diskless'],
  modifyEtcHosts: false,
  modifySshSetup: false,
  allowLoopback: true,
  words: {},
};

const hostsFile = '127.0.0.11 node1.lab.test\n127.0.0.100 cluster.lab.test\n';

/** node1.lab.test under the root. */
export function layOutHost(root: string, hosts = hostsFile): void {
  mkdirSync(join(root, 'etc/ssh'), { recursive: true });
  writeFileSync(join(root, 'etc/hosts'), hosts);
  writeFileSync(join(root, 'etc/hostname'), 'node1.lab.test\n');
  writeFileSync(join(root, 'etc/ssh/ssh_host_rsa_key.pub'), 'ssh-rsa AAAAB3NzaC1yc2E= root@node1\n');
}

/** A host that init finds fit, and what it is asked for there. Its names resolve by its own hosts file. */
// oxlint-disable no-restricted-imports -- a helper of tests, which may touch the machine
import { lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { layoutUnder } from '@quorate/cluster-state/layout';
import { defaultSettings } from '@quorate/cluster-state/settings';
import { ClusterError } from '@quorate/domain/errors';
import { systemClock } from '@quorate/platform/clock';
import { diskFiles, type Files } from '@quorate/platform/files';
import type { FoundingParts } from '../founding.ts';
import { abortFounding, type AbortParts } from '../founding-abort.ts';
import { initCluster } from '../init.ts';
import type { InitOptions } from '../init-facts.ts';
import { planInit } from '../init-plan.ts';
import { fakeDaemons } from './fake-daemons.ts';

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

/** `failing` is what the daemons of that host do not do; `order` is what happened there. */
export function initHost(root: string, { hosts, failing }: { hosts?: string; failing?: string } = {}) {
  layOutHost(root, hosts);
  const state = { files: diskFiles, layout: layoutUnder(root) };
  const order: string[] = [];
  const done = (what: string) => {
    order.push(what);
    return what === failing ? new ClusterError('COMMAND_FAILED', `${what} ended with status 1`) : undefined;
  };
  const doIt = async (what: string): Promise<void> => {
    const error = done(what);
    if (error) throw error;
  };
  const daemons = fakeDaemons(done);
  const parts: FoundingParts & AbortParts = {
    state,
    daemons,
    settings: { ...defaultSettings, nodePort: 47_811 },
    clock: systemClock,
    report: ({ name, state: was }) => void (was !== 'started' && order.push(`${name} ${was}`)),
    awaitNodeDaemon: () => doIt('wait for noded'),
    awaitMasterDaemon: () => doIt('wait for masterd'),
    leaveOffice: () => doIt('leave office'),
  };
  const withFiles = (files: Files) => ({ ...parts, state: { ...state, files } });
  return {
    root,
    state,
    order,
    plan: (changes: Partial<InitOptions> = {}) =>
      planInit(state, parts.settings, { ...initOptions, ...changes }),
    init: (changes: Partial<InitOptions> = {}, files: Files = diskFiles) =>
      initCluster(withFiles(files), { ...initOptions, ...changes }),
    abort: () => abortFounding(parts),
  };
}

/** Every path under the root, with what would show a change. */
export const everything = (root: string): string[] =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => `${path} ${lstatSync(path).mode.toString(8)} ${lstatSync(path).mtimeMs}`)
    .sort();

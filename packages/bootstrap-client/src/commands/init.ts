/** `quorate init`: makes a cluster of one node out of this host. */
import { awaitMasterDaemon, awaitNodeDaemon } from '@quorate/bootstrap/await-daemon';
import { nodeOf } from '@quorate/bootstrap/cluster-access';
import { initCluster } from '@quorate/bootstrap/init';
import type { InitOptions } from '@quorate/bootstrap/init-facts';
import { systemClock } from '@quorate/platform/clock';
import { openCluster, openHost, type GlobalOptions } from '../context.ts';
import { liveSteps, stepRecorder } from '../live-steps.ts';
import { printResult } from '../output.ts';

interface InitFlags extends GlobalOptions {
  readonly masterNetdev: string;
  readonly masterNetmask?: number;
  readonly secondaryIp?: string;
  readonly primaryIpVersion: '4' | '6';
  readonly candidatePoolSize: number;
  readonly macPrefix: string;
  readonly enabledHypervisors: readonly string[];
  readonly enabledDiskTemplates: readonly string[];
  readonly allowLoopback?: boolean;
}

export default async function init(flags: InitFlags, clusterName: string): Promise<number> {
  const { state, settings, daemons } = await openHost(flags);
  const { report, steps } = stepRecorder(liveSteps(flags.json === true));
  const record = await initCluster(
    {
      state,
      settings,
      daemons,
      report,
      clock: systemClock,
      awaitNodeDaemon: async () => {
        const { access, roster } = await openCluster(flags);
        await awaitNodeDaemon(access, nodeOf(roster, access.own));
      },
      awaitMasterDaemon: async () => {
        const { access, master } = await openCluster(flags);
        await awaitMasterDaemon(access, master);
      },
    },
    optionsOf(flags, clusterName),
  );
  const { cluster } = record.configuration;
  const value = {
    cluster: { name: cluster.cluster_name, uuid: cluster.uuid },
    master: { uuid: cluster.master_node },
    steps,
  };
  printResult(flags, value, [
    `Cluster ${cluster.cluster_name} is ready; add hosts with quorate node add NAME`,
  ]);
  return 0;
}

const optionsOf = (flags: InitFlags, clusterName: string): InitOptions => ({
  clusterName: clusterName.toLowerCase(),
  family: flags.primaryIpVersion === '6' ? 6 : 4,
  secondaryIp: flags.secondaryIp,
  masterNetdev: flags.masterNetdev,
  masterNetmask: flags.masterNetmask,
  candidatePoolSize: flags.candidatePoolSize,
  macPrefix: flags.macPrefix.toLowerCase(),
  enabledHypervisors: flags.enabledHypervisors,
  enabledDiskTemplates: flags.enabledDiskTemplates,
  // Not done yet, so the configuration must not say that it was.
  modifyEtcHosts: false,
  modifySshSetup: false,
  allowLoopback: flags.allowLoopback === true,
});

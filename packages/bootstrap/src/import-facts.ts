/** Looks at this host and at a data directory of Ganeti's: everything the checks of an import judge. Changes nothing. */
import type { State } from '@quorate/cluster-state/state';
import type { Configuration } from '@quorate/domain/configuration';
import { readGanetiConfiguration } from '@quorate/domain/ganeti-configuration';
import type { ImportFacts } from '@quorate/domain/import-checks';
import { deviceExists, ownAddresses, probeTcp } from '@quorate/platform/network';
import { ownHostName } from '@quorate/platform/resolver';
import { whatLiesThere } from './init-facts.ts';

/** Where Ganeti's node daemon listens unless its site changed that. */
export const ganetiNodePort = 1811;

/** How long an unused address, or a host that is off, may stay silent. */
const silenceMs = 5_000;

/** `isResumed`: what an earlier run left in our data directory is none of the facts. */
export async function gatherImportFacts(
  state: State,
  directory: string,
  nodePort = ganetiNodePort,
  isResumed = false,
): Promise<ImportFacts> {
  const { files, layout } = state;
  const read = await readConfigurationOf(state, directory);
  const ssconfMaster = (await files.readText(`${directory}/ssconf_master_node`))?.trim();
  return {
    ...read,
    directory,
    ssconfMaster,
    ...(await whatLiesThere(state, isResumed)),
    hostName: await ownHostName({ hostnameFile: layout.hostnameFile?.path ?? '/etc/hostname' }),
    ownedAddresses: ownAddresses().map(({ address }) => address),
    ...(await seenOnTheNetwork(read.configuration, nodePort)),
  };
}

export const readConfigurationOf = async ({ files }: State, directory: string) =>
  readGanetiConfiguration(await files.readText(`${directory}/config.data`));

type Seen = Pick<ImportFacts, 'missingDevices' | 'masterIpAnswer' | 'stillServing'>;

/** Without a configuration there is nobody to call. */
async function seenOnTheNetwork(configuration: Configuration | undefined, port: number): Promise<Seen> {
  if (!configuration) return { missingDevices: [], masterIpAnswer: 'silent', stillServing: [] };
  const { master_netdev: device, master_ip: address } = configuration.cluster;
  const [masterIpAnswer, stillServing, hasDevice] = await Promise.all([
    answerOf(address, port),
    nodesServing(configuration, port),
    deviceExists(device),
  ]);
  return { masterIpAnswer, stillServing, missingDevices: hasDevice ? [] : [device] };
}

async function answerOf(address: string, port: number): Promise<Seen['masterIpAnswer']> {
  if (ownAddresses().some((own) => own.address === address)) return 'owned';
  const answer = await probeTcp(address, port, silenceMs);
  return answer === 'unreachable' ? 'silent' : answer;
}

async function nodesServing({ nodes }: Configuration, port: number): Promise<readonly string[]> {
  const answers = await Promise.all(
    Object.values(nodes).map(async ({ name, primary_ip }) => ({
      name,
      answer: await probeTcp(primary_ip, port, silenceMs),
    })),
  );
  return answers.filter(({ answer }) => answer === 'open').map(({ name }) => name);
}

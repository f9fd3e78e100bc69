/** `quorate node add`: takes a host into the cluster over SSH; on the master. */
import { addNode } from '@quorate/bootstrap/node-add';
import { timings } from '@quorate/domain/timings';
import { executableDirectory } from '@quorate/platform/processes';
import { canonicalName, resolveName } from '@quorate/platform/resolver';
import { openSsh, type SshSession } from '@quorate/platform/ssh';
import { openCluster, openHost, type GlobalOptions } from '../context.ts';
import { liveSteps, stepRecorder } from '../live-steps.ts';
import { printResult } from '../output.ts';
import { hostKeyJudge, type HostKeySources } from '../host-key-judge.ts';

interface NodeAddOptions extends GlobalOptions, HostKeySources {
  readonly secondaryIp?: string;
  readonly sshUser: string;
  readonly sshPort?: number;
  readonly sshKey?: string;
  readonly witness?: boolean;
  readonly remoteProgram?: string;
}

export default async function nodeAdd(options: NodeAddOptions, host: string): Promise<number> {
  const { settings } = await openHost(options);
  const { state, access, roster, master } = await openCluster(options);
  const lookup = { family: roster.masterIp.family, hostsFile: state.layout.hostsFile.path };
  const name = await canonicalName(host, lookup);
  const [primaryIp = ''] = await resolveName(name, lookup);
  const sshPort = options.sshPort ?? settings.sshPort;
  const { report, steps } = stepRecorder(liveSteps(options.json === true));
  const added = await addNode(
    {
      access,
      master,
      report,
      clusterName: roster.clusterName,
      clusterUuid: roster.clusterUuid,
      connect: () => connect(options, name, primaryIp, sshPort),
    },
    {
      name,
      primaryIp,
      secondaryIp: options.secondaryIp,
      sshPort,
      witness: options.witness === true,
      remoteProgram: options.remoteProgram ?? `${executableDirectory()}/quorate`,
    },
  );
  const role = added.candidate ? 'master candidate' : 'regular node';
  printResult(options, { node: added, steps }, [`${name} is a node of ${roster.clusterName} (${role})`]);
  return 0;
}

async function connect(
  options: NodeAddOptions,
  name: string,
  address: string,
  port: number,
): Promise<SshSession> {
  const { judge, preferredKeyTypes } = await hostKeyJudge(options, name, address, port);
  const home = process.env['HOME'] ?? '/root';
  const usual = ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((file) => `${home}/.ssh/${file}`);
  const agentSocket = process.env['SSH_AUTH_SOCK'];
  return openSsh({
    host: address,
    port,
    user: options.sshUser,
    identities: { keyFiles: options.sshKey ? [options.sshKey] : usual, ...(agentSocket && { agentSocket }) },
    verifyHostKey: judge,
    preferredKeyTypes,
    connectMs: timings.sshConnectMs,
  });
}

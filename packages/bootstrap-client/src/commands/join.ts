/** `quorate join`: this host joins a cluster by a token that was made on its master. */
import { joinByToken } from '@quorate/bootstrap/join';
import { ClusterError } from '@quorate/domain/errors';
import { parseJoinToken, type JoinToken } from '@quorate/domain/join-token';
import { ipFamily, isLoopback } from '@quorate/domain/names';
import { systemClock } from '@quorate/platform/clock';
import { ownAddresses } from '@quorate/platform/network';
import { canonicalName, ownHostName, resolveName } from '@quorate/platform/resolver';
import { openHost, type GlobalOptions, type HostContext } from '../context.ts';
import { liveSteps, stepRecorder } from '../live-steps.ts';
import { printResult } from '../output.ts';
import { readStandardInput } from '../standard-input.ts';

interface JoinOptions extends GlobalOptions {
  readonly secondaryIp?: string;
  readonly witness?: boolean;
  readonly masterCapable?: boolean;
}

export default async function join(options: JoinOptions, typed: string): Promise<number> {
  const token = parseJoinToken(typed === '-' ? await readStandardInput() : typed);
  const { state, settings, daemons } = await openHost(options);
  const { name, primaryIp } = await whoThisIs(state, token);
  const { report, steps } = stepRecorder(liveSteps(options.json === true));
  const { secondaryIp } = options;
  const witness = options.witness ? true : options.masterCapable ? false : undefined;
  const parts = { state, settings, daemons, report, clock: systemClock };
  const node = await joinByToken(parts, token, { name, primaryIp, secondaryIp, witness });
  const role = node.candidate ? 'master candidate' : 'regular node';
  printResult(options, { node, steps }, [`${node.name} is a node of ${node.clusterName} (${role})`]);
  return 0;
}

/** The name of this host and the address by which the others will know it, of the family of the cluster. */
async function whoThisIs(
  { layout }: HostContext['state'],
  { addresses }: JoinToken,
): Promise<{ name: string; primaryIp: string }> {
  const family = ipFamily(addresses[0] ?? '') ?? 4;
  const lookup = { family, hostsFile: layout.hostsFile.path };
  const name = await canonicalName(
    await ownHostName({ hostnameFile: layout.hostnameFile?.path ?? '/etc/hostname' }),
    lookup,
  );
  const found = await resolveName(name, lookup);
  const own = ownAddresses().map(({ address }) => address);
  // Debian gives a host 127.0.1.1 by its own name, where no other host finds it.
  const isReachable = (address: string): boolean =>
    isLoopback(address) ? addresses.every(isLoopback) : own.includes(address);
  const primaryIp = found.find(isReachable);
  if (primaryIp !== undefined) return { name, primaryIp };
  throw new ClusterError(
    'ADDRESS_NOT_OWNED',
    `${name} resolves to ${found.join(', ')}, by which no other host can reach this one`,
    { hint: `Name an address of this host for ${name} in its hosts file or in DNS` },
  );
}

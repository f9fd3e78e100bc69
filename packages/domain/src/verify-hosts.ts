/** Rows of `verify` about the hosts: software, clocks, and whether they reach each other. */
import { nodeByUuid, type RosterNode } from './roster.ts';
import {
  answered,
  type Answered,
  type AddressTried,
  type TriedNetwork,
  type VerifyFacts,
} from './verify-facts.ts';
import { candidateIn } from './verify-mastership.ts';
import { aboutNode, type Found, type VerifyCode, type VerifyRow } from './verify-row.ts';

/** Ganeti's allowance between two clocks. */
const clockAllowanceMs = 150_000;

const ofEach = (
  name: string,
  code: VerifyCode,
  wrong: (seen: Answered, facts: VerifyFacts) => string | undefined,
  severity: Found['severity'] = 'error',
): VerifyRow => ({
  name,
  finds: (facts) =>
    answered(facts).flatMap((seen): readonly Found[] => {
      const message = wrong(seen, facts);
      return message === undefined ? [] : [aboutNode(seen.node, code, message, { severity })];
    }),
});

const protocolsAreEqual = ofEach('protocols-are-equal', 'ENODEVERSION', ({ facts }, own) =>
  facts.protocolVersion === own.protocolVersion
    ? undefined
    : `It speaks protocol ${facts.protocolVersion}, this host ${own.protocolVersion}`,
);

const releasesAreEqual = ofEach(
  'releases-are-equal',
  'ENODEVERSION',
  ({ facts }, own) =>
    facts.softwareVersion === own.softwareVersion
      ? undefined
      : `It runs release ${facts.softwareVersion}, this host ${own.softwareVersion}`,
  'warning',
);

const clocksAgree = ofEach('clocks-agree', 'ENODETIME', ({ facts: { clockOffsetMs, clockUncertaintyMs } }) =>
  Math.abs(clockOffsetMs) <= clockAllowanceMs + clockUncertaintyMs
    ? undefined
    : `Its clock differs by ${Math.round(clockOffsetMs / 1000)} s from this host's`,
);

/** By name and number of the port, so that an administrator can try it: which of them cannot be reached, and why. */
const reaches = (
  name: string,
  code: VerifyCode,
  networks: readonly TriedNetwork[],
  isReached: (tried: AddressTried) => boolean,
): VerifyRow => ({
  name,
  finds: (facts) =>
    answered(facts).flatMap((seen) =>
      seen.facts.tried
        .filter((tried) => networks.includes(tried.network) && concerns(facts, seen.node, tried))
        .filter((tried) => !isReached(tried))
        .map((tried) => aboutNode(seen.node, code, notReached(facts, tried))),
    ),
});

/** A node that is marked offline or unknown need not be reached, and the master IP only by those who may become master. */
const concerns = (facts: VerifyFacts, from: RosterNode, { node, network }: AddressTried): boolean =>
  network === 'master-ip'
    ? candidateIn(facts, from)
    : facts.nodes.some((observation) => observation.node.uuid === node);

const whyNot = {
  open: 'it answers',
  refused: 'nobody listens there',
  silent: 'there is no answer',
  unreachable: 'there is no way to it',
} as const;

function notReached({ roster }: VerifyFacts, { node, network, address, port, answer }: AddressTried): string {
  const whose =
    network === 'master-ip'
      ? 'the master IP'
      : `${nodeByUuid(roster, node)?.name ?? node} ${{ primary: 'by its primary address', secondary: 'by its secondary address', ssh: 'over SSH' }[network]}`;
  const host = address.includes(':') ? `[${address}]` : address;
  return `It does not reach ${whose}, ${host}:${port}: ${whyNot[answer]}`;
}

const nodesReachEachOther = reaches(
  'nodes-reach-each-other',
  'ENODENET',
  ['primary'],
  ({ answer }) => answer === 'open',
);

/** Nobody need listen on the second network: a refusal shows that the host is there. */
const secondaryAddressesAreReached = reaches(
  'secondary-addresses-are-reached',
  'ENODENET',
  ['secondary'],
  ({ answer }) => answer === 'open' || answer === 'refused',
);

const masterIpIsReached = reaches(
  'master-ip-is-reached',
  'ENODENET',
  ['master-ip'],
  ({ answer }) => answer === 'open' || answer === 'refused',
);

const sshIsReached = reaches('ssh-is-reached', 'ENODESSH', ['ssh'], ({ answer }) => answer === 'open');

const hostNames = ofEach('host-names', 'ENODESSH', ({ node, facts: { hostName } }) =>
  hostName === '' || hostName === node.name || node.name.split('.')[0] === hostName
    ? undefined
    : `That host calls itself ${hostName}`,
);

const ownAddresses = ofEach('own-addresses', 'ENODENET', ({ facts: { lackingAddresses } }) =>
  lackingAddresses.length === 0
    ? undefined
    : `That host does not have its address ${lackingAddresses.join(', ')}`,
);

const masterDevice = ofEach('master-device', 'ENODENET', ({ node, facts }, all) =>
  facts.masterDeviceExists || !candidateIn(all, node)
    ? undefined
    : `It is a candidate and has no device ${all.roster.masterIp.device} for the master IP`,
);

const kernelFileSystems = ofEach('kernel-file-systems', 'ENODESETUP', ({ facts: { missingFileSystems } }) =>
  missingFileSystems.length === 0 ? undefined : `Not mounted there: ${missingFileSystems.join(', ')}`,
);

/** Where a program of the site holds the master IP: every candidate needs it, and who may become one had better have it. */
const masterIpScript: VerifyRow = {
  name: 'master-ip-script',
  finds: (facts) =>
    answered(facts).flatMap(({ node, facts: { masterIpScript: script = 'ready' } }): readonly Found[] => {
      const isCandidate = candidateIn(facts, node);
      const mayRise = facts.record?.configuration.nodes[node.uuid]?.master_capable !== false;
      if (script === 'ready' || (!isCandidate && !mayRise)) return [];
      const what = script === 'missing' ? 'is missing' : 'is not executable';
      const message = `The site's program for the master IP ${what}: /etc/quorate/scripts/master-ip-setup`;
      return [aboutNode(node, 'ENODEUSERSCRIPTS', message, { severity: isCandidate ? 'error' : 'warning' })];
    }),
};

export const hostRows: readonly VerifyRow[] = [
  protocolsAreEqual,
  releasesAreEqual,
  clocksAgree,
  nodesReachEachOther,
  secondaryAddressesAreReached,
  masterIpIsReached,
  ownAddresses,
  masterDevice,
  sshIsReached,
  hostNames,
  kernelFileSystems,
  masterIpScript,
];

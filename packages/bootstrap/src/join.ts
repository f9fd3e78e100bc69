/**
 * A host joins by token: the other way into a cluster than `node add`, begun on the host itself and without SSH.
 *
 * The secret goes to nobody who has not proved to be of the cluster whose certificate the token names. What the host gets
 * is what `node add` would send, installed by the same code. A join that broke off anywhere is gone on with by the same
 * command: the keys stay, and the token is this host's from its first answer on.
 *
 * Counterpart in Ganeti: none.
 */
import { ensureOwnDirectories } from '@quorate/cluster-state/host-directories';
import { trustOf } from '@quorate/cluster-state/live-identity';
import { ensureRootKeyPair } from '@quorate/cluster-state/root-ssh-key';
import { readRoster } from '@quorate/cluster-state/roster-store';
import { readNodeIdentity, type NodeIdentity } from '@quorate/cluster-state/secrets';
import type { Settings } from '@quorate/cluster-state/settings';
import type { State } from '@quorate/cluster-state/state';
import { configurationFormat } from '@quorate/domain/configuration';
import { ClusterError, clusterErrorFrom } from '@quorate/domain/errors';
import type { JoinToken } from '@quorate/domain/join-token';
import { isCandidate, nodeByUuid, type Roster, type RosterNode } from '@quorate/domain/roster';
import { parseRoster } from '@quorate/domain/roster-of';
import { protocolVersion, softwareVersion } from '@quorate/domain/software';
import { timings } from '@quorate/domain/timings';
import { identityOf, splitPem } from '@quorate/platform/certificates';
import type { Clock } from '@quorate/platform/clock';
import type { DaemonControl } from '@quorate/platform/daemon-control';
import { shownAuthority } from '@quorate/platform/shown-authority';
import { createChannels } from '@quorate/rpc/channels';
import { createStrangerCredentials } from '@quorate/rpc/credentials';
import type { JoinRequest } from '@quorate/rpc/gen/quorate/master/v1/JoinRequest';
import type { JoinResponse__Output } from '@quorate/rpc/gen/quorate/master/v1/JoinResponse';
import { masterServices } from '@quorate/rpc/services';
import { masterDaemonOf, openAccess } from './cluster-access.ts';
import { journalledSteps } from './journalled.ts';
import { installMembership, makeRequests, requireFreeHost, type SetupPayload } from './node-setup.ts';
import { stepRunner, type ReportStep } from './steps.ts';

export const joinSteps = {
  check: 'Checking that this host is free',
  resume: 'Going on with a join that broke off',
  'request-certificates': "Making this host's keys",
  ask: 'Showing the token to the master',
  install: 'Installing the membership and starting the daemons',
  commit: 'Having the master commit this host as a node',
} as const;

export interface JoinParts {
  readonly state: State;
  readonly settings: Settings;
  readonly daemons: DaemonControl;
  readonly clock: Clock;
  readonly report: ReportStep;
}

export interface JoinWishes {
  readonly name: string;
  readonly primaryIp: string;
  readonly secondaryIp?: string | undefined;
  /** Undefined: as the token says. */
  readonly witness?: boolean | undefined;
}

export interface JoinedHost {
  readonly clusterName: string;
  readonly name: string;
  readonly uuid: string;
  readonly candidate: boolean;
}

/** Fails with CLUSTER_EXISTS on a node of another cluster; with what the master refused; with UNREACHABLE. */
export async function joinByToken(
  parts: JoinParts,
  token: JoinToken,
  wishes: JoinWishes,
): Promise<JoinedHost> {
  const { state, settings, daemons, clock, report } = parts;
  const checks = stepRunner(joinSteps, report, clock);
  const here = await checks.required('check', () => membershipHere(state, token));
  if (here?.isNode) return joinedAs(here);
  await ensureOwnDirectories(state);
  const steps = stepRunner(joinSteps, journalledSteps({ state, clock }, 'join', report), clock);
  if (here) {
    // The master may have it as a node already; then its token has ended, and only this way is left.
    const resumed = await steps.tolerated('resume', () => resume(parts, wishes));
    if (resumed) return resumed;
  }
  const answer = await steps.required('request-certificates', () =>
    makeRequests(state, settings, { name: wishes.name }),
  );
  const granted = await steps.required('ask', async () =>
    askMaster(token, {
      ...{ tokenId: token.id, secret: token.secret },
      ...{ protocol: protocolVersion, configurationFormat, software: softwareVersion },
      ...{ name: wishes.name, primaryIp: wishes.primaryIp, secondaryIp: wishes.secondaryIp ?? '' },
      ...(wishes.witness !== undefined && { witness: wishes.witness }),
      certificateRequest: answer.certificateRequest,
      clientCertificateRequest: answer.clientCertificateRequest,
      ...(await earlierCertificates(state)),
    }),
  );
  await steps.required('install', async () => {
    // Before the roster: where that lies, the key is there too, and a join that broke off finds it.
    await rootKey(state, rosterIn(granted), wishes.name, granted.sshKeyBits);
    await installMembership(state, payloadOf(granted), { daemons, clock, report: () => undefined });
  });
  return steps.required('commit', () => finish(parts, wishes));
}

interface MembershipHere {
  readonly roster: Roster;
  readonly identity: NodeIdentity;
  /** The cluster counts it; else its join broke off. */
  readonly isNode: boolean;
}

/** What lies here of the cluster that the token is of. Throws CLUSTER_EXISTS for what is of another. */
async function membershipHere(state: State, { anchors }: JoinToken): Promise<MembershipHere | undefined> {
  const identity = await readNodeIdentity(state).catch(() => undefined);
  const isOfToken = identity && trustOf(identity).authoritySha256s.some((anchor) => anchors.includes(anchor));
  const roster = identity && isOfToken ? await readRoster(state).catch(() => undefined) : undefined;
  if (!identity || !roster) {
    await requireFreeHost(state);
    return undefined;
  }
  return { roster, identity, isNode: nodeByUuid(roster, identity.nodeUuid) !== undefined };
}

function joinedAs({ roster, identity }: MembershipHere): JoinedHost {
  const own = nodeByUuid(roster, identity.nodeUuid);
  return {
    clusterName: roster.clusterName,
    name: own?.name ?? '',
    uuid: identity.nodeUuid,
    candidate: own !== undefined && isCandidate(own),
  };
}

/** The certificates of an earlier try: a change that is still undecided may name them. */
async function earlierCertificates({
  files,
  layout,
}: State): Promise<{ nodeCertificate: string; clientCertificate: string }> {
  const certificate = async (path: string): Promise<string> =>
    splitPem((await files.readText(path)) ?? '').certificatePem ?? '';
  return {
    nodeCertificate: await certificate(layout.nodePem.path),
    clientCertificate: await certificate(layout.clientPem.path),
  };
}

const payloadOf = (granted: JoinResponse__Output): SetupPayload => ({
  clusterName: granted.clusterName,
  clusterUuid: granted.clusterUuid,
  nodeCertificate: granted.nodeCertificate,
  clientCertificate: granted.clientCertificate,
  files: granted.files,
});

/** Of the addresses of the token the first that serves; who is no master, or does not answer, is passed over. */
async function askMaster(token: JoinToken, request: JoinRequest): Promise<JoinResponse__Output> {
  const failures: ClusterError[] = [];
  for (const address of token.addresses) {
    try {
      return await askAt(token, address, request);
    } catch (caught) {
      const error = clusterErrorFrom(caught);
      if (!['UNREACHABLE', 'NOT_MASTER', 'NOT_AUTHENTICATED'].includes(error.reason)) throw error;
      failures.push(error);
    }
  }
  const reason = failures.every((error) => error.reason === 'NOT_AUTHENTICATED')
    ? 'NOT_AUTHENTICATED'
    : 'UNREACHABLE';
  throw new ClusterError(reason, failures.map(({ message }) => message).join('\n'), {
    hint:
      `On the master, quorate token list shows whether token ${token.id} is still open: the port is, while one is. ` +
      'Then look for a firewall in between',
  });
}

/** The secret is sent when the chain, down from the certificate that the token names, has been verified. */
async function askAt(
  { port, anchors }: JoinToken,
  address: string,
  request: JoinRequest,
): Promise<JoinResponse__Output> {
  const caPem = await shownAuthority({ host: address, port, anchors, timeoutMs: timings.anchorMs });
  const { connectMs, reconnectMaxMs } = timings;
  const credentials = createStrangerCredentials(caPem, (der) =>
    identityOf(der) ? undefined : 'its certificate names no node of a cluster',
  );
  const channels = createChannels({ credentials, connectMs, reconnectMaxMs });
  const master = { kind: 'node', name: address, uuid: 'master', address, port } as const;
  try {
    return await channels.call(master, masterServices.join.Join, request, {
      deadlineMs: timings.strangerConnectionMs,
    });
  } finally {
    channels.close();
  }
}

const rosterIn = ({ files }: JoinResponse__Output): Roster => parseRoster(files['roster.json'] ?? '');

/** The public key of root, made of so many bits if there is none; empty where the cluster does not manage SSH. */
async function rootKey(state: State, roster: Roster, name: string, bits: number): Promise<string> {
  const type = roster.hostSetup?.sshKeyType;
  return type ? ensureRootKeyPair(state, { type, bits, comment: `root@${name}` }) : '';
}

async function resume(parts: JoinParts, wishes: JoinWishes): Promise<JoinedHost> {
  for (const name of ['noded', 'masterd'])
    if ((await parts.daemons.state(name)) !== 'running') await parts.daemons.start(name);
  return finish(parts, wishes);
}

/** As the node it was made; the master sees that its node daemon answers before it is one. */
async function finish({ state, settings, clock }: JoinParts, { name }: JoinWishes): Promise<JoinedHost> {
  const roster = await readRoster(state);
  const access = openAccess(await readNodeIdentity(state), { state, clock });
  const request = {
    ...(await earlierCertificates(state)),
    sshPublicKey: await rootKey(state, roster, name, 0),
    nodePort: settings.nodePort,
    masterPort: settings.masterPort,
  };
  const failures: ClusterError[] = [];
  try {
    for (const node of candidatesOf(roster)) {
      try {
        const method = masterServices.tokens.FinishJoin;
        const deadlineMs = timings.startMs + timings.putConfigurationMs + timings.commitMs;
        const answer = await access.channels.call(masterDaemonOf(node), method, request, { deadlineMs });
        return {
          clusterName: roster.clusterName,
          name,
          uuid: answer.nodeUuid,
          candidate: answer.candidate,
        };
      } catch (caught) {
        const error = clusterErrorFrom(caught);
        if (!['UNREACHABLE', 'NOT_MASTER'].includes(error.reason)) throw error;
        failures.push(error);
      }
    }
  } finally {
    access.channels.close();
  }
  throw new ClusterError('UNREACHABLE', failures.map(({ message }) => message).join('\n'), {
    hint: 'No master answered. Run quorate join again with the same token: it goes on from here',
  });
}

/** The master first: who is it now, all of them may know better. */
const candidatesOf = (roster: Roster): readonly RosterNode[] => [
  ...roster.nodes.filter(({ uuid }) => uuid === roster.master),
  ...roster.nodes.filter((node) => node.uuid !== roster.master && isCandidate(node)),
];

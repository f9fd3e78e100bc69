/**
 * Takes a host into the cluster, from the master, over SSH.
 *
 * Nothing is sent to a host whose SSH key is not the expected one, and nothing is changed on it before its
 * software was found to fit. The host makes its own keys; only certificates and what all nodes share travel.
 *
 * A join that broke off is gone on with by the same command: what was enrolled is remembered here (join-record.ts), the
 * host keeps its keys. Several hosts may be taken in side by side; from the enrolment on they go one after the other,
 * because who comes before decides whether a host is a candidate, and with that whether it gets the cluster key.
 *
 * Counterpart in Ganeti: gnt-node add and lib/bootstrap.py, SetupNodeDaemon.
 */
import { forgetJoin, readJoin, writeJoin, type JoinRecord } from '@quorate/cluster-state/join-record';
import { readClusterRecord } from '@quorate/cluster-state/record-store';
import type { State } from '@quorate/cluster-state/state';
import { configurationFormat, type ClusterRecord } from '@quorate/domain/configuration';
import { ClusterError } from '@quorate/domain/errors';
import { awaitedNode, requireNewNode } from '@quorate/domain/new-node';
import type { RosterNode } from '@quorate/domain/roster';
import { hostSetupOf, masterIpOf } from '@quorate/domain/roster-of';
import { protocolVersion, softwareVersion } from '@quorate/domain/software';
import { timings } from '@quorate/domain/timings';
import type { SshSession } from '@quorate/platform/ssh';
import type { Peer } from '@quorate/rpc/channels';
import type { EnrolNodeResponse__Output } from '@quorate/rpc/gen/quorate/master/v1/EnrolNodeResponse';
import { masterServices } from '@quorate/rpc/services';
import { awaitNodeDaemon, awaitSshDaemon } from './await-daemon.ts';
import type { ClusterAccess } from './cluster-access.ts';
import type { SetupAnswer, SetupPayload } from './node-setup.ts';
import type { SetupQuestion } from './setup-payload.ts';
import type { ProgramsPlace } from './remote-programs.ts';
import { remoteQuorate, type RemoteVersion } from './remote-quorate.ts';
import { stepRunner, type ReportStep } from './steps.ts';

export const nodeAddSteps = {
  check: 'Checking that it can join',
  connect: 'Connecting over SSH and checking the host key',
  'bring-programs': 'Bringing the programs over, if it has none',
  'compare-versions': 'Comparing the software of both sides',
  'check-host': 'Asking whether the host is free',
  'request-certificates': 'Having the host make its keys',
  enrol: 'Signing its certificates',
  install: 'Installing the membership and starting its daemons',
  'await-ssh-daemon': 'Waiting for its SSH daemon',
  'await-node-daemon': 'Waiting for its node daemon',
  commit: 'Committing it as a node of the cluster',
} as const;

/** A way to the host, open, and what is needed to see it again. */
export interface HostSession extends SshSession {
  /** Where it is, for people. */
  readonly place: string;
  /** Whether its SSH server answers a new connection. */
  answers(withinMs: number): Promise<boolean>;
}

export interface NodeAddParts {
  /** This master's own. */
  readonly state: State;
  readonly access: ClusterAccess;
  readonly clusterName: string;
  readonly clusterUuid: string;
  /** The master daemon of this host. */
  readonly master: Peer;
  readonly connect: () => Promise<HostSession>;
  /** Brings our programs; given if a host without them is to get them. */
  readonly bringPrograms?: (session: SshSession, place: ProgramsPlace) => Promise<boolean>;
  readonly report: ReportStep;
  /** Runs the part that must not go on beside another's; the same for all hosts of a command. */
  readonly inTurn?: <R>(work: () => Promise<R>) => Promise<R>;
  /** Hears what the programs over there say of their own steps. */
  readonly hear?: (line: string) => void;
}

export interface NodeAddRequest {
  readonly name: string;
  readonly primaryIp: string;
  readonly secondaryIp?: string | undefined;
  /** A node that votes and can never become master. */
  readonly witness: boolean;
  /** Name or UUID of its node group; the only one if absent. */
  readonly group?: string | undefined;
  /** Whether instances may run on it; true if absent. */
  readonly vmCapable?: boolean | undefined;
  /** `key=value,…` */
  readonly nodeParameters?: string | undefined;
  /** Path of `quorate` on the new host. */
  readonly remoteProgram: string;
}

export interface AddedNode {
  readonly name: string;
  readonly uuid: string;
  readonly candidate: boolean;
}

type Steps = ReturnType<typeof stepRunner<typeof nodeAddSteps>>;

export async function addNode(parts: NodeAddParts, request: NodeAddRequest): Promise<AddedNode> {
  const steps = stepRunner(nodeAddSteps, parts.report, parts.access.clock);
  const { inTurn = (work) => work() } = parts;
  const earlier = await steps.required('check', () => checkedJoin(parts, request));
  if (earlier?.isNode) return inTurn(() => confirmNode(parts, steps, request, earlier.join));
  const session = await steps.required('connect', parts.connect);
  try {
    const remote = await fittingHost(parts, steps, request, session);
    const answer = await steps.required('request-certificates', async () =>
      remote.request(await questionFor(parts, request)),
    );
    return await inTurn(async () => {
      const { join, payload } = await steps.required('enrol', () => enrol(parts, request, answer));
      await steps.required('install', async () => {
        await writeJoin(parts.state, { ...join, stage: 'installing' });
        await remote.install(payload);
      });
      await steps.required('await-ssh-daemon', () =>
        awaitSshDaemon(parts.access.clock, `${request.name} (${session.place})`, (ms) => session.answers(ms)),
      );
      return confirmNode(parts, steps, request, join);
    });
  } finally {
    session.close();
  }
}

/** Everything up to the first change, without one. Fails as `addNode` would. */
export async function tryNode(parts: NodeAddParts, request: NodeAddRequest): Promise<void> {
  const steps = stepRunner(nodeAddSteps, parts.report, parts.access.clock);
  const earlier = await steps.required('check', () => checkedJoin(parts, request));
  if (earlier?.isNode) return;
  const session = await steps.required('connect', parts.connect);
  try {
    const { bringPrograms: _, ...withoutBringing } = parts;
    const remote = await fittingHost(withoutBringing, steps, request, session);
    await steps.required('check-host', () => remote.check(request.name));
  } finally {
    session.close();
  }
}

interface EarlierJoin {
  readonly join: JoinRecord;
  /** It got into the configuration; only its confirmation is missing. */
  readonly isNode: boolean;
}

/** What an earlier try left. Fails with NOT_MASTER, and as `requireNewNode` does. */
async function checkedJoin(parts: NodeAddParts, request: NodeAddRequest): Promise<EarlierJoin | undefined> {
  const record = await readClusterRecord(parts.state);
  requireMaster(record, parts.access);
  const join = await readJoin(parts.state, request.name);
  const known = join && record.configuration.nodes[join.nodeUuid];
  if (known && known.name === request.name && !awaitedNode(record, request.name))
    return { join, isNode: true };
  requireNewNode(record, request);
  return join && { join, isNode: false };
}

function requireMaster(record: ClusterRecord | undefined, { own }: ClusterAccess): asserts record {
  const master = record?.configuration.cluster.master_node;
  if (record && master === own) return;
  const name = record?.configuration.nodes[master ?? '']?.name;
  throw new ClusterError('NOT_MASTER', 'This node is not the master', {
    hint: name === undefined ? 'quorate master names it' : `Run the command on ${name}`,
    ...(name !== undefined && { facts: { master: name } }),
  });
}

/** `quorate` on that host, found to fit; brought over before if it is absent and that is wanted. */
export async function fittingHost(
  { bringPrograms, hear }: NodeAddParts,
  steps: Steps,
  { name, remoteProgram }: NodeAddRequest,
  session: SshSession,
) {
  if (bringPrograms)
    await steps.required('bring-programs', () => bringPrograms(session, { name, remoteProgram }));
  const remote = remoteQuorate(session, { name, remoteProgram, ...(hear && { hear }) });
  await steps.required('compare-versions', async () => compareVersions(name, await remote.version()));
  return remote;
}

/** Equal protocol or nothing (BEH-256); another release of the same protocol is fine. */
function compareVersions(name: string, remote: RemoteVersion): void {
  if (remote.protocol === protocolVersion && remote.configurationFormat === configurationFormat) return;
  throw new ClusterError(
    'PROTOCOL_MISMATCH',
    `${name} runs quorate ${remote.software} (protocol ${remote.protocol}, format ${remote.configurationFormat}), ` +
      `this host ${softwareVersion} (protocol ${protocolVersion}, format ${configurationFormat})`,
    { hint: 'Install the same release on both' },
  );
}

/** With the key pair that the cluster wants root to have, if it manages SSH. */
async function questionFor({ state }: NodeAddParts, { name }: NodeAddRequest): Promise<SetupQuestion> {
  const record = await readClusterRecord(state);
  const type = record && hostSetupOf(record).sshKeyType;
  return type
    ? { name, ssh: { type, bits: Number(record.configuration.cluster['ssh_key_bits']) } }
    : { name };
}

/** What the administrator decides of a new node. */
const wishesOf = ({ witness, group = '', vmCapable, nodeParameters }: NodeAddRequest) => ({
  witness,
  nodeGroup: group,
  ...(vmCapable !== undefined && { vmCapable }),
  ...(nodeParameters !== undefined && { nodeParameters }),
});

/** Has the certificates signed, and remembers whom: before anything of it is sent. */
async function enrol(
  parts: NodeAddParts,
  request: NodeAddRequest,
  answer: SetupAnswer,
): Promise<{ readonly join: JoinRecord; readonly payload: SetupPayload }> {
  const earlier = await readJoin(parts.state, request.name);
  const enrolled = await parts.access.channels.call(
    parts.master,
    masterServices.enrolment.EnrolNode,
    {
      name: request.name,
      primaryIp: request.primaryIp,
      secondaryIp: request.secondaryIp ?? '',
      ...wishesOf(request),
      certificateRequest: answer.certificateRequest,
      clientCertificateRequest: answer.clientCertificateRequest,
      nodeUuid: earlier?.nodeUuid ?? '',
      nodeCertificate: earlier?.nodeCertificate ?? '',
      clientCertificate: earlier?.clientCertificate ?? '',
      sshPublicKey: answer.sshPublicKey ?? '',
    },
    { deadlineMs: timings.commitMs },
  );
  const { nodeUuid, nodeCertificate, clientCertificate, candidate } = enrolled;
  if (candidate) await requireScript(parts, request, answer);
  const { nodePort, masterPort } = answer;
  const join: JoinRecord = {
    ...{ name: request.name, nodeUuid, nodeCertificate, clientCertificate, nodePort, masterPort },
    ...(answer.sshPublicKey !== undefined && { sshPublicKey: answer.sshPublicKey }),
    candidate: candidate || earlier?.candidate === true,
    stage: earlier?.stage ?? 'enrolled',
    since: earlier?.since ?? parts.access.clock.now().toISOString(),
  };
  await writeJoin(parts.state, join);
  return { join, payload: payloadOf(parts, enrolled) };
}

/** Where a program of the site holds the master IP, whoever may become master needs it: before any secret is sent. */
async function requireScript(
  { state }: NodeAddParts,
  { name }: NodeAddRequest,
  { masterIpScript }: SetupAnswer,
): Promise<void> {
  const record = await readClusterRecord(state);
  if (!record || !masterIpOf(record).externalScript || masterIpScript === 'ready') return;
  const why = masterIpScript === 'missing' ? '' : ' (not executable)';
  throw new ClusterError('HOST_UNFIT', `The script for the master IP is not ready on ${name}${why}`, {
    hint: 'It is to be a candidate, and needs it, executable: /etc/quorate/scripts/master-ip-setup',
  });
}

const payloadOf = (parts: NodeAddParts, enrolled: EnrolNodeResponse__Output): SetupPayload => ({
  clusterName: parts.clusterName,
  clusterUuid: parts.clusterUuid,
  nodeCertificate: enrolled.nodeCertificate,
  clientCertificate: enrolled.clientCertificate,
  files: enrolled.files,
});

/** Sees the node daemon answer as that node, then makes it one; repeating it for a node that is one is fine (BEH-259). */
async function confirmNode(
  parts: NodeAddParts,
  steps: Steps,
  request: NodeAddRequest,
  join: JoinRecord,
): Promise<AddedNode> {
  const { access, state } = parts;
  await steps.required('await-node-daemon', () => awaitNodeDaemon(access, nodeToCall(request, join)));
  const { candidate } = await steps.required('commit', () => commitNode(parts, request, join));
  await forgetJoin(state, request.name);
  return { name: request.name, uuid: join.nodeUuid, candidate };
}

const nodeToCall = ({ name, primaryIp }: NodeAddRequest, join: JoinRecord): RosterNode => ({
  uuid: join.nodeUuid,
  name,
  address: primaryIp,
  nodePort: join.nodePort,
  masterPort: join.masterPort,
  role: 'regular',
});

const commitNode = (
  parts: NodeAddParts,
  request: NodeAddRequest,
  { nodeUuid, nodeCertificate, clientCertificate, nodePort, masterPort, sshPublicKey = '' }: JoinRecord,
): Promise<{ candidate: boolean }> =>
  parts.access.channels.call(
    parts.master,
    masterServices.enrolment.AddNode,
    {
      name: request.name,
      primaryIp: request.primaryIp,
      secondaryIp: request.secondaryIp ?? '',
      ...wishesOf(request),
      ...{ nodeUuid, nodeCertificate, clientCertificate, nodePort, masterPort, sshPublicKey },
    },
    { deadlineMs: timings.startMs + timings.commitMs },
  );

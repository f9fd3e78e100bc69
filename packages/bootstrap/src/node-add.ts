/**
 * Takes a host into the cluster, from the master, over SSH.
 *
 * Nothing is sent to a host whose SSH key is not the expected one, and nothing is changed on it before its
 * software was found to fit. The host makes its own keys; only certificates and what all nodes share travel.
 *
 * Counterpart in Ganeti: gnt-node add and lib/bootstrap.py, SetupNodeDaemon.
 */
import { ClusterError } from '@quorate/domain/errors';
import { configurationFormat } from '@quorate/domain/configuration';
import { protocolVersion, softwareVersion } from '@quorate/domain/software';
import { timings } from '@quorate/domain/timings';
import type { RosterNode } from '@quorate/domain/roster';
import type { SshSession } from '@quorate/platform/ssh';
import type { Peer } from '@quorate/rpc/channels';
import type { EnrolNodeResponse__Output } from '@quorate/rpc/gen/quorate/master/v1/EnrolNodeResponse';
import { masterServices } from '@quorate/rpc/services';
import { awaitNodeDaemon, awaitSshDaemon } from './await-daemon.ts';
import type { ClusterAccess } from './cluster-access.ts';
import type { SetupAnswer, SetupPayload } from './node-setup.ts';
import { stepRunner, type ReportStep } from './steps.ts';

export const nodeAddSteps = {
  connect: 'Connecting over SSH and checking the host key',
  'compare-versions': 'Comparing the software of both sides',
  'request-certificates': 'Having the host make its keys',
  enrol: 'Signing its certificates',
  install: 'Installing the membership and starting its daemons',
  'await-ssh-daemon': 'Waiting for its SSH daemon',
  'await-node-daemon': 'Waiting for its node daemon',
  commit: 'Committing it as a node of the cluster',
} as const;

export interface NodeAddParts {
  readonly access: ClusterAccess;
  readonly clusterName: string;
  readonly clusterUuid: string;
  /** The master daemon of this host. */
  readonly master: Peer;
  readonly connect: () => Promise<SshSession>;
  readonly report: ReportStep;
}

export interface NodeAddRequest {
  readonly name: string;
  readonly primaryIp: string;
  readonly secondaryIp?: string | undefined;
  readonly sshPort: number;
  /** A node that votes and can never become master. */
  readonly witness: boolean;
  /** Path of `quorate` on the new host. */
  readonly remoteProgram: string;
}

export interface AddedNode {
  readonly name: string;
  readonly uuid: string;
  readonly candidate: boolean;
}

export async function addNode(parts: NodeAddParts, request: NodeAddRequest): Promise<AddedNode> {
  const { access } = parts;
  const steps = stepRunner(nodeAddSteps, parts.report, access.clock);
  const session = await steps.required('connect', parts.connect);
  try {
    const remote = remoteProgram(session, request);
    await steps.required('compare-versions', async () =>
      compareVersions(request.name, await remote.version()),
    );
    const answer = await steps.required('request-certificates', () => remote.request(request.name));
    const enrolled = await steps.required('enrol', () => enrol(parts, request, answer));
    await steps.required('install', () => remote.install(payloadOf(parts, enrolled)));
    const { name, primaryIp, sshPort } = request;
    await steps.required('await-ssh-daemon', () => awaitSshDaemon(access.clock, name, primaryIp, sshPort));
    await steps.required('await-node-daemon', () =>
      awaitNodeDaemon(access, nodeToCall(request, answer, enrolled.nodeUuid)),
    );
    const { candidate } = await steps.required('commit', () => commitNode(parts, request, answer, enrolled));
    return { name, uuid: enrolled.nodeUuid, candidate };
  } finally {
    session.close();
  }
}

interface RemoteVersion {
  readonly software: string;
  readonly protocol: number;
  readonly configurationFormat: number;
}

/** `quorate` on the new host: JSON in, JSON out, secrets on standard input only. */
function remoteProgram(session: SshSession, { remoteProgram: program, name }: NodeAddRequest) {
  async function run<R>(words: string, input = ''): Promise<R> {
    const result = await session.run(`${quoted(program)} ${words}`, {
      input,
      timeoutMs: timings.sshCommandMs,
    });
    if (result.code === 0) return answerFrom<R>(result.stdout, `quorate ${words} on ${name}`);
    const said = result.stderr.trim() || result.stdout.trim() || `exit code ${result.code}`;
    throw new ClusterError('COMMAND_FAILED', `On ${name}, quorate ${words} failed: ${said}`, {
      hint:
        result.code === 127
          ? `Install quorate on ${name}, or name its path with --remote-program`
          : 'Correct that and run node add again',
    });
  }
  return {
    version: () => run<RemoteVersion>('version --json'),
    request: (node: string) => run<SetupAnswer>('node-setup request', JSON.stringify({ name: node })),
    install: (payload: SetupPayload) => run<object>('node-setup install', JSON.stringify(payload)),
  };
}

/** What a login shell prints on its own account would be in the way; the answer itself is never quoted. */
function answerFrom<R>(stdout: string, whose: string): R {
  try {
    return JSON.parse(stdout) as R;
  } catch {
    throw new ClusterError('COMMAND_FAILED', `${whose} answered with something else than JSON`, {
      hint: 'Its login shell must print nothing by itself',
    });
  }
}

/** For a POSIX shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

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

const enrol = (
  parts: NodeAddParts,
  request: NodeAddRequest,
  answer: SetupAnswer,
): Promise<EnrolNodeResponse__Output> =>
  parts.access.channels.call(
    parts.master,
    masterServices.enrolment.EnrolNode,
    {
      name: request.name,
      primaryIp: request.primaryIp,
      secondaryIp: request.secondaryIp ?? '',
      witness: request.witness,
      certificateRequest: answer.certificateRequest,
      clientCertificateRequest: answer.clientCertificateRequest,
    },
    { deadlineMs: timings.commitMs },
  );

const payloadOf = (parts: NodeAddParts, enrolled: EnrolNodeResponse__Output): SetupPayload => ({
  clusterName: parts.clusterName,
  clusterUuid: parts.clusterUuid,
  nodeCertificate: enrolled.nodeCertificate,
  clientCertificate: enrolled.clientCertificate,
  files: enrolled.files,
});

const nodeToCall = (request: NodeAddRequest, answer: SetupAnswer, uuid: string): RosterNode => ({
  uuid,
  name: request.name,
  address: request.primaryIp,
  nodePort: answer.nodePort,
  masterPort: answer.masterPort,
  role: 'regular',
});

const commitNode = (
  parts: NodeAddParts,
  request: NodeAddRequest,
  answer: SetupAnswer,
  enrolled: EnrolNodeResponse__Output,
): Promise<{ candidate: boolean }> =>
  parts.access.channels.call(
    parts.master,
    masterServices.enrolment.AddNode,
    {
      nodeUuid: enrolled.nodeUuid,
      name: request.name,
      primaryIp: request.primaryIp,
      secondaryIp: request.secondaryIp ?? '',
      witness: request.witness,
      nodeCertificate: enrolled.nodeCertificate,
      clientCertificate: enrolled.clientCertificate,
      nodePort: answer.nodePort,
      masterPort: answer.masterPort,
    },
    { deadlineMs: timings.startMs + timings.commitMs },
  );

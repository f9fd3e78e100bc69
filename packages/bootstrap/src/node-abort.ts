/**
 * Takes back a join that did not come to its end: first what the master granted, then what lies on the host, if it can
 * be reached. A host that cannot keeps what it was given, and the answer says what that is.
 *
 * A node whose join came to its end leaves the cluster in another way. Counterpart in Ganeti: none.
 */
import { forgetJoin, readJoin, type JoinRecord } from '@quorate/cluster-state/join-record';
import { readClusterRecord } from '@quorate/cluster-state/record-store';
import { ClusterError } from '@quorate/domain/errors';
import { awaitedNode } from '@quorate/domain/new-node';
import { timings } from '@quorate/domain/timings';
import { masterServices } from '@quorate/rpc/services';
import type { NodeAddParts, NodeAddRequest } from './node-add.ts';
import { remoteQuorate } from './remote-quorate.ts';
import { stepRunner } from './steps.ts';

export const nodeAbortSteps = {
  check: 'Looking for a join that did not end',
  withdraw: 'Taking back what the master granted',
  connect: 'Connecting over SSH and checking the host key',
  'clean-host': 'Taking away what the host was given',
} as const;

export interface AbortedJoin {
  readonly name: string;
  /** It had got into the configuration. */
  readonly wasNode: boolean;
  /** The host was seen to be rid of everything. */
  readonly cleaned: boolean;
  /** What it may still know, if it was not: `nothing`, what all nodes share, or the cluster key as well. */
  readonly exposed: 'nothing' | 'shared-secrets' | 'cluster-key';
  readonly warnings: readonly string[];
}

/** Fails with WRONG_INPUT for a node whose join came to its end; then nothing was changed. */
export async function abortJoin(
  parts: Pick<NodeAddParts, 'state' | 'access' | 'master' | 'clusterUuid' | 'connect' | 'report' | 'hear'>,
  { name, remoteProgram }: Pick<NodeAddRequest, 'name' | 'remoteProgram'>,
): Promise<AbortedJoin> {
  const { state, access, clusterUuid, hear } = parts;
  const steps = stepRunner(nodeAbortSteps, parts.report, access.clock);
  const join = await steps.required('check', () => unendedJoin(parts, name));
  const wasNode = join ? (await steps.required('withdraw', () => withdraw(parts, join))).wasNode : false;
  const session = await steps.tolerated('connect', parts.connect);
  let cleaned = false;
  if (session) {
    try {
      const remote = remoteQuorate(session, { name, remoteProgram, ...(hear && { hear }) });
      const gone = await steps.tolerated('clean-host', () =>
        remote.abandon({ clusterUuid, nodeUuid: join?.nodeUuid ?? null }),
      );
      cleaned = gone !== undefined;
    } finally {
      session.close();
    }
  }
  await forgetJoin(state, name);
  return { name, wasNode, cleaned, exposed: exposedBy(join, cleaned), warnings: steps.warnings };
}

async function unendedJoin(
  { state }: Pick<NodeAddParts, 'state'>,
  name: string,
): Promise<JoinRecord | undefined> {
  const join = await readJoin(state, name);
  const record = await readClusterRecord(state);
  const node = Object.values(record?.configuration.nodes ?? {}).find((each) => each.name === name);
  if (join || !record || !node || awaitedNode(record, name)) return join;
  throw new ClusterError('WRONG_INPUT', `${name} is a node of this cluster: its join came to its end`);
}

const withdraw = (
  { access, master }: Pick<NodeAddParts, 'access' | 'master'>,
  { name, nodeUuid, nodeCertificate }: JoinRecord,
): Promise<{ wasNode: boolean }> =>
  access.channels.call(
    master,
    masterServices.enrolment.WithdrawNode,
    { name, nodeUuid, nodeCertificate },
    { deadlineMs: timings.commitMs },
  );

function exposedBy(join: JoinRecord | undefined, cleaned: boolean): AbortedJoin['exposed'] {
  if (cleaned || join?.stage !== 'installing') return 'nothing';
  return join.candidate ? 'cluster-key' : 'shared-secrets';
}

/** The end of every join: an enrolled host, whose node daemon answers as that node, becomes one. */
import { awaitNodeDaemon } from '@quorate/bootstrap/await-daemon';
import type { ClusterAccess } from '@quorate/bootstrap/cluster-access';
import { newNodeOf } from '@quorate/bootstrap/enrolment';
import { pack, putConfiguration } from '@quorate/bootstrap/put-configuration';
import { newNodeBecomesCandidate } from '@quorate/domain/candidate-pool';
import type { ClusterRecord, Draft } from '@quorate/domain/configuration';
import { withNode } from '@quorate/domain/configuration-changes';
import { joinsMasterCapable } from '@quorate/domain/new-node';
import type { NodeUuid, RosterNode } from '@quorate/domain/roster';
import { requireScriptOn } from './master-ip-change.ts';
import type { Mastership } from './mastership.ts';

export interface EnrolledHost {
  readonly nodeUuid: NodeUuid;
  readonly name: string;
  readonly primaryIp: string;
  /** Equal to the primary IP if empty. */
  readonly secondaryIp: string;
  readonly nodeCertificate: string;
  readonly clientCertificate: string;
  readonly nodePort: number;
  readonly masterPort: number;
  readonly witness: boolean;
  /** False: it was given no cluster key, and must not be a candidate. */
  readonly candidate?: boolean;
  /** Of root; empty where SSH is not managed. */
  readonly sshPublicKey?: string;
  /** As in NewNode. */
  readonly group?: string | undefined;
  readonly vmCapable?: boolean;
  readonly nodeParameters?: string;
}

/** `also` is part of the same commit. Fails with TIMED_OUT, UNREACHABLE, COMMIT_UNDECIDED and as `withNode` does. */
export async function admitNode(
  { access, mastership }: { readonly access: ClusterAccess; readonly mastership: Mastership },
  record: ClusterRecord,
  host: EnrolledHost,
  also: (draft: Draft, nowSeconds: number) => Draft = (draft) => draft,
): Promise<{ readonly candidate: boolean }> {
  const joiner = calledNode(host);
  await awaitNodeDaemon(access, joiner);
  // It counts as a voter from the next version on, and must know this one before.
  await putConfiguration(access, joiner, pack(record));
  const masterCapable = joinsMasterCapable(record, { name: host.name, masterCapable: !host.witness });
  if (host.candidate !== false && newNodeBecomesCandidate(record.configuration, masterCapable))
    await requireScriptOn(access, record, joiner);
  const node = newNodeOf(
    { ...host, uuid: host.nodeUuid },
    {
      ...host,
      secondaryIp: host.secondaryIp || undefined,
      sshPublicKey: host.sshPublicKey || undefined,
      masterCapable: !host.witness,
    },
  );
  const committed = await mastership.change((present, now) => also(withNode(present, node, now), now));
  return { candidate: committed.configuration.nodes[host.nodeUuid]?.master_candidate ?? false };
}

const calledNode = (host: EnrolledHost): RosterNode => ({
  uuid: host.nodeUuid,
  name: host.name,
  address: host.primaryIp,
  nodePort: host.nodePort,
  masterPort: host.masterPort,
  role: 'regular',
});

/**
 * Hands the cluster key to nodes that a change makes candidates, before it is committed: a candidate without the key could
 * be made master and sign for nobody, and its digest must be in the very change that makes it one. Where a program of the
 * site holds the master IP, a node without it is none for a candidate either.
 *
 * Counterpart in Ganeti: AddNodeCertToCandidateCerts, after the flag was stored.
 */
import { nodeDaemonOf, type ClusterAccess } from '@quorate/bootstrap/cluster-access';
import { readClusterKey } from '@quorate/cluster-state/secrets';
import type { State } from '@quorate/cluster-state/state';
import { type Entrusted, nobodyEntrusted } from '@quorate/domain/candidate-pool';
import type { ClusterRecord, Draft } from '@quorate/domain/configuration';
import { ClusterError, clusterErrorFrom } from '@quorate/domain/errors';
import { lackingKey } from '@quorate/domain/pool-filling';
import { rosterNodeOf } from '@quorate/domain/roster-of';
import type { NodeUuid, RosterNode } from '@quorate/domain/roster';
import { timings } from '@quorate/domain/timings';
import { nodeServices } from '@quorate/rpc/services';
import { requireScriptOn } from './master-ip-change.ts';

/**
 * Resolves to the SHA-1 digest of the node's client.pem when it has the key on disk. With `becoming`, the configuration in
 * which it is to be a candidate, the script for the master IP is looked for there first.
 */
export type Entrust = (node: RosterNode, epoch: number, becoming?: Draft) => Promise<string>;

export const entrustVia =
  (state: State, access: ClusterAccess): Entrust =>
  async (node, epoch, becoming) => {
    if (becoming) await requireScriptOn(access, becoming, node);
    const { privateKeyPem: privateKey } = await readClusterKey(state);
    const method = nodeServices.candidacy.ReceiveClusterKey;
    const options = { deadlineMs: timings.voteMs };
    const answer = await access.channels.call(nodeDaemonOf(node), method, { epoch, privateKey }, options);
    return answer.clientCertificateSha1;
  };

type Make = (present: ClusterRecord, nowSeconds: number, entrusted: Entrusted) => Draft;

/**
 * What the change makes of it once all whom it promotes have the key. Who cannot take it is unfit, and the change is asked
 * again: it promotes somebody else, or refuses.
 */
export async function draftWithKeys(
  present: ClusterRecord,
  nowSeconds: number,
  make: Make,
  entrust: Entrust,
): Promise<Draft> {
  let entrusted = nobodyEntrusted;
  // Each round settles at least one node, and one that is settled is not asked again.
  for (let rounds = 0; rounds <= Object.keys(present.ours.nodes).length; rounds += 1) {
    const draft = make(present, nowSeconds, entrusted);
    const lacking = lackingKey(present, draft);
    if (lacking.length === 0) return draft;
    entrusted = await entrustAll(present, lacking, entrusted, (node, epoch) => entrust(node, epoch, draft));
  }
  throw new ClusterError('INTERNAL', 'The change goes on promoting nodes that were given no cluster key');
}

async function entrustAll(
  present: ClusterRecord,
  uuids: readonly NodeUuid[],
  before: Entrusted,
  entrust: Entrust,
): Promise<Entrusted> {
  const digests = { ...before.digests };
  const unfit = { ...before.unfit };
  await Promise.all(
    uuids.map(async (uuid) => {
      const known = present.configuration.nodes[uuid];
      if (!known) return void (unfit[uuid] = `${uuid} is not a node yet`);
      try {
        digests[uuid] = await entrust(rosterNodeOf(present, known), present.version.epoch);
      } catch (caught) {
        const { message, facts } = clusterErrorFrom(caught);
        unfit[uuid] = `${known.name} (${facts['why'] ?? message})`;
      }
    }),
  );
  return { digests, unfit };
}

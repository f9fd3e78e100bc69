/**
 * Commits one version of the configuration.
 *
 * Two candidates (all, if fewer) store the full text first, then everybody is told the version, and when a
 * majority has acknowledged it, it is committed: in this order, so that no voter ever knows of a version that
 * only the master holds. What counts as enough is decided in domain/commit.ts. Puts still under way when it is
 * decided go on to their own deadline, so that a slow node is not left behind for want of a second. The
 * committing node's own copy is always waited for: it takes office by it.
 *
 * Counterpart in Ganeti: none. There a write succeeds whoever stored it (spec V9).
 */
import { commitProgress, type CommitPlan } from '@quorate/domain/commit';
import { ClusterError, clusterErrorFrom, type Reason } from '@quorate/domain/errors';
import type { NodeUuid, RosterNode } from '@quorate/domain/roster';
import { timings } from '@quorate/domain/timings';
import { describeVersion } from '@quorate/domain/version';
import type { ClusterAccess } from './cluster-access.ts';
import { nodesToUpdate, putConfiguration, type Parcel } from './put-configuration.ts';

export type CommitOutcome =
  | { readonly kind: 'committed' }
  /** Neither done nor failed: it may still become either. */
  | { readonly kind: 'undecided'; readonly error: ClusterError }
  /**
   * So many nodes know a higher epoch that it cannot be committed, or one knows another master of this one: whoever
   * commits here is no longer master. One voter alone may have promised a candidate that went no further.
   */
  | { readonly kind: 'deposed'; readonly error: ClusterError };

export function commit(access: ClusterAccess, plan: CommitPlan, parcel: Parcel): Promise<CommitOutcome> {
  const copies = new Set<NodeUuid>();
  const versions = new Set<NodeUuid>();
  const failures = new Map<string, ClusterError>();
  const nodes = nodesToUpdate(parcel.roster, plan);
  const isCandidate = ({ uuid }: Pick<RosterNode, 'uuid'>): boolean => plan.candidates.includes(uuid);

  return new Promise((resolve) => {
    const ended = new AbortController();
    let waiting: readonly RosterNode[] = nodes.filter((n) => !isCandidate(n));
    let outstanding = 0;

    const end = (outcome: CommitOutcome): void => {
      ended.abort();
      resolve(outcome);
    };
    const undecided = (): void =>
      end({ kind: 'undecided', error: undecidedError(parcel, nodes, versions, failures) });

    async function send(node: RosterNode): Promise<void> {
      outstanding += 1;
      try {
        const { holdsRecord } = await putConfiguration(access, node, parcel);
        versions.add(node.uuid);
        if (holdsRecord) copies.add(node.uuid);
      } catch (caught) {
        failures.set(node.name, clusterErrorFrom(caught));
      }
      outstanding -= 1;
      proceed();
    }

    function proceed(): void {
      const progress = commitProgress(plan, { copies, versions });
      const ownHasIt = !isCandidate({ uuid: access.own }) || copies.has(access.own);
      if (progress === 'committed' && ownHasIt) return end({ kind: 'committed' });
      const deposed = failed('NOT_ALLOWED') ?? (mayStillBe() ? undefined : failed('EPOCH_TOO_OLD'));
      if (deposed) return end({ kind: 'deposed', error: deposed });
      if (progress !== 'storing') {
        const next = waiting;
        waiting = [];
        for (const node of next) void send(node);
      }
      if (outstanding === 0) undecided();
    }

    const failed = (reason: Reason): ClusterError | undefined =>
      [...failures.values()].find((error) => error.reason === reason);

    /** If everybody who has not failed yet did acknowledge it. */
    function mayStillBe(): boolean {
      const open = new Set(nodes.flatMap(({ name, uuid }) => (failures.has(name) ? [] : [uuid])));
      return open.has(access.own) && commitProgress(plan, { copies: open, versions: open }) === 'committed';
    }

    access.clock.sleep(timings.commitMs, ended.signal).then(undecided, () => undefined);
    for (const node of nodes.filter(isCandidate)) void send(node);
  });
}

const causeOf = (failure: ClusterError | undefined): string =>
  failure?.facts['why'] ?? failure?.message ?? 'no answer yet';

function undecidedError(
  parcel: Parcel,
  nodes: readonly RosterNode[],
  versions: ReadonlySet<NodeUuid>,
  failures: ReadonlyMap<string, ClusterError>,
): ClusterError {
  const missing = nodes
    .filter((n) => !versions.has(n.uuid))
    .map((n) => `${n.name} (${causeOf(failures.get(n.name))})`);
  const version = describeVersion(parcel.record.version);
  return new ClusterError(
    'COMMIT_UNDECIDED',
    `The change (${version}) is neither committed nor withdrawn: ${missing.join(', ')} did not acknowledge it`,
    {
      hint: 'It is being pushed on, and no other change is taken meanwhile; bring those nodes back, or mark them offline: quorate node modify NAME --offline yes',
      facts: { version, acknowledged: String(versions.size) },
    },
  );
}

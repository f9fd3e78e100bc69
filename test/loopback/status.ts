/**
 * `quorate status --json` as these tools read it: parsed, checked, and turned into sentences.
 *
 * Only the keys the command documents are used.
 */
export interface StatusVersion {
  readonly epoch: number;
  readonly serial: number;
  readonly digest: string;
}

export interface StatusNode {
  readonly name: string;
  readonly uuid: string;
  readonly role: string;
  readonly address: string;
  readonly reachable: boolean;
  readonly reason?: string;
  /** `master` is the name of the node voted for. */
  readonly vote: { readonly master: string; readonly epoch: number } | null;
  readonly version: StatusVersion | null;
}

export interface Status {
  readonly cluster: { readonly name: string; readonly uuid: string };
  readonly master: { readonly name: string; readonly uuid: string } | null;
  readonly epoch: number;
  readonly version: StatusVersion;
  readonly electorate: unknown;
  readonly needed: number;
  readonly healthy: boolean;
  readonly nodes: readonly StatusNode[];
}

const requiredKeys = ['cluster', 'master', 'epoch', 'version', 'electorate', 'needed', 'healthy', 'nodes'];
const requiredNodeKeys = ['name', 'uuid', 'role', 'address', 'reachable', 'vote', 'version'];

/** Throws if the output is not one JSON object with the documented keys. */
export function parseStatus(text: string): Status {
  const status = JSON.parse(text) as Status;
  const missing = requiredKeys.filter((key) => !Object.hasOwn(status, key));
  for (const node of status.nodes ?? [])
    missing.push(
      ...requiredNodeKeys.filter((key) => !Object.hasOwn(node, key)).map((key) => `nodes[].${key}`),
    );
  if (missing.length > 0) throw new Error(`status --json lacks ${[...new Set(missing)].join(', ')}`);
  return status;
}

export function nodeIn(status: Status, name: string): StatusNode {
  const node = status.nodes.find((n) => n.name === name);
  if (node === undefined) throw new Error(`status does not list ${name}`);
  return node;
}

export const sameVersion = (a: StatusVersion | null, b: StatusVersion | null): boolean =>
  a !== null && b !== null && a.epoch === b.epoch && a.serial === b.serial && a.digest === b.digest;

export interface WantedCluster {
  readonly master: string;
  /** Names of the nodes that must answer, vote for the master in one epoch and have the newest version. */
  readonly following: readonly string[];
}

/** What stands between this status and the wanted one; empty if nothing does. */
export function shortcomings(status: Status, { master, following }: WantedCluster): readonly string[] {
  const found: string[] = [];
  if (status.master?.name !== master) found.push(`the master is ${status.master?.name ?? 'nobody'}`);
  if (!status.healthy) found.push('no healthy majority');
  for (const name of following) {
    const node = status.nodes.find((n) => n.name === name);
    const why = node === undefined ? 'is not listed' : notFollowing(node, status, master);
    if (why !== undefined) found.push(`${name} ${why}`);
  }
  return found;
}

function notFollowing(node: StatusNode, status: Status, master: string): string | undefined {
  if (!node.reachable) return `does not answer (${node.reason ?? 'no reason given'})`;
  if (node.vote === null) return 'votes for nobody';
  if (node.vote.master !== master) return `votes for ${node.vote.master}`;
  if (node.vote.epoch !== status.epoch) return `votes in epoch ${node.vote.epoch}, not ${status.epoch}`;
  if (!sameVersion(node.version, status.version)) return 'lags behind the newest version';
  return undefined;
}

/**
 * What Ganeti's daemons or its `verify` will miss in a data directory that was written for them all the same.
 *
 * Measured with Ganeti 3.0.2: a client certificate that is not in the list leaves even a cluster of one node without
 * a master, and `verify` fails for every node that has no line in ganeti_pub_keys.
 */
import type { Configuration } from './configuration.ts';
import type { NodeUuid } from './roster.ts';

export interface ExportFacts {
  readonly configuration: Configuration;
  /** Whom the directory is for. */
  readonly node: NodeUuid;
  /** SHA-1 of that node's client.pem, upper-case colon form. */
  readonly clientCertificateSha1: string;
  /** Who has a line in ganeti_pub_keys. */
  readonly publicKeysOf: readonly NodeUuid[];
  /** Files of the directory that do not lie here. */
  readonly missing: readonly string[];
}

export const exportNotes = (facts: ExportFacts): readonly string[] => [
  ...facts.missing.map((name) => `${name} is not on this node, so it is not in the directory either`),
  ...unlistedClient(facts),
  ...nodesWithoutPublicKey(facts),
];

function unlistedClient({ configuration, node, clientCertificateSha1 }: ExportFacts): readonly string[] {
  if (configuration.cluster.candidate_certs[node] === clientCertificateSha1) return [];
  return ['client.pem is not the one that the configuration lists: Ganeti will find no master with it'];
}

/** Asked for only where Ganeti looks after SSH keys. */
function nodesWithoutPublicKey({ configuration, publicKeysOf }: ExportFacts): readonly string[] {
  if (!configuration.cluster.modify_ssh_setup) return [];
  return Object.values(configuration.nodes)
    .filter(({ uuid }) => !publicKeysOf.includes(uuid))
    .map(({ name }) => `ganeti_pub_keys has no line for ${name}: gnt-cluster verify will complain`);
}

/**
 * A configuration that Ganeti wrote: read from its `config.data`, and made into the first one of our own.
 *
 * Everything that is not ours stays as it was, what we cannot name included: instances, disks, networks, private
 * parameters. Only this host has an agent of ours at first, so it alone votes; every other node waits, offline and
 * under its own UUID, to be joined.
 */
import { type Configuration, configurationFormat, type Draft, type NodeObject } from './configuration.ts';
import { clusterErrorFrom } from './errors.ts';
import { isoTime } from './initial-configuration.ts';
import { compareNaturally } from './names.ts';
import { initialParameters } from './parameters.ts';
import { configurationShape } from './record.ts';
import { parseJson } from './shape.ts';
import { roleIn } from './roster-of.ts';
import type { NodeName, NodeUuid, Role } from './roster.ts';

/** What a `config.data` turned out to be. */
export interface GanetiConfiguration {
  /** The format it names; undefined if it names none. */
  readonly format?: number;
  /** Why it cannot be used, one sentence; then there is no configuration. Empty for another format. */
  readonly misfits: readonly string[];
  readonly configuration?: Configuration;
}

/** Never throws: what is wrong is one finding among others. The file's text is not quoted, for it holds secrets. */
export function readGanetiConfiguration(text: string | undefined): GanetiConfiguration {
  if (text === undefined) return { misfits: ['there is none'] };
  const { value, misfit } = jsonIn(text);
  if (misfit !== undefined) return { misfits: [misfit] };
  const format = formatOf(value);
  if (format === undefined) return { misfits: ['it is not the JSON of a configuration'] };
  if (format !== configurationFormat) return { format, misfits: [] };
  const misfits = configurationShape(value, '');
  return { format, misfits, ...(misfits.length === 0 && { configuration: value as Configuration }) };
}

/** Read as our own record will be, so that what cannot be written again is refused here. */
function jsonIn(text: string): { readonly value?: unknown; readonly misfit?: string } {
  try {
    return { value: parseJson(text, 'it', 'STATE_CORRUPT') };
  } catch (caught) {
    return { misfit: clusterErrorFrom(caught).message };
  }
}

function formatOf(value: unknown): number | undefined {
  const format =
    typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined;
  return typeof format === 'number' ? format : undefined;
}

/** 2160000 is `2.16`: Ganeti counts its formats by release. */
export const releaseOf = (format: number): string =>
  `${Math.floor(format / 1_000_000)}.${Math.floor(format / 10_000) % 100}`;

/** The host that takes the cluster over: its master. */
export interface ImportHost {
  readonly nodePort: number;
  readonly masterPort: number;
  readonly certificateSha256: string;
  readonly clientCertificateSha1: string;
}

/**
 * The cluster with its master as the only voter, in epoch 1. The ports of the others are taken to be like its own
 * until they are joined. `configuration` must have passed the checks (import-checks.ts).
 */
export function importedDraft(configuration: Configuration, host: ImportHost, nowSeconds: number): Draft {
  const { cluster, nodes } = configuration;
  const master = cluster.master_node;
  const stamp = { mtime: nowSeconds };
  const { nodePort, masterPort, certificateSha256, clientCertificateSha1 } = host;
  const ours = (uuid: NodeUuid) => ({
    nodePort,
    masterPort,
    certificateSha256: uuid === master ? certificateSha256 : '',
  });
  return {
    configuration: {
      ...configuration,
      ...stamp,
      serial_no: configuration.serial_no + 1,
      cluster: {
        ...cluster,
        ...stamp,
        serial_no: cluster.serial_no + 1,
        candidate_certs: { [master]: clientCertificateSha1 },
      },
      nodes: mapped(nodes, (node) =>
        node.uuid === master || node.offline ? node : waiting(node, nowSeconds),
      ),
    },
    ours: {
      epoch: 1,
      nodes: mapped(nodes, ({ uuid }) => ours(uuid)),
      parameters: initialParameters,
      history: [
        {
          epoch: 1,
          node: master,
          name: nodes[master]?.name ?? '',
          since: isoTime(nowSeconds),
          how: 'import',
        },
      ],
    },
  };
}

const waiting = (node: NodeObject, nowSeconds: number): NodeObject => ({
  ...node,
  offline: true,
  master_candidate: false,
  drained: false,
  serial_no: node.serial_no + 1,
  mtime: nowSeconds,
});

const mapped = <T, R>(from: Readonly<Record<string, T>>, make: (value: T) => R): Record<string, R> =>
  Object.fromEntries(Object.entries(from).map(([key, value]) => [key, make(value)]));

/** A node that has no agent of ours yet. */
export interface NodeToJoin {
  readonly uuid: NodeUuid;
  readonly name: NodeName;
  /** What it was under Ganeti. */
  readonly was: Role;
}

export const nodesToJoin = (configuration: Configuration): readonly NodeToJoin[] =>
  Object.values(configuration.nodes)
    .filter(({ uuid }) => uuid !== configuration.cluster.master_node)
    .map((node) => ({ uuid: node.uuid, name: node.name, was: roleIn(configuration, node) }))
    .sort((a, b) => compareNaturally(a.name, b.name));

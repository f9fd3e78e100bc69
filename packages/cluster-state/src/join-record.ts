/**
 * Joins that were begun on this master and have not ended: who was enrolled, under which UUID, with which certificates.
 *
 * A second `node add` goes on from here, so that a change which is still undecided and the host agree on who it is; an
 * abort knows what to take back. No secret is in it. It is gone when the node is a node.
 */
import { flag, filledText, integer, object, oneOf, optional, parseShaped } from '@quorate/domain/shape';
import { sshPublicKey } from '@quorate/domain/ssh-public-key';
import type { LayoutEntry } from './layout.ts';
import { ensureText, type State } from './state.ts';

export interface JoinRecord {
  readonly name: string;
  readonly nodeUuid: string;
  /** PEM. */
  readonly nodeCertificate: string;
  readonly clientCertificate: string;
  readonly nodePort: number;
  readonly masterPort: number;
  /** Of root there; absent where SSH is not managed. */
  readonly sshPublicKey?: string;
  /** Whether it was given the cluster key, once it is installed. */
  readonly candidate: boolean;
  /** How far it came: nothing has been sent yet, or everything may have been. */
  readonly stage: 'enrolled' | 'installing';
  /** ISO 8601, UTC. */
  readonly since: string;
}

const port = integer(1, 65_535);
const joinShape = object({
  name: filledText,
  nodeUuid: filledText,
  nodeCertificate: filledText,
  clientCertificate: filledText,
  nodePort: port,
  masterPort: port,
  sshPublicKey: optional(sshPublicKey),
  candidate: flag,
  stage: oneOf('enrolled', 'installing'),
  since: filledText,
});

/** The name is a host name, as all names of nodes are. */
const entryOf = ({ layout }: State, name: string): LayoutEntry => ({
  path: `${layout.joinsDirectory.path}/${name}.json`,
  mode: 0o600,
});

/** Undefined if none was begun. Throws STATE_CORRUPT. */
export async function readJoin(state: State, name: string): Promise<JoinRecord | undefined> {
  const { path } = entryOf(state, name);
  const text = await state.files.readText(path);
  return text === undefined
    ? undefined
    : (parseShaped(text, joinShape, `The file ${path}`, 'STATE_CORRUPT') as JoinRecord);
}

export async function writeJoin(state: State, join: JoinRecord): Promise<void> {
  const { path, mode } = state.layout.joinsDirectory;
  await state.files.ensureDirectory(path, mode);
  await ensureText(state, entryOf(state, join.name), `${JSON.stringify(join)}\n`);
}

export async function forgetJoin(state: State, name: string): Promise<void> {
  await state.files.remove(entryOf(state, name).path);
  await state.files.removeEmptyDirectory(state.layout.joinsDirectory.path);
}

/** Of a node that leaves: whoever is master then begins them anew. */
export async function forgetAllJoins({ files, layout }: State): Promise<void> {
  const directory = layout.joinsDirectory.path;
  for (const name of await files.list(directory)) await files.remove(`${directory}/${name}`);
  await files.removeEmptyDirectory(directory);
}

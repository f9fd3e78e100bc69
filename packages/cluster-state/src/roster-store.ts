/**
 * The roster on disk: how a node knows its cluster. It is written after the ssconf files it describes and
 * carries the digest of that set, so a reader sees whether the set is of one generation (BEH-277).
 */
import { canonicalJson } from '@quorate/domain/canonical-json';
import { ClusterError, clusterErrorFrom } from '@quorate/domain/errors';
import { parseRoster } from '@quorate/domain/roster-of';
import type { Roster } from '@quorate/domain/roster';
import { ssconfDigestText, ssconfKeys } from '@quorate/domain/ssconf';
import { sha256Hex } from '@quorate/platform/digest';
import { readTextNow } from '@quorate/platform/files';
import { ssconfPath } from './layout.ts';
import { ensureText, type State } from './state.ts';

/** Throws NOT_IN_CLUSTER if this node has none, STATE_CORRUPT if it is damaged. */
export async function readRoster(state: State): Promise<Roster> {
  const { path } = state.layout.roster;
  const text = await state.files.readText(path);
  if (text === undefined) throw notInCluster(path);
  try {
    return parseRoster(text);
  } catch (caught) {
    const { reason, message } = clusterErrorFrom(caught);
    throw new ClusterError(reason, `${path} cannot be used: ${message}`, {
      hint: `Copy ${path} from another node of the cluster; the master corrects it with its next change`,
      facts: { path },
      cause: caught,
    });
  }
}

/**
 * The same at once, for whoever decides in the middle of a handshake: the roster as it is on disk now, the same object as
 * long as it says the same. One that cannot be used says nothing new; undefined while there was none.
 */
export function createRosterReader({ layout }: Pick<State, 'layout'>): () => Roster | undefined {
  let known: { readonly text: string; readonly roster: Roster | undefined } | undefined;
  return () => {
    const text = readTextNow(layout.roster.path);
    if (text !== undefined && text !== known?.text) known = { text, roster: parsed(text) ?? known?.roster };
    return known?.roster;
  };
}

function parsed(text: string): Roster | undefined {
  try {
    return parseRoster(text);
  } catch {
    return undefined;
  }
}

export async function writeRoster(state: State, roster: Roster): Promise<void> {
  await ensureText(state, state.layout.roster, rosterText(roster));
}

export const rosterText = (roster: Roster): string => `${JSON.stringify(roster)}\n`;

/** Of what a roster says, however it is written: lower-case hex. */
export const rosterDigestOf = (roster: Roster): string => sha256Hex(canonicalJson(roster));

/** Whether all ssconf files on this disk are those the roster was written after. */
export async function ssconfComplete(state: State, roster: Roster): Promise<boolean> {
  const found = await Promise.all(
    ssconfKeys.map(
      async (key) => [key, await state.files.readText(ssconfPath(state.layout, key).path)] as const,
    ),
  );
  const present = found.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
  return (
    present.length === ssconfKeys.length &&
    ssconfDigestOf(Object.fromEntries(present)) === roster.ssconfDigest
  );
}

/** What a roster says of its ssconf set; the same for values and for the texts of their files. */
export const ssconfDigestOf = (values: Readonly<Record<string, string>>): string =>
  sha256Hex(ssconfDigestText(values));

export const notInCluster = (path: string): ClusterError =>
  new ClusterError('NOT_IN_CLUSTER', `This node belongs to no cluster: ${path} is missing`, {
    hint: "Make a cluster here with 'quorate init', or add this node with 'quorate node add' on the master",
    facts: { path },
  });

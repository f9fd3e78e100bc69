/**
 * Puts a configuration on this node's disk: the record where it is due, Ganeti's views of it, the roster.
 *
 * The roster is written last: whoever finds its ssconf digest matched knows the whole set is of its version,
 * and a publication that was cut short is seen and can be repeated (BEH-277). Nothing is written before
 * everything to be written is known to be acceptable (BEH-275).
 *
 * Counterpart in Ganeti: lib/config, _WriteConfig and its distribution; lib/ssconf.py, WriteSsconfFiles.
 */
import { canonicalJson } from '@quorate/domain/canonical-json';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { ClusterError } from '@quorate/domain/errors';
import type { Roster } from '@quorate/domain/roster';
import { rosterOf } from '@quorate/domain/roster-of';
import {
  isSsconfKey,
  ssconfFileText,
  ssconfKeys,
  ssconfMaxBytes,
  ssconfValues,
  type SsconfKey,
  type SsconfValues,
} from '@quorate/domain/ssconf';
import { sameVersion } from '@quorate/domain/version';
import { ssconfPath } from './layout.ts';
import { readClusterRecord, writeClusterRecord } from './record-store.ts';
import { readRoster, rosterText, ssconfDigestOf, writeRoster } from './roster-store.ts';
import { settleAll } from './settle-all.ts';
import { knownHostsText, publicKeysText, writeKnownHosts, writePublicKeys } from './ssh-views.ts';
import { machineLocking, withSsconfLock, type Locking } from './ssconf-lock.ts';
import { ensureText, type State } from './state.ts';

/** What a node without the record gets. */
export interface Views {
  readonly roster: Roster;
  /** By key without the file name prefix. */
  readonly ssconf: Readonly<Record<string, string>>;
}

/** The views of a record, as they are sent to other nodes. */
export function viewsOf(record: ClusterRecord): Views & { readonly ssconf: SsconfValues } {
  const ssconf = ssconfValues(record);
  return { ssconf, roster: rosterOf(record, ssconfDigestOf(ssconf)) };
}

/**
 * On a candidate: the record, config.data, the other views, the roster; returns the roster. Repeating it
 * repairs what differs and writes nothing else. Throws WRONG_INPUT (a value too long), STATE_LOCKED.
 */
export async function publishRecord(
  state: State,
  record: ClusterRecord,
  locking: Locking = machineLocking,
): Promise<Roster> {
  const views = viewsOf(record);
  const texts = acceptableTexts(views);
  await withSsconfLock(state, locking, async () => {
    await writeClusterRecord(state, record);
    await ensureText(state, state.layout.configData, configDataText(record));
    await writeKnownHosts(state, record.configuration);
    await writePublicKeys(state, record);
    await writeSsconf(state, texts);
    await writeRoster(state, views.roster);
  });
  return views.roster;
}

/**
 * On other nodes: ssconf and the roster. A record left from a time as candidate stays; its version says that
 * it is old. Throws WRONG_INPUT for anything but a complete set that belongs to the roster, STATE_LOCKED.
 */
export async function publishViews(
  state: State,
  views: Views,
  locking: Locking = machineLocking,
): Promise<void> {
  const texts = acceptableTexts(views);
  await withSsconfLock(state, locking, async () => {
    await writeSsconf(state, texts);
    await writeRoster(state, views.roster);
  });
}

const configDataText = ({ configuration }: ClusterRecord): string => `${canonicalJson(configuration)}\n`;

/**
 * Names of the files on a candidate's disk that are not what its own record makes of them; the ssconf files and the
 * roster only if they are of that version. None without a record that can be read.
 */
export async function differingViews(state: State): Promise<readonly string[]> {
  const { files, layout } = state;
  const record = await readClusterRecord(state).catch(() => undefined);
  const roster = await readRoster(state).catch(() => undefined);
  if (!record || (roster && !sameVersion(roster.version, record.version))) return [];
  const views = viewsOf(record);
  const knownHosts = knownHostsText(record.configuration);
  const publicKeys = publicKeysText(
    record,
    (await files.readText(layout.ganetiPubKeys.path).catch(() => undefined)) ?? '',
  );
  const wanted: readonly (readonly [path: string, text: string])[] = [
    [layout.configData.path, configDataText(record)],
    ...(knownHosts === '' ? [] : [[layout.knownHosts.path, knownHosts] as const]),
    ...(publicKeys === '' ? [] : [[layout.ganetiPubKeys.path, publicKeys] as const]),
    ...acceptableTexts(views).map(([key, text]) => [ssconfPath(layout, key).path, text] as const),
    [layout.roster.path, rosterText(views.roster)],
  ];
  const differs = await Promise.all(
    wanted.map(async ([path, text]) => {
      const found = await files.readText(path).catch(() => undefined);
      return found !== text && (found === undefined || meaningOf(found) !== meaningOf(text));
    }),
  );
  return wanted.filter((_, place) => differs[place]).map(([path]) => path.slice(path.lastIndexOf('/') + 1));
}

/** A JSON text means the same whatever order its keys came in; any other text is its own meaning. */
function meaningOf(text: string): string {
  try {
    return canonicalJson(JSON.parse(text));
  } catch {
    return text;
  }
}

type SsconfTexts = readonly (readonly [key: SsconfKey, text: string])[];

/** Past this line the set is complete, known, short enough and the roster's own. */
function acceptableTexts({ ssconf, roster }: Views): SsconfTexts {
  const problems = [
    ...ssconfKeys.filter((key) => !Object.hasOwn(ssconf, key)).map((key) => `${key} is missing`),
    ...Object.entries(ssconf).flatMap(([key, value]) => problemWith(key, value)),
  ];
  if (problems.length > 0) throw refused(problems.join(', '));
  if (ssconfDigestOf(ssconf) !== roster.ssconfDigest)
    throw refused('they are not the set the roster was made with');
  return ssconfKeys.map((key) => [key, ssconfFileText(ssconf[key] ?? '')] as const);
}

function problemWith(key: string, value: string): string[] {
  if (!isSsconfKey(key)) return [`${key} is unknown`];
  const bytes = Buffer.byteLength(ssconfFileText(value));
  return bytes > ssconfMaxBytes ? [`${key} has ${bytes} bytes, at most ${ssconfMaxBytes} are allowed`] : [];
}

const refused = (why: string): ClusterError =>
  new ClusterError('WRONG_INPUT', `The ssconf values are refused: ${why}`);

/** All at once: the order within the set means nothing, and waiting for 34 disks syncs in turn would show. */
async function writeSsconf(state: State, texts: SsconfTexts): Promise<void> {
  await settleAll(texts.map(([key, text]) => ensureText(state, ssconfPath(state.layout, key), text)));
}

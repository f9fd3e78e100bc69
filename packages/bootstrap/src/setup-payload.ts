/**
 * What the master sends to a new host, checked as a whole before anything of it is used.
 *
 * What is refused is named by field and file, never by value, which may be a secret (BEH-246).
 */
import { installedEntries, ssconfPath, type Layout, type LayoutEntry } from '@quorate/cluster-state/layout';
import { ssconfDigestOf } from '@quorate/cluster-state/roster-store';
import { ClusterError, clusterErrorFrom } from '@quorate/domain/errors';
import type { Roster } from '@quorate/domain/roster';
import { parseRoster } from '@quorate/domain/roster-of';
import { sshKeyTypes, type SshKeyType } from '@quorate/domain/ssh-public-key';
import { ssconfKeys } from '@quorate/domain/ssconf';
import { describeCertificate, issuedBy, splitPem } from '@quorate/platform/certificates';

export interface SetupPayload {
  readonly clusterName: string;
  readonly clusterUuid: string;
  readonly nodeCertificate: string;
  readonly clientCertificate: string;
  /** Name in the data directory → content. */
  readonly files: Readonly<Record<string, string>>;
}

/** What a host is asked before anything is sent to it. */
export interface SetupQuestion {
  /** Under which it is to join. */
  readonly name: string;
  /** The key pair that root is to have there; absent if SSH is not managed. */
  readonly ssh?: { readonly type: SshKeyType; readonly bits: number };
}

/** Whose join is to be taken away: `nodeUuid` if the cluster knows this host as that node. */
export interface AbandonedJoin {
  readonly clusterUuid: string;
  readonly nodeUuid: string | null;
  /** Whether the host is to be asked to join again at once, by the programs that were brought to it. */
  readonly keepPrograms?: boolean;
}

/** Payloads beyond this are refused unread: a real one has some tens of kB. */
export const payloadMaxBytes = 1_048_576;

export interface Placed {
  readonly entry: LayoutEntry;
  readonly text: string;
}

/** Typed, or WRONG_INPUT (BEH-247). */
export function parseSetupPayload(text: string): SetupPayload {
  if (Buffer.byteLength(text) > payloadMaxBytes) throw refused(`it is longer than ${payloadMaxBytes} bytes`);
  const value = parseObject(text);
  const texts = ['clusterName', 'clusterUuid', 'nodeCertificate', 'clientCertificate'];
  const wrong = texts.filter((key) => typeof value[key] !== 'string' || value[key] === '');
  const unknown = Object.keys(value).filter((key) => !texts.includes(key) && key !== 'files');
  if (wrong.length > 0) throw refused(`these fields are missing or no text: ${wrong.join(', ')}`);
  if (unknown.length > 0) throw refused(`these fields are unknown: ${unknown.join(', ')}`);
  if (!isTextMap(value['files'])) throw refused('its files are not a map of names to texts');
  return value as unknown as SetupPayload;
}

/** The question before the payload. Throws WRONG_INPUT. */
export function parseSetupQuestion(text: string): SetupQuestion {
  const { name, ssh } = parseObject(text);
  if (typeof name !== 'string' || name === '') throw refused('this field is missing or no text: name');
  if (ssh === undefined) return { name };
  if (!isObject(ssh)) throw refused('this field is no object: ssh');
  const { type, bits } = ssh;
  const known = sshKeyTypes.find((each) => each === type);
  if (!known || !Number.isInteger(bits)) throw refused('this field is no type of key with its bits: ssh');
  return { name, ssh: { type: known, bits: Number(bits) } };
}

/** Whose join is to be taken away from this host. */
export function parseAbandonedJoin(text: string): AbandonedJoin {
  const { clusterUuid, nodeUuid, keepPrograms = false } = parseObject(text);
  if (typeof clusterUuid !== 'string' || clusterUuid === '')
    throw refused('this field is missing or no text: clusterUuid');
  if (nodeUuid !== null && typeof nodeUuid !== 'string') throw refused('this field is no text: nodeUuid');
  if (typeof keepPrograms !== 'boolean') throw refused('this field is no yes or no: keepPrograms');
  return { clusterUuid, nodeUuid, keepPrograms };
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // The parser's message quotes the text, which may hold a key.
  }
  throw refused('it is not one JSON object');
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isTextMap = (value: unknown): boolean =>
  isObject(value) && Object.values(value).every((each) => typeof each === 'string');

/**
 * Where the files go: only files of ours, all of one cluster and one version (BEH-239, BEH-240, BEH-249). The
 * roster says that the rest is complete, so it is apart: it comes last.
 */
export function checkedFiles(
  layout: Layout,
  payload: SetupPayload,
): { secretsAndViews: Placed[]; roster: Placed } {
  const known = new Map(installedEntries(layout).map((entry) => [fileNameOf(entry), entry]));
  const unknown = Object.keys(payload.files).filter((name) => !known.has(name));
  if (unknown.length > 0) throw refused(`it names files that are not the cluster's: ${unknown.join(', ')}`);
  checkRoster(layout, payload);
  checkCertificates(payload);
  const placed = [...known].flatMap(([name, entry]) => {
    const text = payload.files[name];
    return text === undefined || entry === layout.roster ? [] : [{ entry, text }];
  });
  return { secretsAndViews: placed, roster: { entry: layout.roster, text: rosterText(layout, payload) } };
}

const rosterText = (layout: Layout, { files }: SetupPayload): string =>
  files[fileNameOf(layout.roster)] ?? '';

function checkRoster(layout: Layout, payload: SetupPayload): void {
  const roster = readRoster(rosterText(layout, payload));
  if (roster.clusterName !== payload.clusterName || roster.clusterUuid !== payload.clusterUuid) {
    throw refused(`its roster belongs to ${roster.clusterName}, not to ${payload.clusterName}`);
  }
  const ssconf = ssconfKeys.flatMap((key) => {
    const text = payload.files[fileNameOf(ssconfPath(layout, key))];
    return text === undefined ? [] : [[key, text] as const];
  });
  if (ssconfDigestOf(Object.fromEntries(ssconf)) !== roster.ssconfDigest) {
    throw refused('its ssconf files are not the set that belongs to its roster');
  }
}

function readRoster(text: string): Roster {
  try {
    return parseRoster(text);
  } catch (caught) {
    throw refused(`its roster cannot be used: ${clusterErrorFrom(caught).message}`);
  }
}

function checkCertificates({ clusterUuid, nodeCertificate, clientCertificate, files }: SetupPayload): void {
  const isSound = (certificate: string): boolean => {
    try {
      const { certificatePem: ca = '' } = splitPem(files['server.pem'] ?? '');
      return (
        issuedBy(certificate, ca) &&
        describeCertificate(certificate).nodeIdentity?.clusterUuid === clusterUuid
      );
    } catch {
      return false;
    }
  };
  const given = { node: nodeCertificate, client: clientCertificate };
  for (const [name, certificate] of Object.entries(given)) {
    if (!isSound(certificate))
      throw refused(`its ${name} certificate was not signed by its cluster certificate`);
  }
}

const refused = (why: string): ClusterError =>
  new ClusterError('WRONG_INPUT', `What the master sent cannot be installed: ${why}`);

const fileNameOf = ({ path }: LayoutEntry): string => path.slice(path.lastIndexOf('/') + 1);

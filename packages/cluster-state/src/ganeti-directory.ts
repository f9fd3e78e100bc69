/**
 * A data directory as Ganeti 3.0.2 keeps it (/var/lib/ganeti): written for its daemons, read to take its cluster over.
 *
 * Names and modes are Ganeti's. Owners are not set: Ganeti's `ensure-dirs` gives the files to its accounts, which
 * need not exist here; it also makes the job queue's directory.
 *
 * Counterpart in Ganeti: lib/pathutils.py, lib/tools/ensure_dirs.py.
 */
import { canonicalJson } from '@quorate/domain/canonical-json';
import type { ClusterRecord } from '@quorate/domain/configuration';
import { ssconfFileText, ssconfKeys, ssconfValues } from '@quorate/domain/ssconf';
import { splitPem } from '@quorate/platform/certificates';
import type { Files } from '@quorate/platform/files';
import { ssconfPath, type LayoutEntry, type LayoutName } from './layout.ts';
import type { SecretName } from './secrets.ts';
import { knownHostsText } from './ssh-views.ts';
import type { State } from './state.ts';

export interface GanetiFile {
  readonly name: string;
  readonly mode: number;
  readonly text: string;
}

const copiedNames = [
  'serverPem',
  'clientPem',
  'rapiPem',
  'spicePem',
  'spiceCaPem',
  'hmacKey',
  'clusterDomainSecret',
] as const satisfies readonly LayoutName[];

/** The directory of this node: its secrets, and the record in Ganeti's terms. `missing` are names of absent secrets. */
export async function ganetiFiles(
  state: State,
  record: ClusterRecord,
): Promise<{ readonly files: readonly GanetiFile[]; readonly missing: readonly string[] }> {
  const { layout } = state;
  const copied = await Promise.all(
    copiedNames.map(async (name) => [layout[name], await state.files.readText(layout[name].path)] as const),
  );
  const publicKeys = await state.files.readText(layout.ganetiPubKeys.path);
  const files = [
    ...copied.flatMap(([entry, text]) => (text === undefined ? [] : [fileOf(entry, text)])),
    fileOf(layout.knownHosts, knownHostsText(record.configuration)),
    fileOf(layout.ganetiPubKeys, publicKeys ?? ''),
    ...ssconfFiles(state, record),
    // Its presence says that here is a cluster, so it comes last.
    fileOf(layout.configData, `${canonicalJson(record.configuration)}\n`),
  ];
  const missing = copied.flatMap(([entry, text]) => (text === undefined ? [nameOf(entry)] : []));
  return { files, missing };
}

function ssconfFiles({ layout }: State, record: ClusterRecord): readonly GanetiFile[] {
  const values = ssconfValues(record);
  return ssconfKeys.map((key) => fileOf(ssconfPath(layout, key), ssconfFileText(values[key])));
}

/** In the order given. A directory that was not there is made. */
export async function writeGanetiDirectory(
  disk: Files,
  directory: string,
  files: readonly GanetiFile[],
): Promise<void> {
  if ((await disk.stat(directory)) === undefined) await disk.ensureDirectory(directory, 0o755);
  for (const { name, mode, text } of files) await disk.writeAtomic(`${directory}/${name}`, text, { mode });
}

/** What of Ganeti's secrets stays in use when its cluster is taken over. */
export interface KeptSecrets {
  readonly secrets: Partial<Record<SecretName, string>>;
  readonly publicKeys: string | undefined;
}

/**
 * server.pem and client.pem are not among them: Ganeti's cluster certificate is of version 1, without the right to
 * sign others. A file that is not what its name says is left out, as if it were missing.
 */
export async function readKeptSecrets({ files, layout }: State, directory: string): Promise<KeptSecrets> {
  const read = (name: LayoutName) => files.readText(`${directory}/${nameOf(layout[name])}`);
  const secrets: Partial<Record<SecretName, string>> = {};
  for (const [name, isSound] of keptNames) {
    const text = await read(name);
    if (text !== undefined && isSound(text)) secrets[name] = text;
  }
  return { secrets: withoutHalfAPair(secrets), publicKeys: await read('ganetiPubKeys') };
}

const isFilled = (text: string): boolean => text.trim() !== '';
const isPair = (text: string): boolean => {
  const { privateKeyPem, certificatePem } = splitPem(text);
  return privateKeyPem !== undefined && certificatePem !== undefined;
};

const keptNames: readonly (readonly [name: SecretName, isSound: (text: string) => boolean])[] = [
  ['hmacKey', isFilled],
  ['clusterDomainSecret', isFilled],
  ['rapiPem', isPair],
  ['spicePem', isPair],
  ['spiceCaPem', (text) => splitPem(text).certificatePem !== undefined],
];

function withoutHalfAPair({
  spicePem,
  spiceCaPem,
  ...others
}: KeptSecrets['secrets']): KeptSecrets['secrets'] {
  return spicePem === undefined || spiceCaPem === undefined ? others : { ...others, spicePem, spiceCaPem };
}

const nameOf = ({ path }: LayoutEntry): string => path.slice(path.lastIndexOf('/') + 1);

const fileOf = (entry: LayoutEntry, text: string): GanetiFile => ({
  name: nameOf(entry),
  mode: entry.mode,
  text,
});

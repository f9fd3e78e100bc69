/**
 * What only a master candidate has on its disk: the private key of the cluster certificate, and the full configuration.
 *
 * Counterparts in Ganeti: the upload of server.pem, which there every node has; node_demote_from_mc, which keeps a copy of
 * the configuration beside itself.
 */
import { ClusterError } from '@quorate/domain/errors';
import { keyFits, splitPem } from '@quorate/platform/certificates';
import { clusterRecordGenerations } from './layout.ts';
import { dropRenewalKeys } from './node-renewal.ts';
import { notInCluster } from './roster-store.ts';
import { ensureText, type State } from './state.ts';

export async function holdsClusterKey({ files, layout }: State): Promise<boolean> {
  return splitPem((await files.readText(layout.serverPem.path)) ?? '').privateKeyPem !== undefined;
}

/** Durable when it resolves. Throws WRONG_INPUT for a key that is not that of the certificate here; then nothing is changed. */
export async function installClusterKey(state: State, privateKeyPem: string): Promise<void> {
  const { path } = state.layout.serverPem;
  const certificates = await withoutKey(state);
  if (!keyFits(privateKeyPem, splitPem(certificates).certificatePem ?? ''))
    throw new ClusterError('WRONG_INPUT', `That is not the private key of ${path}`, { facts: { path } });
  await ensureText(state, state.layout.serverPem, `${privateKeyPem.trimEnd()}\n${certificates}`);
}

/**
 * Deletes the key, with whatever copies of it were kept, and the configuration. May be repeated after it was cut short:
 * the record goes last, and tells that there is something left to do.
 */
export async function dropCandidateSecrets(state: State): Promise<void> {
  const { files, layout } = state;
  if (await holdsClusterKey(state)) await ensureText(state, layout.serverPem, await withoutKey(state));
  await dropRenewalKeys(state);
  await dropBackups(state);
  for (const { path } of [
    ...clusterRecordGenerations(layout),
    layout.ganetiPubKeys,
    layout.configData,
    layout.clusterRecord,
  ])
    await files.remove(path);
}

async function dropBackups({ files, layout }: State): Promise<void> {
  const directory = layout.backupDirectory.path;
  for (const name of await files.list(directory))
    if (name.startsWith('server.pem.')) await files.remove(`${directory}/${name}`);
}

const privateKeys = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?-----END [A-Z ]*PRIVATE KEY-----\s*/g;

/** All else of server.pem: its certificate, and whatever may stand with it. */
async function withoutKey({ files, layout }: State): Promise<string> {
  const { path } = layout.serverPem;
  const text = await files.readText(path);
  if (text === undefined) throw notInCluster(path);
  return `${text.replace(privateKeys, '').trimEnd()}\n`;
}

/** What `init` would change in files that are not the cluster's own, for a dry run. */
import { rootSshKeyFacts, rootSshPlaces } from '@quorate/cluster-state/root-ssh-key';
import type { State } from '@quorate/cluster-state/state';
import { withAuthorizedKey } from '@quorate/domain/authorized-keys';
import { withHostsEntry } from '@quorate/domain/hosts-file';

export interface PlannedHostChange {
  readonly path: string;
  /** What becomes of the file, in words that follow its name. */
  readonly change: string;
}

/** Nothing if the file names the host already. */
export async function plannedHostsEntry(
  { files, layout }: State,
  address: string,
  name: string,
): Promise<readonly PlannedHostChange[]> {
  const { path } = layout.hostsFile;
  const change = withHostsEntry((await files.readBytes(path)) ?? '', address, name)?.change;
  if (!change) return [];
  const place = change.replaced === null ? '' : ` in the place of '${change.replaced.replaceAll('\t', ' ')}'`;
  return [{ path, change: `gets the line '${change.line.replaceAll('\t', ' ')}'${place}` }];
}

export async function plannedSshKey(state: State, type: string): Promise<readonly PlannedHostChange[]> {
  const { privateKey, publicKey, authorizedKeys } = await rootSshPlaces(state, type);
  const { hasPrivateKey } = await rootSshKeyFacts(state, type);
  const letIn = { path: authorizedKeys.path, change: `gets the line of ${publicKey.path}` };
  if (!hasPrivateKey)
    return [{ path: privateKey.path, change: 'is made' }, { path: publicKey.path, change: 'is made' }, letIn];
  const line = (await state.files.readText(publicKey.path)) ?? '';
  const authorized = (await state.files.readBytes(authorizedKeys.path)) ?? '';
  return withAuthorizedKey(authorized, line) ? [letIn] : [];
}

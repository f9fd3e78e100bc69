/** Whether the site's own program for the master IP lies on this host. Looks and changes nothing. */
import type { State } from './state.ts';

export type MasterIpScriptState = 'ready' | 'missing' | 'not-executable';

export async function masterIpScriptState({ files, layout }: State): Promise<MasterIpScriptState> {
  const facts = await files.stat(layout.masterIpScript.path);
  if (facts?.kind !== 'file') return 'missing';
  return facts.mode & 0o111 ? 'ready' : 'not-executable';
}

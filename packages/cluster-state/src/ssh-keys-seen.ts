/** What this host has for SSH, as it tells the master while root's keys are renewed: fingerprints only. */
import { linesOf } from '@quorate/domain/line-change';
import { sshKeyFingerprint, type SshKeysSeen } from '@quorate/domain/ssh-key-renewal';
import { sshKeyTypes } from '@quorate/domain/ssh-public-key';
import { sha256Hex } from '@quorate/platform/digest';
import { readHostChanges } from './host-change-record.ts';
import { rootSshPlaces } from './root-ssh-key.ts';
import type { State } from './state.ts';

/** What cannot be read counts as not there: then nobody relies on it. */
export async function readSshKeysSeen(state: State): Promise<SshKeysSeen> {
  const read = (path: string): Promise<string> =>
    state.files.readBytes(path).then(
      (bytes) => bytes ?? '',
      () => '',
    );
  const own = await Promise.all(
    sshKeyTypes.map(async (type) => read((await rootSshPlaces(state, type)).publicKey.path)),
  );
  const { path } = (await rootSshPlaces(state, 'rsa')).authorizedKeys;
  const lines = linesOf(await read(path));
  const noted = (await readHostChanges(state))?.authorizedKeys ?? [];
  const ours = noted.filter((change) => change.path === path).map(({ line }) => line);
  return {
    own: fingerprintsIn(own),
    letIn: fingerprintsIn(lines),
    letInByUs: fingerprintsIn(lines.filter((line) => ours.includes(line))),
  };
}

const fingerprintsIn = (lines: readonly string[]): readonly string[] => [
  ...new Set(lines.map((line) => sshKeyFingerprint(line, sha256Hex)).filter((print) => print !== '')),
];

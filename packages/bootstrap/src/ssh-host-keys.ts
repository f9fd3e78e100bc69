/** This host's SSH host keys, public halves only: that there are any, and the two kinds Ganeti's format has keys for. */
import type { State } from '@quorate/cluster-state/state';

export interface SshHostKeys {
  readonly any: boolean;
  /** Second word of the public key line; empty if there is no such key. */
  readonly rsa: string;
  readonly dsa: string;
}

export async function readSshHostKeys({ files, layout }: State): Promise<SshHostKeys> {
  const directory = layout.sshDirectory.path;
  const names = (await files.list(directory)).filter((name) => /^ssh_host_\w+_key\.pub$/.test(name));
  const keyOf = async (type: string): Promise<string> => {
    const text = await files.readText(`${directory}/ssh_host_${type}_key.pub`);
    return text?.split(/\s+/)[1] ?? '';
  };
  return { any: names.length > 0, rsa: await keyOf('rsa'), dsa: await keyOf('dsa') };
}

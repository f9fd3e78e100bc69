/**
 * The operator's SSH side: one key pair, and a known_hosts file that was filled when the hosts were made, as a
 * careful administrator's would be. Host keys are thus verified, not accepted on sight.
 */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sshKeyPair } from '@quorate/platform/testing/ssh-keys';
import type { Host, HostPlan } from './host-plan.ts';
import { ports } from './host-plan.ts';

export const operatorUser = 'operator';

export interface Operator {
  readonly keyFile: string;
  readonly publicKey: string;
  readonly knownHostsFile: string;
}

/** Where a host keeps its own key; the public half lies beside it, as OpenSSH has it. */
export const hostKeyFile = (host: Host): string => join(host.root, 'etc', 'ssh', 'ssh_host_ed25519_key');

const newKey = (comment: string) => sshKeyPair({ comment });

async function writePrivate(file: string, text: string): Promise<void> {
  await writeFile(file, text, { mode: 0o600 });
  await chmod(file, 0o600);
}

/** As OpenSSH writes a host that does not listen on port 22. */
export const knownHostsLine = (host: Host, publicKey: string): string => {
  const [type, key] = publicKey.split(' ');
  return `[${host.name}]:${ports.ssh},[${host.address}]:${ports.ssh} ${type} ${key}`;
};

async function createHostKey(host: Host): Promise<string> {
  const key = newKey(host.name);
  await mkdir(dirname(hostKeyFile(host)), { recursive: true });
  await writePrivate(hostKeyFile(host), key.private);
  await writeFile(`${hostKeyFile(host)}.pub`, `${key.public}\n`);
  return key.public;
}

/** Makes the operator's key, every host's key, and the file in which the operator noted the latter. */
export async function createOperator(plan: HostPlan): Promise<Operator> {
  const directory = join(plan.directory, 'operator');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const keyFile = join(directory, 'id_ed25519');
  const key = newKey('operator');
  await writePrivate(keyFile, key.private);
  const knownHostsFile = join(directory, 'known_hosts');
  const lines: string[] = [];
  for (const host of plan.hosts) lines.push(knownHostsLine(host, await createHostKey(host)));
  await writeFile(knownHostsFile, `${lines.join('\n')}\n`);
  return { keyFile, publicKey: key.public, knownHostsFile };
}

/** A host with one SSH key and a hosts file, and an `init` that is wrong there in ten ways at once. */
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const unknownName = 'no-such-cluster.invalid';

/** Words of `quorate init`, and the check that must find them; in the order of the list of checks. */
export const mistakes: readonly (readonly [check: string, ...words: string[]])[] = [
  ['hypervisors-are-known', '--enabled-hypervisors', 'fake,vmware'],
  ['disk-templates-are-known', '--enabled-disk-templates', 'file,floppy'],
  ['cluster-name-resolves', unknownName],
  ['secondary-ip-is-ours', '--secondary-ip', '192.0.2.77'],
  ['netmask-fits', '--master-netmask', '33'],
  ['mac-prefix-is-usable', '--mac-prefix', 'zz:00:00'],
  ['master-netdev-exists', '--master-netdev', 'nothing0'],
  ['candidate-pool-size-fits', '--candidate-pool-size', '0'],
  ['ssh-key-type-is-known', '--ssh-key-type', 'ed25519'],
  ['storage-directories-are-absolute', '--file-storage-dir', 'srv/files'],
];

export const mistakenInit: readonly string[] = [
  'init',
  '--allow-loopback',
  ...mistakes.flatMap(([, ...words]) => words),
];

/** node1.lab.test under the root, which must be there; fit for a cluster. */
export function layOutHost(root: string): void {
  mkdirSync(join(root, 'etc/ssh'), { recursive: true });
  writeFileSync(join(root, 'etc/hosts'), '127.0.0.11 node1.lab.test\n');
  writeFileSync(join(root, 'etc/hostname'), 'node1.lab.test\n');
  writeFileSync(join(root, 'etc/ssh/ssh_host_rsa_key.pub'), 'ssh-rsa AAAAB3NzaC1yc2E= root@node1\n');
}

/** Path, kind, mode and content of everything below. */
export const treeOf = (root: string): readonly string[] =>
  ['', ...readdirSync(root, { recursive: true, encoding: 'utf8' })].toSorted().map((name) => {
    const path = join(root, name);
    const facts = lstatSync(path);
    const mode = facts.mode.toString(8);
    if (facts.isFile()) return `${name} ${mode} ${readFileSync(path, 'base64')}`;
    return facts.isSymbolicLink() ? `${name} ${mode} ${readlinkSync(path)}` : `${name} ${mode}`;
  });

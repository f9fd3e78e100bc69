/**
 * The disk of a lab host: the directories it sees as /etc, /var/lib and /var/log, made once by `up`.
 *
 * They outlive every crash of the host. /etc is a copy of the machine's, so that its programs find what they
 * need, with names, accounts and SSH of the host's own; a directory and not single files, because programs
 * replace files there by rename. /run and /tmp are memory and are made at each boot (host-boot.sh).
 */
import { randomBytes } from 'node:crypto';
import { chmod, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { awaitAll } from './await.ts';
import { must } from './command.ts';
import { builderEnvironment, programPath } from './environment.ts';
import { clusterName, home, masterIp, type HostPlan, type LabPlan } from './plan.ts';

/** Where on the machine lies what the host sees at `path`. */
export function onDisk(host: HostPlan, path: string): string {
  const parts = { '/etc': 'etc', '/var/lib': 'var-lib', '/var/log': 'var-log' };
  const found = Object.entries(parts).find(([seen]) => path === seen || path.startsWith(`${seen}/`));
  if (found === undefined) throw new RangeError(`${path} is not on a lab host's disk`);
  const [seen, kept] = found;
  return `${host.directory}/${kept}${path.slice(seen.length)}`;
}

const operatorKey = (lab: LabPlan): string => `${lab.directory}/operator_ed25519`;
const build = (lab: LabPlan, program: string, args: readonly string[]): Promise<string> =>
  must(program, args, { env: builderEnvironment(lab) });
const createKey = (lab: LabPlan, file: string, comment: string): Promise<string> =>
  build(lab, 'ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', file]);

/** Every host's disk; together, because each knows the others' names and host keys. */
export async function createDisks(lab: LabPlan, hosts: readonly HostPlan[]): Promise<void> {
  await createKey(lab, operatorKey(lab), `operator of lab ${lab.name}`);
  await awaitAll(hosts.map(createDisk));
  const knownHosts = (await Promise.all(hosts.map(knownHostsLine))).join('');
  await awaitAll(hosts.map((host) => writeNeighbours(host, hosts, knownHosts)));
}

async function createDisk(host: HostPlan): Promise<void> {
  for (const directory of ['/var/lib', '/var/log']) await mkdir(onDisk(host, directory), { recursive: true });
  await build(host.lab, 'cp', ['-a', '/etc', onDisk(host, '/etc')]);
  const replace = async (path: string, text: string): Promise<void> => {
    // Away first: it may be a link that leads out of this disk.
    await rm(onDisk(host, path), { force: true, recursive: true });
    await writeFile(onDisk(host, path), text);
  };
  await replace('/etc/hostname', `${host.nodeName}\n`);
  await replace('/etc/machine-id', `${randomBytes(16).toString('hex')}\n`);
  await replace('/etc/resolv.conf', '');
  // No name server can be reached: a name that is not in the file is unknown at once.
  await replace('/etc/nsswitch.conf', 'passwd: files\ngroup: files\nshadow: files\nhosts: files\n');
  await rm(onDisk(host, '/etc/quorate'), { force: true, recursive: true });
  await giveRootAHome(host);
  await giveSsh(host);
}

async function giveRootAHome(host: HostPlan): Promise<void> {
  const passwd = onDisk(host, '/etc/passwd');
  const accounts = await readFile(passwd, 'utf8');
  await writeFile(passwd, accounts.replace(/^root:.*$/m, `root:x:0:0:root:${home}:/bin/sh`));
  const shadow = onDisk(host, '/etc/shadow');
  // sshd refuses an account whose password begins with `!`; `*` has none and lets keys in.
  await writeFile(shadow, (await readFile(shadow, 'utf8')).replace(/^root:[^:]*:/m, 'root:*:'));
  const ssh = onDisk(host, `${home}/.ssh`);
  await mkdir(ssh, { recursive: true, mode: 0o700 });
  await chmod(onDisk(host, home), 0o700);
  await copyFile(operatorKey(host.lab), `${ssh}/id_ed25519`);
  await chmod(`${ssh}/id_ed25519`, 0o600);
  await copyFile(`${operatorKey(host.lab)}.pub`, `${ssh}/authorized_keys`);
}

async function giveSsh(host: HostPlan): Promise<void> {
  const directory = onDisk(host, '/etc/ssh');
  await rm(directory, { force: true, recursive: true });
  await mkdir(directory);
  await createKey(host.lab, `${directory}/ssh_host_ed25519_key`, host.nodeName);
  await writeFile(`${directory}/sshd_config`, sshdConfiguration);
  await writeFile(`${directory}/ssh_config`, 'Host *\n  HashKnownHosts no\n');
}

const sshdConfiguration = `Port 22
HostKey /etc/ssh/ssh_host_ed25519_key
PidFile /run/sshd.pid
UsePAM no
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
AuthorizedKeysFile .ssh/authorized_keys
UseDNS no
PrintMotd no
LogLevel VERBOSE
MaxStartups 100
Subsystem sftp internal-sftp
SetEnv PATH=${programPath}
`;

async function knownHostsLine(host: HostPlan): Promise<string> {
  const key = await readFile(onDisk(host, '/etc/ssh/ssh_host_ed25519_key.pub'), 'utf8');
  return `${host.nodeName},${host.label},${host.address} ${key.split(' ').slice(0, 2).join(' ')}\n`;
}

async function writeNeighbours(host: HostPlan, all: readonly HostPlan[], knownHosts: string): Promise<void> {
  const lines = all.map(({ address, nodeName, label }) => `${address} ${nodeName} ${label}\n`);
  const names = `127.0.0.1 localhost\n${lines.join('')}${masterIp} ${clusterName} cluster\n`;
  await rm(onDisk(host, '/etc/hosts'), { force: true });
  await writeFile(onDisk(host, '/etc/hosts'), names, { mode: 0o644 });
  await writeFile(onDisk(host, '/etc/ssh/ssh_known_hosts'), knownHosts, { mode: 0o644 });
  await writeFile(onDisk(host, `${home}/.ssh/known_hosts`), knownHosts, { mode: 0o644 });
}

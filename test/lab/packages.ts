/**
 * The Debian packages that tests stand on: named with the program each is wanted for, installed when missing.
 *
 * Their installation would start services (an sshd on this machine!), so for its time a policy forbids it.
 */
import { accessSync, constants } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { must } from './command.ts';
import { LabError } from './lab-error.ts';

export interface DebianPackage {
  readonly program: string;
  readonly name: string;
}

export const labPackages: readonly DebianPackage[] = [
  { program: 'ip', name: 'iproute2' },
  { program: 'nft', name: 'nftables' },
  { program: 'arping', name: 'iputils-arping' },
  { program: 'ndptool', name: 'libndp-tools' },
  { program: 'ping', name: 'iputils-ping' },
  { program: 'sshd', name: 'openssh-server' },
  { program: 'ssh', name: 'openssh-client' },
  { program: 'nsenter', name: 'util-linux' },
  { program: 'openssl', name: 'openssl' },
];

/** The headers of libc are told by a program that comes along with them. */
export const modelPackages: readonly DebianPackage[] = [
  { program: 'spin', name: 'spin' },
  { program: 'gcc', name: 'gcc' },
  { program: 'gencat', name: 'libc6-dev' },
];

/** The peer we are measured by and exchange files with. */
export const ganetiPackages: readonly DebianPackage[] = [{ program: 'gnt-cluster', name: 'ganeti' }];

export const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const policyFile = '/usr/sbin/policy-rc.d';

export function isInstalled(program: string): boolean {
  return systemPath.split(':').some((directory) => {
    try {
      accessSync(`${directory}/${program}`, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Installs what is missing. Throws LabError naming it where there is no apt-get. */
export async function ensurePackages(
  say: (line: string) => void,
  packages: readonly DebianPackage[] = labPackages,
): Promise<void> {
  const missing = packages.filter(({ program }) => !isInstalled(program)).map(({ name }) => name);
  if (missing.length === 0) return;
  if (!isInstalled('apt-get'))
    throw new LabError(`Missing here, and there is no apt-get to install it: ${missing.join(', ')}`);
  say(`Installing ${missing.join(', ')}`);
  await withoutServicesStarting(() => install(missing));
}

async function install(names: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  // Two labs may come up side by side on a fresh machine: the second waits for the first one's lock.
  const patience = ['-o', 'DPkg::Lock::Timeout=300', '-q'];
  await must('apt-get', [...patience, 'update'], { env });
  await must('apt-get', [...patience, 'install', '-y', '--no-install-recommends', ...names], { env });
}

const refusal = '#!/bin/sh\n# Put here by the lab of Quorate for the time of an installation\nexit 101\n';

async function withoutServicesStarting(work: () => Promise<void>): Promise<void> {
  // Ours may still be there, from an installation that was killed; anybody else's stays.
  const present = await readFile(policyFile, 'utf8').catch(() => undefined);
  if (present !== undefined && present !== refusal) return work();
  await writeFile(policyFile, refusal, { mode: 0o755 });
  try {
    await work();
  } finally {
    await rm(policyFile, { force: true });
  }
}

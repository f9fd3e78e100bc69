/** The flags by which a command reaches other hosts over SSH, and what they come to for one of them. */
import { ClusterError } from '@quorate/domain/errors';
import { type Command, Option } from 'commander';
import { wholeNumber } from './whole-number.ts';

export interface SshFlags {
  readonly sshUser?: string;
  readonly sshPort?: number;
  readonly sshKey?: string;
  readonly sshConfig?: string;
  readonly jump?: string;
  readonly knownHosts?: string;
  readonly fingerprint?: readonly string[];
  readonly passwordStdin?: boolean;
  /** commander's name for the absence of --no-ssh-key-check. */
  readonly sshKeyCheck?: boolean;
}

const collect = (word: string, before: readonly string[] = []): readonly string[] => [...before, word];

export function addSshFlags(command: Command): Command {
  return command
    .option('--ssh-user <user>', 'who to log in as (default: what ~/.ssh/config says, else root)')
    .option(
      '--ssh-port <port>',
      "its SSH port (default: what ~/.ssh/config says, else the cluster's)",
      wholeNumber,
    )
    .option(
      '--ssh-key <file>',
      'private key to log in with (default: those of ~/.ssh/config, else of ~/.ssh; and the agent)',
    )
    .option('--ssh-config <file>', "instead of OpenSSH's own configuration files; none: no file")
    .option('--jump <user@host:port,…>', 'hosts through which it is reached (ProxyJump); none: directly')
    .option(
      '--known-hosts <file>',
      'where its host key is known (default: ~/.ssh/known_hosts and /etc/ssh/ssh_known_hosts)',
    )
    .option(
      '--fingerprint <SHA256:…>',
      'the host key it must show; for one of several hosts NAME=SHA256:…',
      collect,
    )
    .option('--password-stdin', 'log in with the password that is the first line of standard input')
    .addOption(
      new Option(
        '--no-ssh-key-check',
        'refused: what is sent is secret, so the host key must be known; see --fingerprint',
      ),
    );
}

/** Ganeti's flag is there so that whoever types it learns why it cannot be (spec J6). */
export function refuseUncheckedKeys({ sshKeyCheck }: SshFlags): void {
  if (sshKeyCheck !== false) return;
  throw new ClusterError(
    'WRONG_INPUT',
    "--no-ssh-key-check is refused: the cluster's secrets would go to whoever answers",
    { hint: 'Give the host key with --fingerprint, as ssh-keygen -l prints it on that host' },
  );
}

/** The fingerprint given for a host by any of its names; one without a name is for the only host there is. */
export function fingerprintFor(
  { fingerprint = [] }: SshFlags,
  names: readonly string[],
  isOnlyHost: boolean,
): string | undefined {
  for (const word of fingerprint) {
    const [, name, value = ''] = /^(?:([^=:]+)=)?(.*)$/s.exec(word) ?? [];
    if (name === undefined && !isOnlyHost)
      throw new ClusterError('WRONG_INPUT', `--fingerprint ${word} is for several hosts`, {
        hint: 'Write --fingerprint NAME=SHA256:… for each',
      });
    if (name === undefined || names.includes(name)) return value;
  }
  return undefined;
}

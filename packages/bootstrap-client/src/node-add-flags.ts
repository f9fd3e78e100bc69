/** The flags of `quorate node add`. Counterpart in Ganeti: the option list of `add` in lib/client/gnt_node.py. */
import { type Command, Option } from 'commander';
import type { GlobalOptions } from './context.ts';
import { addSshFlags, type SshFlags } from './ssh-flags.ts';

export interface NodeAddFlags extends GlobalOptions, SshFlags {
  readonly secondaryIp?: string;
  readonly witness?: boolean;
  readonly masterCapable?: 'yes' | 'no';
  readonly vmCapable?: 'yes' | 'no';
  readonly nodeGroup?: string;
  readonly nodeParameters?: string;
  /** Ganeti's, which does nothing there either. */
  readonly forceJoin?: boolean;
  readonly install?: boolean;
  readonly installPackage?: string;
  readonly remoteProgram?: string;
  readonly abort?: boolean;
  readonly dryRun?: boolean;
  readonly verbose?: boolean;
  /** By `node readd`. */
  readonly readd?: boolean;
}

export function addNodeAddFlags(command: Command): void {
  command
    .option('-s, --secondary-ip <address>', 'its address on a second network; for one host')
    .option('-g, --node-group <group>', 'the node group it joins; needed where there are several')
    .option('--witness', 'let it vote, but never become master')
    .addOption(
      new Option('--master-capable <state>', 'whether it may ever become master; no is --witness').choices([
        'yes',
        'no',
      ]),
    )
    .addOption(new Option('--vm-capable <state>', 'whether instances may run on it').choices(['yes', 'no']))
    .option('--node-parameters <key=value,…>', 'what it has otherwise than the cluster')
    .addOption(new Option('--force-join', 'has no effect').hideHelp())
    .addOption(
      new Option('--abort', 'take back a join that did not come to its end').conflicts([
        'install',
        'installPackage',
        'dryRun',
      ]),
    )
    .addOption(
      new Option('--dry-run', 'look whether it could join, and change nothing').conflicts([
        'install',
        'installPackage',
      ]),
    );
  addReaddFlags(command);
}

/** Those that are about the host alone. */
export function addReaddFlags(command: Command): void {
  command.option('-v, --verbose', 'show what the programs on the host say of their steps');
  addSshFlags(command.optionsGroup('How it is reached:'));
  command
    .optionsGroup('Programs there:')
    .option('--install', 'bring the programs of this host over to one that has none')
    .addOption(
      new Option(
        '--install-package <file>',
        'bring this Debian package to one that has none and takes such packages; to others, as --install',
      ).conflicts(['install', 'remoteProgram']),
    )
    .option(
      '--remote-program <path>',
      'where quorate is on that host (default: where it is here, or where the package has it)',
    );
}

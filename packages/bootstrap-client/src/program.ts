/**
 * The command tree: names, arguments, flags, help. What a command does is in commands/, loaded when it runs.
 *
 * Counterparts in Ganeti: gnt-cluster and gnt-node.
 */
import { Command, CommanderError, Option } from 'commander';
import { softwareVersion } from '@quorate/domain/software';
import { parseDuration } from './duration.ts';
import { reportError } from './output.ts';
import type { GlobalOptions } from './context.ts';
import { addInitFlags, type InitFlags } from './init-flags.ts';
import { addNodeAddFlags, addReaddFlags } from './node-add-flags.ts';
import { addRenewFlags } from './renew-flags.ts';
import { wholeNumber } from './whole-number.ts';

/** A command's code: resolves to the exit code. Its options are those its own line below declares. */
type Act = (options: never, ...args: string[]) => Promise<number>;

interface Added {
  readonly command: Command;
}

/** Runs the command line and resolves to its exit code (spec cli.md §1). */
export async function run(argv: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = new Command('quorate')
    .description('Makes a set of Linux hosts into one cluster with exactly one master, and keeps it that way')
    .option('--root <dir>', "where this node's files lie", process.env['QUORATE_ROOT'] || '/')
    .option('--json', 'print one JSON object instead of text')
    .showHelpAfterError('(quorate --help lists what there is)')
    .exitOverride();

  const add = (parent: Command, usage: string, description: string, load: () => Promise<Act>): Added => {
    const command = parent
      .command(usage)
      .description(description)
      .option('--json', 'print one JSON object instead of text')
      .exitOverride();
    command.action(async (...all: unknown[]) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const args = all
        .slice(0, -2)
        .flat()
        .filter((arg): arg is string => typeof arg === 'string');
      exitCode = await (
        await load()
      )(options as never, ...args).catch((caught: unknown) => reportError(caught, options));
    });
    return { command };
  };

  addClusterCommands(program, add);
  addNodeCommands(program, add);
  addTokenCommands(program, add);
  try {
    await program.parseAsync([...argv]);
    return exitCode;
  } catch (caught) {
    if (caught instanceof CommanderError) return caught.exitCode === 0 ? 0 : 1;
    return reportError(caught, program.opts());
  }
}

type Add = (parent: Command, usage: string, description: string, load: () => Promise<Act>) => Added;

function addClusterCommands(program: Command, add: Add): void {
  const init = add(program, 'init [cluster-name]', 'make a cluster of one node: this host', () =>
    act(import('./commands/init.ts')),
  );
  addInitFlags(init.command.hook('preAction', requireClusterName));

  add(program, 'master', "print the name of the master, from this node's disk, asking nobody", () =>
    act(import('./commands/master.ts')),
  ).command.alias('getmaster');
  add(program, 'votes', 'ask every node who is master and count', () => act(import('./commands/votes.ts')));
  add(program, 'status', 'show the cluster and every node', () => act(import('./commands/status.ts')));

  add(program, 'failover', 'make this node the master', () => act(import('./commands/failover.ts')))
    .command.alias('master-failover')
    .option('--to <node>', 'make that node the master instead; on any candidate')
    .addOption(
      new Option(
        '--best',
        'make the best other candidate the master: the newest configuration, then the highest priority',
      ).conflicts('to'),
    )
    .option(
      '--no-voting',
      "take the office without anybody's vote: only if no majority can ever answer again",
    )
    .option('--yes-do-it', 'confirm what --no-voting risks: two masters, lost changes')
    .option('--accept-data-loss', 'with --no-voting: give up changes that nobody who answers holds');

  add(program, 'modify', 'change parameters of the cluster', () => act(import('./commands/modify.ts')))
    .command.option('-C, --candidate-pool-size <number>', 'how many nodes may become master', wholeNumber)
    .option(
      '--lease <duration>',
      'for how long a majority vouches for the master (1.2 to 60 s)',
      parseDuration,
    )
    .addOption(
      new Option(
        '--automatic-failover <state>',
        'whether candidates take over when the master is lost',
      ).choices(['on', 'off']),
    )
    .option('--master-netmask <length>', 'prefix length of the master IP', wholeNumber)
    .option('--master-netdev <device>', 'the device that holds the master IP')
    .addOption(
      new Option(
        '--use-external-mip-script <yes|no>',
        'whether /etc/quorate/scripts/master-ip-setup of this site holds the master IP',
      ).choices(['yes', 'no']),
    )
    .option(
      '--certificate-life <duration>',
      'of the node certificates made from now on (1m to 1825d; usually 1825d)',
      parseDuration,
    )
    .addOption(
      new Option(
        '--automatic-renewal <state>',
        'whether certificates are renewed after two thirds of their life',
      ).choices(['on', 'off']),
    );

  add(program, 'activate-master-ip', 'raise the master IP and announce it; on the master', () =>
    act(import('./commands/activate-master-ip.ts')),
  );
  add(
    program,
    'deactivate-master-ip',
    'take the master IP down until it is activated, or the next office; on the master',
    () => act(import('./commands/deactivate-master-ip.ts')),
  ).command.option('--yes', 'do not ask');

  const renewCrypto = add(program, 'renew-crypto', 'renew keys and certificates; nothing is stopped', () =>
    act(import('./commands/renew-crypto.ts')),
  );
  addRenewFlags(renewCrypto.command);
  add(
    program,
    'repair-crypto [step]',
    'make certificates anew where they have ended: without a step on the master, which tells the rest',
    () => act(import('./commands/repair-crypto.ts')),
  );

  add(program, 'pause', 'let nothing be done automatically, until resumed', () =>
    act(import('./commands/pause.ts')),
  )
    .command.option('--node <name>', 'only that node does not take over by itself')
    .option('--for <duration>', 'only for so long (90s, 15m, 2h)', parseDuration);

  add(program, 'resume', 'end a pause', () => act(import('./commands/resume.ts'))).command.option(
    '--node <name>',
    'that of this node',
  );

  add(program, 'verify', 'look for anything wrong in the cluster', () => act(import('./commands/verify.ts')))
    .command.option('--error-codes', 'print findings as ftype:ecode:edomain:name:msg')
    .option(
      '-I, --ignore-errors <code>',
      'take findings of that code for warnings; may be repeated',
      (code: string, others?: readonly string[]) => [...(others ?? []), code],
    )
    .option('--node-group <group>', 'look only at the nodes of this group')
    .option('--verify-ssh-clutter', "look for old keys of nodes in root's authorized_keys too")
    .option('-v, --verbose', 'say on standard error what was looked at')
    .option(
      '--repair',
      'mend what is safe to mend: views, modes, leftovers of writes, nodes that lag; then look again',
    );

  add(program, 'export', "write this node's data directory for Ganeti; on a candidate", () =>
    act(import('./commands/export.ts')),
  ).command.requiredOption('--to <dir>', 'a directory that is empty, or is not there yet');

  add(program, 'import', "take over Ganeti's cluster on its master", () =>
    act(import('./commands/import.ts')),
  )
    .command.option('--from <dir>', "Ganeti's data directory, such as /var/lib/ganeti, or a copy of it")
    .option('--dry-run', 'check everything, say what would be done, and change nothing')
    .option('--abort', 'take back an import that was broken off')
    .hook('preAction', requireDirectory);

  add(program, 'destroy', 'take the cluster apart on its last node', () =>
    act(import('./commands/destroy.ts')),
  )
    .command.option('--yes-do-it', 'confirm it')
    .option('--ya-rly', 'the same');

  add(program, 'version', 'print what software this is', () => act(import('./commands/version.ts')));
  program.version(softwareVersion, '--version', 'print the version');
}

function addNodeCommands(program: Command, add: Add): void {
  const node = program.command('node').description('add, change, list and remove nodes').exitOverride();

  const nodeAdd = add(node, 'add <names...>', 'take hosts into the cluster, over SSH; on the master', () =>
    act(import('./commands/node-add.ts')),
  );
  addNodeAddFlags(nodeAdd.command);

  const readded = add(node, 'readd <name>', 'install a node anew under its UUID; on the master', () =>
    act(import('./commands/node-readd.ts')),
  );
  addReaddFlags(readded.command);

  add(node, 'remove <name>', 'take a node out of the cluster; on the master', () =>
    act(import('./commands/node-remove.ts')),
  ).command.option('--dry-run', 'only say whether it could be removed');

  const modified = add(node, 'modify <name>', 'change one node', () =>
    act(import('./commands/node-modify.ts')),
  );
  addNodeModifyFlags(modified.command);

  add(node, 'list [names...]', 'list the nodes', () => act(import('./commands/node-list.ts')))
    .command.option(
      '-o, --output <fields>',
      'which fields, with commas between; +FIELD adds to the usual ones',
    )
    .option('--no-headers', 'leave the headings out')
    .option('--separator <text>', 'what stands between two columns, which are then not aligned');

  add(node, 'list-fields', 'name the fields of node list', () =>
    act(import('./commands/node-list-fields.ts')),
  );

  add(node, 'info [names...]', 'show everything that is known of nodes', () =>
    act(import('./commands/node-info.ts')),
  ).command.alias('show');

  add(node, 'leave', 'make this host one of no cluster, asking nobody; for a node that was removed', () =>
    act(import('./commands/node-leave.ts')),
  ).command.option('--yes-do-it', 'confirm it');

  const setup = program
    .command('node-setup', { hidden: true })
    .description('run by node add and readd on the host')
    .exitOverride();
  const verbose = ['--verbose', 'say each step on standard error'] as const;
  add(setup, 'request', "make this host's keys; JSON on standard input and output", () =>
    act(import('./commands/node-setup-request.ts')),
  )
    .command.option('--dry-run', 'only say whether it would be done')
    .option(...verbose);
  add(setup, 'install', 'install a membership; JSON on standard input', () =>
    act(import('./commands/node-setup-install.ts')),
  )
    .command.option('--dry-run', 'check everything and change nothing')
    .option(...verbose);
  add(setup, 'abandon', 'take away what a join brought; JSON on standard input', () =>
    act(import('./commands/node-setup-abandon.ts')),
  ).command.option(...verbose);
}

function addNodeModifyFlags(command: Command): void {
  const yesNo = (flags: string, what: string): Option => new Option(flags, what).choices(['yes', 'no']);
  command
    .addOption(yesNo('-C, --master-candidate <state>', 'a candidate may become master, and holds everything'))
    .addOption(yesNo('-D, --drained <state>', 'a drained node votes, and is no candidate'))
    .addOption(yesNo('-O, --offline <state>', 'an offline node is asked nothing and counts nowhere'))
    .addOption(yesNo('--master-capable <state>', 'whether it may ever be a candidate'))
    .addOption(yesNo('--vm-capable <state>', 'whether instances may run on it'))
    .option('-s, --secondary-ip <address>', 'its address on a second network')
    .option(
      '--node-parameters <key=value,…>',
      'what it has otherwise than the cluster; key=default takes it back',
    )
    .option(
      '--priority <number>',
      'how readily it becomes master: 0 to 100, 50 is usual, the highest first; 0 only if no other candidate answers',
    )
    .option('--auto-promote', 'have another node take its place where candidates would be too few')
    .option('-f, --force', 'begin a change between one network and two, on the master')
    .option('--dry-run', 'only say what would be changed');
}

function addTokenCommands(program: Command, add: Add): void {
  const token = program
    .command('token')
    .description('tokens by which hosts join without SSH; on the master')
    .exitOverride();

  add(token, 'create', 'make a token for one host and print it, this once', () =>
    act(import('./commands/token-create.ts')),
  )
    .command.option('--node <name>', 'only a host of this name may use it')
    .option('--witness', 'let the host vote, but never become master')
    .option('-g, --node-group <group>', 'the node group it joins; needed where there are several')
    .option('--ttl <duration>', 'for how long it can be used, 1m to 7 days (default: 1h)', parseDuration);

  add(token, 'list', 'list the tokens that are open or have ended not long ago', () =>
    act(import('./commands/token-list.ts')),
  );
  add(token, 'revoke <id>', 'let nobody join by a token any more', () =>
    act(import('./commands/token-revoke.ts')),
  );

  add(program, 'join <token>', 'join a cluster by a token; on the new host', () =>
    act(import('./commands/join.ts')),
  )
    .command.addHelpText(
      'after',
      '\nWith - the token is read from standard input, where no list of processes shows it.',
    )
    .option('-s, --secondary-ip <address>', "this host's address on a second network")
    .addOption(new Option('--witness', 'vote, but never become master').conflicts('masterCapable'))
    .option('--master-capable', 'refuse a token that is for witnesses only');
}

const act = async (module: Promise<{ readonly default: Act }>): Promise<Act> => (await module).default;

/** Only what makes no cluster needs none. */
function requireClusterName(_: Command, init: Command): void {
  const { listChecks, abort } = init.opts<InitFlags>();
  if (init.args.length === 0 && !listChecks && !abort)
    init.error("error: missing required argument 'cluster-name'", { code: 'commander.missingArgument' });
}

function requireDirectory(_: Command, command: Command): void {
  const { from, abort } = command.opts<{ from?: string; abort?: boolean }>();
  if (from === undefined && !abort)
    command.error("error: required option '--from <dir>' not specified", {
      code: 'commander.missingMandatoryOptionValue',
    });
}

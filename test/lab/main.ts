/** The command line of the lab; `tools/lab` runs it. Words in, one call of the library, an exit code. */
import { complain, parseFlags, parseOneOf, parseWholeNumber, UsageError } from '../usage.ts';
import { labBlocked } from './blocked.ts';
import { downLab, initCommands, openLab, startLab, type Lab } from './lab.ts';
import { LabError } from './lab-error.ts';
import { describeStatus, gatherStatus } from './status.ts';

const usage = `tools/lab [--name NAME] COMMAND

  up [N]                      N hosts (3), q1.lab … at 10.77.0.1 …
  init                        a cluster of all of them, cluster.lab at 10.77.0.100
  on K -- COMMAND…            runs a command on host K
  status [--json]             master, votes and addresses, asked from every host
  cut K [--from J] [--one-way in|out]
                              nothing passes between K and the others (or J only)
  heal [K]                    ends the cuts (at K)
  pause K, resume K           freezes all programs of a host, lets them go on
  crash K, revive K           power off, power on; the disk stays
  down                        leaves nothing of the lab

Labs of different --name (default q) can be up side by side.`;

const say = (line: string): void => console.error(line);

const options = {
  name: { type: 'string', default: 'q' },
  from: { type: 'string' },
  'one-way': { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

function parseWords(argv: readonly string[]) {
  const dashes = argv.indexOf('--');
  const own = dashes === -1 ? argv : argv.slice(0, dashes);
  const { values, positionals } = parseFlags({ args: [...own], options, allowPositionals: true });
  const [verb = 'help', ...words] = positionals;
  return { values, verb, words, command: dashes === -1 ? [] : argv.slice(dashes + 1) };
}

type Request = ReturnType<typeof parseWords>;

function parseHost(word: string | undefined): number {
  const [, digits] = /^q?(\d+)$/.exec(word ?? '') ?? [];
  if (digits === undefined) throw new UsageError(`${word ?? 'Nothing'} is not a host; give its number`);
  return Number(digits);
}

function parseDirection(word: string | undefined): 'in' | 'out' | undefined {
  return word === undefined ? undefined : parseOneOf('--one-way', word, ['in', 'out']);
}

/** Interrupted, it takes away what it has put up; not before its own work has ended, which is a second away. */
async function up({ values: { name }, words: [count = '3'] }: Request): Promise<number> {
  const hosts = parseWholeNumber('up', count, 1);
  let interrupted = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => (interrupted = true));
  const lab = await startLab({ name, hosts, say }).catch((error: unknown) => {
    if (!interrupted) throw error;
    return undefined;
  });
  if (interrupted) {
    await lab?.down();
    say(`Interrupted; nothing of lab ${name} is left`);
    return 130;
  }
  say(`Lab ${name} is up: ${lab?.hosts.map((k) => lab.nodeName(k)).join(', ')}`);
  return 0;
}

async function init(lab: Lab): Promise<number> {
  for (const command of initCommands(lab.hosts.map((k) => ({ nodeName: lab.nodeName(k) })))) {
    say(`q1# ${command.join(' ')}`);
    const code = await lab.onAttached(1, command);
    if (code !== 0) return code;
  }
  return 0;
}

async function status(lab: Lab, { values: { json } }: Request): Promise<number> {
  const found = await gatherStatus(lab);
  console.log(json ? JSON.stringify(found, null, 2) : describeStatus(found));
  return 0;
}

async function onHost(lab: Lab, { words: [k], command }: Request): Promise<number> {
  if (command.length === 0) throw new UsageError('Give a command after --');
  return lab.onAttached(parseHost(k), command);
}

const quietly = async (work: Promise<void>): Promise<number> => work.then(() => 0);

/** Commands on a lab that is up. */
const verbs: Readonly<Record<string, (lab: Lab, request: Request) => Promise<number>>> = {
  init,
  status,
  on: onHost,
  cut: (lab, { words: [k], values }) => {
    const from = values.from === undefined ? undefined : parseHost(values.from);
    return quietly(lab.cut(parseHost(k), { from, oneWay: parseDirection(values['one-way']) }));
  },
  heal: (lab, { words: [k] }) => quietly(lab.heal(k === undefined ? undefined : parseHost(k))),
  pause: (lab, { words: [k] }) => quietly(lab.pause(parseHost(k))),
  resume: (lab, { words: [k] }) => quietly(lab.resume(parseHost(k))),
  crash: (lab, { words: [k] }) => quietly(lab.crash(parseHost(k))),
  revive: (lab, { words: [k] }) => quietly(lab.revive(parseHost(k))),
};

async function perform(request: Request): Promise<number> {
  const { verb, values } = request;
  if (values.help || verb === 'help') {
    console.log(usage);
    return 0;
  }
  const work = verbs[verb];
  if (work === undefined && verb !== 'up' && verb !== 'down')
    throw new UsageError(`There is no command ${verb}`);
  const why = labBlocked();
  if (why !== undefined) throw new LabError(`Cannot run a lab here: ${why}`);
  if (verb === 'up') return up(request);
  if (work === undefined) return quietly(downLab(values.name));
  return work(await openLab(values.name), request);
}

try {
  process.exitCode = await perform(parseWords(process.argv.slice(2)));
} catch (error) {
  if (error instanceof UsageError) process.exitCode = complain('lab', error);
  else if (error instanceof LabError) {
    say(`lab: ${error.message}`);
    process.exitCode = 1;
  } else throw error;
}

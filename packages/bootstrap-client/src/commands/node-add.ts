/**
 * `quorate node add`: takes hosts into the cluster over SSH, or takes back joins that did not end; on the master.
 *
 * Several hosts go side by side, each with its own steps and its own result; one that fails stops no other.
 */
import { debianPackage } from '@quorate/cluster-state/brought-programs';
import { abortJoin, type AbortedJoin } from '@quorate/bootstrap/node-abort';
import { readdNode } from '@quorate/bootstrap/node-readd';
import { addNode, tryNode, type NodeAddParts, type NodeAddRequest } from '@quorate/bootstrap/node-add';
import { bringPackage, type DebianFile } from '@quorate/bootstrap/remote-package';
import { bringPrograms } from '@quorate/bootstrap/remote-programs';
import { joinTurn, type JoinTurn } from '@quorate/bootstrap/join-turn';
import { journalledSteps } from '@quorate/bootstrap/journalled';
import { ClusterError } from '@quorate/domain/errors';
import { softwareVersion } from '@quorate/domain/software';
import { diskFiles } from '@quorate/platform/files';
import { inTurn } from '@quorate/platform/in-turn';
import { absolutePath, executableDirectory } from '@quorate/platform/processes';
import { canonicalName, resolveName } from '@quorate/platform/resolver';
import { openTerminal } from '@quorate/platform/terminal';
import { openCluster, openHost, type ClusterContext } from '../context.ts';
import { labelledSteps, liveSteps, stepRecorder } from '../live-steps.ts';
import type { NodeAddFlags } from '../node-add-flags.ts';
import { errorObject, printError, printNote, printResult } from '../output.ts';
import { refuseUncheckedKeys } from '../ssh-flags.ts';
import { openHostSession, type SshAsking } from '../ssh-way.ts';
import { readPassword } from '../standard-input.ts';

/** One host's share of what is printed. */
interface HostResult {
  readonly host: string;
  readonly ok: boolean;
  readonly node?: object;
  readonly aborted?: AbortedJoin;
  readonly error?: ReturnType<typeof errorObject>;
  readonly steps: readonly object[];
}

/** What all hosts of one command share. */
interface Run {
  readonly flags: NodeAddFlags;
  readonly context: ClusterContext;
  readonly sshPort: number;
  readonly asking: SshAsking;
  readonly isOnlyHost: boolean;
  readonly turn: JoinTurn;
  readonly journal: ReturnType<typeof inTurn>;
  /** The package that is to be brought. */
  readonly debianFile: DebianFile | undefined;
}

export default async function nodeAdd(flags: NodeAddFlags, ...hosts: string[]): Promise<number> {
  refuseUncheckedKeys(flags);
  refuseCapableWitness(flags);
  if (flags.forceJoin) printNote(noForceJoin);
  const typed = [...new Set(hosts)];
  if (flags.secondaryIp !== undefined && typed.length > 1)
    throw new ClusterError('WRONG_INPUT', 'A secondary IP is that of one host, and several were named');
  const { settings } = await openHost(flags);
  const context = await openCluster(flags);
  const run: Run = {
    ...{ flags, context, sshPort: settings.sshPort, isOnlyHost: typed.length === 1 },
    asking: await askingFor(flags),
    turn: joinTurn(context.state.layout, context.access.clock),
    journal: inTurn(),
    debianFile: flags.installPackage === undefined ? undefined : await readPackage(flags.installPackage),
  };
  const results = await Promise.all(typed.map((host) => resultOf(run, host)));
  printResult(
    flags,
    { hosts: results },
    results.flatMap((result) => linesOf(run, result)),
  );
  if (!flags.json) for (const result of results) printFailure(run, result);
  return Math.max(...results.map(({ error }) => error?.exitCode ?? 0));
}

async function askingFor({ passwordStdin }: NodeAddFlags): Promise<SshAsking> {
  return {
    terminal: passwordStdin ? undefined : openTerminal(),
    password: passwordStdin ? await readPassword() : undefined,
    note: printNote,
    passPhrases: new Map(),
  };
}

async function resultOf(run: Run, host: string): Promise<HostResult> {
  const { flags, isOnlyHost } = run;
  const quiet = flags.json === true;
  const { report, steps } = stepRecorder(isOnlyHost ? liveSteps(quiet) : labelledSteps(quiet, host));
  try {
    const [parts, request] = await startOf(run, host, report);
    const { name } = request;
    if (flags.abort) return { host: name, ok: true, aborted: await abortJoin(parts, request), steps };
    if (flags.readd) return { host: name, ok: true, node: await readdNode(parts, request), steps };
    if (!flags.dryRun) return { host: name, ok: true, node: await addNode(parts, request), steps };
    await tryNode(parts, request);
    return { host: name, ok: true, steps };
  } catch (caught) {
    return { host, ok: false, error: errorObject(caught), steps };
  }
}

async function startOf(
  { flags, context, sshPort, asking, isOnlyHost, turn, journal, debianFile }: Run,
  typed: string,
  show: NodeAddParts['report'],
): Promise<[NodeAddParts, NodeAddRequest]> {
  const { state, access, roster, master } = context;
  const lookup = { family: roster.masterIp.family, hostsFile: state.layout.hostsFile.path };
  const name = await canonicalName(typed, lookup);
  const [primaryIp = ''] = await resolveName(name, lookup);
  const here = executableDirectory();
  const read = (program: string) => programText(`${here}/${program}`);
  const destination = { typed, name, address: primaryIp, defaultPort: sshPort, isOnlyHost, lookup };
  const notebook = { state, clock: access.clock, turn: journal };
  const parts: NodeAddParts = {
    ...{ state, access, master, clusterName: roster.clusterName, clusterUuid: roster.clusterUuid },
    connect: () => openHostSession(flags, destination, asking),
    report: flags.dryRun
      ? show
      : journalledSteps(notebook, `node-${flags.readd ? 'readd' : 'add'} ${name}`, show),
    inTurn: turn,
    ...(flags.install && { bringPrograms: (session, place) => bringPrograms(session, { ...place, read }) }),
    ...(debianFile && {
      bringPrograms: (session, place) =>
        bringPackage(session, { ...place, read, ...debianFile, version: softwareVersion }),
    }),
    ...(flags.verbose && { hear: (line: string) => printNote(`${name}: ${line}`) }),
  };
  const there = debianFile ? debianPackage.directory : here;
  const { secondaryIp, nodeGroup: group, nodeParameters, vmCapable } = flags;
  const { remoteProgram = `${there}/quorate`, masterCapable } = flags;
  const witness = flags.witness === true || masterCapable === 'no';
  return [
    parts,
    {
      ...{ name, primaryIp, secondaryIp, witness, remoteProgram, group, nodeParameters },
      vmCapable: vmCapable && vmCapable === 'yes',
    },
  ];
}

const noForceJoin =
  "Note: --force-join has no effect: a host that is in a cluster leaves it first, with 'quorate node leave' there";

function refuseCapableWitness({ witness, masterCapable }: NodeAddFlags): void {
  if (witness && masterCapable === 'yes')
    throw new ClusterError('WRONG_INPUT', 'A witness never becomes master, so it is not master-capable', {
      hint: 'Give --witness or --master-capable yes, not both',
    });
}

async function programText(path: string): Promise<string> {
  const text = await diskFiles.readText(path);
  if (text !== undefined) return text;
  throw new ClusterError('HOST_UNFIT', `There is no program ${path} here that could be brought over`);
}

async function readPackage(typed: string): Promise<DebianFile> {
  const bytes = await diskFiles.readBytes(absolutePath(typed));
  // The archive that every Debian package is.
  if (bytes?.startsWith('!<arch>\ndebian-binary'))
    return { file: typed, content: Buffer.from(bytes, 'latin1') };
  throw new ClusterError(
    'WRONG_INPUT',
    bytes === undefined ? `There is no file ${typed}` : `${typed} is no Debian package`,
  );
}

function linesOf({ flags, context }: Run, { host, ok, node, aborted }: HostResult): readonly string[] {
  if (!ok) return [];
  if (aborted) return [...abortLines(aborted)];
  if (flags.dryRun) return [`${host} could join; nothing was changed`];
  const role = (node as { candidate: boolean }).candidate ? 'master candidate' : 'regular node';
  return [`${host} is a node of ${context.roster.clusterName} (${role})`];
}

const exposures = {
  nothing: 'it was given no secret',
  'shared-secrets': "it may keep secrets that all nodes share; renew the cluster's secrets",
  'cluster-key': "it may keep the cluster's key; renew the cluster certificate",
};

function abortLines({ name, wasNode, cleaned, exposed }: AbortedJoin): readonly string[] {
  const taken = wasNode ? `${name} was taken out of the cluster again` : `${name} is no node of the cluster`;
  return [taken, cleaned ? `${name} keeps nothing of it` : `${name} was not cleaned: ${exposures[exposed]}`];
}

function printFailure({ isOnlyHost }: Run, { host, error }: HostResult): void {
  if (!error) return;
  if (!isOnlyHost) printNote(`${host}:`);
  printError(error);
}

/**
 * Every path of the product, with its mode and what lies there: one table, under one root.
 *
 * Names paths and touches none of them. The names and modes of Ganeti's own files are Ganeti's, so that its
 * tools can read them (BEH-139).
 *
 * Counterpart in Ganeti: lib/pathutils.py, lib/tools/ensure_dirs.py.
 */
import { ClusterError } from '@quorate/domain/errors';
import { ssconfKeys, type SsconfKey } from '@quorate/domain/ssconf';

export interface LayoutEntry {
  /** Absolute. */
  readonly path: string;
  /** Permission bits; files are created with them, never widened to them. */
  readonly mode: number;
}

interface Row extends LayoutEntry {
  readonly what: string;
  /** Put there for the cluster, so a node that leaves deletes it. */
  readonly installed?: true;
}

const data = 'var/lib/quorate';
const run = 'run/quorate';
const log = 'var/log/quorate';

const place = (path: string, mode: number, what: string): Row => ({ path, mode, what });
const installed = (name: string, mode: number, what: string): Row => ({
  ...place(`${data}/${name}`, mode, what),
  installed: true,
});

/** Paths here are relative to the root. */
export const layoutTable = {
  dataDirectory: place(data, 0o755, 'all state of this node'),
  backupDirectory: place(`${data}/backup`, 0o700, 'replaced secrets; apart, so that they never trip an init'),
  stagingDirectory: place(
    `${data}/staging`,
    0o700,
    'what a join is about to put in place, and what was there before',
  ),
  joinsDirectory: place(`${data}/joins`, 0o700, 'joins that were begun on this master and have not ended'),
  settingsDirectory: place('etc/quorate', 0o755, 'what the administrator writes'),
  runDirectory: place(run, 0o755, 'what does not outlive a reboot'),
  socketDirectory: place(`${run}/socket`, 0o700, 'sockets; whoever can enter may command the daemons'),
  logDirectory: place(log, 0o750, 'logs of daemons that no service manager looks after'),

  clusterRecord: installed('cluster.json', 0o600, 'the authoritative record: configuration and what we add'),
  clusterRecordGeneration1: installed('cluster.json.1', 0o600, 'one of the three records before it'),
  clusterRecordGeneration2: installed('cluster.json.2', 0o600, 'one of the three records before it'),
  clusterRecordGeneration3: installed('cluster.json.3', 0o600, 'one of the three records before it'),
  roster: installed('roster.json', 0o644, 'who is in the cluster; written last, marks the ssconf generation'),
  voterRecord: installed('voter.json', 0o600, 'what this node granted and acknowledged'),
  journal: installed('journal.jsonl', 0o640, 'steps of the operations run here, as they went'),
  hostChanges: place(
    `${data}/host-changes.json`,
    0o600,
    'what this membership changed on the host outside the data directory; deleted after all other files',
  ),
  foundingRun: installed('founding.json', 0o600, 'an init or import that has not ended'),
  configData: installed('config.data', 0o640, "view: the configuration in Ganeti's format"),

  serverPem: installed('server.pem', 0o440, 'cluster certificate; with its key on candidates only'),
  trustedPem: installed(
    'trusted.pem',
    0o444,
    'while the cluster certificate is renewed: those that count beside that of server.pem',
  ),
  renewalFile: installed('renewal.json', 0o400, 'while keys are renewed: what this node holds of it'),
  repairs: installed(
    'repairs.json',
    0o400,
    'digests of certificates that were made by hand here, or for this node',
  ),
  clientPem: installed('client.pem', 0o440, 'view: the client certificate Ganeti looks at'),
  nodePem: installed('node.pem', 0o400, "this node's identity: key and certificate"),
  rapiPem: installed('rapi.pem', 0o440, "certificate of Ganeti's remote API"),
  spicePem: installed('spice.pem', 0o440, 'certificate of SPICE consoles'),
  spiceCaPem: installed('spice-ca.pem', 0o440, 'who signed spice.pem; certificate only'),
  hmacKey: installed('hmac.key', 0o440, "secret of Ganeti's query daemon"),
  clusterDomainSecret: installed('cluster-domain-secret', 0o640, 'signs data exchanged between clusters'),
  knownHosts: installed('known_hosts', 0o644, "view: the cluster's SSH host keys"),
  ganetiPubKeys: installed('ganeti_pub_keys', 0o600, "view: every node's SSH public key by UUID"),

  sshDirectory: place('etc/ssh', 0o755, "the SSH server's own; its public host keys are read"),
  settings: place('etc/quorate/settings.json', 0o644, "the daemons' settings; may be absent"),
  masterServicesDirectory: place('etc/quorate/master.d', 0o755, 'programs that run where the master is'),
  hooksDirectory: place(
    'etc/quorate/hooks',
    0o755,
    'programs run before and after a failover, or a change of the master IP',
  ),
  masterIpScript: place(
    'etc/quorate/scripts/master-ip-setup',
    0o755,
    "the site's own way to hold the master IP; same name and contract as Ganeti's, installed on every candidate",
  ),
  siteIallocatorDirectory: place(
    'usr/local/lib/ganeti/iallocators',
    0o755,
    "Ganeti's allocators of this site; looked into before the next",
  ),
  iallocatorDirectory: place('usr/lib/ganeti/iallocators', 0o755, "Ganeti's allocators"),
  fileStoragePaths: place(
    'etc/ganeti/file-storage-paths',
    0o644,
    'where file-based storage may lie on this node: the administrator writes it, Ganeti reads it too, nobody sends it',
  ),
  drbdHelper: place(
    'sys/module/drbd/parameters/usermode_helper',
    0o444,
    "the kernel's: the program its DRBD calls",
  ),
  drbdVersion: place('sys/module/drbd/version', 0o444, "the kernel's: which DRBD it has"),
  hostsFile: place('etc/hosts', 0o644, 'names that need no DNS'),
  accountsFile: place('etc/passwd', 0o644, 'where root is at home'),
  masterdSocket: place(`${run}/socket/masterd.sock`, 0o600, 'local commands to the master daemon'),
  nodedSocket: place(`${run}/socket/noded.sock`, 0o600, 'local commands to the node daemon'),
  masterdPid: place(`${run}/masterd.pid`, 0o644, 'process number of the master daemon'),
  nodedPid: place(`${run}/noded.pid`, 0o644, 'process number of the node daemon'),
  masterEnvironment: place(
    `${run}/master.env`,
    0o644,
    "the office's cluster, node, epoch, for systemd units",
  ),
  masterIpStarted: place(
    `${run}/master-ip.started`,
    0o644,
    "what the site's script was started with and is yet to be stopped with",
  ),
  masterdLog: place(`${log}/masterd.log`, 0o640, 'log of the master daemon'),
  nodedLog: place(`${log}/noded.log`, 0o640, 'log of the node daemon'),
  programsLog: place(`${log}/programs.log`, 0o640, 'what master services and hooks say'),
} as const satisfies Record<string, Row>;

export type LayoutName = keyof typeof layoutTable;

export type Layout = Readonly<Record<LayoutName, LayoutEntry>> & {
  readonly root: string;
  /** Host name of this node when many live on one machine; undefined on a host of its own, which is asked. */
  readonly hostnameFile: LayoutEntry | undefined;
};

/** Linux: sun_path holds 108 bytes, the last is the terminator. */
const socketPathLimit = 107;

/**
 * All places under an absolute root directory. Throws WRONG_INPUT for a relative root, HOST_UNFIT for one so
 * deep that a socket's path would not fit.
 */
export function layoutUnder(root: string): Layout {
  if (!root.startsWith('/'))
    throw new ClusterError('WRONG_INPUT', `The root directory must be an absolute path, not '${root}'`);
  const base = root.replace(/\/+$/, '');
  const entry = ({ path, mode }: LayoutEntry): LayoutEntry => ({ path: `${base}/${path}`, mode });
  const entries = Object.entries(layoutTable).map(([name, row]) => [name, entry(row)] as const);
  const layout = {
    ...(Object.fromEntries(entries) as Record<LayoutName, LayoutEntry>),
    root: base || '/',
    hostnameFile: base ? entry({ path: 'etc/hostname', mode: 0o644 }) : undefined,
  };
  checkSocketPath(layout.masterdSocket.path);
  checkSocketPath(layout.nodedSocket.path);
  return layout;
}

function checkSocketPath(path: string): void {
  const bytes = Buffer.byteLength(path);
  if (bytes <= socketPathLimit) return;
  throw new ClusterError(
    'HOST_UNFIT',
    `The socket path ${path} has ${bytes} bytes, at most ${socketPathLimit} fit`,
    {
      hint: 'Choose a root directory with a shorter path',
    },
  );
}

/** All paths of the table. */
export const layoutPaths = (layout: Layout): readonly string[] =>
  (Object.keys(layoutTable) as LayoutName[]).map((name) => layout[name].path);

/** A path as it is seen from the root of its node. */
export const seenFromRoot = ({ root }: Layout, path: string): string =>
  root !== '/' && path.startsWith(`${root}/`) ? path.slice(root.length) : path;

/** Where a path of the operator's lies: like everything, under the root. */
export const underRoot = (root: string, path: string): string => (root === '/' ? path : `${root}${path}`);

/** Where one value of Ganeti's simple store lies. */
export const ssconfPath = (layout: Layout, key: SsconfKey): LayoutEntry => ({
  path: `${layout.dataDirectory.path}/ssconf_${key}`,
  mode: 0o444,
});

export const clusterRecordGenerations = (layout: Layout): readonly LayoutEntry[] => [
  layout.clusterRecordGeneration1,
  layout.clusterRecordGeneration2,
  layout.clusterRecordGeneration3,
];

/**
 * What a node's leaving deletes: every file the cluster put there, backups of secrets excepted (their names
 * are known to the directory only). Secrets and the roster go last, so that a leave that was cut short can be
 * repeated by a node that still knows who it is; after them only what tells of an init that has not ended.
 */
export function installedEntries(layout: Layout): readonly LayoutEntry[] {
  const names = (Object.keys(layoutTable) as LayoutName[]).filter((name) => 'installed' in layoutTable[name]);
  const last: readonly LayoutName[] = ['roster', 'voterRecord', 'serverPem', 'nodePem', 'foundingRun'];
  const others = names.filter((name) => !last.includes(name));
  const ssconf = ssconfKeys.map((key) => ssconfPath(layout, key));
  return [...ssconf, ...[...others, ...last].map((name) => layout[name])];
}

/** What an init leaves: every file of the cluster but those that come with later changes. */
export function initialEntries(
  layout: Layout,
  { modifySshSetup }: { readonly modifySshSetup: boolean },
): readonly LayoutEntry[] {
  const ofRenewals = [layout.trustedPem, layout.renewalFile, layout.repairs];
  const later = [...clusterRecordGenerations(layout), ...ofRenewals, layout.foundingRun, layout.journal];
  const unwanted = modifySshSetup ? later : [...later, layout.ganetiPubKeys];
  return [...installedEntries(layout).filter((entry) => !unwanted.includes(entry)), layout.hostChanges];
}

/** What daemons leave outside the data directory; their pid files are deleted by whoever stops them. */
export const daemonEntries = (layout: Layout): readonly LayoutEntry[] => [
  layout.masterdSocket,
  layout.nodedSocket,
  layout.masterEnvironment,
  layout.masterdLog,
  layout.nodedLog,
  layout.programsLog,
];

/** Of root's own files for SSH, below its home directory. */
export interface RootSshFiles {
  readonly home: LayoutEntry;
  readonly directory: LayoutEntry;
  readonly authorizedKeys: LayoutEntry;
  readonly privateKey: LayoutEntry;
  readonly publicKey: LayoutEntry;
}

/** `home` is as /etc/passwd has it; the names are those that OpenSSH, and so Ganeti, looks for. */
export function rootSshFiles({ root }: Layout, home: string, keyType: string): RootSshFiles {
  const directory = underRoot(root, `${home === '/' ? '' : home}/.ssh`);
  return {
    home: { path: underRoot(root, home), mode: 0o700 },
    directory: { path: directory, mode: 0o700 },
    authorizedKeys: { path: `${directory}/authorized_keys`, mode: 0o600 },
    privateKey: { path: `${directory}/id_${keyType}`, mode: 0o600 },
    publicKey: { path: `${directory}/id_${keyType}.pub`, mode: 0o644 },
  };
}

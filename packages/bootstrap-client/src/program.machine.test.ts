/** The command line against roots on a real disk, with no daemon running: what it says, and its exit code. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layOutHost } from '@quorate/bootstrap/testing/init-host';
import { noteHostChange } from '@quorate/cluster-state/host-change-record';
import { ensureOwnDirectories } from '@quorate/cluster-state/host-directories';
import { layoutUnder } from '@quorate/cluster-state/layout';
import { withCandidacy, withParameters } from '@quorate/domain/configuration-changes';
import { protocolVersion, softwareVersion } from '@quorate/domain/software';
import { testSeconds, uuidOf } from '@quorate/domain/testing/drafts';
import { diskFiles } from '@quorate/platform/files';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { makeCluster } from './testing/make-cluster.ts';
import { jsonOf, quorate, quorateReading } from './testing/run-command.ts';

const made: string[] = [];
const newRoot = (): string => {
  const root = mkdtempSync(join(tmpdir(), 'quorate-program-'));
  made.push(root);
  return root;
};
const forget = (roots: readonly string[]) => {
  for (const root of roots) rmSync(root, { recursive: true, force: true });
};

/** Every file under the root with its text. */
const contentsOf = (root: string) =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path, readFileSync(path, 'utf8')]);

let cluster: string;
beforeAll(async () => {
  cluster = mkdtempSync(join(tmpdir(), 'quorate-program-'));
  await makeCluster(cluster);
});
afterAll(() => forget([cluster]));
afterEach(() => forget(made.splice(0)));

describe('the command line', () => {
  it('lists its commands', async () => {
    const { code, stdout } = await quorate('/', '--help');
    expect(code).toBe(0);
    for (const word of [
      'init',
      'master|getmaster',
      'votes',
      'status',
      'failover|master-failover',
      'export',
      'import',
      'destroy',
      'node',
    ])
      expect(stdout).toContain(word);
    expect(stdout, 'which people do not type').not.toContain('node-setup');
  });

  it.each([
    [['fly'], "error: unknown command 'fly'"],
    [['votes', '--fast'], "error: unknown option '--fast'"],
    [['init'], "error: missing required argument 'cluster-name'"],
    [['modify', '-C', 'many'], 'It must be a whole number'],
    [['init', 'c', '--primary-ip-version', '5'], "argument '5' is invalid. Allowed choices are 4, 6"],
  ])('%j is refused with exit 1 and one clear message', async (words, message) => {
    const { code, stdout, stderr } = await quorate(newRoot(), ...words);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr.split('\n')[0]).toContain(message);
    expect(stderr).toContain('quorate --help lists what there is');
  });

  it('a root that is no absolute path is refused', async () => {
    const { code, stderr } = await quorate('here', 'master');
    expect(code).toBe(1);
    expect(stderr).toContain("must be an absolute path, not 'here'");
  });

  it('tells what software this is', async () => {
    const ran = await quorate('/', 'version', '--json');
    expect(jsonOf(ran)).toEqual({
      software: softwareVersion,
      protocol: protocolVersion,
      configurationFormat: 3_000_000,
      node: process.version,
    });
    expect((await quorate('/', '--version')).stdout).toBe(`${softwareVersion}\n`);
    expect((await quorate('/', 'version')).stdout).toContain(`Protocol version: ${protocolVersion}\n`);
  });

  it.each([
    ['votes'],
    ['status'],
    ['verify'],
    ['activate-master-ip'],
    ['deactivate-master-ip'],
    ['node', 'list'],
    ['failover'],
    ['modify', '-C', '3'],
  ])('BEH-036 %s %s ends with exit 2 on a host of no cluster, saying how to get one', async (...words) => {
    const { code, stderr } = await quorate(newRoot(), ...words);
    expect(code).toBe(2);
    expect(stderr).toContain('No usable cluster state here (NOT_IN_CLUSTER)');
    expect(stderr).toContain("Hint: Make a cluster here with 'quorate init'");
  });
});

describe('quorate master', () => {
  const rootWith = (text: string): string => {
    const root = newRoot();
    mkdirSync(join(root, 'var/lib/quorate'), { recursive: true });
    writeFileSync(join(root, 'var/lib/quorate/ssconf_master_node'), text);
    return root;
  };

  it.each(['master', 'getmaster'])(
    'BEH-001 %s prints the name alone, without a second newline',
    async (word) => {
      expect(await quorate(rootWith('node3.lab.test\n'), word)).toEqual({
        code: 0,
        stdout: 'node3.lab.test\n',
        stderr: '',
      });
    },
  );

  it('BEH-002 ends with exit 2 if the file is missing', async () => {
    const { code, stdout, stderr } = await quorate(newRoot(), 'master');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('ssconf_master_node is missing');
  });

  it('BEH-002 with --json that is one object', async () => {
    const ran = await quorate(newRoot(), 'master', '--json');
    expect(ran.code).toBe(2);
    expect(jsonOf(ran)).toMatchObject({ error: { reason: 'NOT_IN_CLUSTER', exitCode: 2 } });
  });

  it('BEH-003 BEH-004 asks nobody: the answer of this disk, on any node', async () => {
    const ran = await quorate(cluster, '--json', 'master');
    expect(jsonOf(ran)).toEqual({ master: 'node1.lab.test' });
    expect(jsonOf(await quorate(rootWith('elsewhere.invalid\n'), 'master', '--json'))).toEqual({
      master: 'elsewhere.invalid',
    });
  });

  it('BEH-005 works on a host whose own name is none', async () => {
    const root = rootWith('node3.lab.test\n');
    mkdirSync(join(root, 'etc'));
    writeFileSync(join(root, 'etc/hostname'), '!!\n');
    expect((await quorate(root, 'master')).stdout).toBe('node3.lab.test\n');
  });

  it.each(['', '\n', 'NO MASTER\n'])('BEH-006 says that there is no master for %j', async (text) => {
    const { code, stderr } = await quorate(rootWith(text), 'master');
    expect(code).toBe(1);
    expect(stderr).toContain('(NO_MASTER)');
  });
});

describe('a command that needs confirming', () => {
  it.each([
    ['BEH-048', ['failover', '--no-voting']],
    ['BEH-048', ['master-failover', '--no-voting', '--json']],
    ['BEH-301', ['destroy']],
  ])('%s %j without it ends with exit 1, and nothing has changed', async (_beh, words) => {
    const before = contentsOf(cluster);
    const { code, stdout, stderr } = await quorate(cluster, ...words);
    expect(code).toBe(1);
    expect(stdout + stderr).toContain('CONFIRMATION_NEEDED');
    expect(stdout + stderr).toContain('--yes-do-it');
    expect(contentsOf(cluster)).toEqual(before);
  });

  it('BEH-049 with it asks no question', async () => {
    const { code, stderr } = await quorate(cluster, 'failover', '--no-voting', '--yes-do-it');
    expect(code).toBe(1);
    expect(stderr).toContain('(DAEMON_NOT_RUNNING)');
  });
});

describe('quorate destroy', () => {
  const destroy = (root: string) => quorate(root, 'destroy', '--yes-do-it');

  it('BEH-303 finishes one that was killed when only the record of changes was left', async () => {
    const root = newRoot();
    mkdirSync(join(root, 'etc'));
    writeFileSync(join(root, 'etc/hosts'), '127.0.0.11\tnode1.lab.test node1\n');
    const state = { files: diskFiles, layout: layoutUnder(root) };
    await ensureOwnDirectories(state);
    await noteHostChange(state, {
      hostsFile: [
        {
          path: state.layout.hostsFile.path,
          line: '127.0.0.11\tnode1.lab.test node1',
          replaced: null,
          endedLine: false,
          created: true,
        },
      ],
    });
    const { code, stdout } = await destroy(root);
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('What was left here'),
    });
    expect(readdirSync(root)).toEqual(['etc']);
    expect(readdirSync(join(root, 'etc'))).toEqual([]);
    expect(await destroy(root)).toMatchObject({ code: 2 });
  });
});

describe('quorate modify', () => {
  it.each(['0', '-5', '4294967297'])(
    'BEH-135 refuses a pool of %s, and nothing has changed',
    async (size) => {
      const before = contentsOf(cluster);
      const { code, stderr } = await quorate(cluster, 'modify', `--candidate-pool-size=${size}`);
      expect(code).toBe(1);
      expect(stderr).toContain(`Candidate pool size ${size} is not a whole number from 1`);
      expect(contentsOf(cluster)).toEqual(before);
    },
  );
});

describe('with no daemon running', () => {
  it('BEH-012 BEH-037 votes names both nodes and why, and ends with exit 1', async () => {
    const { code, stdout } = await quorate(cluster, 'votes');
    expect(code).toBe(1);
    expect(stdout.split('\n')).toEqual([
      'none from node1.lab.test: it refused the connection, so no daemon listens there',
      'none from node2.lab.test: it refused the connection, so no daemon listens there',
      'No majority: 0 valid votes of 2, 2 needed',
      '',
    ]);
  });

  it('status ends with exit 1 and shows what this disk knows of the nodes', async () => {
    const text = await quorate(cluster, 'status');
    expect(text.code).toBe(1);
    expect(text.stdout).toContain('Master:        no majority names one');
    expect(text.stdout).toContain('Majority:      NO, 2 of 2 needed');
    expect(text.stdout).toContain('Failover:      on command only\n');
    const ran = await quorate(cluster, 'status', '--json');
    expect(ran.code).toBe(1);
    expect(Object.keys(jsonOf(ran)).sort()).toEqual(
      [
        'automaticFailover',
        'certificates',
        'cluster',
        'electorate',
        'epoch',
        'healthy',
        'master',
        'masterDaemon',
        'masterIp',
        'needed',
        'nodes',
        'version',
      ].sort(),
    );
    expect(jsonOf(ran)).toMatchObject({
      master: null,
      masterDaemon: null,
      certificates: null,
      automaticFailover: { on: false, pause: null },
      nodes: [
        { reachable: false, priority: 50, pause: null },
        { reachable: false, priority: 50, pause: null },
      ],
    });
  });

  it('node list shows them as not reachable', async () => {
    const { code, stdout } = await quorate(cluster, 'node', 'list');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^node2\.lab\.test +C +127\.0\.0\.12( +-){2} +no( +-){5} +50 +-$/m);
  });

  it('verify finds errors, in words and in Ganeti’s parseable form', async () => {
    const readable = await quorate(cluster, 'verify');
    expect(readable.code).toBe(1);
    expect(readable.stdout).toContain('ERROR QMASTER cluster.lab.test: Only 0 of 2 needed votes were given');
    expect(readable.stdout).toMatch(/^Errors found: 3$/m);
    const parseable = await quorate(cluster, 'verify', '--error-codes');
    expect(parseable.stdout).toMatch(/^ERROR:ENODERPC:node:node1\.lab\.test:/m);
    expect(parseable.stdout).not.toContain('Errors found');
    expect(jsonOf(await quorate(cluster, 'verify', '--json'))).toMatchObject({ ok: false });
  });

  it('BEH-083 failover --json is one object with steps and error', async () => {
    const ran = await quorate(cluster, 'failover', '--json');
    expect(ran.code).toBe(1);
    expect(jsonOf(ran)).toMatchObject({
      master: null,
      steps: [],
      error: { reason: 'DAEMON_NOT_RUNNING', exitCode: 1 },
    });
  });
});

describe('of a cluster with priorities and pauses', () => {
  const nextHour = Math.ceil(Date.now() / 1000) + 3_600;
  const end = new Date(nextHour * 1000).toISOString();
  const why = 'it refused the connection, so no daemon listens there';
  let root: string;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'quorate-program-'));
    await makeCluster(root, (draft) => {
      const parameters = { automaticFailover: true, pausedUntilSeconds: nextHour };
      const wanted = { priority: 80, pausedUntilSeconds: null };
      return withCandidacy(
        withParameters(draft, parameters, testSeconds),
        uuidOf('node', 2),
        wanted,
        testSeconds,
      );
    });
  });
  afterAll(() => forget([root]));

  it('status shows which node is paused, and until when', async () => {
    const { stdout } = await quorate(root, 'status');
    expect(stdout).toContain(`Failover:      automatic, paused until ${end}\n`);
    expect(stdout).toMatch(new RegExp(`^node2\\.lab\\.test .* 80 +${why}; paused until resumed$`, 'm'));
    expect(stdout).toMatch(new RegExp(`^node1\\.lab\\.test .* 50 +${why}$`, 'm'));
  });

  it.each([['status'], ['node', 'list']])('%s %s --json has them under stable keys', async (...words) => {
    expect(jsonOf(await quorate(root, ...words, '--json'))).toMatchObject({
      nodes: [
        { priority: 50, pause: null },
        { priority: 80, pause: { until: null } },
      ],
    });
  });

  it('status --json has the pause of the cluster', async () => {
    expect(jsonOf(await quorate(root, 'status', '--json'))).toMatchObject({
      automaticFailover: { on: true, pause: { until: end } },
    });
  });

  it('node list has a column for each', async () => {
    const { stdout } = await quorate(root, 'node', 'list');
    expect(stdout).toMatch(/ PRIORITY +PAUSED$/m);
    expect(stdout).toMatch(/^node2\.lab\.test .* 80 +until resumed$/m);
  });
});

describe('quorate init', () => {
  const initOnLoopback = ['init', 'cluster.lab.test', '--master-netdev', 'lo', '--allow-loopback'];

  /** With a port of its own, where no other test's daemon listens. */
  const fitHost = (): string => {
    const root = newRoot();
    layOutHost(root);
    mkdirSync(join(root, 'etc/quorate'));
    writeFileSync(join(root, 'etc/quorate/settings.json'), '{"nodePort": 47831}');
    return root;
  };

  it('BEH-134 BEH-138 refused says everything at once, with exit 1, and nothing has changed', async () => {
    const before = contentsOf(cluster);
    const { code, stderr } = await quorate(
      cluster,
      'init',
      'cluster.lab.test',
      '-C',
      '0',
      '--master-netdev',
      'nothing0',
    );
    expect(code).toBe(1);
    expect(stderr).toContain('check-host: failed');
    for (const check of ['no-cluster-here', 'master-netdev-exists', 'candidate-pool-size-fits'])
      expect(stderr).toContain(`[${check}]`);
    expect(contentsOf(cluster)).toEqual(before);
  });

  it('BEH-138 tells ten mistakes as ten findings', async () => {
    const root = fitHost();
    const before = contentsOf(root);
    const wrong: readonly (readonly [string, string, string])[] = [
      ['--master-netmask', '33', 'netmask-fits'],
      ['--mac-prefix', '01:00:00', 'mac-prefix-is-usable'],
      ['--hypervisor-parameters', 'kvm:acpi=perhaps', 'hypervisor-parameters-fit'],
      ['-B', 'colour=red', 'backend-parameters-fit'],
      ['-N', 'mode=wired', 'nic-mode-is-known'],
      ['-D', 'rbd:access=outer', 'disk-access-is-known'],
      ['--ipolicy-vcpu-ratio', 'much', 'policy-ratios-fit'],
      ['--uid-pool', '9-3', 'uid-pool-fits'],
      ['-I', 'nowhere', 'iallocator-exists'],
      ['--user-shutdown', 'perhaps', 'user-shutdown-is-yes-or-no'],
    ];
    const words = wrong.flatMap(([flag, value]) => [flag, value]);
    const { code, stdout, stderr } = await quorate(root, ...initOnLoopback, ...words);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr.match(/(?<=\[)[a-z-]+(?=\])/g)).toEqual(wrong.map(([, , check]) => check));
    expect(contentsOf(root)).toEqual(before);
  });

  it('--dry-run shows what would be written, and writes nothing', async () => {
    const root = fitHost();
    const before = contentsOf(root);
    const { code, stdout } = await quorate(root, ...initOnLoopback, '--dry-run', '-B', 'memory=1g');
    expect(code).toBe(0);
    for (const words of [
      'Nothing was changed',
      'cluster.lab.test',
      '127.0.0.100/32 on lo',
      'node1.lab.test at 127.0.0.11',
      'maxmem=1024',
      `  ${root}/var/lib/quorate/cluster.json`,
      `  ${root}/etc/hosts gets the line '127.0.0.11 node1.lab.test node1' in the place of '127.0.0.11 node1.lab.test'`,
      `  ${root}/root/.ssh/id_rsa is made`,
      `  ${root}/root/.ssh/authorized_keys gets the line of ${root}/root/.ssh/id_rsa.pub`,
    ])
      expect(stdout).toContain(words);
    const alone = await quorate(root, ...initOnLoopback, '--dry-run', '--no-etc-hosts', '--no-ssh-init');
    expect(alone.stdout).not.toMatch(/Elsewhere|etc\/hosts|\.ssh|ganeti_pub_keys/);
    const { dryRun } = jsonOf(await quorate(root, ...initOnLoopback, '--dry-run', '--json'));
    expect(dryRun).toMatchObject({
      cluster: { name: 'cluster.lab.test', enabledHypervisors: ['fake'] },
      node: { name: 'node1.lab.test' },
      parameters: { beparams: { maxmem: 128 } },
    });
    expect(contentsOf(root)).toEqual(before);
  });

  it('--dry-run shows storage and its warnings too', async () => {
    const root = fitHost();
    mkdirSync(join(root, 'etc/ganeti'), { recursive: true });
    writeFileSync(join(root, 'etc/ganeti/file-storage-paths'), '/srv\n');
    const before = contentsOf(root);
    const flags = [
      '--enabled-disk-templates=file',
      '--file-storage-dir=/srv/disks',
      '--gluster-storage-dir=/g',
    ];
    const { code, stdout, stderr } = await quorate(root, ...initOnLoopback, '--dry-run', ...flags);
    expect(code).toBe(0);
    expect(stdout).toContain(`  ${root}/srv/disks\n`);
    expect(stdout).toMatch(/^Volume group +none$/m);
    expect(stderr).toContain('Warning: The directory /g is noted');
    const { dryRun } = jsonOf(await quorate(root, ...initOnLoopback, '--dry-run', '--json', ...flags));
    expect(dryRun).toMatchObject({ warnings: [expect.stringContaining('/g is noted')] });
    expect(contentsOf(root)).toEqual(before);
  });

  it('--dry-run is refused by the same checks', async () => {
    const { code, stderr } = await quorate(fitHost(), ...initOnLoopback, '--dry-run', '-C', '0');
    expect(code).toBe(1);
    expect(stderr).toContain('[candidate-pool-size-fits]');
  });

  it('--list-checks shows every check and what it looks at, without a name', async () => {
    const { code, stdout } = await quorate(newRoot(), 'init', '--list-checks');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^no-cluster-here +the record of a cluster/m);
    expect(stdout).toMatch(/^uid-pool-fits +--uid-pool$/m);
    const { checks } = jsonOf(await quorate(newRoot(), 'init', '--list-checks', '--json'));
    expect(checks).toContainEqual({ name: 'netmask-fits', looksAt: '--master-netmask' });
  });

  it('has its flags in groups', async () => {
    const { stdout } = await quorate('/', 'init', '--help');
    const groups = stdout.match(/^[A-Z].*:$/gm);
    expect(groups).toEqual([
      'Options:',
      'Without making a cluster:',
      'Network:',
      'Cluster:',
      'Storage:',
      'What instances get (key=value,flag,no_flag; -key for its default):',
      'Policy for instances:',
      'Stored for Ganeti, without effect on quorate itself:',
      'This host:',
    ]);
  });

  it.each([
    [['--vg-name='], 'volume-group-is-named', 'Without a volume group there can be no: drbd'],
    [['--drbd-usermode-helper='], 'drbd-helper-is-named', 'DRBD cannot be without a helper'],
    [['--vg-name=none'], 'volume-group-is-large-enough', "Volume group 'none' is missing"],
    [[], 'volume-group-is-large-enough', "Volume group 'xenvg' is missing"],
    [[], 'drbd-is-loaded', 'The kernel tells no helper of DRBD'],
    [['--file-storage-dir='], 'storage-directories-are-absolute', "'' of file"],
    [['--shared-file-storage-dir', 's'], 'storage-directories-are-absolute', "'s' of sharedfile"],
    [['--gluster-storage-dir', 'g'], 'storage-directories-are-absolute', "'g' of gluster"],
  ])('BEH-214 with all that needs storage enabled and %j: %s', async (flags, check, words) => {
    const templates = '--enabled-disk-templates=drbd,file,sharedfile,gluster';
    const { code, stderr } = await quorate(cluster, 'init', 'cluster.lab.test', templates, ...flags);
    expect(code).toBe(1);
    expect(stderr.split('\n').find((line) => line.includes(`[${check}]`))).toContain(words);
  });

  it('says what is wrong with the settings before anything else', async () => {
    const root = newRoot();
    mkdirSync(join(root, 'etc/quorate'), { recursive: true });
    writeFileSync(join(root, 'etc/quorate/settings.json'), '{"nodePort": 0, "colour": "red"}');
    const { code, stderr } = await quorate(root, 'init', 'c.lab.test');
    expect(code).toBe(1);
    expect(stderr).toMatch(/nodePort must be.*unknown key 'colour'/);
  });
});

describe('quorate export and import', () => {
  it('export says whom the directory is for, and what to do with it', async () => {
    const directory = join(newRoot(), 'ganeti');
    const { code, stdout } = await quorate(cluster, 'export', '--to', directory);
    expect(code).toBe(0);
    expect(stdout).toContain(`${directory} is a data directory for Ganeti 3.0.2 on node1.lab.test`);
    expect(stdout).toContain('stop Quorate on every node');
    const again = await quorate(cluster, 'export', '--to', directory, '--json');
    expect([again.code, jsonOf(again)]).toMatchObject([1, { error: { reason: 'WRONG_INPUT' } }]);
  });

  it.each([
    ['export', '--to'],
    ['import', '--from'],
  ])('%s needs %s', async (word, flag) => {
    const { code, stderr } = await quorate(newRoot(), word);
    expect(code).toBe(1);
    expect(stderr).toContain(`required option '${flag} <dir>' not specified`);
  });

  it('BEH-138 import refused says everything at once, with exit 1, and nothing has changed', async () => {
    const before = contentsOf(cluster);
    const { code, stderr } = await quorate(cluster, 'import', '--from', newRoot());
    expect(code).toBe(1);
    for (const check of ['no-cluster-here', 'configuration-is-readable'])
      expect(stderr).toContain(`[${check}]`);
    expect(contentsOf(cluster)).toEqual(before);
  });

  it('import --dry-run says what it would do and whom to join next', async () => {
    const sample = new URL('../../../test/samples/config.data.after-node-add', import.meta.url);
    const root = newRoot();
    mkdirSync(join(root, 'etc'));
    writeFileSync(join(root, 'etc/hostname'), 'node1.lab.test\n');
    const text = readFileSync(sample, 'utf8')
      .replaceAll('"10.99.0.', '"127.77.0.')
      .replaceAll('"eth0"', '"lo"');
    writeFileSync(join(root, 'config.data'), text);
    const { code, stdout } = await quorate(root, 'import', '--from', root, '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toContain('Cluster cluster.lab.test can be taken over; nothing was changed');
    expect(stdout).toContain('  quorate node add node2.lab.test    (was a master candidate)');
    expect(jsonOf(await quorate(root, 'import', '--from', root, '--dry-run', '--json'))).toMatchObject({
      dryRun: true,
      nodes: 3,
      toJoin: [{ name: 'node2.lab.test' }, { name: 'node3.lab.test' }],
    });
  });
});

describe('quorate node-setup', () => {
  const secret = '-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\n';

  it.each([
    ['install', `{"clusterName": "${secret}`],
    ['install', `garbage ${secret}`],
    ['install', JSON.stringify({ clusterName: secret })],
    ['install', JSON.stringify([secret])],
    ['request', `garbage ${secret}`],
    ['request', JSON.stringify({ nam: secret })],
  ])(
    'BEH-246 BEH-247 %s refuses what is no payload with exit 1, shows none of it and writes nothing',
    async (word, input) => {
      const root = newRoot();
      const { code, stdout, stderr } = await quorateReading(input, root, 'node-setup', word);
      expect(code).toBe(1);
      expect(stderr).toContain('(WRONG_INPUT)');
      expect(stdout + stderr).not.toMatch(/PRIVATE KEY|MIGH/);
      expect(contentsOf(root)).toEqual([]);
    },
  );

  it('refuses more than it would ever be sent', async () => {
    const { code, stderr } = await quorateReading('x'.repeat(2_000_000), newRoot(), 'node-setup', 'install');
    expect(code).toBe(1);
    expect(stderr).toContain('More than 1048576 bytes');
  });

  it('request answers with two certificate requests and the ports of the host’s own settings', async () => {
    const root = newRoot();
    mkdirSync(join(root, 'etc/quorate'), { recursive: true });
    writeFileSync(join(root, 'etc/quorate/settings.json'), '{"nodePort": 7001}');
    const ran = await quorateReading('{"name":"node9.lab.test"}', root, 'node-setup', 'request');
    expect(ran.code).toBe(0);
    expect(jsonOf(ran)).toEqual({
      certificateRequest: expect.stringContaining('BEGIN CERTIFICATE REQUEST'),
      clientCertificateRequest: expect.stringContaining('BEGIN CERTIFICATE REQUEST'),
      nodePort: 7001,
      masterPort: 1816,
      masterIpScript: 'missing',
    });
  });
});

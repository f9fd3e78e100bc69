/**
 * What `verify` finds in a real cluster: nothing while it is sound, exactly what was planted otherwise, and what of it
 * `--repair` mends. Planted are files and clocks; a node that is down, or cut off, is in the lab.
 */
import { chmodSync, readFileSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRsaKeyPair, createSelfSignedCertificate, splitPem } from '@quorate/platform/certificates';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommandResult } from '../loopback/command.ts';
import type { Host } from '../loopback/host-plan.ts';
import { awaitMaster } from '../loopback/story.ts';
import { changePoolSize, makeCluster, readState, stateDirectory } from './clusters.ts';
import type { TestCluster } from './clusters.ts';

let made: TestCluster;
beforeAll(async () => {
  made = await makeCluster(3);
});
afterAll(() => made?.end());

const verify = (host: Host, ...words: readonly string[]): Promise<CommandResult> =>
  made.cluster.quorate(host, ['verify', ...words]);
const linesOf = ({ stdout }: CommandResult): readonly string[] =>
  stdout.split('\n').filter((line) => line !== '');

/** The content changes, the mode stays. */
function overwrite(host: Host, name: string, text: string): void {
  const path = join(stateDirectory(host), name);
  const { mode } = statSync(path);
  chmodSync(path, 0o600);
  writeFileSync(path, text);
  chmodSync(path, mode);
}

const views = (host: Host): readonly (readonly [name: string, text: string])[] =>
  readdirSync(stateDirectory(host))
    .filter((name) => name.startsWith('ssconf_') || name === 'roster.json')
    .map((name) => [name, readState(host, name)] as const);

/** Preloaded into a program, its wall clock is five minutes fast; nothing else is. */
const fastClock = `
  const real = Date;
  globalThis.Date = class extends real {
    constructor(...given) { super(...(given.length === 0 ? [real.now() + 300_000] : given)); }
    static now() { return real.now() + 300_000; }
  };
`;

async function plantFaults({ world: { first, second, third } }: TestCluster): Promise<void> {
  // A lag that no master sees: the voter knows the newest version, its views are those before it.
  const before = views(third);
  await changePoolSize(made, first, 7);
  await awaitMaster(made.world, first, made.hosts, 40_000);
  const preload = join(made.cluster.plan.directory, 'fast-clock.cjs');
  writeFileSync(preload, fastClock);
  await made.cluster.kill(third);
  await made.cluster.startDaemons(third, { NODE_OPTIONS: `--require ${preload}` });
  await awaitMaster(made.world, first, made.hosts, 40_000);
  for (const [name, text] of before) overwrite(third, name, text);

  const { privateKeyPem } = await createRsaKeyPair();
  const wanted = { privateKeyPem, commonName: 'cluster.quorate.test', now: new Date(), days: 20 };
  const rapi = `${privateKeyPem}${await createSelfSignedCertificate(wanted)}`;
  for (const host of made.hosts) overwrite(host, 'rapi.pem', rapi);

  overwrite(third, 'hmac.key', `${'0'.repeat(40)}\n`);
  overwrite(third, 'server.pem', splitPem(readState(third, 'server.pem')).certificatePem ?? '');
  overwrite(second, 'config.data', '{}');
  chmodSync(join(stateDirectory(second), 'cluster-domain-secret'), 0o644);
  writeFileSync(join(stateDirectory(second), 'node.pem.pending'), 'x', { mode: 0o400 });
  const left = join(stateDirectory(first), '.roster.json.0123456789ab.tmp');
  writeFileSync(left, 'x');
  utimesSync(left, 1_000_000, 1_000_000);
}

const mended = [
  'WARNING:QLEFTOVER:node:n1.quorate.test:Left by interrupted writes: .roster.json.0123456789ab.tmp',
  'ERROR:ENODEFILECHECK:node:n2.quorate.test:/var/lib/quorate/cluster-domain-secret has mode 0644, and must have 0640',
  'ERROR:ENODEFILECHECK:node:n2.quorate.test:Not what the record says: config.data',
  expect.stringMatching(
    /^ERROR:ECLUSTERFILECHECK:node:n3\.quorate\.test:Its roster\.json is of epoch \d+, serial \d+, and it acknowledged epoch \d+, serial \d+$/,
  ),
];
const left = [
  "ERROR:ENODETIME:node:n3.quorate.test:Its clock differs by 300 s from this host's",
  'ERROR:ECLUSTERFILECHECK:cluster:cluster.quorate.test:hmac.key differs: one on n1.quorate.test, n2.quorate.test; another on n3.quorate.test',
  'ERROR:QCLUSTERKEY:node:n3.quorate.test:It is a candidate, and its server.pem lacks the private key of the cluster: as master it could add no node',
  "WARNING:QLEFTOVER:node:n2.quorate.test:Files in the data directory that are not the cluster's: node.pem.pending",
  'WARNING:ECLUSTERCERT:cluster:cluster.quorate.test:rapi.pem expires in 19 days',
];

describe.sequential('verify on a cluster of three', () => {
  it('finds nothing wrong, from every candidate', async () => {
    for (const host of made.hosts) {
      const { code, stdout, stderr } = await verify(host);
      expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'No errors found\n', stderr: '' });
    }
  });

  it('looks at one group, says what it looked at, and refuses what there is not', async () => {
    const { first } = made.world;
    const ran = await verify(first, '--node-group', 'default', '-v');
    expect({ code: ran.code, stdout: ran.stdout }).toEqual({ code: 0, stdout: 'No errors found\n' });
    for (const { name } of made.hosts) expect(ran.stderr).toContain(`Looked at ${name} (`);
    expect(ran.stderr).toContain('Check certificates-are-the-clusters: nothing found\n');
    const [unknown, clutter] = [
      await verify(first, '--node-group', 'attic'),
      await verify(first, '--verify-ssh-clutter'),
    ];
    expect([unknown.code, clutter.code]).toEqual([1, 1]);
    expect(unknown.stderr).toContain("There is no node group 'attic'");
    expect(clutter.stderr).toContain('does not manage SSH');
  });

  it('BEH-277 BEH-289 finds exactly what was planted', async () => {
    await plantFaults(made);
    const ran = await verify(made.world.first, '--error-codes');
    expect(ran.code).toBe(1);
    expect([...linesOf(ran)].sort()).toEqual(expect.arrayContaining([...mended, ...left]));
    expect(linesOf(ran)).toHaveLength(mended.length + left.length);
  });

  it('takes findings of a code that is ignored for warnings; there is no code but those there are', async () => {
    const words = ['ENODETIME', 'ECLUSTERFILECHECK', 'QCLUSTERKEY', 'ENODEFILECHECK'].flatMap((code) => [
      '-I',
      code,
    ]);
    const ran = await verify(made.world.first, ...words);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain('WARNING ENODETIME n3.quorate.test: Its clock differs by 300 s');
    expect(ran.stdout).toMatch(/\nNo errors found, warnings: 9\n$/);
    const unknown = await verify(made.world.first, '-I', 'EVIL');
    expect({ code: unknown.code, stdout: unknown.stdout }).toEqual({ code: 1, stdout: '' });
    expect(unknown.stderr).toContain('There is no error code EVIL');
  });

  it('--repair mends what is safe to mend, step by step, and looks again', async () => {
    const { first, second, third } = made.world;
    const secrets = ['hmac.key', 'server.pem', 'node.pem', 'voter.json'];
    const untouched = () => made.hosts.map((host) => secrets.map((name) => readState(host, name)));
    const before = untouched();
    const ran = await verify(first, '--repair', '--json');
    const told = JSON.parse(ran.stdout) as {
      ok: boolean;
      errors: number;
      warnings: number;
      findings: { check: string; code: string; name: string }[];
      repair: { before: object[]; steps: { name: string; status: string }[] };
    };
    expect(ran.code).toBe(1);
    expect(told).toMatchObject({ ok: false, errors: 3, warnings: 2 });
    expect(told.repair.before).toHaveLength(mended.length + left.length);
    expect(told.repair.steps.map(({ name, status }) => `${name}: ${status}`).sort()).toEqual([
      'mend-files n1.quorate.test: done',
      'mend-files n2.quorate.test: done',
      'send-configuration n2.quorate.test: done',
      'send-configuration n3.quorate.test: done',
    ]);
    expect(told.findings.map(({ check, name }) => `${check} ${name}`).sort()).toEqual([
      'certificates-last cluster.quorate.test',
      'clocks-agree n3.quorate.test',
      'cluster-key-place n3.quorate.test',
      'shared-files-are-equal cluster.quorate.test',
      'strangers n2.quorate.test',
    ]);
    expect(untouched()).toEqual(before);
    expect(JSON.parse(readState(second, 'config.data'))).toEqual(JSON.parse(readState(first, 'config.data')));
    expect(views(third)).toEqual(views(first));
    expect(statSync(join(stateDirectory(second), 'cluster-domain-secret')).mode & 0o777).toBe(0o640);
    expect(readdirSync(stateDirectory(first)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect(readFileSync(join(stateDirectory(second), 'node.pem.pending'), 'utf8')).toBe('x');
  });

  it('--repair runs on any candidate, and says what it did and what is left to the administrator', async () => {
    const { first, second } = made.world;
    overwrite(first, 'ssconf_node_list', 'n9.quorate.test\n');
    const ran = await verify(second, '--repair');
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/^send-configuration n1\.quorate\.test: done \(\d\.\d s\)$/m);
    const [before, after] = ran.stdout.split('After the repair:\n');
    expect(before).toContain(
      'ERROR ENODEFILECHECK n1.quorate.test: Not what the record says: ssconf_node_list',
    );
    expect(after).not.toContain('n1.quorate.test:');
    expect(after).toContain('Not mended by --repair: 5');
    expect(after).toContain('Errors found: 3, warnings: 2');
    expect(readState(first, 'ssconf_node_list')).toBe(readState(second, 'ssconf_node_list'));
    const again = await verify(second, '--repair');
    expect({ code: again.code, stderr: again.stderr }).toEqual({ code: 1, stderr: '' });
  });

  it('tells of a node that does not answer, and of one that is marked offline no more than that', async () => {
    const { first, third } = made.world;
    await made.cluster.kill(third);
    const down = await verify(first, '--error-codes');
    expect(down.stdout).toMatch(/^ERROR:ENODERPC:node:n3\.quorate\.test:.+$/m);
    expect(down.stdout).toMatch(
      /^ERROR:ENODENET:node:n2\.quorate\.test:It does not reach n3\.quorate\.test by its primary address, .+: nobody listens there$/m,
    );
    await made.cluster.mustQuorate(first, ['node', 'modify', third.name, '--offline', 'yes']);
    const offline = await verify(first, '--error-codes');
    expect(offline.stdout).toContain(
      'NOTICE:ENODERPC:node:n3.quorate.test:It is marked offline and was not asked\n',
    );
    expect(offline.stdout).not.toContain('ERROR:');
    expect(offline.code).toBe(0);
  });
});

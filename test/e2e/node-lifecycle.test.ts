/** Nodes that are demoted, promoted, taken offline and back, removed, and installed anew, by real daemons on loopback. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Host } from '../loopback/host-plan.ts';
import { processesUnder } from '../loopback/host-processes.ts';
import { asWanted, awaitSight, notYet } from '../loopback/observe.ts';
import { addNodeArguments } from '../loopback/cluster.ts';
import { awaitMaster } from '../loopback/story.ts';
import { nodeIn } from '../loopback/status.ts';
import { makeCluster, readState, stateDirectory } from './clusters.ts';
import type { TestCluster } from './clusters.ts';

/** A look of the master, what it pushes, and a slow machine. */
const limitMs = 30_000;

const holdsKey = (host: Host): boolean => readState(host, 'server.pem').includes('PRIVATE KEY');
const holdsConfiguration = (host: Host): boolean =>
  ['config.data', 'cluster.json'].some((name) => existsSync(join(stateDirectory(host), name)));
const ssconf = (host: Host, key: string): readonly string[] =>
  readState(host, `ssconf_${key}`)
    .split('\n')
    .filter((line) => line !== '');

interface Record {
  readonly ours: {
    readonly nodes: {
      readonly [uuid: string]: { readonly mayHoldClusterKey?: boolean; certificateSha256: string };
    };
    readonly revoked?: readonly {
      readonly name: string;
      readonly certificateSha256: string;
      readonly why: string;
    }[];
    readonly exposed?: readonly { readonly name: string; readonly secrets: readonly string[] }[];
  };
  readonly configuration: {
    readonly cluster: { readonly candidate_certs: { readonly [uuid: string]: string } };
    readonly nodes: { readonly [uuid: string]: { readonly name: string } };
  };
}
const recordOf = (host: Host): Record => JSON.parse(readState(host, 'cluster.json')) as Record;
const uuidIn = (record: Record, { name }: Host): string =>
  Object.entries(record.configuration.nodes).find(([, node]) => node.name === name)?.[0] ?? '';

async function until(wanted: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const look = async () => ((await isSo()) ? asWanted(wanted) : notYet('it is not so'));
  await awaitSight(look, { wanted, limitMs });
}

describe.sequential('the role of a node', () => {
  let made: TestCluster;
  beforeAll(async () => {
    made = await makeCluster(3);
  });
  afterAll(() => made?.end());

  const modify = (...words: string[]) => made.cluster.quorate(made.world.first, ['node', 'modify', ...words]);
  const mustModify = (...words: string[]) =>
    made.cluster.mustQuorate(made.world.first, ['node', 'modify', ...words]);

  it('BEH-263 BEH-264 is refused in words where it cannot be', async () => {
    const { first, second, third } = made.world;
    const cases: [string[], string][] = [
      [[first.name, '-D', 'yes'], 'WRONG_INPUT'],
      [[second.name, '-D', 'yes', '-O', 'yes'], 'WRONG_INPUT'],
      [[third.name, '-C', 'yes', '--master-capable', 'no'], 'NODE_UNFIT'],
      [[third.name, '-s', '192.0.2.9'], 'WRONG_INPUT'],
      [[third.name, '--node-parameters', 'speed=9'], 'WRONG_INPUT'],
      [[third.name], 'WRONG_INPUT'],
    ];
    const before = recordOf(first);
    for (const [words, reason] of cases) {
      const { code, stdout, stderr } = await modify(...words);
      expect([words, code, stdout]).toEqual([words, 1, '']);
      expect(stderr).toContain(`(${reason})`);
    }
    expect(recordOf(first)).toEqual(before);
  });

  it('BEH-267 of a candidate that is demoted: key and configuration are gone, and that is noticed', async () => {
    const { first, third } = made.world;
    expect([holdsKey(third), holdsConfiguration(third)]).toEqual([true, true]);
    await mustModify(third.name, '-C', 'no', '--auto-promote');
    await until('n3 to be rid of it', () => !holdsKey(third) && !holdsConfiguration(third));
    const uuid = uuidIn(recordOf(first), third);
    expect(recordOf(first).configuration.cluster.candidate_certs).not.toHaveProperty(uuid);
    await until('the master to know', () => recordOf(first).ours.nodes[uuid]?.mayHoldClusterKey !== true);
    const { code, stderr } = await made.cluster.quorate(third, ['failover']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('NOT_A_MASTER_CANDIDATE')]);
  });

  it('BEH-261 of one that is promoted: it has the key, the configuration, and its digest in one change', async () => {
    const { first, third } = made.world;
    await mustModify(third.name, '-C', 'yes');
    const record = recordOf(first);
    expect(record.configuration.cluster.candidate_certs).toHaveProperty(uuidIn(record, third));
    expect([holdsKey(third), recordOf(third)]).toEqual([true, record]);
    await made.cluster.mustQuorate(third, ['failover']);
    expect(await awaitMaster(made.world, third, made.hosts)).toContain('is master');
    await made.cluster.mustQuorate(first, ['failover']);
    expect(await awaitMaster(made.world, first, made.hosts)).toContain('is master');
  });

  it('drained and back is a candidate again', async () => {
    const { first, third } = made.world;
    await mustModify(third.name, '-D', 'yes', '--auto-promote');
    expect(nodeIn(await made.cluster.status(first), third.name).role).toBe('drained');
    await until('n3 to be rid of it', () => !holdsKey(third));
    const { stderr } = await mustModify(third.name, '-D', 'no');
    expect(stderr).toContain('becomes a master candidate');
    expect([holdsKey(third), nodeIn(await made.cluster.status(first), third.name).role]).toEqual([
      true,
      'candidate',
    ]);
  });

  it('BEH-260 BEH-261 a pool that would be too small needs another to be promoted, and one that grows promotes', async () => {
    const { first, second, third } = made.world;
    const pool = (size: string) => made.cluster.mustQuorate(first, ['modify', '--candidate-pool-size', size]);
    await pool('2');
    await mustModify(third.name, '-C', 'no');
    await until('n3 to be rid of it', () => !holdsKey(third));
    const { code, stderr } = await modify(second.name, '-C', 'no');
    expect([code, stderr]).toEqual([1, expect.stringContaining('(TOO_FEW_CANDIDATES)')]);
    const promoted = await mustModify(second.name, '-C', 'no', '--auto-promote');
    expect(promoted.stderr).toBe(`${third.name} is now a master candidate\n`);
    expect([holdsKey(third), recordOf(third)]).toEqual([true, recordOf(first)]);
    await mustModify(third.name, '-C', 'no', '--auto-promote');
    await until('n3 to be rid of it', () => !holdsKey(third));
    await pool('10');
    const record = recordOf(first);
    expect(record.configuration.cluster.candidate_certs).toHaveProperty(uuidIn(record, third));
    expect([holdsKey(third), recordOf(third)]).toEqual([true, record]);
  });

  it('BEH-265 BEH-272 offline: skipped, taken back only if it answers, and then brought up to date', async () => {
    const { first, third } = made.world;
    await made.cluster.kill(third);
    await mustModify(third.name, '-O', 'yes');
    expect(ssconf(first, 'offline_nodes')).toEqual([third.name]);
    const { code, stderr } = await modify(third.name, '-O', 'no');
    expect([code, stderr]).toEqual([1, expect.stringContaining('(NODE_UNFIT)')]);
    expect(stderr).toContain('quorate node readd');
    await made.cluster.mustQuorate(first, ['modify', '--candidate-pool-size', '9']);
    await made.cluster.startDaemons(third);
    await mustModify(third.name, '-O', 'no');
    expect(recordOf(third)).toEqual(recordOf(first));
    expect(holdsKey(third)).toBe(true);
  });

  it('node list and node info show it', async () => {
    const { first, third } = made.world;
    const { stdout } = await made.cluster.mustQuorate(third, [
      'node',
      'list',
      '-o',
      'name,role,sip,master_capable',
    ]);
    expect(stdout.split('\n')[0]).toMatch(/^NODE +ROLE +SECONDARY +MC$/);
    expect(stdout).toMatch(new RegExp(`^${first.name} +M +${first.address} +Y$`, 'm'));
    const bare = await made.cluster.mustQuorate(third, [
      'node',
      'list',
      first.name,
      '--no-headers',
      '--separator',
      '|',
    ]);
    expect(bare.stdout).toMatch(new RegExp(`^${first.name}\\|M\\|`));
    expect(bare.stdout.trimEnd().split('\n')).toHaveLength(1);
    const wrong = await made.cluster.quorate(third, ['node', 'list', '-o', 'name,colour']);
    expect([wrong.code, wrong.stderr]).toEqual([14, expect.stringContaining('no field colour')]);
    const info = await made.cluster.mustQuorate(third, ['node', 'info', first.name, '--json']);
    const { nodes } = JSON.parse(info.stdout) as {
      nodes: { name: string; letter: string; details: object }[];
    };
    expect(nodes).toMatchObject([
      { name: first.name, letter: 'M', details: { masterCapable: true, group: 'default', instances: [] } },
    ]);
  });
});

describe.sequential('a node that is removed', () => {
  let made: TestCluster;
  beforeAll(async () => {
    made = await makeCluster(4);
  });
  afterAll(() => made?.end());

  const fourth = (): Host => made.hosts[3] as Host;
  const remove = (host: Host) =>
    made.cluster.quorate(made.world.first, ['node', 'remove', host.name, '--json']);

  it('BEH-268 is not the master', async () => {
    const { first } = made.world;
    const { code, stdout } = await remove(first);
    expect([code, stdout]).toEqual([1, expect.stringContaining('"WRONG_INPUT"')]);
    expect(await awaitMaster(made.world, first, made.hosts)).toContain('is master');
  });

  it('BEH-304 leaves: it stops serving, and keeps nothing of the cluster', async () => {
    const { first, second, third } = made.world;
    const { code, stdout } = await remove(third);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      node: { name: third.name },
      left: true,
      exposed: [],
      warnings: [],
    });
    expect(recordOf(first).ours.exposed ?? []).toEqual([]);
    expect(ssconf(second, 'node_list')).not.toContain(third.name);
    await until('n3 to be empty', () =>
      processesUnder(third.root).every(({ program }) => program === 'sshd'),
    );
    expect(existsSync(join(stateDirectory(third), 'roster.json'))).toBe(false);
    expect((await made.cluster.quorate(third, ['master'])).code).toBe(2);
  });

  it('may be added again as a new one', async () => {
    const { first, third } = made.world;
    await made.cluster.addNode(first, third);
    expect(await awaitMaster(made.world, first, made.hosts)).toContain('is master');
  });

  it('BEH-269 that is dead goes all the same, and what it knows is listed', async () => {
    const { first, second } = made.world;
    await made.cluster.kill(fourth());
    const { code, stdout } = await remove(fourth());
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      left: false,
      exposed: ['cluster-key', 'hmac-key', 'cluster-domain-secret', 'rapi-key', 'spice-key'],
      warnings: [expect.stringContaining('Telling it that it was removed')],
    });
    const status = await made.cluster.mustQuorate(second, ['status']);
    expect(status.stdout).toMatch(
      new RegExp(`^Exposed: +cluster-key, which ${fourth().name} may still know$`, 'm'),
    );
    expect(await awaitMaster(made.world, first, [first, second, made.world.third])).toContain('is master');
  });

  it('BEH-270 that comes back is refused by every node it calls, with a line in their logs', async () => {
    const { first, second, third } = made.world;
    await made.cluster.startDaemons(fourth());
    const { stdout } = await made.cluster.quorate(fourth(), ['status', '--json']);
    const report = JSON.parse(stdout) as { healthy: boolean; nodes: { name: string; reason?: string }[] };
    expect(report.healthy).toBe(false);
    for (const host of [first, second, third]) {
      expect(report.nodes.find(({ name }) => name === host.name)?.reason).toContain('was removed from');
      await until('a line in the log', () =>
        nodedLog(host).some((line) => line.includes('was removed from')),
      );
    }
    expect((await made.cluster.quorate(fourth(), ['failover'])).code).toBe(1);
    expect(await awaitMaster(made.world, first, [first, second, third])).toContain('is master');
  });

  it('can be cleaned where it is', async () => {
    const wanted = await made.cluster.quorate(fourth(), ['node', 'leave']);
    expect([wanted.code, wanted.stderr]).toEqual([1, expect.stringContaining('CONFIRMATION_NEEDED')]);
    await made.cluster.mustQuorate(fourth(), ['node', 'leave', '--yes-do-it']);
    expect((await made.cluster.quorate(fourth(), ['master'])).code).toBe(2);
    expect(processesUnder(fourth().root)).toEqual([]);
  });
});

const nodedLog = (host: Host): readonly string[] =>
  ['noded.log', 'masterd.log'].flatMap((name) => readLog(host, name).split('\n'));

function readLog(host: Host, name: string): string {
  return readState({ ...host, root: host.root }, `../../log/quorate/${name}`);
}

describe.sequential('a node that is installed anew', () => {
  let made: TestCluster;
  beforeAll(async () => {
    made = await makeCluster(3);
  });
  afterAll(() => made?.end());

  const readd = (host: Host) => {
    const [, , , ...flags] = addNodeArguments(host, made.cluster.operator);
    return made.cluster.quorate(made.world.first, ['node', 'readd', host.name, ...flags]);
  };

  it('BEH-253 is one that is known', async () => {
    const { first } = made.world;
    const { code, stderr } = await made.cluster.quorate(first, ['node', 'readd', 'n9.example.test']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('(NODE_UNKNOWN)')]);
  });

  it('keeps its UUID, and has a new key, the old certificate being revoked; nothing is deleted by hand', async () => {
    const { first, third } = made.world;
    const before = recordOf(first);
    const uuid = uuidIn(before, third);
    const old = before.ours.nodes[uuid]?.certificateSha256;
    const key = readState(third, 'node.pem');
    await made.cluster.mustQuorate(first, ['node', 'modify', third.name, '--priority', '70']);
    const { code, stderr } = await readd(third);
    expect([code, stderr]).toEqual([0, expect.stringContaining('clear-host: done')]);
    const after = recordOf(first);
    expect(uuidIn(after, third)).toBe(uuid);
    expect(after.ours.nodes[uuid]).toMatchObject({ priority: 70 });
    expect(after.ours.nodes[uuid]?.certificateSha256).not.toBe(old);
    expect(after.ours.revoked).toMatchObject([{ name: third.name, certificateSha256: old, why: 'replaced' }]);
    expect(readState(third, 'node.pem')).not.toBe(key);
    expect(await awaitMaster(made.world, first, made.hosts)).toContain('is master');
    expect(nodeIn(await made.cluster.status(first), third.name).role).toBe('candidate');
  });

  it('comes back from offline, too, with a host that lost everything', async () => {
    const { first, second } = made.world;
    await made.cluster.kill(second);
    await made.cluster.mustQuorate(first, ['node', 'modify', second.name, '-O', 'yes']);
    await made.cluster.startSshd(second);
    expect((await readd(second)).code).toBe(0);
    expect(await awaitMaster(made.world, first, made.hosts)).toContain('is master');
    await made.cluster.mustQuorate(second, ['failover']);
    expect(await awaitMaster(made.world, second, made.hosts)).toContain('is master');
  });
});

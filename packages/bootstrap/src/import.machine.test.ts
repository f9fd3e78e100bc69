/** Import on a real disk: a cluster that Ganeti wrote, moved to loopback addresses; daemons only note their orders. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layoutUnder } from '@quorate/cluster-state/layout';
import { readClusterRecord } from '@quorate/cluster-state/record-store';
import { readRoster, ssconfComplete } from '@quorate/cluster-state/roster-store';
import { readNodeIdentity } from '@quorate/cluster-state/secrets';
import { defaultSettings } from '@quorate/cluster-state/settings';
import { readVoterRecord } from '@quorate/cluster-state/voter-store';
import { canonicalJson } from '@quorate/domain/canonical-json';
import type { Configuration } from '@quorate/domain/configuration';
import { issuedBy, splitPem } from '@quorate/platform/certificates';
import { systemClock } from '@quorate/platform/clock';
import { diskFiles } from '@quorate/platform/files';
import { testAuthority } from '@quorate/platform/testing/certificates';
import { afterEach, describe, expect, it } from 'vitest';
import { importCluster, importSteps } from './import.ts';
import { failureOf } from './testing/failure-of.ts';
import { fakeDaemons } from './testing/fake-daemons.ts';
import { layOutHost } from './testing/init-host.ts';

const sample = new URL('../../../test/samples/config.data.after-node-add', import.meta.url);
const text = readFileSync(sample, 'utf8').replaceAll('"10.99.0.', '"127.0.0.').replaceAll('"eth0"', '"lo"');
const written = JSON.parse(text) as Configuration;
/** Where nobody listens. */
const ganetiNodePort = 47_841;

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

/** node1.lab.test with Ganeti's directory beside ours. */
/** The master's line in Ganeti's file of public keys. */
const theirKey = `${(JSON.parse(text) as Configuration).cluster.master_node} ssh-rsa AAAAB3NzaC1yc2EA root@node1`;

function host(configData = text) {
  const root = mkdtempSync(join(tmpdir(), 'quorate-import-'));
  roots.push(root);
  layOutHost(root);
  const directory = join(root, 'var/lib/ganeti');
  mkdirSync(directory, { recursive: true });
  const put = (name: string, content: string) => writeFileSync(join(directory, name), content);
  put('config.data', configData);
  put('ssconf_master_node', 'node1.lab.test\n');
  put('hmac.key', `${'ab'.repeat(20)}\n`);
  put('cluster-domain-secret', 'domain secret\n');
  put('ganeti_pub_keys', `${theirKey}\ngone ssh-rsa AAAAB3NzaC1yc2EB root@gone\n`);
  const state = { files: diskFiles, layout: layoutUnder(root) };
  const daemons = fakeDaemons();
  const parts = {
    state,
    daemons,
    settings: defaultSettings,
    clock: systemClock,
    report: () => undefined,
    awaitNodeDaemon: () => Promise.resolve(),
    awaitMasterDaemon: () => Promise.resolve(),
  };
  const run = (dryRun = false) => importCluster(parts, { directory, dryRun, ganetiNodePort });
  const ours = (name: string) => readFileSync(join(root, 'var/lib/quorate', name), 'utf8');
  return { root, state, daemons, directory, put, run, ours };
}

const contentsOf = (root: string) =>
  readdirSync(root, { recursive: true, withFileTypes: true }).map((entry) => {
    const path = join(entry.parentPath, entry.name);
    return entry.isFile() ? [path, readFileSync(path, 'utf8')] : [path];
  });

describe('import', () => {
  it('BEH-162 takes over what Ganeti wrote, and reports what it did', async () => {
    const { run, state, daemons } = host();
    const { record, toJoin, kept, master } = await run();
    expect(canonicalJson(await readClusterRecord(state))).toBe(canonicalJson(record));
    expect(record?.configuration.cluster).toMatchObject({
      uuid: written.cluster.uuid,
      hvparams: written.cluster.hvparams,
      ipolicy: written.cluster['ipolicy'],
    });
    expect(toJoin.map(({ name, was }) => [name, was])).toEqual([
      ['node2.lab.test', 'candidate'],
      ['node3.lab.test', 'candidate'],
    ]);
    expect(kept).toEqual(['hmacKey', 'clusterDomainSecret']);
    expect(master.name).toBe('node1.lab.test');
    expect(daemons.orders).toEqual(['start noded', 'start masterd']);
    expect(Object.keys(importSteps)).toHaveLength(7);
  });

  it('makes a node that knows itself: identity, voter record, views', async () => {
    const { run, state, ours } = host();
    const { record, master } = await run();
    const { uuid: clusterUuid } = written.cluster;
    expect(await readNodeIdentity(state)).toMatchObject({ clusterUuid, nodeUuid: master.uuid });
    expect(await readVoterRecord(state)).toMatchObject({
      epoch: 1,
      grantedTo: master.uuid,
      version: record?.version,
    });
    const roster = await readRoster(state);
    expect(roster.nodes.map(({ role }) => role)).toEqual(['master', 'offline', 'offline']);
    expect(await ssconfComplete(state, roster)).toBe(true);
    expect(ours('config.data')).toBe(`${canonicalJson(record?.configuration)}\n`);
  });

  it('keeps the secrets that fit, and makes what Ganeti lacks', async () => {
    const { run, ours, put } = host();
    const { certificatePem, privateKeyPem } = await testAuthority();
    const theirs = `${privateKeyPem}${certificatePem}`;
    for (const name of ['server.pem', 'client.pem', 'rapi.pem']) put(name, theirs);
    put('spice.pem', 'no certificate');
    put('spice-ca.pem', certificatePem);
    await run();
    expect(ours('rapi.pem')).toBe(theirs);
    expect(ours('hmac.key')).toBe(`${'ab'.repeat(20)}\n`);
    expect(ours('cluster-domain-secret')).toBe('domain secret\n');
    expect(ours('ganeti_pub_keys')).toBe(`${theirKey}\n`);
    const { certificatePem: ca = '' } = splitPem(ours('server.pem'));
    expect(ca).not.toContain(certificatePem.trim());
    for (const name of ['node.pem', 'client.pem'])
      expect([name, issuedBy(splitPem(ours(name)).certificatePem ?? '', ca)]).toEqual([name, true]);
    expect(splitPem(ours('spice.pem')).privateKeyPem).toBeDefined();
    expect(ours('spice-ca.pem')).not.toBe(certificatePem);
  });

  it('leaves Ganeti’s directory as it is, and with --dry-run everything', async () => {
    const { run, root, directory } = host();
    const [before, theirs] = [contentsOf(root), contentsOf(directory)];
    const { record, toJoin } = await run(true);
    expect([record, toJoin.length]).toEqual([undefined, 2]);
    expect(contentsOf(root)).toEqual(before);
    await run();
    expect(contentsOf(directory)).toEqual(theirs);
  });

  it.each([
    ['BEH-163 of Ganeti 2.16', text.replace('3000000', '2160000'), 'STATE_CORRUPT', 'written by Ganeti 2.16'],
    ['BEH-163 of Ganeti 3.1', text.replace('3000000', '3010000'), 'STATE_TOO_NEW', 'written by Ganeti 3.1'],
    ['cut short', text.slice(0, 1000), 'STATE_CORRUPT', 'it is not JSON'],
    [
      'of another master',
      text.replaceAll('node1.', 'node9.'),
      'STATE_CORRUPT',
      "the cluster's master is node9",
    ],
  ])('refuses a configuration %s and touches nothing', async (_, configData, reason, words) => {
    const { run, root, daemons } = host(configData);
    const before = contentsOf(root);
    const error = await failureOf(run());
    expect(error).toMatchObject({ reason, message: expect.stringContaining(words) });
    expect(error.hint).toContain('Nothing was changed');
    expect(contentsOf(root)).toEqual(before);
    expect(daemons.orders).toEqual([]);
  });

  it('is not repeated over a cluster that is there', async () => {
    const { run } = host();
    await run();
    expect(await failureOf(run())).toMatchObject({ reason: 'CLUSTER_EXISTS' });
  });
});

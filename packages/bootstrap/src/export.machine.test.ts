/** Export on a real disk: what lies in the directory, and when there is none. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { layoutUnder } from '@quorate/cluster-state/layout';
import { readClusterRecord } from '@quorate/cluster-state/record-store';
import { defaultSettings } from '@quorate/cluster-state/settings';
import { publishRecord } from '@quorate/cluster-state/views';
import { withCandidacy } from '@quorate/domain/configuration-changes';
import { seal } from '@quorate/domain/record';
import { ssconfKeys } from '@quorate/domain/ssconf';
import { systemClock } from '@quorate/platform/clock';
import { sha256Hex } from '@quorate/platform/digest';
import { diskFiles } from '@quorate/platform/files';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportCluster } from './export.ts';
import { initCluster } from './init.ts';
import { failureOf } from './testing/failure-of.ts';
import { fakeDaemons } from './testing/fake-daemons.ts';
import { initOptions, layOutHost } from './testing/init-host.ts';

let root: string;
const stateHere = () => ({ files: diskFiles, layout: layoutUnder(root) });

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'quorate-export-'));
  layOutHost(root);
  const parts = {
    state: stateHere(),
    settings: { ...defaultSettings, nodePort: 47_831 },
    clock: systemClock,
    daemons: fakeDaemons(),
    report: () => undefined,
    awaitNodeDaemon: () => Promise.resolve(),
    awaitMasterDaemon: () => Promise.resolve(),
  };
  await initCluster(parts, initOptions);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const modesIn = (directory: string) =>
  Object.fromEntries(
    readdirSync(directory).map((name) => [name, statSync(join(directory, name)).mode & 0o7777]),
  );

describe('export', () => {
  it('BEH-139 BEH-161 writes every file Ganeti wants, with its mode and the meaning of ours', async () => {
    const directory = join(root, 'for/ganeti');
    const { node, files, notes } = await exportCluster(stateHere(), directory);
    expect(node.name).toBe('node1.lab.test');
    expect(notes).toEqual([]);
    expect(modesIn(directory)).toEqual({
      'config.data': 0o640,
      'server.pem': 0o440,
      'client.pem': 0o440,
      'rapi.pem': 0o440,
      'spice.pem': 0o440,
      'spice-ca.pem': 0o440,
      'hmac.key': 0o440,
      'cluster-domain-secret': 0o640,
      known_hosts: 0o644,
      ganeti_pub_keys: 0o600,
      ...Object.fromEntries(ssconfKeys.map((key) => [`ssconf_${key}`, 0o444])),
    });
    expect(files.at(-1)).toBe('config.data');
    const record = await readClusterRecord(stateHere());
    const text = readFileSync(join(directory, 'config.data'), 'utf8');
    expect(JSON.parse(text)).toEqual(record?.configuration);
    expect(text, 'nothing of ours, for Ganeti refuses unknown keys').not.toContain('certificateSha256');
    for (const name of ['server.pem', 'ssconf_master_node', 'hmac.key'])
      expect(readFileSync(join(directory, name), 'utf8')).toBe(
        readFileSync(join(root, 'var/lib/quorate', name), 'utf8'),
      );
  });

  it('takes an empty directory as it is', async () => {
    const directory = join(root, 'empty');
    mkdirSync(directory, { mode: 0o700 });
    await exportCluster(stateHere(), directory);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
  });

  it.each([
    ['that holds something', 'full', 'is not empty: it holds notes'],
    ['that is a file', 'full/notes', 'is not a directory'],
  ])('refuses a directory %s, and leaves it alone', async (_, name, words) => {
    mkdirSync(join(root, 'full'), { recursive: true });
    writeFileSync(join(root, 'full/notes'), '');
    const error = await failureOf(exportCluster(stateHere(), join(root, name)));
    expect(error).toMatchObject({ reason: 'WRONG_INPUT', message: expect.stringContaining(words) });
    expect(readdirSync(join(root, 'full'))).toEqual(['notes']);
  });

  it('says what Ganeti will complain of', async () => {
    const record = await readClusterRecord(stateHere());
    if (!record) throw new Error('no record');
    const { cluster } = record.configuration;
    const changed = withCandidacy(record, cluster.master_node, { priority: 70 }, 1);
    const managed = { ...changed.configuration.cluster, modify_ssh_setup: true, candidate_certs: {} };
    const draft = { ...changed, configuration: { ...changed.configuration, cluster: managed } };
    await publishRecord(stateHere(), seal(draft, sha256Hex));
    expect((await exportCluster(stateHere(), join(root, 'noted'))).notes).toEqual([
      expect.stringContaining('client.pem is not the one'),
      expect.stringContaining('no line for node1.lab.test'),
    ]);
    await publishRecord(stateHere(), record);
  });

  it('needs the whole record: not on an ordinary node', async () => {
    rmSync(join(root, 'var/lib/quorate/cluster.json'));
    const error = await failureOf(exportCluster(stateHere(), join(root, 'never')));
    expect(error.reason).toBe('NOT_A_MASTER_CANDIDATE');
    expect(await diskFiles.stat(join(root, 'never'))).toBeUndefined();
  });
});

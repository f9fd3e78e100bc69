/** What only a real disk shows: modes under any umask, at any instant; a process killed in the middle; OpenSSL's view. */
import { execFileSync, spawn } from 'node:child_process';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptyVoterRecord } from '@quorate/domain/voter-record';
import { issuedBy, splitPem } from '@quorate/platform/certificates';
import { diskFiles } from '@quorate/platform/files';
import { afterEach, describe, expect, it } from 'vitest';
import { createClusterSecrets } from './cluster-secrets.ts';
import { writeFoundingRun } from './founding-run.ts';
import { installedEntries, layoutUnder, type LayoutName } from './layout.ts';
import { readClusterRecord, soundGenerations, writeClusterRecord } from './record-store.ts';
import { readRoster, ssconfComplete } from './roster-store.ts';
import { prepareRenewal } from './node-renewal.ts';
import { noteRepairs } from './repairs.ts';
import { readClusterKey, readNodeIdentity } from './secrets.ts';
import { appendJournal } from './journal.ts';
import { ensureDirectories, ensureText } from './state.ts';
import { clusterUuid, nodeUuids, sampleRecord } from './testing/sample-record.ts';
import { publishRecord, publishViews, viewsOf } from './views.ts';
import { writeVoterRecord } from './voter-store.ts';

const undo: (() => void)[] = [];
afterEach(() => {
  for (const each of undo.splice(0)) each();
});

async function node() {
  const root = mkdtempSync(join(tmpdir(), 'quorate-state-'));
  undo.push(() => rmSync(root, { recursive: true, force: true }));
  const state = { files: diskFiles, layout: layoutUnder(root) };
  await ensureDirectories(state);
  return state;
}

const request = {
  clusterName: 'cluster.test',
  clusterUuid,
  node: { uuid: nodeUuids[0], name: 'node1.test', addresses: ['192.0.2.1'] },
  now: new Date(),
  renew: { cluster: true },
};
const modeOf = (path: string) => statSync(path).mode & 0o7777;

/** Everything the cluster installs on a candidate. */
async function installAll(state: Awaited<ReturnType<typeof node>>) {
  await createClusterSecrets(state, request);
  for (const serial of [1, 2, 3, 4]) await publishRecord(state, sampleRecord({ serial }));
  await writeVoterRecord(state, { ...emptyVoterRecord, epoch: 1, version: sampleRecord().version });
  await ensureText(state, state.layout.ganetiPubKeys, `${nodeUuids[0]} ssh-rsa AAAA\n`);
  const at = '2026-11-22T12:00:00.000Z';
  await appendJournal(state, { at, operation: 'failover', step: 'confirm', state: 'done' });
  const { certificatePem } = await readClusterKey(state);
  const renewal = { id: 'r1', authorityPems: [certificatePem], files: {}, certificatesFor: null };
  await prepareRenewal(state, renewal);
  await noteRepairs(state, { [nodeUuids[0]!]: 'ab' });
  await writeFoundingRun(state, { command: 'init', request: 'x', startedMs: 0, isPublished: false });
}

describe('the files of a node', () => {
  it.each(['000', '022', '077', '177'])(
    'BEH-139 BEH-157 have the modes of the layout under umask %s',
    async (mask) => {
      const state = await node();
      const before = process.umask(Number.parseInt(mask, 8));
      undo.push(() => void process.umask(before));
      await installAll(state);
      for (const { path, mode } of installedEntries(state.layout))
        expect([path, modeOf(path)]).toEqual([path, mode]);
      const directories: LayoutName[] = ['dataDirectory', 'runDirectory', 'socketDirectory', 'logDirectory'];
      for (const name of directories) expect(modeOf(state.layout[name].path)).toBe(state.layout[name].mode);
      expect(readdirSync(state.layout.dataDirectory.path).filter((name) => name.endsWith('.tmp'))).toEqual(
        [],
      );
    },
  );

  it('leaving deletes all of them', async () => {
    const state = await node();
    await installAll(state);
    for (const { path } of installedEntries(state.layout)) await diskFiles.remove(path);
    expect(readdirSync(state.layout.dataDirectory.path)).toEqual(['backup']);
  });
});

describe('the certificates, to OpenSSL', () => {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { encoding: 'utf8', stdio: 'pipe' });

  it.each([
    ['nodePem', 'serverPem'],
    ['clientPem', 'serverPem'],
    ['spicePem', 'spiceCaPem'],
  ] as const)('BEH-178 %s verifies against %s', async (leaf, authority) => {
    const state = await node();
    await createClusterSecrets(state, request);
    const path = (name: LayoutName) => state.layout[name].path;
    expect(openssl('verify', '-CAfile', path(authority), path(leaf))).toContain(': OK');
  });
});

describe('BEH-180 a power cut between any two secrets', () => {
  type Write = Parameters<typeof diskFiles.writeAtomic>;

  /** One undisturbed run, as the list of its writes; each beginning of the list is a power cut. */
  async function recorded(state: Awaited<ReturnType<typeof node>>, renew: object): Promise<readonly Write[]> {
    const writes: Write[] = [];
    const writeAtomic = async (...write: Write) => void writes.push(write);
    await createClusterSecrets({ ...state, files: { ...diskFiles, writeAtomic } }, { ...request, renew });
    return writes;
  }

  it.each([
    ['an init', false, { cluster: true }],
    ['a renewal of everything', true, { cluster: true, spice: true, rapi: true, hmac: true }],
  ])('in %s: the next run, without flags, ends in a consistent set', async (_, isRenewal, renew) => {
    const state = await node();
    if (isRenewal) await createClusterSecrets(state, request);
    const untouched = (await node()).layout.dataDirectory.path;
    const directory = state.layout.dataDirectory.path;
    cpSync(directory, untouched, { recursive: true });
    const writes = await recorded(state, renew);
    for (let done = 0; done <= writes.length; done++) {
      rmSync(directory, { recursive: true });
      cpSync(untouched, directory, { recursive: true });
      for (const write of writes.slice(0, done)) await diskFiles.writeAtomic(...write);
      await createClusterSecrets(state, { ...request, renew: {} });
      expect(await faultsOf(state)).toEqual([]);
    }
  });

  /** What does not fit together; a node.pem of another authority throws. */
  async function faultsOf(state: Awaited<ReturnType<typeof node>>): Promise<readonly string[]> {
    await readNodeIdentity(state);
    const pem = (name: LayoutName) => splitPem(readFileSync(state.layout[name].path, 'utf8'));
    const faults = {
      client: !issuedBy(pem('clientPem').certificatePem ?? '', pem('serverPem').certificatePem ?? ''),
      spice: pem('spiceCaPem').certificatePem !== pem('spicePem').certificatePem,
      rapi: pem('rapiPem').privateKeyPem === undefined,
    };
    return Object.entries(faults).flatMap(([name, isFaulty]) => (isFaulty ? [name] : []));
  }
});

describe('the record, damaged on disk', () => {
  it.each([
    ['truncated', (path: string) => truncateSync(path, 300)],
    ['emptied', (path: string) => truncateSync(path, 0)],
    ['overwritten', (path: string) => writeFileSync(path, Buffer.alloc(2_000, 0xff))],
  ])(
    'I6 %s: is refused, its generations are kept, the next one from the master heals it',
    async (_, damage) => {
      const state = await node();
      await installAll(state);
      damage(state.layout.clusterRecord.path);
      await expect(readClusterRecord(state)).rejects.toMatchObject({
        reason: 'STATE_CORRUPT',
        hint: expect.stringContaining('epoch 1, serial 3'),
      });
      await writeClusterRecord(state, sampleRecord({ serial: 5 }));
      expect((await readClusterRecord(state))?.version.serial).toBe(5);
      expect((await soundGenerations(state)).map(({ version }) => version.serial)).toEqual([3, 2, 1]);
    },
  );
});

/** Publishes one record after the other until it is killed. */
const publisher = `
  import { diskFiles } from '@quorate/platform/files';
  import { layoutUnder } from './layout.ts';
  import { ensureDirectories } from './state.ts';
  import { sampleRecord } from './testing/sample-record.ts';
  import { publishRecord } from './views.ts';
  const state = { files: diskFiles, layout: layoutUnder(process.argv.at(-1)) };
  for (let serial = 2; ; serial++) {
    const kernelArguments = 'n=' + serial;
    await publishRecord(state, sampleRecord({ serial, kernelArguments, master: serial % 2 ? 1 : 2 }));
    if (serial === 4) console.log('publishing');
  }`;

describe('kill -9 while publishing', () => {
  it('I6 BEH-157 BEH-277 leaves whole files, a mixed ssconf set is seen, publishing again heals it', async () => {
    for (let round = 0; round < 5; round++) {
      const state = await node();
      await publishRecord(state, sampleRecord());
      await killWhilePublishing(state.layout.root, round * 7);
      const record = await readClusterRecord(state);
      const roster = await readRoster(state);
      expect(roster.version.serial).toBeLessThanOrEqual(record?.version.serial ?? 0);
      expect(await soundGenerations(state)).toHaveLength(3);
      JSON.parse(readFileSync(state.layout.configData.path, 'utf8'));
      await publishRecord(state, record ?? sampleRecord());
      expect(await ssconfComplete(state, await readRoster(state))).toBe(true);
    }
  });
});

async function killWhilePublishing(root: string, afterMs: number): Promise<void> {
  const args = ['--import', 'tsx', '--input-type=module', '--eval', publisher, '--', root];
  const child = spawn(process.execPath, args, {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  undo.push(() => child.kill('SIGKILL'));
  const ended = new Promise((resolve) => child.once('close', resolve));
  await Promise.race([new Promise((resolve) => child.stdout.once('data', resolve)), ended]);
  setTimeout(() => child.kill('SIGKILL'), afterMs);
  await ended;
  expect(child.signalCode).toBe('SIGKILL');
}

describe('BEH-276 two writers on one node', () => {
  it('do not mix their sets', async () => {
    const state = await node();
    const records = [1, 2, 3, 4, 5, 6].map((serial) =>
      sampleRecord({ serial, kernelArguments: `n=${serial}` }),
    );
    await Promise.all(records.map((record) => publishViews(state, viewsOf(record))));
    expect(await ssconfComplete(state, await readRoster(state))).toBe(true);
  });
});

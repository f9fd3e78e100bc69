import { readJournal } from '@quorate/cluster-state/journal';
import { readRoster, ssconfComplete, writeRoster } from '@quorate/cluster-state/roster-store';
import { readNodeIdentity } from '@quorate/cluster-state/secrets';
import { defaultSettings } from '@quorate/cluster-state/settings';
import { readVoterRecord } from '@quorate/cluster-state/voter-store';
import { withNode } from '@quorate/domain/configuration-changes';
import { seal } from '@quorate/domain/record';
import { rosterOf } from '@quorate/domain/roster-of';
import { draftOfSize, testNode, testSeconds } from '@quorate/domain/testing/drafts';
import { parseCertificateRequest } from '@quorate/platform/certificate-request';
import { describeCertificate } from '@quorate/platform/certificates';
import { sha256Hex } from '@quorate/platform/digest';
import type { Files } from '@quorate/platform/files';
import { memoryFiles, type MemoryFiles } from '@quorate/platform/testing/files';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  abandonJoin,
  checkMembership,
  installMembership,
  makeRequests,
  nodeSetupSteps,
  type SetupPayload,
} from './node-setup.ts';
import { failureOf } from './testing/failure-of.ts';
import { fakeDaemons, setupParts } from './testing/fake-daemons.ts';
import { asked, dataPath, masterState, newHost, stateOf, type MemoryState } from './testing/join.ts';

const record = seal(draftOfSize(2), sha256Hex);
const regularRecord = seal(draftOfSize(2, { candidatePoolSize: 2 }), sha256Hex);

let master: MemoryState;
/** The files of a host that has asked, and what the master sent it; a test works on a copy. */
let askedFiles: Readonly<Record<string, string>>;
let payload: SetupPayload;
let nodeUuid: string;
beforeAll(async () => {
  master = await masterState();
  const host = stateOf();
  ({ payload, nodeUuid } = await asked(host, master, record));
  askedFiles = host.files.contents();
});

const askedHost = (): MemoryState => ({ ...stateOf(), files: memoryFiles(askedFiles) });

/** The files, but every change is noted, and after so many the power fails. */
function watched(files: MemoryFiles, powerFailsAfter = Number.POSITIVE_INFINITY) {
  const changes: string[] = [];
  const change = (path: string): void => {
    if (changes.length >= powerFailsAfter) throw new Error('the power failed');
    changes.push(path.slice(path.lastIndexOf('/') + 1));
  };
  const wrapped: Files = {
    ...files,
    async writeAtomic(path, text, options) {
      change(path);
      await files.writeAtomic(path, text, options);
    },
    async rename(from, to) {
      change(to);
      await files.rename(from, to);
    },
    async remove(path) {
      change(path);
      await files.remove(path);
    },
  };
  return { files: wrapped, changes };
}

/** Everything but the journal, which tells of every try. */
const membershipOf = (host: MemoryState) =>
  Object.fromEntries(
    Object.entries(host.files.contents()).filter(([path]) => path !== host.layout.journal.path),
  );

const modeOf = async (host: MemoryState, path: string) => (await host.files.stat(path))?.mode;

describe('asking for certificates', () => {
  it('makes two keys, keeps them to itself, and asks under the host’s name', async () => {
    const host = stateOf();
    const answer = await makeRequests(host, { ...defaultSettings, nodePort: 7001 }, { name: newHost.name });
    expect(answer).toMatchObject({ nodePort: 7001, masterPort: 1816 });
    expect(JSON.stringify(answer)).not.toContain('PRIVATE KEY');
    for (const csr of [answer.certificateRequest, answer.clientCertificateRequest])
      expect(parseCertificateRequest(csr).commonName).toBe(newHost.name);
    for (const name of ['node.pem.pending', 'client.pem.pending']) {
      expect(host.files.contents()[dataPath(name)]).toContain('PRIVATE KEY');
      expect(await modeOf(host, dataPath(name))).toBe(0o400);
    }
  });

  it('BEH-259 again answers for the same keys, waiting or installed already', async () => {
    const host = stateOf();
    const keyOf = (csr: string) => parseCertificateRequest(csr).publicKeyPem;
    const keys = async () => {
      const answer = await makeRequests(host, defaultSettings, { name: newHost.name });
      return [keyOf(answer.certificateRequest), keyOf(answer.clientCertificateRequest)];
    };
    const first = await keys();
    expect(await keys()).toEqual(first);
    const { payload: sent } = await asked(host, master, record);
    await installMembership(host, sent, setupParts());
    expect(await keys()).toEqual(first);
    await host.files.writeAtomic(dataPath('node.pem.pending'), 'no key', { mode: 0o400 });
    expect(await keys()).toEqual(first);
  });

  it('BEH-241 is refused on a node of a cluster, and changes nothing there', async () => {
    const host = askedHost();
    await installMembership(host, payload, setupParts());
    const committed = withNode(record, { ...testNode(9), uuid: nodeUuid }, testSeconds);
    await writeRoster(host, rosterOf(seal(committed, sha256Hex), ''));
    const before = host.files.contents();
    await expect(makeRequests(host, defaultSettings, { name: newHost.name })).rejects.toMatchObject({
      reason: 'CLUSTER_EXISTS',
      message: 'This host belongs to cluster cluster.lab.test already',
    });
    expect(host.files.contents()).toEqual(before);
  });
});

describe('installing a membership', () => {
  it('BEH-244 makes the host know who it is and to which cluster it belongs', async () => {
    const host = askedHost();
    await installMembership(host, payload, setupParts());
    expect(await readNodeIdentity(host)).toMatchObject({ nodeUuid, clusterUuid: payload.clusterUuid });
    expect(await ssconfComplete(host, await readRoster(host))).toBe(true);
    expect(await readVoterRecord(host)).toMatchObject({ epoch: 1, version: { epoch: 0 } });
    const client = host.files.contents()[dataPath('client.pem')] ?? '';
    expect(client.indexOf('PRIVATE KEY')).toBeLessThan(client.indexOf('CERTIFICATE'));
    expect(describeCertificate(payload.clientCertificate).subject).toContain(newHost.name);
    expect(Object.keys(host.files.contents()).filter((path) => path.endsWith('.pending'))).toEqual([]);
  });

  it('BEH-244 gives each file its mode', async () => {
    const host = askedHost();
    await installMembership(host, payload, setupParts());
    const modes = {
      'hmac.key': 0o440,
      'server.pem': 0o440,
      'client.pem': 0o440,
      'node.pem': 0o400,
      'roster.json': 0o644,
      'voter.json': 0o600,
      ssconf_cluster_name: 0o444,
    };
    const found = Object.keys(modes).map(async (name) => [name, await modeOf(host, dataPath(name))]);
    expect(Object.fromEntries(await Promise.all(found))).toEqual(modes);
  });

  it('BEH-251 leaves no cluster key on a node that is no candidate', async () => {
    const host = stateOf();
    const regular = await asked(host, master, regularRecord);
    await installMembership(host, regular.payload, setupParts());
    expect(host.files.contents()[dataPath('server.pem')]).not.toContain('PRIVATE KEY');
  });

  it('writes the roster last, after the keys of this host', async () => {
    const host = askedHost();
    const { files, changes } = watched(host.files);
    await installMembership({ ...host, files }, payload, setupParts());
    expect(changes.slice(-5)).toEqual([
      'client.pem',
      'node.pem',
      'roster.json',
      'node.pem.pending',
      'client.pem.pending',
    ]);
  });

  it('stages all, stops daemons of an earlier try, puts all in place, and then starts them', async () => {
    const host = askedHost();
    const { files, changes } = watched(host.files);
    const placedThen = (): number => changes.filter((name) => !/^(new|former)\./.test(name)).length;
    const seen: string[] = [];
    const daemons = fakeDaemons(
      (order) => void seen.push(`${order}: ${placedThen() > 0 ? 'all' : 'none'} in place`),
    );
    await installMembership({ ...host, files }, payload, setupParts(daemons));
    expect(changes.findIndex((name) => !name.startsWith('new.'))).toBe(
      changes.filter((name) => name.startsWith('new.')).length,
    );
    expect(seen).toEqual([
      'stop masterd: none in place',
      'stop noded: none in place',
      'start noded: all in place',
      'start masterd: all in place',
    ]);
    expect(await host.files.list(host.layout.stagingDirectory.path)).toEqual([]);
  });

  it('is in the journal of the host, step by step', async () => {
    const host = askedHost();
    await installMembership(host, payload, setupParts());
    const entries = await readJournal(host);
    expect(
      entries.filter(({ state }) => state === 'done').map(({ operation, step }) => `${operation} ${step}`),
    ).toEqual(Object.keys(nodeSetupSteps).map((step) => `node-setup ${step}`));
  });

  it('BEH-245 tried without changing anything changes nothing, and refuses what it would refuse', async () => {
    const host = askedHost();
    const before = host.files.contents();
    await checkMembership(host, payload);
    await expect(checkMembership(host, { ...payload, clusterName: 'other' })).rejects.toMatchObject({
      reason: 'WRONG_INPUT',
    });
    expect(host.files.contents()).toEqual(before);
  });

  it('BEH-248 says so when the node daemon cannot be started', async () => {
    const daemons = fakeDaemons((order) =>
      order === 'start noded' ? new Error('no such program') : undefined,
    );
    await expect(installMembership(askedHost(), payload, setupParts(daemons))).rejects.toThrow(
      'no such program',
    );
  });

  it('BEH-248 says so when it starts and does not stay', async () => {
    const daemons = fakeDaemons();
    const ended = { ...daemons, state: async () => 'stopped' as const };
    await expect(
      installMembership(askedHost(), payload, { ...setupParts(), daemons: ended }),
    ).rejects.toMatchObject({ reason: 'DAEMON_NOT_RUNNING' });
  });

  it('brings back what was there before when a file is refused its place', async () => {
    const host = askedHost();
    await installMembership(host, payload, setupParts());
    await makeRequests(host, defaultSettings, { name: newHost.name });
    const before = membershipOf(host);
    let renames = 0;
    const files: Files = {
      ...host.files,
      rename: (from, to) =>
        (renames += 1) === 10 ? Promise.reject(new Error('the disk refuses')) : host.files.rename(from, to),
    };
    await expect(installMembership({ ...host, files }, payload, setupParts())).rejects.toThrow(
      'the disk refuses',
    );
    const after = Object.entries(membershipOf(host)).filter(([path]) => !path.includes('/staging/'));
    expect(Object.fromEntries(after)).toEqual(before);
  });
});

describe('a membership is not installed, and nothing is written,', () => {
  async function refusalBy(host: MemoryState, wanted = payload) {
    const before = host.files.contents();
    const daemons = fakeDaemons();
    const { reason, message } = await failureOf(installMembership(host, wanted, setupParts(daemons)));
    expect(host.files.contents()).toEqual(before);
    return { reason, message, orders: daemons.orders };
  }

  it('on a host that has asked for no certificate', async () => {
    const message = 'This host has asked for no certificate';
    expect(await refusalBy(stateOf())).toEqual({ reason: 'WRONG_INPUT', message, orders: [] });
  });

  it.each(['node.pem', 'client.pem'])(
    'BEH-242 when the key that waits for %s is not the one it was made for',
    async (name) => {
      const host = stateOf();
      const { payload: later } = await asked(host, master, record);
      const { nodeCertificate, clientCertificate } = payload;
      const ofEarlierRequest = name === 'node.pem' ? { nodeCertificate } : { clientCertificate };
      const message = `The certificate that came is not for the key in ${dataPath(name)}.pending`;
      const refusal = await refusalBy(host, { ...later, ...ofEarlierRequest });
      expect(refusal).toEqual({ reason: 'WRONG_INPUT', message, orders: [] });
    },
  );

  it('BEH-242 when the key that waits cannot be read', async () => {
    const host = askedHost();
    const pending = dataPath('node.pem.pending');
    await host.files.writeAtomic(pending, 'not a key', { mode: 0o400 });
    const message = `The certificate that came is not for the key in ${pending}`;
    expect(await refusalBy(host)).toEqual({ reason: 'WRONG_INPUT', message, orders: [] });
  });

  it('from a payload that does not fit together', async () => {
    const refusal = await refusalBy(askedHost(), { ...payload, clusterName: 'other' });
    expect(refusal).toMatchObject({ reason: 'WRONG_INPUT', orders: [] });
  });

  it('BEH-241 on a host of another cluster', async () => {
    const host = askedHost();
    await writeRoster(host, { ...rosterOf(record, ''), clusterUuid: 'x', clusterName: 'other' });
    const message = 'This host belongs to cluster other already';
    expect(await refusalBy(host)).toEqual({ reason: 'CLUSTER_EXISTS', message, orders: [] });
  });

  it('BEH-243 beside the certificate of another cluster', async () => {
    const host = askedHost();
    const foreign = (await masterState()).files.contents()[dataPath('server.pem')] ?? '';
    await host.files.writeAtomic(dataPath('server.pem'), foreign, { mode: 0o440 });
    const message = '/var/lib/quorate/server.pem is the certificate of another cluster';
    expect(await refusalBy(host)).toEqual({ reason: 'CLUSTER_EXISTS', message, orders: [] });
  });
});

describe('a join that broke off', () => {
  const undisturbed = async () => {
    const host = askedHost();
    const { files, changes } = watched(host.files);
    await installMembership({ ...host, files }, payload, setupParts());
    return { contents: membershipOf(host), changes };
  };

  it('BEH-249 at any write is completed by installing again', async () => {
    const { contents, changes } = await undisturbed();
    const lastWrite = changes.lastIndexOf('roster.json');
    for (let count = 0; count <= lastWrite; count += 1) {
      const host = askedHost();
      const { files } = watched(host.files, count);
      await expect(installMembership({ ...host, files }, payload, setupParts())).rejects.toThrow(
        'the power failed',
      );
      const isComplete = host.files.contents()[host.layout.roster.path] !== undefined;
      expect(isComplete, `no roster after ${count} of ${lastWrite} writes`).toBe(false);
      await installMembership(host, payload, setupParts());
      expect(membershipOf(host)).toEqual(contents);
    }
  });

  it.each([
    ['before anything was written', 0],
    ['in the middle', 20],
    ['when all was written', 999],
  ])('BEH-259 %s is begun again by a second node add, to a whole membership', async (_when, count) => {
    const host = askedHost();
    const { files } = watched(host.files, count);
    await installMembership({ ...host, files }, payload, setupParts()).catch(() => undefined);
    const again = await asked(host, master, record);
    await installMembership(host, again.payload, setupParts());
    expect(await readNodeIdentity(host)).toMatchObject({ nodeUuid: again.nodeUuid });
    expect(await ssconfComplete(host, await readRoster(host))).toBe(true);
  });
});

describe('a join that is abandoned', () => {
  const clusterUuid = () => payload.clusterUuid;

  it.each([
    ['before anything was written', 0],
    ['in the middle', 60],
    ['when all was written', 999],
  ])('%s leaves nothing on the host, and the daemons are stopped first', async (_when, count) => {
    const host = askedHost();
    const { files } = watched(host.files, count);
    const daemons = fakeDaemons();
    await installMembership({ ...host, files }, payload, setupParts(daemons)).catch(() => undefined);
    await abandonJoin(host, { clusterUuid: clusterUuid(), nodeUuid: null }, daemons);
    expect(host.files.contents()).toEqual({});
    expect(daemons.running).toEqual(new Set());
    await abandonJoin(host, { clusterUuid: clusterUuid(), nodeUuid: null }, daemons);
  });

  it('leaves a node alone, unless it is the one that is named', async () => {
    const host = askedHost();
    await installMembership(host, payload, setupParts());
    const committed = withNode(record, { ...testNode(9), uuid: nodeUuid }, testSeconds);
    await writeRoster(host, rosterOf(seal(committed, sha256Hex), ''));
    const before = host.files.contents();
    for (const other of [null, testNode(2).uuid])
      await expect(
        abandonJoin(host, { clusterUuid: clusterUuid(), nodeUuid: other }, fakeDaemons()),
      ).rejects.toMatchObject({ reason: 'CLUSTER_EXISTS' });
    expect(host.files.contents()).toEqual(before);
    await abandonJoin(host, { clusterUuid: clusterUuid(), nodeUuid }, fakeDaemons());
    expect(host.files.contents()).toEqual({});
  });

  it('leaves a host of another cluster alone', async () => {
    const host = askedHost();
    await writeRoster(host, { ...rosterOf(record, ''), clusterUuid: 'x', clusterName: 'other' });
    const join = { clusterUuid: clusterUuid(), nodeUuid: null };
    await expect(abandonJoin(host, join, fakeDaemons())).rejects.toMatchObject({ reason: 'CLUSTER_EXISTS' });
    const master = stateOf({ [dataPath('cluster.json')]: '{}' });
    await expect(abandonJoin(master, join, fakeDaemons())).rejects.toMatchObject({
      reason: 'CLUSTER_EXISTS',
    });
    expect(Object.keys(master.files.contents())).toEqual([dataPath('cluster.json')]);
  });
});

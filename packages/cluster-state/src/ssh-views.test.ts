import { seal } from '@quorate/domain/record';
import { draftOfSize } from '@quorate/domain/testing/drafts';
import { sha256Hex } from '@quorate/platform/digest';
import { virtualClock } from '@quorate/platform/testing/clock';
import { memoryFiles } from '@quorate/platform/testing/files';
import { describe, expect, it } from 'vitest';
import { layoutUnder } from './layout.ts';
import { knownHostsText, writePublicKeys } from './ssh-views.ts';
import { ensureDirectories, ensureText } from './state.ts';
import type { Locking } from './ssconf-lock.ts';
import { nodeUuids, sampleRecord } from './testing/sample-record.ts';
import { differingViews, publishRecord } from './views.ts';

/** Nobody else is there. */
const free: Locking = { acquire: async () => ({ release: async () => undefined }), clock: virtualClock() };

const { configuration } = sampleRecord();
const withKeys = (rsahostkeypub: string, dsahostkeypub: string) => ({
  ...configuration,
  cluster: { ...configuration.cluster, rsahostkeypub, dsahostkeypub },
});

describe('known_hosts', () => {
  it.each([
    ['AAAAr', '', 'cluster.test ssh-rsa AAAAr\n'],
    ['AAAAr', 'AAAAd', 'cluster.test ssh-rsa AAAAr\ncluster.test ssh-dss AAAAd\n'],
    ['', '', ''],
  ])('BEH-139 RSA key %j and DSA key %j give %j', (rsa, dsa, text) => {
    expect(knownHostsText(withKeys(rsa, dsa))).toBe(text);
  });
});

describe('a host whose only SSH host key is Ed25519', () => {
  it("has none that Ganeti's format has a place for: there is no known_hosts, and nothing misses it", async () => {
    const state = { files: memoryFiles(), layout: layoutUnder('/') };
    await ensureDirectories(state);
    const draft = draftOfSize(1, { sshHostKeys: { rsa: '', dsa: '' } });
    const record = seal(draft, sha256Hex);
    await publishRecord(state, record, free);
    expect(await state.files.readText(state.layout.knownHosts.path)).toBeUndefined();
    expect(await differingViews(state)).toEqual([]);
  });
});

describe('ganeti_pub_keys', () => {
  async function node() {
    const state = { files: memoryFiles(), layout: layoutUnder('/') };
    await ensureDirectories(state);
    const { path } = state.layout.ganetiPubKeys;
    return {
      state,
      text: () => state.files.readText(path),
      mode: async () => (await state.files.stat(path))?.mode,
    };
  }

  const keys = ['AAAAB3NzaC1yc2EA', 'AAAAB3NzaC1yc2EB'].map((key) => `ssh-rsa ${key} root@host`);
  const [first, second] = nodeUuids;

  /** A sample record in which these nodes have these keys. */
  const recordWith = (known: Readonly<Record<string, string | undefined>>) => {
    const record = sampleRecord();
    const nodes = Object.entries(record.ours.nodes).map(([uuid, node]) => {
      const sshPublicKey = known[uuid];
      return [uuid, { ...node, ...(sshPublicKey !== undefined && { sshPublicKey }) }];
    });
    return {
      ...record,
      ours: { ...record.ours, nodes: Object.fromEntries(nodes) as typeof record.ours.nodes },
    };
  };

  it('has a line per node with its UUID, 0600', async () => {
    const { state, text, mode } = await node();
    await writePublicKeys(state, recordWith({ [first]: keys[0], [second]: keys[1] }));
    expect(await text()).toBe(`${first} ${keys[0]}\n${second} ${keys[1]}\n`);
    expect(await mode()).toBe(0o600);
  });

  it('is a view: a line that was lost is missed, and written again', async () => {
    const { state, text } = await node();
    const { version: _, ...draft } = recordWith({ [first]: keys[0], [second]: keys[1] });
    const record = seal(draft, sha256Hex);
    await publishRecord(state, record, free);
    await ensureText(state, state.layout.ganetiPubKeys, `${first} ${keys[0]}\n`);
    expect(await differingViews(state)).toEqual(['ganeti_pub_keys']);
    await publishRecord(state, record, free);
    expect(await text()).toContain(`${second} ${keys[1]}`);
    expect(await differingViews(state)).toEqual([]);
  });

  it('has two lines for a node whose key is renewed', async () => {
    const { state, text } = await node();
    const record = recordWith({ [first]: keys[0] });
    const renewed = { ...record.ours.nodes[first]!, newSshPublicKey: keys[1]! };
    const stranger = { ...record.ours.nodes[second]!, newSshPublicKey: keys[1]! };
    const nodes = { ...record.ours.nodes, [first]: renewed, [second]: stranger };
    await ensureText(state, state.layout.ganetiPubKeys, `${second} ssh-rsa theirs\n`);
    const wanted = [
      `${second} ssh-rsa theirs`,
      `${first} ${keys[0]}`,
      `${first} ${keys[1]}`,
      `${second} ${keys[1]}`,
    ];
    for (let time = 0; time < 2; time += 1) {
      await writePublicKeys(state, { ...record, ours: { ...record.ours, nodes } });
      expect(await text()).toBe(wanted.map((line) => `${line}\n`).join(''));
    }
  });

  it('is a view: a key that changed is replaced, and who is no node has none (BEH-270)', async () => {
    const { state, text } = await node();
    await ensureText(state, state.layout.ganetiPubKeys, `${first} ssh-rsa old\ngone ssh-rsa older\n`);
    await writePublicKeys(state, recordWith({ [first]: keys[0] }));
    expect(await text()).toBe(`${first} ${keys[0]}\n`);
  });

  it('keeps what Ganeti had of a node whose key is not on record', async () => {
    const { state, text } = await node();
    await ensureText(state, state.layout.ganetiPubKeys, `${second} ssh-rsa theirs\n`);
    await writePublicKeys(state, recordWith({ [first]: keys[0] }));
    expect(await text()).toBe(`${second} ssh-rsa theirs\n${first} ${keys[0]}\n`);
  });

  it('is not there where SSH is not managed', async () => {
    const { state, text } = await node();
    await writePublicKeys(state, recordWith({}));
    expect(await text()).toBeUndefined();
  });
});

/** Root's SSH key pair in a renewal: killed before every single change of a file, gone on with, taken back, destroyed. */
import { memoryFiles, type MemoryFiles } from '@quorate/platform/testing/files';
import { beforeAll, describe, expect, it } from 'vitest';
import { readHostChanges } from './host-change-record.ts';
import { restoreHost } from './host-changes.ts';
import { ensureOwnDirectories } from './host-directories.ts';
import { layoutUnder } from './layout.ts';
import {
  completeRenewal,
  finishRenewal,
  prepareRenewal,
  readNodeRenewal,
  switchRenewal,
} from './node-renewal.ts';
import { newSshPair, type SshPairRenewal } from './node-ssh-renewal.ts';
import { ensureRootSshKey } from './root-ssh-key.ts';
import type { State } from './state.ts';
import { readSshKeysSeen } from './ssh-keys-seen.ts';
import { breakingFiles, killed } from './testing/breaking-files.ts';

const layout = layoutUnder('/');
const ssh = '/root/.ssh';
/** As `readBytes` tells it: each byte one character. */
const admins = Buffer.from('ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY= r\u00e4ck').toString(
  'latin1',
);
const adminsRsa = 'ssh-rsa AAAAB3NzaC1yc2EAAAAD admin';

interface Case {
  readonly what: string;
  /** What an administrator had there before the cluster. */
  readonly before: Readonly<Record<string, string>>;
  /** Of the new pair; the cluster began with ecdsa. */
  readonly type: 'ecdsa' | 'rsa';
}

const cases: readonly Case[] = [
  { what: 'a key of ours', before: {}, type: 'ecdsa' },
  {
    what: "the administrator's key",
    before: { [`${ssh}/id_ecdsa`]: 'private\r\n', [`${ssh}/id_ecdsa.pub`]: `${admins}\n\n` },
    type: 'ecdsa',
  },
  { what: 'a key of ours of another type', before: {}, type: 'rsa' },
  {
    what: "a key of ours of another type, and the administrator's of the new one",
    before: { [`${ssh}/id_rsa`]: 'private', [`${ssh}/id_rsa.pub`]: adminsRsa },
    type: 'rsa',
  },
];

/** Every file of others with its mode, bytes as they are. */
async function othersIn(files: MemoryFiles): Promise<Readonly<Record<string, string>>> {
  const paths = Object.keys(files.contents()).filter((path) => !path.startsWith('/var/'));
  const lines = paths.map(async (path) => {
    const { mode } = (await files.stat(path))!;
    return [path, `${mode.toString(8)} ${await files.readBytes(path)}`] as const;
  });
  return Object.fromEntries(await Promise.all(lines));
}

const wishes = { type: 'ecdsa', bits: 256, comment: 'root@node1.lab.test' } as const;
const rsaWishes = { ...wishes, type: 'rsa', bits: 1024 } as const;
/** Made once: RSA keys take their time. */
let pairs: Readonly<Record<Case['type'], SshPairRenewal>>;
beforeAll(async () => {
  const state = { files: memoryFiles(), layout };
  pairs = { ecdsa: await newSshPair(state, wishes), rsa: await newSshPair(state, rsaWishes) };
});

async function host({ before }: Case) {
  const files = memoryFiles();
  await files.ensureDirectory(ssh, 0o700);
  for (const [path, bytes] of Object.entries(before)) {
    await files.writeAtomic(path, '', { mode: path.endsWith('.pub') ? 0o664 : 0o400 });
    await files.rewrite(path, bytes);
  }
  const initial = await othersIn(files);
  const state = { files, layout };
  await ensureOwnDirectories(state);
  await files.writeAtomic(layout.nodePem.path, '', { mode: 0o400 });
  await ensureRootSshKey(state, wishes);
  return { files, state, initial, joined: await othersIn(files) };
}

const id = 'renewal-1';
const preparation = { id, authorityPems: [], files: {}, certificatesFor: null };
/** What a node does, and has, in the renewal to a pair of this type. */
const renewalTo = (type: Case['type']) => {
  const paths = { private: `${ssh}/id_${type}`, public: `${ssh}/id_${type}.pub` };
  const switchOver = async (state: State) => {
    await prepareRenewal(state, { ...preparation, sshPair: pairs[type] });
    await switchRenewal(state, id, null);
  };
  return {
    paths,
    switchOver,
    renew: async (state: State) => {
      await switchOver(state);
      await finishRenewal(state, id, 'new');
    },
    present: ({ files }: State) =>
      Promise.all([files.readBytes(paths.private), files.readBytes(paths.public)]),
  };
};
const takeBack = (state: State) => finishRenewal(state, id, 'old');

/** OpenSSH refuses two halves that do not belong together; it does without the public one, and takes an empty one for none. */
async function faultsOf(
  type: Case['type'],
  state: State,
  joined: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const { paths, present } = renewalTo(type);
  const pair = pairs[type];
  const [privateHalf, publicHalf] = await present(state);
  const [old, oldPublic] = [joined[paths.private], joined[paths.public]].map((text) =>
    text?.replace(/^\d+ /, ''),
  );
  const isNew = privateHalf === pair.privateKey;
  const fitting = [undefined, '', isNew ? `${pair.publicKey}\n` : oldPublic];
  return [
    ...(isNew || privateHalf === old ? [] : ['the private half is neither of both']),
    ...(privateHalf === undefined || fitting.includes(publicHalf) ? [] : ['the public half is of another']),
  ];
}

/** The same on a disk that ends before each change; `look` is shown what is there then. */
async function atEveryChange(
  one: Case,
  before: (state: State) => Promise<unknown>,
  work: (state: State) => Promise<unknown>,
  look: (made: Awaited<ReturnType<typeof host>>, at: number) => Promise<unknown>,
): Promise<number> {
  let at = 0;
  for (let isKilled = true; isKilled; at += 1) {
    const made = await host(one);
    await before(made.state);
    const disk = { files: breakingFiles(made.files, at), layout };
    const caught = await work(disk).catch((error: unknown) => error);
    isKilled = caught === killed;
    if (caught instanceof Error && !isKilled) throw caught;
    await look(made, at);
  }
  return at;
}

describe.each(cases)('the renewal of $what', (one) => {
  const { switchOver, renew, present } = renewalTo(one.type);
  const nothing = () => Promise.resolve();

  it('BEH-286 ends the same wherever it was killed, and both halves always belong together', async () => {
    const changes = await atEveryChange(one, nothing, renew, async ({ state, joined }, at) => {
      const pair = pairs[one.type];
      expect(await faultsOf(one.type, state, joined), `killed before ${at}`).toEqual([]);
      await completeRenewal(state);
      expect(await faultsOf(one.type, state, joined), `killed before ${at}`).toEqual([]);
      if (await readNodeRenewal(state)) await renew(state);
      else if ((await present(state))[0] !== pair.privateKey) await renew(state);
      expect(await present(state), `killed before ${at}`).toEqual([pair.privateKey, `${pair.publicKey}\n`]);
      const { sshKey, newSshKey } = (await readHostChanges(state)) ?? {};
      expect([sshKey?.publicKey, newSshKey], `killed before ${at}`).toEqual([pair.publicKey, undefined]);
      expect(await readNodeRenewal(state), `killed before ${at}`).toBeUndefined();
    });
    expect(changes).toBeGreaterThan(5);
  });

  it('is taken back wherever it was killed: both halves are as they were, byte by byte', async () => {
    await atEveryChange(one, nothing, switchOver, async ({ state, files, joined }, at) => {
      await completeRenewal(state);
      await takeBack(state);
      expect(await othersIn(files), `killed before ${at}`).toEqual(joined);
      expect((await readHostChanges(state))?.newSshKey, `killed before ${at}`).toBeUndefined();
    });
    await atEveryChange(one, switchOver, takeBack, async ({ state, files, joined }, at) => {
      expect(await faultsOf(one.type, state, joined), `killed before ${at}`).toEqual([]);
      await completeRenewal(state);
      await takeBack(state);
      expect(await othersIn(files), `killed before ${at}`).toEqual(joined);
    });
  });

  it('BEH-140 leaves a host as it was before its cluster wherever that is destroyed', async () => {
    await atEveryChange(one, nothing, renew, async ({ state, files, initial }, at) => {
      await restoreHost(state);
      expect(await othersIn(files), `killed before ${at}`).toEqual(initial);
    });
    await atEveryChange(one, renew, restoreHost, async ({ state, files, initial }, at) => {
      await restoreHost(state);
      expect(await othersIn(files), `killed before ${at}`).toEqual(initial);
    });
  });

  it('may be done again, and what the administrator had still comes back', async () => {
    const { state, files, initial } = await host(one);
    await renew(state);
    const again = await newSshPair(state, one.type === 'rsa' ? rsaWishes : wishes);
    await prepareRenewal(state, { ...preparation, id: 'renewal-2', sshPair: again });
    await switchRenewal(state, 'renewal-2', null);
    await finishRenewal(state, 'renewal-2', 'new');
    expect((await present(state))[0]).toBe(again.privateKey);
    await restoreHost(state);
    expect(await othersIn(files)).toEqual(initial);
  });
});

describe("root's key pair", () => {
  const [, withAdmins] = cases;
  const { paths, present, renew } = renewalTo('ecdsa');

  it('keeps what the administrator had beside a key that somebody has put there since', async () => {
    const { state, files } = await host(withAdmins!);
    await renew(state);
    await files.rewrite(paths.private, 'another');
    await restoreHost(state);
    expect(await files.readBytes(paths.private)).toBe('another');
    expect(await files.readBytes(`${paths.private}.before-quorate`)).toBe('private\r\n');
    expect(await files.readBytes(`${paths.private}.before-quorate.pub`)).toBe(`${admins}\n\n`);
  });

  it('of a type that was left goes with the end, and one of the administrator’s comes back in its place', async () => {
    const { state, files, initial } = await host(withAdmins!);
    await renew(state);
    const { rsa } = pairs;
    await prepareRenewal(state, { ...preparation, id: 'renewal-2', sshPair: rsa });
    await switchRenewal(state, 'renewal-2', null);
    expect((await present(state))[0]).toBe(pairs.ecdsa.privateKey);
    await finishRenewal(state, 'renewal-2', 'new');
    expect(await othersIn(files)).toMatchObject(initial);
    expect(await files.readBytes(`${ssh}/id_rsa`)).toBe(rsa.privateKey);
  });

  it('keeps its first new key however often it is prepared', async () => {
    const { state } = await host(cases[0]!);
    await prepareRenewal(state, { ...preparation, sshPair: pairs.ecdsa });
    const other = await newSshPair(state, wishes);
    const { ssh: kept } = await prepareRenewal(state, { ...preparation, sshPair: other });
    expect(kept).toEqual(pairs.ecdsa);
  });

  it.each([
    ['half a pair', { [paths.private]: 'private' }, 0o600, 'without'],
    ['one that others can read', { [paths.private]: 'private', [paths.public]: admins }, 0o644, 'chmod 600'],
  ])('BEH-285 is not made where %s lies', async (_, before, mode, words) => {
    const files = memoryFiles(before);
    await files.ensureMode(paths.private, mode);
    const refusal = await newSshPair({ files, layout }, wishes).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ reason: 'HOST_UNFIT' });
    expect(`${(refusal as Error).message} ${(refusal as { hint?: string }).hint}`).toContain(words);
  });
});

describe('what a host tells of its SSH keys', () => {
  it('is fingerprints: its own, and whom it lets in, by lines of ours apart', async () => {
    const { state, files } = await host(cases[0]!);
    const line = 'from="10.0.0.0/8" ssh-rsa AAAAB3NzaC1yc2EX admin';
    const known = (await files.readText(`${ssh}/authorized_keys`)) ?? '';
    await files.rewrite(`${ssh}/authorized_keys`, `${line}\n# ssh-rsa AAAAB3NzaC1yc2EY\n${known}`);
    const seen = await readSshKeysSeen(state);
    expect(seen.own).toHaveLength(1);
    expect(seen.letIn).toHaveLength(2);
    expect(seen.letInByUs).toEqual(seen.own);
    expect(JSON.stringify(seen)).not.toContain('AAAA');
  });
});

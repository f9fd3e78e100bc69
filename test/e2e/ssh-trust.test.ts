/**
 * Secrets travel only to a host whose SSH key is known: everything else is refused before anything was run
 * there, in words that name the host.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sshKeyPair } from '@quorate/platform/testing/ssh-keys';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addNodeArguments } from '../loopback/cluster.ts';
import type { CommandResult } from '../loopback/command.ts';
import { ports } from '../loopback/host-plan.ts';
import { knownHostsLine } from '../loopback/operator.ts';
import type { Operator } from '../loopback/operator.ts';
import { awaitMaster } from '../loopback/story.ts';
import { makeHosts, stateDirectory } from './clusters.ts';
import type { TestCluster } from './clusters.ts';

let made: TestCluster;
beforeAll(async () => {
  made = await makeHosts(2);
  await made.cluster.init(made.world.first);
});
afterAll(() => made?.end());

const file = (name: string, text: string): string => {
  const path = join(made.cluster.plan.directory, 'operator', name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
};
const strangersKey = () => sshKeyPair();

const add = (changed: Partial<Operator>, ...more: readonly string[]): Promise<CommandResult> => {
  const { first, second } = made.world;
  const args = addNodeArguments(second, { ...made.cluster.operator, ...changed });
  return made.cluster.quorate(first, [...args, ...more]);
};

/** Fingerprint as `ssh-keygen -l` prints it, of the public key this host really has. */
async function trueFingerprint(): Promise<string> {
  const line = readFileSync(join(made.world.second.root, 'etc', 'ssh', 'ssh_host_ed25519_key.pub'), 'utf8');
  const digest = await crypto.subtle.digest('SHA-256', Buffer.from(line.split(' ')[1] ?? '', 'base64'));
  return `SHA256:${Buffer.from(digest).toString('base64').replace(/=+$/, '')}`;
}

describe.sequential('node add', () => {
  const untouched = (): void => {
    expect(existsSync(stateDirectory(made.world.second))).toBe(false);
    const log = readFileSync(join(made.world.second.root, 'var', 'log', 'sshd.log'), 'utf8');
    expect(log).not.toContain('"exec"');
  };

  it('refuses a host whose key nobody vouches for, and shows the key', async () => {
    const { code, stderr } = await add({ knownHostsFile: file('empty', '') });
    expect(code).toBe(1);
    expect(stderr).toContain('SSH_HOST_KEY_UNKNOWN');
    expect(stderr).toContain(await trueFingerprint());
    untouched();
  });

  it('refuses a host that shows another key than the known one', async () => {
    const line = knownHostsLine(made.world.second, strangersKey().public);
    const { code, stderr } = await add({ knownHostsFile: file('changed', `${line}\n`) });
    expect(code).toBe(1);
    expect(stderr).toContain('SSH_HOST_KEY_CHANGED');
    untouched();
  });

  it('BEH-252 sends nothing to a host that does not have the given fingerprint', async () => {
    const other = `SHA256:${'A'.repeat(43)}`;
    const { code } = await add({ knownHostsFile: file('empty', '') }, '--fingerprint', other);
    expect(code).toBe(1);
    untouched();
  });

  it('says that the host did not let the operator in', async () => {
    const { code, stderr } = await add({ keyFile: file('stranger', strangersKey().private) });
    expect(code).toBe(1);
    expect(stderr).toContain('SSH_FAILED');
    untouched();
  });

  it('says at which address and port nobody answers', async () => {
    const { second } = made.world;
    await made.cluster.kill(second);
    const { code, stderr } = await add({});
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`(${second.name}|${second.address}).*${ports.ssh}`));
    await made.cluster.startSshd(second);
  });

  it('accepts a host whose fingerprint was given', async () => {
    const result = await add({ knownHostsFile: file('empty', '') }, '--fingerprint', await trueFingerprint());
    expect(result).toMatchObject({ code: 0 });
    expect(await awaitMaster(made.world, made.world.first, made.hosts)).toContain('is master');
  });
});

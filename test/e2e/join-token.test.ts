/**
 * Hosts join by token, without SSH: begun on the host, once, by whom the token is for; a join that is killed on the way
 * is gone on with by the same command.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spawn } from 'node:child_process';
import { programFile } from '../loopback/cluster.ts';
import type { Host } from '../loopback/host-plan.ts';
import { planCluster, stateDirectory } from './clusters.ts';
import type { TestCluster } from './clusters.ts';

let made: TestCluster;
const [first, second, third, fourth] = [0, 1, 2, 3].map((n) => () => made.hosts[n]!) as [
  () => Host,
  () => Host,
  () => Host,
  () => Host,
];

beforeAll(async () => {
  // No SSH server anywhere.
  made = await planCluster(4);
  await made.cluster.init(first());
});
afterAll(() => made?.end());

interface Created {
  readonly id: string;
  readonly token: string;
}

async function tokenFor(...flags: readonly string[]): Promise<Created> {
  const { stdout } = await made.cluster.mustQuorate(first(), ['token', 'create', ...flags, '--json']);
  return JSON.parse(stdout) as Created;
}

const joinBy = (host: Host, token: string, ...flags: readonly string[]) =>
  made.cluster.quorate(host, ['join', token, ...flags]);

const untouched = (host: Host): void =>
  expect(existsSync(join(stateDirectory(host), 'roster.json'))).toBe(false);

const masterLog = (): string =>
  readFileSync(join(first().root, 'var', 'log', 'quorate', 'masterd.log'), 'utf8');

async function namesOfNodes(): Promise<readonly string[]> {
  const { nodes } = await made.cluster.status(first());
  return nodes.map((node) => node.name).toSorted();
}

const stateOfToken = async (id: string): Promise<string | undefined> => {
  const { stdout } = await made.cluster.mustQuorate(first(), ['token', 'list', '--json']);
  const { tokens } = JSON.parse(stdout) as { tokens: readonly { id: string; state: string }[] };
  return tokens.find((token) => token.id === id)?.state;
};

describe.sequential('join by token', () => {
  let used: Created;

  it('refuses a token of another name, a revoked one and a mistyped one, and installs nothing', async () => {
    const other = await tokenFor('--node', third().name);
    expect(await joinBy(second(), other.token)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('another name'),
    });
    await made.cluster.mustQuorate(first(), ['token', 'revoke', other.id]);
    const open = await tokenFor();
    expect((await joinBy(third(), other.token)).stderr).toContain('was revoked');
    expect((await joinBy(second(), open.token.replace(/.$/, '?'))).stderr).toContain('check sum');
    await made.cluster.mustQuorate(first(), ['token', 'revoke', open.id]);
    // With no token left there is no way in at all.
    expect((await joinBy(second(), open.token)).stderr).toContain('UNREACHABLE');
    untouched(second());
    untouched(third());
  });

  it('makes the host a node', async () => {
    used = await tokenFor('--node', second().name, '--ttl', '10m');
    const result = await joinBy(second(), used.token);
    expect(result).toMatchObject({ code: 0, stdout: expect.stringContaining('master candidate') });
    expect(await namesOfNodes()).toEqual([first().name, second().name]);
    expect(await stateOfToken(used.id)).toBe('used');
  });

  it('repeated on that host says that it is one', async () => {
    expect(await joinBy(second(), used.token)).toMatchObject({ code: 0 });
  });

  it('is refused with a token that another host has used', async () => {
    const open = await tokenFor();
    expect(await joinBy(third(), used.token)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('has used this token'),
    });
    await made.cluster.mustQuorate(first(), ['token', 'revoke', open.id]);
    untouched(third());
  });

  it('takes the role from the token', async () => {
    const { token } = await tokenFor('--witness');
    expect((await joinBy(third(), token, '--master-capable')).stderr).toContain('other role');
    expect(await joinBy(third(), token)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('regular node'),
    });
    const serverPem = readFileSync(join(stateDirectory(third()), 'server.pem'), 'utf8');
    expect(serverPem).not.toContain('PRIVATE KEY');
  });

  it('killed while it asks, installs and is committed, it ends in the same place', async () => {
    const { token, id } = await tokenFor();
    const keys = new Set<string>();
    for (const step of ['ask', 'install', 'commit']) {
      await killedAt(fourth(), token, step);
      keys.add(nodeKeyOf(fourth()));
    }
    expect(keys.size).toBe(1);
    expect(await joinBy(fourth(), token)).toMatchObject({ code: 0 });
    expect(await namesOfNodes()).toHaveLength(4);
    expect(await stateOfToken(id)).toBe('used');
  });

  it('tells in the log who did what, and no secret', () => {
    const log = masterLog();
    for (const what of ['token created', 'token claimed', 'token used', 'token revoked', 'join refused'])
      expect(log).toContain(`"audit":"${what}"`);
    expect(log).not.toContain(used.token.split('_')[2]);
  });
});

/** The private key of the node, where it waits or where it is installed. */
function nodeKeyOf(host: Host): string {
  const paths = ['node.pem.pending', 'node.pem'].map((name) => join(stateDirectory(host), name));
  const text = readFileSync(paths.find((path) => existsSync(path)) ?? '', 'utf8');
  return text.slice(0, text.indexOf('-----END'));
}

/** Kills the command as soon as its journal says that the step has begun. */
async function killedAt(host: Host, token: string, step: string): Promise<void> {
  const child = spawn(programFile('quorate'), ['join', token], {
    env: { PATH: process.env['PATH'], QUORATE_ROOT: host.root, LANG: 'C.UTF-8' },
    stdio: 'ignore',
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const journal = (): string => {
    const path = join(stateDirectory(host), 'journal.jsonl');
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  };
  const before = journal().length;
  const begun = (): boolean =>
    journal().slice(before).includes(`"operation":"join","step":"${step}","state":"started"`);
  while (child.exitCode === null && !begun()) await new Promise((resolve) => setTimeout(resolve, 2));
  child.kill('SIGKILL');
  await ended;
}

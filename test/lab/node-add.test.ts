/**
 * Hosts that join over OpenSSH's own server, each reached in another way, and those that must not be reached at all.
 *
 * What the sshd of a host has logged tells what ever got to it.
 */
import { readFileSync } from 'node:fs';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { sshKeyPair } from '@quorate/platform/testing/ssh-keys';
import { createHmac, randomBytes } from 'node:crypto';
import { afterEach, expect, it } from 'vitest';
import { awaitUntil } from './await.ts';
import { expectOneMaster, mustQuorate, quorate, statusFrom } from './cluster-for-tests.ts';
import { must } from './command.ts';
import { programs } from './environment.ts';
import type { Lab } from './lab.ts';
import { describeLab, downTestLabs, startTestLab } from './lab-for-tests.ts';
import { clusterName, home } from './plan.ts';

type Disk = (k: number, path: string) => string;

const sshDirectory = `${home}/.ssh`;
const knownHosts = `${sshDirectory}/known_hosts`;
const shell = (lab: Lab, k: number, script: string) => lab.on(k, ['sh', '-c', script]);

async function change(file: string, from: string | RegExp, to: string): Promise<void> {
  const before = await readFile(file, 'utf8');
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  await writeFile(file, after);
}

const sshdLog = (lab: Lab, k: number): string => readFileSync(lab.disk(k, '/var/log/sshd.log'), 'utf8');
const isLetIn = 'Accepted ';
const isRun = 'Starting session: command';

const init = (lab: Lab) => mustQuorate(lab, 1, 'init', clusterName, '--master-netdev', 'eth0');

const nodesOf = async (lab: Lab): Promise<readonly string[]> =>
  (await statusFrom(lab, 1)).nodes.map(({ name }) => name);

/** As `ssh-keygen -H` writes it. */
function hashed(name: string): string {
  const salt = randomBytes(20);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}

/** The keys q1 knows: q2 as ever, q3 at its port and hashed, q4 as ever, q5 by a key that it does not have. */
async function prepareFive(disk: Disk): Promise<void> {
  const keyOf = async (k: number) =>
    (await readFile(disk(k, '/etc/ssh/ssh_host_ed25519_key.pub'), 'utf8')).split(' ').slice(0, 2).join(' ');
  const known = [
    `q2,q2.lab ${await keyOf(2)}`,
    `${hashed('[q3.lab]:2222')} ${await keyOf(3)}`,
    `10.77.0.9,*.lab,!q2.lab,!q3.lab,!q5.lab ${await keyOf(4)}`,
    `q5.lab ${sshKeyPair().public}`,
  ];
  await writeFile(disk(1, '/etc/ssh/ssh_known_hosts'), '');
  await writeFile(disk(1, knownHosts), `${known.join('\n')}\n`);
  await change(disk(3, '/etc/ssh/sshd_config'), 'Port 22', 'Port 2222');
  const config = 'Include ways\n\nHost q4\n  ProxyJump root@q2\n';
  await writeFile(disk(1, `${sshDirectory}/config`), config);
  await writeFile(disk(1, `${sshDirectory}/ways`), 'Host q3 !q4\n  Port = 2222\n');
}

/** What comes in on host K and fits is refused or lost there, until the table is deleted. */
async function filter(lab: Lab, k: number, rule: string): Promise<void> {
  const input = `table inet filtered {\n chain input {\n type filter hook input priority 0;\n ${rule}\n }\n}\n`;
  expect(await lab.on(k, ['nft', '-f', '-'], { input })).toMatchObject({ code: 0 });
}

describeLab('five hosts', () => {
  afterEach(downTestLabs);

  it('join with one command, each by its own way; the one with a wrong host key alone does not, and nothing gets to it (BEH-237, BEH-238, BEH-252)', async () => {
    const lab = await startTestLab(5, prepareFive);
    await init(lab);
    await filter(lab, 4, 'ip saddr 10.77.0.1 tcp dport 22 reject with tcp reset');
    const direct = await shell(lab, 1, 'ssh -o ProxyJump=none -o ConnectTimeout=3 q4 true');
    // It is to be reached through q2 only.
    expect(direct.code).not.toBe(0);
    const logsBefore = sshdLog(lab, 5);

    const ran = await quorate(lab, 1, 'node', 'add', 'q2', 'q3', 'q4', 'q5');
    expect(ran).toMatchObject({ code: 1 });
    for (const name of ['q2', 'q3', 'q4']) {
      expect(ran.stdout).toContain(`${name}.lab is a node of ${clusterName} (master candidate)`);
      expect(ran.stderr).toMatch(new RegExp(`^${name}: commit: done`, 'm'));
    }
    expect(ran.stdout).not.toContain('q5');
    expect(ran.stderr).toMatch(/^q5: connect: failed/m);
    expect(ran.stderr).toMatch(/^q5:\nPrerequisites not met \(SSH_HOST_KEY_CHANGED\):$/m);
    expect(ran.stderr).not.toMatch(/^q5: (compare|request|enrol|install)/m);
    expect([...(await nodesOf(lab))].sort()).toEqual(['q1.lab', 'q2.lab', 'q3.lab', 'q4.lab']);
    await expectMembers(lab, [1, 2, 3, 4]);

    const log = sshdLog(lab, 5).slice(logsBefore.length);
    expect(log).toContain('Connection from 10.77.0.1');
    expect(log).not.toContain(isLetIn);
    expect(log).not.toContain(isRun);
    expect((await shell(lab, 5, 'ls -A /var/lib/quorate')).stdout).toBe('');
    for (const k of [2, 3, 4]) expect(sshdLog(lab, k)).toContain(isRun);
    expect(sshdLog(lab, 4)).toContain('Accepted publickey for root from 10.77.0.2');
    expect(sshdLog(lab, 4)).not.toContain('Accepted publickey for root from 10.77.0.1');

    const { stdout } = await shell(lab, 5, 'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub');
    const fingerprint = stdout.split(' ')[1] ?? '';
    const json = await mustQuorate(lab, 1, 'node', 'add', 'q5', '--fingerprint', fingerprint, '--json');
    expect(JSON.parse(json)).toMatchObject({
      hosts: [{ host: 'q5.lab', ok: true, node: { name: 'q5.lab', candidate: true } }],
    });
    await expectMembers(lab, [1, 2, 3, 4, 5]);
  });
});

/** One master of them all, and every one of them knows every other. */
async function expectMembers(lab: Lab, hosts: readonly number[]): Promise<void> {
  const names = hosts.map((k) => lab.nodeName(k));
  for (const k of hosts)
    await awaitUntil(`q${k} does not know all`, 30_000, async () => {
      const status = await statusFrom(lab, k).catch(() => undefined);
      return (
        status !== undefined &&
        status.healthy &&
        names.every((name) => status.nodes.some((n) => n.name === name))
      );
    });
  const { nodes } = await statusFrom(lab, 1);
  expect(nodes.every(({ reachable }) => reachable)).toBe(true);
}

const programPlace = '/var/lib/quorate-programs';
/** For pgrep, which is not to find the shell that runs it. */
const programsRun = '/var/lib/[q]uorate-programs';

/** q2 takes root's password and no key; q4 is not known to q1, whose key has a pass phrase there. */
async function prepareFour(disk: Disk): Promise<void> {
  await change(disk(2, '/etc/ssh/sshd_config'), 'PasswordAuthentication no', 'PasswordAuthentication yes');
  await change(disk(2, '/etc/ssh/sshd_config'), 'PermitRootLogin prohibit-password', 'PermitRootLogin yes');
  const hash = (await must('openssl', ['passwd', '-6', 'correct horse'])).trim();
  await change(disk(2, '/etc/shadow'), 'root:*:', `root:${hash}:`);
  await writeFile(disk(2, `${sshDirectory}/authorized_keys`), '');
  const locked = sshKeyPair({ passphrase: 'sesame' });
  await writeFile(disk(1, `${sshDirectory}/locked`), locked.private);
  await chmod(disk(1, `${sshDirectory}/locked`), 0o600);
  await writeFile(disk(4, `${sshDirectory}/authorized_keys`), `${locked.public}\n`);
  for (const file of ['/etc/ssh/ssh_known_hosts', knownHosts])
    await change(disk(1, file), /^q4\.lab,.*\n/m, '');
}

/** Typed at a terminal of its own, each answer when its question is there. */
const atTerminal = (lab: Lab, k: number, command: string, answers: readonly [string, string][]) =>
  lab.on(k, [process.execPath, '-e', terminal, command, JSON.stringify(answers)]);

/** `script` gives the command a terminal; what it prints is waited for, and answered. */
const terminal = `
const [command, answers] = process.argv.slice(1);
const left = JSON.parse(answers);
const child = require('node:child_process').spawn('script', ['-qefc', command, '/dev/null']);
let seen = '', heard = '';
child.stdout.on('data', (data) => {
  process.stdout.write(data);
  seen += heard += data;
  if (left.length > 0 && heard.includes(left[0][0])) {
    heard = '';
    child.stdin.write(left.shift()[1] + '\\r');
  }
});
child.on('close', (code) => process.exit(left.length > 0 ? 99 : code));`;

describeLab('hosts with nothing on them, and people who are asked', () => {
  afterEach(downTestLabs);

  it('a password from standard input, programs that are brought over, a join taken back and begun again (BEH-192, BEH-233, BEH-235)', async () => {
    const lab = await startTestLab(4, prepareFour);
    await init(lab);

    const wrong = await lab.on(1, ['quorate', 'node', 'add', 'q2', '--password-stdin'], { input: 'wrong\n' });
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('SSH_FAILED') });
    const byPassword = ['quorate', 'node', 'add', 'q2', '--password-stdin', '--verbose'];
    const added = await lab.on(1, byPassword, { input: 'correct horse\n' });
    expect(added).toMatchObject({ code: 0 });
    expect(added.stderr).toContain('q2.lab: put-in-place: done');
    expect(sshdLog(lab, 2)).toContain('Accepted password for root');

    const unchecked = await quorate(lab, 1, 'node', 'add', 'q3', '--no-ssh-key-check');
    expect(unchecked).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--no-ssh-key-check is refused'),
    });

    const remote = ['--remote-program', `${programPlace}/quorate`];
    const absent = await quorate(lab, 1, 'node', 'add', 'q3', ...remote);
    expect(absent).toMatchObject({ code: 1, stderr: expect.stringContaining('--install') });
    // Nobody gets to its node daemon: the join ends when that does not answer.
    await filter(lab, 3, 'tcp dport 1811 drop');
    const broken = await quorate(lab, 1, 'node', 'add', 'q3', '--install', ...remote);
    expect(broken).toMatchObject({ code: 1, stderr: expect.stringContaining('the node daemon of q3.lab') });
    const brought = await must('sha256sum', [`${programs}/quorate`]);
    const there = await shell(lab, 3, `sha256sum <${programPlace}/quorate`);
    expect(there.stdout.split(' ')[0]).toBe(brought.split(' ')[0]);
    expect((await shell(lab, 3, `pgrep -c -f '${programsRun}/quorate-'`)).stdout).toBe('2\n');

    const aborted = await mustQuorate(lab, 1, 'node', 'add', '--abort', 'q3', '--json', ...remote);
    expect(JSON.parse(aborted)).toMatchObject({
      hosts: [{ host: 'q3.lab', ok: true, aborted: { cleaned: true, exposed: 'nothing' } }],
    });
    await expectNothingBrought(lab, 3);
    expect(await nodesOf(lab)).toEqual(['q1.lab', 'q2.lab']);

    await lab.on(3, ['nft', 'delete', 'table', 'inet', 'filtered']);
    const tried = await mustQuorate(lab, 1, 'node', 'add', 'q2', '--abort').catch(
      (error: Error) => error.message,
    );
    expect(tried).toContain('its join came to its end');
    await mustQuorate(lab, 1, 'node', 'add', 'q3', '--install', ...remote);
    await expectMembers(lab, [1, 2, 3]);
    // Installed anew it is by the programs that it has.
    await mustQuorate(lab, 1, 'node', 'readd', 'q3', ...remote);
    await expectMembers(lab, [1, 2, 3]);

    const typed = await atTerminal(lab, 1, `quorate node add q4 --ssh-key ${sshDirectory}/locked`, [
      ['Is that its key', 'yes'],
      ['Write it into', 'yes'],
      ['Pass phrase of', 'wrong'],
      ['That was not it', 'sesame'],
    ]);
    expect(typed).toMatchObject({ code: 0 });
    expect(typed.stdout).not.toContain('sesame');
    expect(readFileSync(lab.disk(1, knownHosts), 'utf8')).toMatch(/^q4\.lab ssh-ed25519 /m);
    await expectOneMaster(lab, 1);
    await expectMembers(lab, [1, 2, 3, 4]);

    await mustQuorate(lab, 1, 'node', 'remove', 'q3');
    await expectNothingBrought(lab, 3);
    expect((await quorate(lab, 3, 'master')).code).toBe(2);
    await expectMembers(lab, [1, 2, 4]);
  });
});

/** Neither a file nor a directory of what `--install` brought, nor anything that runs from it; what was there before is. */
async function expectNothingBrought(lab: Lab, k: number): Promise<void> {
  const isClean = async (): Promise<boolean> => {
    const files = await shell(lab, k, `find /var/lib/quorate -type f; find ${programPlace}`);
    return files.stdout + (await shell(lab, k, `pgrep -f '${programsRun}'`)).stdout === '';
  };
  await awaitUntil(`q${k} keeps programs`, 30_000, isClean);
  expect((await shell(lab, k, 'command -v quorate')).code).toBe(0);
}

/** The lab itself: its hosts are apart as real ones are, its faults are the faults they say, and it leaves nothing. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { awaitUntil } from './await.ts';
import { must } from './command.ts';
import { markOf, projectRoot } from './environment.ts';
import { downLab, openLab, startLab, type Lab } from './lab.ts';
import { describeLab, downTestLabs, startTestLab, testLabName } from './lab-for-tests.ts';
import { planLab } from './plan.ts';
import { processesWithVariable } from './processes.ts';

const shell = (lab: Lab, k: number, script: string) => lab.on(k, ['sh', '-c', script]);
const said = async (lab: Lab, k: number, script: string): Promise<string> =>
  (await shell(lab, k, script)).stdout.trim();

const reaches = async (lab: Lab, from: number, to: number): Promise<boolean> =>
  (await lab.on(from, ['ping', '-c', '1', '-W', '1', lab.nodeName(to)])).code === 0;

/** Whether datagrams get from one host to the other, whatever the way back. The sender must know the hardware address. */
async function hears(lab: Lab, to: number, from: number): Promise<boolean> {
  const receive = `const socket = require('node:dgram').createSocket('udp4').bind(7777);
    socket.on('message', () => process.exit(0)); setTimeout(() => process.exit(1), 2000);`;
  const send = `const socket = require('node:dgram').createSocket('udp4');
    setInterval(() => socket.send('x', 7777, '10.77.0.${to}'), 50); setTimeout(() => process.exit(0), 2000);`;
  const [receiver] = await Promise.all([
    lab.on(to, ['node', '-e', receive]),
    lab.on(from, ['node', '-e', send]),
  ]);
  return receiver.code === 0;
}

const ssh = (lab: Lab, from: number, to: string, command: string) =>
  lab.on(from, ['ssh', '-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=yes', to, command]);

/** What of a lab the machine still shows. */
function remainsOf(name: string): readonly string[] {
  const { directory, namespacePrefix } = planLab(name);
  const namespaces = existsSync('/run/netns') ? readdirSync('/run/netns') : [];
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  return [
    ...namespaces.filter((entry) => entry.startsWith(namespacePrefix)),
    ...mounts.filter((line) => line.includes(directory) || line.includes(namespacePrefix)),
    ...processesWithVariable(markOf({ name })).map((pid) => `process ${pid}`),
    ...(existsSync(directory) ? [directory] : []),
  ];
}

describeLab('a lab of three hosts', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startTestLab(3);
  });
  afterAll(downTestLabs);

  it('every host reaches every other by name', async () => {
    for (const from of lab.hosts) for (const to of lab.hosts) expect(await reaches(lab, from, to)).toBe(true);
  });

  it('a host knows itself by its node name, and the cluster by its own', async () => {
    expect(await said(lab, 2, 'hostname; cat /etc/hostname')).toBe('q2.lab\nq2.lab');
    expect(await said(lab, 2, 'getent hosts q3 10.77.0.3')).toMatch(/^10\.77\.0\.3\s+q3\.lab q3/);
    expect(await said(lab, 2, 'getent hosts cluster.lab')).toMatch(/^10\.77\.0\.100\s+cluster\.lab/);
    expect((await lab.on(2, ['getent', 'hosts', 'nowhere.lab'])).code).toBe(2);
  });

  it('a command gets its input and gives its exit code, output and errors', async () => {
    const ran = await lab.on(1, ['sh', '-c', 'cat; echo problem >&2; exit 42'], { input: 'words' });
    expect(ran).toEqual({ code: 42, stdout: 'words', stderr: 'problem\n' });
  });

  it('a command that does not end is ended, with all it started', async () => {
    await expect(lab.on(1, ['sleep', '1234'], { limitMs: 300 })).rejects.toThrow('did not end within 0.3 s');
    await awaitUntil(
      'sleep is there',
      5_000,
      async () => (await said(lab, 1, 'pgrep -f "[s]leep 1234"')) === '',
    );
  });

  it('the hosts and the machine share no files of /etc, /var/lib, /var/log, /run, /tmp', async () => {
    for (const directory of ['/etc/quorate', '/var/lib', '/var/log', '/run', '/tmp']) {
      await shell(lab, 1, `mkdir -p ${directory} && touch ${directory}/lab-mark-${lab.name}`);
      const file = `${directory}/lab-mark-${lab.name}`;
      expect((await lab.on(2, ['test', '-e', file])).code).toBe(1);
      expect(existsSync(file)).toBe(false);
    }
  });

  it('the programs are where they are on the machine, wherever that is', async () => {
    expect((await lab.on(1, ['test', '-e', `${projectRoot}/package.json`])).code).toBe(0);
    expect(await said(lab, 1, 'node --version')).toBe(process.version);
  });

  it('a host sees no process but its own, and its orphans do not stay as zombies', async () => {
    await shell(lab, 1, '(sleep 0.1 &)');
    const states = `cat /proc/[0-9]*/stat | sed 's/.*) //' | cut -c1`;
    await awaitUntil('zombies are left', 5_000, async () => !(await said(lab, 1, states)).includes('Z'));
    expect(await said(lab, 1, 'cat /proc/1/cmdline')).toContain('host-boot.sh');
  });

  it('the operator gets to the other hosts over SSH, every host key known and different', async () => {
    for (const name of ['q2.lab', 'q3.lab', '10.77.0.3'])
      expect(await ssh(lab, 1, name, 'hostname')).toMatchObject({ code: 0 });
    const keys = await Promise.all(
      lab.hosts.map((k) => said(lab, k, 'cat /etc/ssh/ssh_host_ed25519_key.pub')),
    );
    expect(new Set(keys).size).toBe(3);
    expect(await said(lab, 1, 'stat -c %a ~/.ssh/id_ed25519')).toBe('600');
  });

  it('a host with another key than the known one is refused', async () => {
    await shell(lab, 1, 'sed -i s/^q2.lab,/q3.lab,/ /etc/ssh/ssh_known_hosts ~/.ssh/known_hosts');
    const { code, stderr } = await ssh(lab, 1, 'q2.lab', 'true');
    await shell(lab, 1, 'sed -i 2s/^q3.lab,/q2.lab,/ /etc/ssh/ssh_known_hosts ~/.ssh/known_hosts');
    expect(code).toBe(255);
    expect(stderr).toContain('Host key verification failed');
    expect(await ssh(lab, 1, 'q2.lab', 'true')).toMatchObject({ code: 0 });
  });

  it('a cut host reaches nobody and is reached by nobody, the others reach each other', async () => {
    await lab.cut(3);
    expect(await reaches(lab, 1, 3)).toBe(false);
    expect(await reaches(lab, 3, 2)).toBe(false);
    expect(await reaches(lab, 1, 2)).toBe(true);
    await lab.heal(3);
    expect(await reaches(lab, 3, 1)).toBe(true);
  });

  it('a cut between two leaves the third with both', async () => {
    await lab.cut(3, { from: 1 });
    expect(await reaches(lab, 3, 1)).toBe(false);
    expect(await reaches(lab, 3, 2)).toBe(true);
    await lab.heal();
    expect(await lab.cuts()).toEqual([]);
    expect(await reaches(lab, 3, 1)).toBe(true);
  });

  it.each([
    ['in', false, true],
    ['out', true, false],
  ] as const)('cut one way %s: hears others %s, is heard %s', async (oneWay, hearsOthers, isHeard) => {
    expect(await reaches(lab, 3, 1)).toBe(true);
    await lab.cut(3, { oneWay });
    expect(await hears(lab, 3, 1)).toBe(hearsOthers);
    expect(await hears(lab, 1, 3)).toBe(isHeard);
    await lab.heal(3);
  });

  it('healing one host leaves the cuts of others, and cutting twice is cutting', async () => {
    await lab.cut(1, { from: 2, oneWay: 'in' });
    await lab.cut(1, { from: 2, oneWay: 'in' });
    await lab.cut(3, { from: 2, oneWay: 'out' });
    await lab.heal(3);
    expect(await lab.cuts()).toEqual([{ from: 'q2', to: 'q1' }]);
    await lab.heal();
  });

  it('a paused host answers as a frozen one does: its kernel, and no program', async () => {
    const command = shell(lab, 2, 'sleep 0.5; echo done');
    await lab.pause(2);
    expect(lab.state(2)).toBe('paused');
    expect(await reaches(lab, 1, 2)).toBe(true);
    const knock = lab.on(1, ['ssh', '-o', 'ConnectTimeout=1', 'q2.lab', 'true']);
    expect((await knock).stderr).toContain('timed out');
    expect(await reaches(lab, 1, 3)).toBe(true);
    await lab.resume(2);
    expect(lab.state(2)).toBe('up');
    expect((await command).stdout).toBe('done\n');
    expect(await ssh(lab, 1, 'q2.lab', 'true')).toMatchObject({ code: 0 });
  });

  it('a crashed host is silent; revived it has its disk and nothing else of before', async () => {
    const key = await said(lab, 3, 'cat /etc/ssh/ssh_host_ed25519_key.pub /sys/class/net/eth0/address');
    await shell(lab, 3, 'for d in /var/lib /var/log /etc /run /tmp; do echo kept >$d/kept; done');
    await shell(lab, 3, 'ip address add 10.77.0.100/32 dev eth0; sleep 4321 >/dev/null 2>&1 &');
    expect(await lab.holdersOfMasterIp()).toEqual([3]);

    await lab.crash(3);
    expect(lab.state(3)).toBe('down');
    expect(await lab.holdersOfMasterIp()).toEqual([]);
    expect(await reaches(lab, 1, 3)).toBe(false);
    await expect(lab.on(3, ['true'])).rejects.toThrow('q3 is down');
    expect(readFileSync(lab.disk(3, '/var/lib/kept'), 'utf8')).toBe('kept\n');

    await lab.revive(3);
    expect(await said(lab, 3, 'ls -d /*/kept /var/*/kept')).toBe('/etc/kept\n/var/lib/kept\n/var/log/kept');
    expect(await lab.addresses(3)).toEqual(['10.77.0.3']);
    expect(await said(lab, 3, 'pgrep -f "[s]leep 4321"')).toBe('');
    expect(await said(lab, 3, 'cat /etc/ssh/ssh_host_ed25519_key.pub /sys/class/net/eth0/address')).toBe(key);
    expect(await ssh(lab, 1, 'q3.lab', 'true')).toMatchObject({ code: 0 });
  });

  it('a paused host can be crashed, a cut one stays cut over a crash', async () => {
    await lab.pause(2);
    await lab.cut(2);
    await lab.crash(2);
    await lab.revive(2);
    expect(lab.state(2)).toBe('up');
    expect(await reaches(lab, 1, 2)).toBe(false);
    await lab.heal();
    expect(await reaches(lab, 1, 2)).toBe(true);
  });

  it('booting starts the daemons where the host belongs to a cluster, and nowhere else', async () => {
    expect((await lab.on(2, ['test', '-e', '/run/quorate'])).code).toBe(1);
    await shell(lab, 2, 'mkdir -p /var/lib/quorate && touch /var/lib/quorate/node.pem');
    await lab.crash(2);
    await lab.revive(2);
    // With an empty identity they cannot stay; that they were started shows in what they leave.
    const traces = 'ls /run/quorate/noded.pid /run/quorate/masterd.pid /var/log/quorate/noded.log';
    expect((await shell(lab, 2, traces)).code).toBe(0);
  });

  it('says no to what does not fit its state', async () => {
    await expect(lab.revive(1)).rejects.toThrow('q1 is up already');
    await expect(lab.pause(7)).rejects.toThrow('no host 7');
    await expect(lab.cut(1, { from: 1 })).rejects.toThrow('no link');
    await expect(startLab({ name: lab.name, hosts: 1 })).rejects.toThrow('up already');
  });

  it('has the same addresses as a lab beside it and nothing else in common', async () => {
    const other = await startTestLab(2);
    await shell(other, 1, 'ip address add 10.77.0.100/32 dev eth0');
    expect(await other.holdersOfMasterIp()).toEqual([1]);
    expect(await lab.holdersOfMasterIp()).toEqual([]);
    await other.cut(1);
    expect(await reaches(lab, 1, 2)).toBe(true);
    await other.down();
    expect(remainsOf(other.name)).toEqual([]);
    expect(await reaches(lab, 1, 2)).toBe(true);
  });
});

describeLab('taking a lab down', () => {
  it('leaves nothing, whatever state its hosts are in', async () => {
    const links = await must('ip', ['-brief', 'link']);
    const lab = await startTestLab(3);
    await lab.crash(1);
    await lab.pause(2);
    await shell(lab, 3, 'unshare --net --pid --fork sleep 999 >/dev/null 2>&1 &');
    await lab.down();
    expect(remainsOf(lab.name)).toEqual([]);
    expect(await must('ip', ['-brief', 'link'])).toBe(links);
  });

  it('leaves nothing of a lab whose files are gone', async () => {
    const lab = await startTestLab(1);
    await must('rm', ['-rf', planLab(lab.name).directory]);
    await downLab(lab.name);
    expect(remainsOf(lab.name)).toEqual([]);
  });

  // Killed when this much was there: nothing yet, the switch, a host's disk, a running host.
  it.each(['builder.pid', 'q1/etc/hosts', 'q2/boot.log', 'q2/init'])(
    'leaves nothing of an `up` that was killed when %s was there, and the next one comes up',
    async (file) => {
      const name = testLabName();
      const { directory } = planLab(name);
      await killedUp(name, `${directory}/${file}`);
      await expect(openLab(name)).rejects.toThrow('is not up');
      const lab = await startLab({ name, hosts: 2 });
      expect(await reaches(lab, 1, 2)).toBe(true);
      await killedUpLeftovers(lab);
    },
  );

  it('of Ctrl-C during `up` remains nothing', async () => {
    const name = testLabName();
    const { directory } = planLab(name);
    expect(await killedUp(name, `${directory}/q1/init`, 'SIGINT')).toBe(130);
    expect(remainsOf(name)).toEqual([]);
  });
});

/** Starts `up` as a program of its own and ends it as soon as the file is there. */
async function killedUp(
  name: string,
  file: string,
  signal: NodeJS.Signals = 'SIGKILL',
): Promise<number | null> {
  const args = ['--import', 'tsx', 'test/lab/main.ts', '--name', name, 'up', '3'];
  const up = spawn(process.execPath, args, { cwd: projectRoot, stdio: 'ignore' });
  const ended = once(up, 'exit') as Promise<[number | null]>;
  await awaitUntil(`${file} does not appear`, 30_000, () => existsSync(file));
  up.kill(signal);
  const [code] = await ended;
  return code;
}

async function killedUpLeftovers(lab: Lab): Promise<void> {
  await writeFile(lab.disk(1, '/var/lib/ballast'), 'x');
  await lab.down();
  expect(remainsOf(lab.name)).toEqual([]);
}

/** Lab hosts on which Ganeti's own programs run: prepared, started, stopped, and every command of it shown with its answer. */
import { copyFileSync } from 'node:fs';
import { awaitUntil } from '../lab/await.ts';
import type { Ran } from '../lab/command.ts';
import { startTestLab } from '../lab/lab-for-tests.ts';
import { LabError } from '../lab/lab-error.ts';
import type { Lab } from '../lab/lab.ts';

/** Where Debian's packages keep what only Ganeti itself calls. */
const programs = '/usr/lib/ganeti';
export const ganetiData = '/var/lib/ganeti';

/** Daemons that a node start needs take about 4 s on two cores (measured); a loaded machine takes its time. */
const startLimitMs = 90_000;

/** `gnt-node add` takes 14 s on a free machine (measured). */
const longLimitMs = 180_000;

/** Runs words on host K and prints them, the exit code and what was said. */
export async function shownOn(lab: Lab, k: number, ...words: string[]): Promise<Ran> {
  const ran = await lab.on(k, words, { limitMs: longLimitMs });
  const said = `${ran.stdout}${ran.stderr}`.trimEnd().split('\n');
  console.log(
    [`q${k}# ${words.join(' ')}    (exit ${ran.code})`, ...said.map((line) => `    ${line}`)].join('\n'),
  );
  return ran;
}

/** The same, for a step that must go well. */
export async function mustOn(lab: Lab, k: number, ...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await shownOn(lab, k, ...words);
  if (code !== 0) throw new LabError(`${words.join(' ')} on q${k}: exit ${code}\n${stdout}${stderr}`);
  return stdout;
}

export const shown = (lab: Lab, ...words: string[]): Promise<Ran> => shownOn(lab, 1, ...words);
export const must = (lab: Lab, ...words: string[]): Promise<string> => mustOn(lab, 1, ...words);

const hostKey = '/etc/ssh/ssh_host_rsa_key';

/**
 * Hosts with what Ganeti expects of them: one RSA host key that all their sshds show, and the bridge that its default
 * network parameters name. Lab hosts have an ed25519 key each, for which Ganeti's format has no place.
 */
export async function startGanetiHosts(count: number): Promise<Lab> {
  const lab = await startTestLab(count);
  await must(lab, 'ssh-keygen', '-q', '-t', 'rsa', '-b', '2048', '-N', '', '-f', hostKey);
  const show = `echo HostKey ${hostKey} >>/etc/ssh/sshd_config && kill -HUP "$(cat /run/sshd.pid)"`;
  for (const k of lab.hosts) {
    if (k > 1)
      for (const end of ['', '.pub']) copyFileSync(lab.disk(1, hostKey + end), lab.disk(k, hostKey + end));
    await mustOn(lab, k, 'sh', '-c', show);
    await mustOn(lab, k, 'ip', 'link', 'add', 'xen-br0', 'type', 'bridge');
    await ensureDirectories(lab, k);
  }
  return lab;
}

/** What Debian's package makes at its installation, which a lab host has not seen; and the owners of files. */
const ensureDirectories = (lab: Lab, k: number): Promise<string> => mustOn(lab, k, `${programs}/ensure-dirs`);

/** Ganeti on the data directories that are there: owners set, daemons started, the master daemon on q1 answering. */
export async function startGaneti(lab: Lab): Promise<void> {
  for (const k of lab.hosts.toReversed()) {
    await ensureDirectories(lab, k);
    await shownOn(lab, k, `${programs}/daemon-util`, 'start-all');
  }
  const answers = async (): Promise<boolean> => (await lab.on(1, ['gnt-cluster', 'master-ping'])).code === 0;
  await awaitUntil('Ganeti’s master daemon does not answer', startLimitMs, answers, () => logs(lab));
}

/** The last lines of every log of Ganeti's on the master. */
async function logs(lab: Lab): Promise<string> {
  return (await lab.on(1, ['sh', '-c', 'tail -n 8 /var/log/ganeti/*.log'])).stdout;
}

export async function stopGaneti(lab: Lab): Promise<void> {
  await must(lab, 'gnt-cluster', 'deactivate-master-ip', '--yes');
  for (const k of lab.hosts) await shownOn(lab, k, `${programs}/daemon-util`, 'stop-all');
  await awaitQuiet(lab);
}

/** Ends our daemons, and waits until their address and port are free. */
export async function stopQuorate(lab: Lab): Promise<void> {
  const end = 'for daemon in masterd noded; do kill "$(head -n 1 /run/quorate/$daemon.pid)"; done';
  for (const k of lab.hosts) await mustOn(lab, k, 'sh', '-c', end);
  await awaitQuiet(lab);
}

async function awaitQuiet(lab: Lab): Promise<void> {
  const listening = ['sh', '-c', 'ss -Htln sport = :1811 | grep -q .'];
  const quiet = async (): Promise<boolean> => {
    const answers = await Promise.all(lab.hosts.map((k) => lab.on(k, listening)));
    return (await lab.holdersOfMasterIp()).length === 0 && answers.every(({ code }) => code !== 0);
  };
  await awaitUntil('The master IP or port 1811 is still held', startLimitMs, quiet);
}

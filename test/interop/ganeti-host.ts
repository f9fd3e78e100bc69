/** A lab host on which Ganeti's own programs run: prepared, started, stopped, and every command of it shown with its answer. */
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

/** Runs words on q1 and prints them, the exit code and what was said. */
export async function shown(lab: Lab, ...words: string[]): Promise<Ran> {
  const ran = await lab.on(1, words);
  const said = `${ran.stdout}${ran.stderr}`.trimEnd().split('\n');
  console.log(
    [`q1# ${words.join(' ')}    (exit ${ran.code})`, ...said.map((line) => `    ${line}`)].join('\n'),
  );
  return ran;
}

/** The same, for a step that must go well. */
export async function must(lab: Lab, ...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await shown(lab, ...words);
  if (code !== 0) throw new LabError(`${words.join(' ')} on q1: exit ${code}\n${stdout}${stderr}`);
  return stdout;
}

const shell = (lab: Lab, script: string): Promise<string> => must(lab, 'sh', '-c', script);

/**
 * One host with what Ganeti expects of it: an RSA host key that its sshd shows, and the bridge that its default network
 * parameters name. Lab hosts have an ed25519 key only, for which Ganeti's format has no place.
 */
export async function startGanetiHost(): Promise<Lab> {
  const lab = await startTestLab(1);
  const key = '/etc/ssh/ssh_host_rsa_key';
  await shell(
    lab,
    `ssh-keygen -q -t rsa -b 2048 -N '' -f ${key} && echo HostKey ${key} >>/etc/ssh/sshd_config && kill -HUP "$(cat /run/sshd.pid)"`,
  );
  await must(lab, 'ip', 'link', 'add', 'xen-br0', 'type', 'bridge');
  await ensureDirectories(lab);
  return lab;
}

/** What Debian's package makes at its installation, which a lab host has not seen; and the owners of files. */
const ensureDirectories = (lab: Lab): Promise<string> => must(lab, `${programs}/ensure-dirs`);

/** Ganeti on the data directory that is there: owners set, daemons started, the master daemon answering. */
export async function startGaneti(lab: Lab): Promise<void> {
  await ensureDirectories(lab);
  await shown(lab, `${programs}/daemon-util`, 'start-all');
  const answers = async (): Promise<boolean> => (await lab.on(1, ['gnt-cluster', 'master-ping'])).code === 0;
  await awaitUntil('Ganeti’s master daemon does not answer', startLimitMs, answers, () => logs(lab));
}

/** The last lines of every log of Ganeti's. */
async function logs(lab: Lab): Promise<string> {
  return (await lab.on(1, ['sh', '-c', 'tail -n 8 /var/log/ganeti/*.log'])).stdout;
}

export async function stopGaneti(lab: Lab): Promise<void> {
  await must(lab, 'gnt-cluster', 'deactivate-master-ip', '--yes');
  await shown(lab, `${programs}/daemon-util`, 'stop-all');
  await awaitQuiet(lab);
}

/** Ends our daemons, and waits until their address and port are free. */
export async function stopQuorate(lab: Lab): Promise<void> {
  await shell(lab, 'for daemon in masterd noded; do kill "$(head -n 1 /run/quorate/$daemon.pid)"; done');
  await awaitQuiet(lab);
}

async function awaitQuiet(lab: Lab): Promise<void> {
  const listening = ['sh', '-c', 'ss -Htln sport = :1811 | grep -q .'];
  const quiet = async (): Promise<boolean> =>
    (await lab.holdersOfMasterIp()).length === 0 && (await lab.on(1, listening)).code !== 0;
  await awaitUntil('The master IP or port 1811 is still held', startLimitMs, quiet);
}

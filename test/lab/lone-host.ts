/**
 * One host on which commands are killed with SIGKILL before and after their steps, and whose whole tree is compared.
 */
import { expect } from 'vitest';
import type { Ran } from './command.ts';
import type { Lab } from './lab.ts';
import { startTestLab } from './lab-for-tests.ts';
import { clusterName, masterIp } from './plan.ts';

/**
 * Loaded into the program before its own code: it ends itself where its words on the terminal say that a step begins, or
 * has ended, and before those words are out.
 */
const executioner = `
if (process.env.KILLED_AT) {
  process.stderr.isTTY = true;
  const write = process.stderr.write;
  process.stderr.write = function (text, ...rest) {
    if (String(text).includes(process.env.KILLED_AT)) process.kill(process.pid, 'SIGKILL');
    return write.call(this, text, ...rest);
  };
}
`;
const executionerPath = '/var/log/executioner.cjs';

export const init = [
  'init',
  clusterName,
  '--master-netdev',
  'eth0',
  '--enabled-disk-templates',
  'diskless,file',
  '--file-storage-dir',
  '/var/lib/store/disks',
];
export const destroy = ['destroy', '--yes-do-it'];

export interface LoneHost {
  readonly lab: Lab;
  /** The tree with contents, before anything of ours was there. */
  readonly before: readonly string[];
}

export async function startLoneHost(): Promise<LoneHost> {
  const lab = await startTestLab(1);
  const allowed = 'mkdir -p /etc/ganeti && echo /var/lib/store > /etc/ganeti/file-storage-paths';
  await lab.on(1, ['sh', '-c', allowed]);
  // Nobody has the master IP, and to be told so at once saves seconds in each of some sixty runs.
  await lab.on(1, ['ip', 'route', 'add', 'unreachable', masterIp]);
  await lab.on(1, ['sh', '-c', `cat > ${executionerPath}`], { input: executioner });
  return { lab, before: await tree(lab, { contents: true }) };
}

/** What the host's own disk and memory hold: path, kind, mode, owner; of files also the content where it is asked for. */
export async function tree(
  lab: Lab,
  { contents }: { readonly contents: boolean },
): Promise<readonly string[]> {
  const places = '/etc /var/lib /var/log /run';
  const list = `find ${places} -mount ! -path '*/sshd.log' -printf '%y %m %U:%G %p %l\\n'`;
  const sums = `find ${places} -mount -type f ! -path '*/sshd.log' -exec sha256sum {} +`;
  const { stdout } = await lab.on(1, ['sh', '-c', contents ? `${list}; ${sums}` : list]);
  return stdout.split('\n').sort();
}

const withExecutioner = (lab: Lab, words: readonly string[], at: string): Promise<Ran> =>
  lab.on(1, ['env', `KILLED_AT=${at}`, `NODE_OPTIONS=--require ${executionerPath}`, 'quorate', ...words]);

export async function killed(lab: Lab, words: readonly string[], at: string): Promise<void> {
  const { code, stdout, stderr } = await withExecutioner(lab, words, at);
  expect({ at, code, stdout, stderr }).toMatchObject({ code: 128 + 9 });
}

/** What the command says when a step begins and when it is done, in the order of its steps; it runs to its end. */
export async function momentsOf(lab: Lab, words: readonly string[]): Promise<readonly string[]> {
  const { code, stderr } = await withExecutioner(lab, words, 'nowhere');
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const steps = [...stderr.matchAll(/✓ (.+) \(\d/g)].map(([, doing]) => doing);
  expect(steps.length).toBeGreaterThan(4);
  return steps.flatMap((doing) => [`… ${doing}`, `✓ ${doing}`]);
}

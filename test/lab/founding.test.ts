/**
 * `init` and `destroy` on a host, killed with SIGKILL before and after every one of their steps: gone on with by the same
 * command, or taken back. The whole tree of the host is compared.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mustQuorate, quorate } from './cluster-for-tests.ts';
import type { Ran } from './command.ts';
import type { Lab } from './lab.ts';
import { describeLab, downTestLabs, startTestLab } from './lab-for-tests.ts';
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

const init = [
  'init',
  clusterName,
  '--master-netdev',
  'eth0',
  '--enabled-disk-templates',
  'diskless,file',
  '--file-storage-dir',
  '/var/lib/store/disks',
];
const destroy = ['destroy', '--yes-do-it'];

let lab: Lab;
let before: readonly string[];

/** What the host's own disk and memory hold: path, kind, mode, owner; of files also the content where it is asked for. */
async function tree({ contents }: { readonly contents: boolean }): Promise<readonly string[]> {
  const places = '/etc /var/lib /var/log /run';
  const list = `find ${places} -mount ! -path '*/sshd.log' -printf '%y %m %U:%G %p %l\\n'`;
  const sums = `find ${places} -mount -type f ! -path '*/sshd.log' -exec sha256sum {} +`;
  const { stdout } = await lab.on(1, ['sh', '-c', contents ? `${list}; ${sums}` : list]);
  return stdout.split('\n').sort();
}

const withExecutioner = (words: readonly string[], at: string): Promise<Ran> =>
  lab.on(1, ['env', `KILLED_AT=${at}`, `NODE_OPTIONS=--require ${executionerPath}`, 'quorate', ...words]);

async function killed(words: readonly string[], at: string): Promise<void> {
  const { code, stdout, stderr } = await withExecutioner(words, at);
  expect({ at, code, stdout, stderr }).toMatchObject({ code: 128 + 9 });
}

/** What the command says when a step begins and when it is done, in the order of its steps; it runs to its end. */
async function momentsOf(words: readonly string[]): Promise<readonly string[]> {
  const { code, stderr } = await withExecutioner(words, 'nowhere');
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const steps = [...stderr.matchAll(/✓ (.+) \(\d/g)].map(([, doing]) => doing);
  expect(steps.length).toBeGreaterThan(4);
  return steps.flatMap((doing) => [`… ${doing}`, `✓ ${doing}`]);
}

describeLab('a host', () => {
  beforeAll(async () => {
    lab = await startTestLab(1);
    const allowed = 'mkdir -p /etc/ganeti && echo /var/lib/store > /etc/ganeti/file-storage-paths';
    await lab.on(1, ['sh', '-c', allowed]);
    // Nobody has the master IP, and to be told so at once saves seconds in each of some sixty runs.
    await lab.on(1, ['ip', 'route', 'add', 'unreachable', masterIp]);
    await lab.on(1, ['sh', '-c', `cat > ${executionerPath}`], { input: executioner });
    before = await tree({ contents: true });
  });
  afterAll(downTestLabs);

  it('is after destroy what it was before init (BEH-140, BEH-151)', async () => {
    await mustQuorate(lab, 1, ...init);
    expect(await tree({ contents: true })).not.toEqual(before);
    await mustQuorate(lab, 1, ...destroy);
    expect(await tree({ contents: true })).toEqual(before);
  });

  it('BEH-149 init killed before and after every step is taken back', async () => {
    // After the last of its steps it is no more under way.
    const moments = (await momentsOf(init)).slice(0, -1);
    await mustQuorate(lab, 1, ...destroy);
    for (const moment of moments) {
      await killed(init, moment);
      await mustQuorate(lab, 1, 'init', '--abort');
      expect({ moment, tree: await tree({ contents: true }) }).toEqual({ moment, tree: before });
    }
  });

  it('BEH-150 init killed before and after every step, then again, ends where an undisturbed one does', async () => {
    const moments = (await momentsOf(init)).slice(0, -1);
    const undisturbed = await tree({ contents: false });
    await mustQuorate(lab, 1, ...destroy);
    for (const moment of moments) {
      await killed(init, moment);
      await mustQuorate(lab, 1, ...init);
      expect({ moment, tree: await tree({ contents: false }) }).toEqual({ moment, tree: undisturbed });
      expect(await mustQuorate(lab, 1, 'master')).toBe(`${lab.nodeName(1)}\n`);
      await mustQuorate(lab, 1, 'status');
      await mustQuorate(lab, 1, ...destroy);
      expect({ moment, tree: await tree({ contents: true }) }).toEqual({ moment, tree: before });
    }
  });

  it('destroy killed before and after every step is finished by the next', async () => {
    await mustQuorate(lab, 1, ...init);
    for (const moment of await momentsOf(destroy)) {
      await mustQuorate(lab, 1, ...init);
      await killed(destroy, moment);
      await finishDestroy(moment);
      expect({ moment, tree: await tree({ contents: true }) }).toEqual({ moment, tree: before });
    }
  });

  it('two inits at once: one wins, one is told', async () => {
    const ran = await Promise.all([quorate(lab, 1, ...init), quorate(lab, 1, ...init)]);
    expect(ran.map(({ code }) => code).toSorted((a, b) => a - b)).toEqual([0, 1]);
    const told = ran.find(({ code }) => code === 1);
    expect(told?.stderr).toContain('Another init or import is at work on this host');
    await mustQuorate(lab, 1, ...destroy);
    expect(await tree({ contents: true })).toEqual(before);
  });
});

/** The killed one may have been through already, or its node daemon finishes alone: then there is no cluster to destroy. */
async function finishDestroy(moment: string): Promise<void> {
  const { code, stderr } = await quorate(lab, 1, ...destroy);
  const wasOver = stderr.includes('NOT_IN_CLUSTER');
  expect({ moment, code, stderr }).toMatchObject({ code: wasOver ? 2 : 0 });
}

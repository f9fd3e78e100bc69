/** What `verify` finds of networks and hosts: what only real interfaces, cuts and frozen programs can show. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mustQuorate, quorate, startTestCluster } from './cluster-for-tests.ts';
import type { Lab } from './lab.ts';
import { describeLab, downTestLabs } from './lab-for-tests.ts';
import { home } from './plan.ts';

describeLab('verify on three hosts', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startTestCluster(3);
  });
  afterAll(downTestLabs);

  const findings = async (): Promise<readonly string[]> =>
    (await quorate(lab, 1, 'verify', '--error-codes')).stdout.split('\n').filter((line) => line !== '');

  it('finds nothing wrong, on each of them', async () => {
    for (const k of lab.hosts) expect(await mustQuorate(lab, k, 'verify')).toBe('No errors found\n');
  });

  it('finds that two hosts do not reach each other, though this one reaches both', async () => {
    await lab.cut(2, { from: 3 });
    const silent = (from: number, to: number) => [
      `ERROR:ENODENET:node:q${from}.lab:It does not reach q${to}.lab by its primary address, 10.77.0.${to}:1811: there is no answer`,
      `ERROR:ENODESSH:node:q${from}.lab:It does not reach q${to}.lab over SSH, 10.77.0.${to}:22: there is no answer`,
    ];
    expect((await findings()).toSorted()).toEqual([...silent(2, 3), ...silent(3, 2)].toSorted());
    await lab.heal();
    expect(await findings()).toEqual([]);
  });

  it('tells a host that is frozen within its limit, and why', async () => {
    await lab.pause(3);
    const began = performance.now();
    expect(await findings()).toEqual([
      expect.stringMatching(/^ERROR:ENODERPC:node:q3\.lab:.+no answer within 2 s$/),
    ]);
    expect(performance.now() - began).toBeLessThan(15_000);
    await lab.resume(3);
  });

  it('finds a host that calls itself by another name', async () => {
    await lab.on(2, ['sh', '-c', 'echo other.lab > /etc/hostname']);
    expect(await findings()).toEqual(['ERROR:ENODESSH:node:q2.lab:That host calls itself other.lab']);
    await lab.on(2, ['sh', '-c', 'echo q2.lab > /etc/hostname']);
    expect(await findings()).toEqual([]);
  });

  it('finds who is not let in as root, and old keys only if it is asked to', async () => {
    const keys = `${home}/.ssh/authorized_keys`;
    await lab.on(2, ['cp', '-p', keys, `${keys}.kept`]);
    await lab.on(2, ['sed', '-i', '/q3/d', keys]);
    expect(await findings()).toEqual([
      "ERROR:ENODESSH:node:q2.lab:Root's authorized_keys lacks the key of q3.lab",
    ]);
    await lab.on(2, ['mv', `${keys}.kept`, keys]);
    await lab.on(2, ['sh', '-c', `echo 'ssh-rsa AAAAB3NzaC1yc2Eold root@q3.lab' >>${keys}`]);
    expect(await findings()).toEqual([]);
    const clutter = await quorate(lab, 1, 'verify', '--error-codes', '--verify-ssh-clutter');
    expect(clutter.stdout).toBe(
      "ERROR:ENODESSH:node:q2.lab:Root's authorized_keys lets in by old keys of q3.lab (lines: 1)\n",
    );
    await lab.on(2, ['sed', '-i', '/Eold/d', keys]);
  });
});

/**
 * What a cluster changes on a host outside its data directory, and takes back: with root's real home, a hosts file that
 * is a mount as in a container, and OpenSSH judging the key.
 */
import { afterEach, expect, it } from 'vitest';
import { awaitUntil } from './await.ts';
import { mustQuorate } from './cluster-for-tests.ts';
import type { Lab } from './lab.ts';
import { describeLab, downTestLabs, startTestLab } from './lab-for-tests.ts';
import { clusterName, home } from './plan.ts';

const shell = async (lab: Lab, script: string, k = 1): Promise<string> => {
  const { code, stdout, stderr } = await lab.on(k, ['sh', '-c', script]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.trim();
};

/** Path, kind, mode, owner, and digest of what a file holds; nothing of sshd's own log. */
const tree = (lab: Lab, k = 1): Promise<string> => {
  const places = `/etc ${home} /run /var/lib /var/log`;
  return shell(
    lab,
    `{ find ${places} ! -name sshd.log -printf '%p %y %m %u:%g\\n'
       find ${places} -type f ! -name sshd.log -exec sha256sum {} +; } | sort`,
    k,
  );
};

const becomeContainer = (lab: Lab): Promise<string> =>
  shell(
    lab,
    `printf '10.77.0.1 q1.lab\\n10.77.0.100 ${clusterName}\\n# end' >/tmp/hosts
     chmod 664 /tmp/hosts; mount --bind /tmp/hosts /etc/hosts; chmod 640 ${home}/.ssh/authorized_keys`,
  );

const rootsKey = `${home}/.ssh/id_rsa`;

/** By the key that the cluster made for root, and by no other. */
const login = (to: number) => `ssh -o BatchMode=yes -o IdentitiesOnly=yes -i ${rootsKey} q${to}.lab hostname`;

const getsIn = async (lab: Lab, from: number, to: number): Promise<boolean> => {
  const { code, stdout } = await lab.on(from, ['sh', '-c', login(to)]);
  return code === 0 && stdout.trim() === `q${to}.lab`;
};

/** A node daemon puts its host in order after it has answered. */
const awaitHost = (what: string, holds: () => Promise<boolean>) => awaitUntil(what, 30_000, holds);

describeLab('a host', () => {
  let lab: Lab;
  afterEach(downTestLabs);

  it('BEH-140 is named in its hosts file, lets root’s key in, and is as before when its cluster is destroyed', async () => {
    lab = await startTestLab(1);
    await becomeContainer(lab);
    const before = await tree(lab);
    await mustQuorate(lab, 1, 'init', clusterName, '--master-netdev', 'eth0');
    expect(await shell(lab, 'cat /etc/hosts')).toBe(
      `10.77.0.1\tq1.lab q1\n10.77.0.100 ${clusterName}\n# end`,
    );
    expect(await shell(lab, login(1))).toBe('q1.lab');
    await mustQuorate(lab, 1, 'destroy', '--yes-do-it');
    expect(await tree(lab)).toBe(before);
  });
});

describeLab('three hosts', () => {
  let lab: Lab;
  afterEach(downTestLabs);

  const publicKey = (k: number) => shell(lab, `cut -d' ' -f2 ${rootsKey}.pub`, k);
  const knows = async (k: number, key: string) =>
    (await lab.on(k, ['grep', '-rqF', key, `${home}/.ssh/authorized_keys`])).code === 0;
  const names = async (k: number, other: number) =>
    (await lab.on(k, ['grep', '-q', `q${other}.lab`, '/etc/hosts'])).code === 0;

  it('BEH-270 let in the candidates, and nobody who is none any more; who is removed is as before', async () => {
    lab = await startTestLab(3);
    await shell(lab, "sed '/q3.lab/d' /etc/hosts >/tmp/hosts; cat /tmp/hosts >/etc/hosts", 2);
    const before = await tree(lab, 3);
    await mustQuorate(lab, 1, 'init', clusterName, '--master-netdev', 'eth0');
    await mustQuorate(lab, 1, 'node', 'add', 'q2.lab', 'q3.lab');
    for (const from of lab.hosts)
      for (const to of lab.hosts)
        await awaitHost(`q${from} does not get into q${to}`, () => getsIn(lab, from, to));
    await awaitHost('q2 does not name q3', () => names(2, 3));
    const keys = await Promise.all(lab.hosts.map(publicKey));
    expect(new Set(keys).size).toBe(3);
    const views = await Promise.all(
      lab.hosts.map((k) => shell(lab, "cut -d' ' -f3 /var/lib/quorate/ganeti_pub_keys | sort", k)),
    );
    expect(views).toEqual(lab.hosts.map(() => keys.toSorted().join('\n')));

    await mustQuorate(lab, 1, 'modify', '--candidate-pool-size', '2');
    await mustQuorate(lab, 1, 'node', 'modify', 'q2.lab', '-C', 'no');
    for (const to of [1, 3])
      await awaitHost(`q2 still gets into q${to}`, async () => !(await getsIn(lab, 2, to)));
    expect([await getsIn(lab, 1, 2), await getsIn(lab, 3, 2)]).toEqual([true, true]);
    await mustQuorate(lab, 1, 'node', 'modify', 'q2.lab', '-C', 'yes');
    await awaitHost('q2 does not get into q3 again', () => getsIn(lab, 2, 3));

    await mustQuorate(lab, 1, 'node', 'remove', 'q3.lab');
    const [, , removed = ''] = keys;
    for (const k of [1, 2]) await awaitHost(`q${k} still knows q3`, async () => !(await knows(k, removed)));
    await awaitHost('q2 still names q3', async () => !(await names(2, 3)));
    expect(await shell(lab, 'cat /var/lib/quorate/ganeti_pub_keys')).not.toContain(removed);
    await awaitHost('q3 is not as before', async () => (await tree(lab, 3)) === before);
    expect(await getsIn(lab, 1, 2)).toBe(true);
  });
});

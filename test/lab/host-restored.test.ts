/**
 * What a cluster changes on a host outside its data directory, and takes back: with root's real home, a hosts file that
 * is a mount as in a container, and OpenSSH judging the key.
 */
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { awaitUntil } from './await.ts';
import { mustQuorate, quorate, reviveNode } from './cluster-for-tests.ts';
import type { Lab } from './lab.ts';
import { describeLab, downTestLabs, startTestLab } from './lab-for-tests.ts';
import { clusterName, home } from './plan.ts';

const shell = async (lab: Lab, script: string, k = 1): Promise<string> => {
  const { code, stdout, stderr } = await lab.on(k, ['sh', '-c', script]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.trim();
};

/** Path, kind, mode, owner, and digest of what a file holds, or that it has just gone; nothing of sshd's own log. */
const tree = (lab: Lab, k = 1): Promise<string> => {
  const places = `/etc ${home} /run /var/lib /var/log`;
  return shell(
    lab,
    `{ find ${places} ! -name sshd.log -printf '%p %y %m %u:%g\\n'
       find ${places} -type f ! -name sshd.log -exec sha256sum {} +; } 2>&1 | sort`,
    k,
  );
};

const becomeContainer = (lab: Lab): Promise<string> =>
  shell(
    lab,
    `printf '10.77.0.1 q1.lab\\n10.77.0.100 ${clusterName}\\n# end' >/tmp/hosts
     chmod 664 /tmp/hosts; mount --bind /tmp/hosts /etc/hosts; chmod 640 ${home}/.ssh/authorized_keys`,
  );

const rootsKey = (type = 'rsa'): string => `${home}/.ssh/id_${type}`;
const asRoot = 'ssh -o BatchMode=yes -o IdentitiesOnly=yes -o ConnectTimeout=5';

/** By the keys that the cluster made for root, and by no other. */
const login = (to: number, key = `-i ${rootsKey()} -i ${rootsKey('ecdsa')}`) =>
  `${asRoot} ${key} q${to}.lab hostname`;

const getsIn = async (lab: Lab, from: number, to: number, key?: string): Promise<boolean> => {
  const { code, stdout } = await lab.on(from, ['sh', '-c', login(to, key)]);
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
    expect(await getsIn(lab, 1, 1)).toBe(true);
    await mustQuorate(lab, 1, 'destroy', '--yes-do-it');
    expect(await tree(lab)).toBe(before);
  });
});

interface Renewing {
  readonly ours: { readonly renewal?: { readonly phase: string } };
}

/** The phase of a renewal by the disk of that host, which is looked at from outside. */
const phaseOn = (lab: Lab, k: number): string | undefined =>
  (JSON.parse(readFileSync(lab.disk(k, '/var/lib/quorate/cluster.json'), 'utf8')) as Renewing).ours.renewal
    ?.phase;

/**
 * Logins from each of these hosts to each, one after the other until it is stopped; resolves to those that failed. One
 * that has read the public half when the private one is replaced is refused, so each may be tried a second time.
 */
function probeLogins(lab: Lab, hosts: readonly number[]) {
  const once = hosts.map((to) => `try q${to}.lab || try q${to}.lab || echo "into q${to}"`).join('; ');
  const script = `
    try() { ${asRoot} -i ${rootsKey()} -i ${rootsKey('ecdsa')} "$1" true 2>/dev/null; }
    rm -f /tmp/enough; until [ -e /tmp/enough ]; do ${once}; sleep 0.3; done`;
  const failures = hosts.map(async (k) => {
    const { stdout } = await lab.on(k, ['sh', '-c', script], { limitMs: 180_000 });
    return stdout.trim() === '' ? [] : [`from q${k} ${stdout.trim()}`];
  });
  return {
    stop: async (): Promise<readonly string[]> => {
      for (const k of hosts) await lab.on(k, ['touch', '/tmp/enough']);
      return (await Promise.all(failures)).flat();
    },
  };
}

describeLab('three hosts', { sequential: true }, () => {
  let lab: Lab;
  const before = new Map<number, string>();
  afterAll(downTestLabs);

  const publicKey = (k: number, type?: string) => shell(lab, `cut -d' ' -f2 ${rootsKey(type)}.pub`, k);
  const knows = async (k: number, key: string) =>
    (await lab.on(k, ['grep', '-rqF', key, `${home}/.ssh/authorized_keys`])).code === 0;
  const names = async (k: number, other: number) =>
    (await lab.on(k, ['grep', '-q', `q${other}.lab`, '/etc/hosts'])).code === 0;
  const pairs = (): readonly (readonly [from: number, to: number])[] =>
    lab.hosts.flatMap((from) => lab.hosts.map((to) => [from, to] as const));
  const everybodyGetsIn = () =>
    Promise.all(
      pairs().map(([from, to]) =>
        awaitHost(`q${from} does not get into q${to}`, () => getsIn(lab, from, to)),
      ),
    );
  /** The keys that root's files have, host by host, once each host's view for Ganeti is seen to have the same. */
  const keysInViews = async (type?: string) => {
    const keys = await Promise.all(lab.hosts.map((k) => publicKey(k, type)));
    const views = await Promise.all(
      lab.hosts.map((k) => shell(lab, "cut -d' ' -f3 /var/lib/quorate/ganeti_pub_keys | sort", k)),
    );
    expect(views).toEqual(lab.hosts.map(() => keys.toSorted().join('\n')));
    expect(new Set(keys).size).toBe(3);
    return keys;
  };

  beforeAll(async () => {
    lab = await startTestLab(3);
    await shell(lab, "sed '/q3.lab/d' /etc/hosts >/tmp/hosts; cat /tmp/hosts >/etc/hosts", 2);
    // An administrator's own, with a remark of the last century.
    await shell(
      lab,
      `ssh-keygen -q -t rsa -b 2048 -N '' -C x -f ${rootsKey()}
       printf '%s r\\344ck' "$(cut -d' ' -f1,2 ${rootsKey()}.pub)" >/tmp/pub; cat /tmp/pub >${rootsKey()}.pub
       chmod 400 ${rootsKey()}; chmod 664 ${rootsKey()}.pub; rm /tmp/pub`,
      2,
    );
    for (const k of [2, 3]) before.set(k, await tree(lab, k));
    await mustQuorate(lab, 1, 'init', clusterName, '--master-netdev', 'eth0');
    await mustQuorate(lab, 1, 'node', 'add', 'q2.lab', 'q3.lab');
  });

  it('BEH-270 let in the candidates', async () => {
    await everybodyGetsIn();
    await awaitHost('q2 does not name q3', () => names(2, 3));
    expect(await keysInViews()).toHaveLength(3);
  });

  it('have new SSH keys while everybody gets in everywhere all the time, and the old ones are refused then', async () => {
    const old = await keysInViews();
    for (const k of lab.hosts) await shell(lab, `mkdir /tmp/old; cp -p ${rootsKey()}* /tmp/old`, k);
    const probe = probeLogins(lab, lab.hosts);
    const said = await mustQuorate(lab, 1, 'renew-crypto', '--new-ssh-keys', '--ssh-key-bits', '2560');
    expect(await probe.stop()).toEqual([]);
    expect(said).toContain('Renewed');
    const keys = await keysInViews();
    expect(keys.filter((key) => old.includes(key))).toEqual([]);
    await everybodyGetsIn();
    const byOld = await Promise.all(pairs().map(([from, to]) => getsIn(lab, from, to, '-i /tmp/old/id_rsa')));
    expect(byOld).not.toContain(true);
    expect(await shell(lab, `ssh-keygen -lf ${rootsKey()}.pub | cut -d' ' -f1`)).toBe('2560');
    expect(await shell(lab, 'cat /var/lib/quorate/config.data')).toContain('"ssh_key_bits":2560');
    // Of each private key a line in the middle: it lies on its own host only.
    const secrets = lab.hosts.map((k) => readFileSync(lab.disk(k, rootsKey()), 'utf8').split('\n')[5] ?? '');
    const foundOn = (k: number) => shell(lab, `cat $(grep -rlF -- '${secrets.join('\n')}' /var/lib || :)`, k);
    for (const k of lab.hosts) {
      const found = await foundOn(k);
      expect(secrets.filter((secret) => found.includes(secret))).toEqual([secrets[k - 1]]);
    }
  });

  it('BEH-286 have keys of another type when the master dies in between: the next one goes on, and it catches up', async () => {
    await shell(lab, `mkdir -p /tmp/rsa; cp -p ${rootsKey()}* /tmp/rsa`, 3);
    const probe = probeLogins(lab, [2, 3]);
    const order = ['quorate', 'renew-crypto', '--new-ssh-keys', '--ssh-key-type', 'ecdsa'];
    const ordered = lab.on(1, order).catch(() => undefined);
    await awaitUntil('no node switched', 60_000, () => phaseOn(lab, 1) === 'switch');
    await lab.crash(1);
    await ordered;
    await mustQuorate(lab, 2, 'failover');
    // A loaded machine may lose its first lease, and is elected anew.
    await awaitUntil('the next master does not go on with it', 60_000, async () =>
      (await quorate(lab, 2, 'renew-crypto', '--resume')).stdout.includes('Away: q1.lab'),
    );
    expect(await probe.stop()).toEqual([]);
    await reviveNode(lab, 1);
    await awaitUntil('it does not end', 60_000, () => phaseOn(lab, 2) === undefined);
    await everybodyGetsIn();
    await awaitHost(
      'q1 still knows a key of q3',
      async () => !(await getsIn(lab, 3, 1, '-i /tmp/rsa/id_rsa')),
    );
    expect(await keysInViews('ecdsa')).toHaveLength(3);
    expect(await shell(lab, `ls ${home}/.ssh`, 3)).not.toContain('id_rsa');
  });

  it('BEH-270 let in nobody who is a candidate no more; who is removed is as before', async () => {
    await mustQuorate(lab, 2, 'modify', '--candidate-pool-size', '2');
    await mustQuorate(lab, 2, 'node', 'modify', 'q1.lab', '-C', 'no');
    for (const to of [2, 3])
      await awaitHost(`q1 still gets into q${to}`, async () => !(await getsIn(lab, 1, to)));
    expect([await getsIn(lab, 2, 1), await getsIn(lab, 3, 1)]).toEqual([true, true]);
    await mustQuorate(lab, 2, 'node', 'modify', 'q1.lab', '-C', 'yes');
    await awaitHost('q1 does not get into q3 again', () => getsIn(lab, 1, 3));

    const removed = await publicKey(3, 'ecdsa');
    await mustQuorate(lab, 2, 'node', 'remove', 'q3.lab');
    for (const k of [1, 2]) await awaitHost(`q${k} still knows q3`, async () => !(await knows(k, removed)));
    await awaitHost('q2 still names q3', async () => !(await names(2, 3)));
    expect(await shell(lab, 'cat /var/lib/quorate/ganeti_pub_keys', 2)).not.toContain(removed);
    await awaitHost('q3 is not as before', async () => (await tree(lab, 3)) === before.get(3));
    expect(await getsIn(lab, 2, 1)).toBe(true);
  });

  it('give the administrator his own key back, byte by byte, when their cluster is destroyed', async () => {
    await mustQuorate(lab, 2, 'node', 'remove', 'q1.lab');
    await mustQuorate(lab, 2, 'destroy', '--yes-do-it');
    expect(await tree(lab, 2)).toBe(before.get(2));
  });
});

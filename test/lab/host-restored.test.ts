/**
 * What a cluster changes on a host outside its data directory, and takes back: with root's real home, a hosts file that
 * is a mount as in a container, and OpenSSH judging the key.
 */
import { afterEach, expect, it } from 'vitest';
import { mustQuorate } from './cluster-for-tests.ts';
import type { Lab } from './lab.ts';
import { describeLab, downTestLabs, startTestLab } from './lab-for-tests.ts';
import { clusterName, home } from './plan.ts';

const shell = async (lab: Lab, script: string): Promise<string> => {
  const { code, stdout, stderr } = await lab.on(1, ['sh', '-c', script]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.trim();
};

/** Path, kind, mode, owner, and digest of what a file holds; nothing of sshd's own log. */
const tree = (lab: Lab): Promise<string> => {
  const places = `/etc ${home} /run /var/lib /var/log`;
  return shell(
    lab,
    `{ find ${places} ! -name sshd.log -printf '%p %y %m %u:%g\\n'
       find ${places} -type f ! -name sshd.log -exec sha256sum {} +; } | sort`,
  );
};

const becomeContainer = (lab: Lab): Promise<string> =>
  shell(
    lab,
    `printf '10.77.0.1 q1.lab\\n10.77.0.100 ${clusterName}\\n# end' >/tmp/hosts
     chmod 664 /tmp/hosts; mount --bind /tmp/hosts /etc/hosts; chmod 640 ${home}/.ssh/authorized_keys`,
  );

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
    const login = `ssh -o BatchMode=yes -o IdentitiesOnly=yes -i ${home}/.ssh/id_rsa q1.lab hostname`;
    expect(await shell(lab, login)).toBe('q1.lab');
    await mustQuorate(lab, 1, 'destroy', '--yes-do-it');
    expect(await tree(lab)).toBe(before);
  });
});

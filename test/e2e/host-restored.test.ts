/** A host after its cluster was destroyed: the tree under its root is what it was before `init`, byte by byte. */
import {
  appendFileSync,
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planCluster } from './clusters.ts';
import type { TestCluster } from './clusters.ts';

let made: TestCluster;
beforeEach(async () => {
  made = await planCluster(1);
});
afterEach(() => made?.end());

/** Path, kind, mode, owner and content of everything. */
function treeOf(root: string): readonly string[] {
  return readdirSync(root, { recursive: true })
    .map((name) => join(root, String(name)))
    .map((path) => {
      const { mode, uid, gid } = lstatSync(path);
      const isFile = lstatSync(path).isFile();
      return `${path} ${mode.toString(8)} ${uid}:${gid} ${isFile ? readFileSync(path, 'latin1') : ''}`;
    })
    .sort();
}

const destroy = () => made.cluster.mustQuorate(made.world.first, ['destroy', '--yes-do-it']);

const init = (...flags: string[]) =>
  made.cluster.mustQuorate(made.world.first, [
    ...['init', made.cluster.plan.clusterName, '--master-netdev', 'lo', '--allow-loopback', ...flags],
  ]);
const initWithStorage = () =>
  init('--enabled-disk-templates', 'file', '--file-storage-dir', '/srv/quorate/disks');

describe('a host whose cluster was destroyed', () => {
  /** An administrator was here before: no last newline, odd modes, an encoding of the last century. */
  function prepare(): string {
    const { root, address, name } = made.world.first;
    const ssh = join(root, 'root/.ssh');
    mkdirSync(ssh, { mode: 0o755 });
    writeFileSync(join(ssh, 'authorized_keys'), 'ssh-ed25519 AAAA admin');
    chmodSync(join(ssh, 'authorized_keys'), 0o640);
    const { masterIp, clusterName } = made.cluster.plan;
    const hosts = `# r\u00e4ck 7\n${address} ${name} www\n${masterIp}\t${clusterName}`;
    writeFileSync(join(root, 'etc/hosts'), Buffer.from(hosts, 'latin1'));
    chmodSync(join(root, 'etc/hosts'), 0o664);
    mkdirSync(join(root, 'etc/ganeti'));
    writeFileSync(join(root, 'etc/ganeti/file-storage-paths'), '/srv\n');
    mkdirSync(join(root, 'var/lib/quorate'), { recursive: true, mode: 0o711 });
    return root;
  }

  it('is as it was before', async () => {
    const root = prepare();
    const before = treeOf(root);
    await initWithStorage();
    expect(treeOf(root)).not.toEqual(before);
    await destroy();
    expect(treeOf(root)).toEqual(before);
  });

  it('keeps what others have written meanwhile, and nothing of ours', async () => {
    const root = prepare();
    await initWithStorage();
    const files = ['etc/hosts', 'root/.ssh/authorized_keys'].map((name) => join(root, name));
    for (const file of files) {
      // As an editor would: the last line has an end when something follows it.
      const ended = readFileSync(file, 'latin1').endsWith('\n') ? '' : '\n';
      appendFileSync(file, `${ended}192.0.2.1 added\n`);
    }
    await destroy();
    const { address, name } = made.world.first;
    const { masterIp, clusterName } = made.cluster.plan;
    expect(files.map((file) => readFileSync(file, 'latin1'))).toEqual([
      `# r\u00e4ck 7\n${address} ${name} www\n${masterIp}\t${clusterName}\n192.0.2.1 added\n`,
      'ssh-ed25519 AAAA admin\n192.0.2.1 added\n',
    ]);
    expect(readdirSync(join(root, 'root/.ssh'))).toEqual(['authorized_keys']);
  });

  it('that had nothing but a name has nothing more', async () => {
    const { root } = made.world.first;
    const before = treeOf(root);
    await init();
    expect(readdirSync(join(root, 'root/.ssh')).sort()).toEqual(['authorized_keys', 'id_rsa', 'id_rsa.pub']);
    await destroy();
    expect(treeOf(root)).toEqual(before);
  });
});

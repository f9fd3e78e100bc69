import { memoryFiles } from '@quorate/platform/testing/files';
import { describe, expect, it } from 'vitest';
import {
  findLeftovers,
  oldTemporaries,
  removeInstalledFiles,
  removeOldTemporaries,
  removeTemporaries,
  strangersIn,
} from './installed-files.ts';
import { layoutUnder } from './layout.ts';

const data = '/var/lib/quorate';
const nodeWith = (...names: string[]) => {
  const files = memoryFiles(Object.fromEntries(names.map((name) => [`${data}/${name}`, 'x'])));
  return { files, layout: layoutUnder('/'), left: () => Object.keys(files.contents()) };
};

describe('installed files', () => {
  it('a fresh host and one with empty directories have no leftovers', async () => {
    expect(await findLeftovers(nodeWith())).toEqual([]);
    expect(await findLeftovers(nodeWith('backup/old.pem'))).toEqual([]);
  });

  it('names every leftover, ours or not', async () => {
    const node = nodeWith('cluster.json', 'notes.txt');
    expect(await findLeftovers(node)).toEqual([`${data}/cluster.json`, `${data}/notes.txt`]);
  });

  it('BEH-302 after leaving nothing of the cluster is left, and what is not ours stays', async () => {
    const ours = ['config.data', 'ssconf_master_node', 'voter.json', 'node.pem', 'cluster.json.2'];
    const node = nodeWith(...ours, 'backup/hmac.key.backup-x', '.node.pem.0123456789ab.tmp', 'notes.txt');
    await removeInstalledFiles(node);
    expect(node.left()).toEqual([`${data}/notes.txt`]);
    await removeInstalledFiles(node);
  });

  it('removes temporaries of its own files only', async () => {
    const node = nodeWith(
      'node.pem',
      '.node.pem.0123456789ab.tmp',
      '.ssconf_node_list.0123456789ab.tmp',
      '.vimrc.tmp',
    );
    await removeTemporaries(node);
    expect(node.left()).toEqual([`${data}/node.pem`, `${data}/.vimrc.tmp`]);
  });

  it('tells old temporaries from those that a write may still be at', async () => {
    const [old, young] = ['.node.pem.0123456789ab.tmp', '.roster.json.0123456789ab.tmp'];
    const node = nodeWith('node.pem', old, young);
    const stat: typeof node.files.stat = async (path) => {
      const facts = await node.files.stat(path);
      return facts && { ...facts, modifiedMs: path.endsWith(young) ? 5_000 : 4_999 };
    };
    const state = { ...node, files: { ...node.files, stat } };
    expect(await oldTemporaries(state, 5_000)).toEqual([old]);
    expect(await removeOldTemporaries(state, 5_000)).toEqual([old]);
    expect(node.left()).toEqual([`${data}/node.pem`, `${data}/${young}`]);
  });

  it('finds files that are nobody’s: no names of ours, no directories', async () => {
    const node = nodeWith(
      'node.pem',
      'ssconf_node_list',
      '.node.pem.0123456789ab.tmp',
      'backup/x',
      'notes',
      'node.pem.pending',
    );
    expect(await strangersIn(node)).toEqual(['node.pem.pending', 'notes']);
  });
});

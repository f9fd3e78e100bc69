import { layoutUnder } from '@quorate/cluster-state/layout';
import { memoryFiles } from '@quorate/platform/testing/files';
import { describe, expect, it } from 'vitest';
import { readSshHostKeys } from './ssh-host-keys.ts';

const keysOf = (names: Readonly<Record<string, string>>) => {
  const texts = Object.entries(names).map(([name, text]) => [`/etc/ssh/${name}`, text]);
  return readSshHostKeys({ layout: layoutUnder('/'), files: memoryFiles(Object.fromEntries(texts)) });
};

describe('the SSH host keys of this host', () => {
  it.each([
    ['none', {}, { any: false, rsa: '', dsa: '' }],
    [
      'BEH-127 of a kind Ganeti has no place for',
      { 'ssh_host_ed25519_key.pub': 'ssh-ed25519 AAAAC3 root@a\n' },
      { any: true, rsa: '', dsa: '' },
    ],
    ['RSA', { 'ssh_host_rsa_key.pub': 'ssh-rsa AAAAB3 root@a\n' }, { any: true, rsa: 'AAAAB3', dsa: '' }],
    [
      'both',
      { 'ssh_host_rsa_key.pub': 'ssh-rsa R', 'ssh_host_dsa_key.pub': 'ssh-dss D x' },
      { any: true, rsa: 'R', dsa: 'D' },
    ],
    ['a private half only', { ssh_host_rsa_key: 'secret' }, { any: false, rsa: '', dsa: '' }],
    ['somebody else’s', { moduli: 'x', 'ssh_config.pub': 'x' }, { any: false, rsa: '', dsa: '' }],
  ])('%s', async (_what, files, expected) => expect(await keysOf(files)).toEqual(expected));
});

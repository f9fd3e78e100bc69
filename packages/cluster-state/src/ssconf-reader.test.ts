import { exitCodeOf } from '@quorate/domain/errors';
import { memoryFiles } from '@quorate/platform/testing/files';
import { describe, expect, it } from 'vitest';
import { layoutUnder } from './layout.ts';
import { readHypervisorParameters, readMasterName, readSsconf } from './ssconf-reader.ts';

const data = '/var/lib/quorate';
/** The files are all there is: no network, no name of this host, no daemon (BEH-003, BEH-005). */
const nodeWith = (files: Record<string, string>) => ({
  files: memoryFiles(
    Object.fromEntries(Object.entries(files).map(([key, text]) => [`${data}/ssconf_${key}`, text])),
  ),
  layout: layoutUnder('/'),
});

describe('ssconf reader', () => {
  it.each(['node2.test\n', 'node2.test', 'node2.test\n\n'])(
    'BEH-001 BEH-003 BEH-004 BEH-005 the master is what the file says, without newlines: %j',
    async (master_node) => {
      expect(await readMasterName(nodeWith({ master_node }))).toBe('node2.test');
    },
  );

  it('BEH-002 without the file this is no node of a cluster, exit 2', async () => {
    await expect(readMasterName(nodeWith({}))).rejects.toMatchObject({ reason: 'NOT_IN_CLUSTER' });
    expect(exitCodeOf('NOT_IN_CLUSTER')).toBe(2);
  });

  it.each(['', '\n', 'NO MASTER\n'])('BEH-006 %j is no master', async (master_node) => {
    await expect(readMasterName(nodeWith({ master_node }))).rejects.toMatchObject({ reason: 'NO_MASTER' });
    expect(exitCodeOf('NO_MASTER')).not.toBe(0);
  });

  it.each(['node1\nnode2\n', 'node1 node2\n', 'node1\r\n', 'no\u0000de\n', '\u001b[2Jnode1\n', '\u009b2J\n'])(
    '%j names nobody, and is not printed as it is',
    async (master_node) => {
      await expect(readMasterName(nodeWith({ master_node }))).rejects.toMatchObject({
        reason: 'STATE_CORRUPT',
        message: expect.not.stringMatching(/[^ -~]/),
      });
    },
  );

  it.each([
    ['primary_ip_family', {}, '2'],
    ['master_netmask', {}, '32'],
    ['master_netmask', { primary_ip_family: '10\n' }, '128'],
    ['master_netmask', { master_netmask: '24\n' }, '24'],
  ] as const)('%s with %j is %s', async (key, files, value) => {
    expect(await readSsconf(nodeWith(files), key)).toBe(value);
  });

  it('BEH-278 a hypervisor parameter keeps its equals signs', async () => {
    const node = nodeWith({ hvparams_kvm: 'acpi=True\nkernel_args=ro console=ttyS0,38400 root=UUID=1\n' });
    const parameters = await readHypervisorParameters(node, 'kvm');
    expect(parameters.get('kernel_args')).toBe('ro console=ttyS0,38400 root=UUID=1');
    expect(parameters.get('acpi')).toBe('True');
  });

  it('refuses a file longer than a writer makes', async () => {
    const node = nodeWith({ node_list: 'n'.repeat(131_073) });
    await expect(readSsconf(node, 'node_list')).rejects.toMatchObject({ reason: 'STATE_CORRUPT' });
  });
});

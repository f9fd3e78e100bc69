import { describe, expect, it } from 'vitest';
import { exportNotes, type ExportFacts } from './export-notes.ts';
import { draftOfSize, testNode, uuidOf } from './testing/drafts.ts';

const facts = (changes: Partial<ExportFacts> = {}): ExportFacts => ({
  configuration: draftOfSize(2).configuration,
  node: uuidOf('node'),
  clientCertificateSha1: testNode(1).clientCertificateSha1,
  publicKeysOf: [uuidOf('node', 1), uuidOf('node', 2)],
  missing: [],
  ...changes,
});

const { configuration } = facts();
const unmanaged = { ...configuration, cluster: { ...configuration.cluster, modify_ssh_setup: false } };

describe('what Ganeti will complain of in a directory', () => {
  it.each<[string, Partial<ExportFacts>, readonly string[]]>([
    ['nothing', {}, []],
    ['a secret that is not here', { missing: ['rapi.pem'] }, ['rapi.pem is not on this node']],
    [
      'BEH-143 a client certificate not listed',
      { clientCertificateSha1: 'AB:CD' },
      ['client.pem is not the one'],
    ],
    ['a node without a public key', { publicKeysOf: [uuidOf('node', 2)] }, ['no line for node1.lab.test']],
    ['none at all, where Ganeti minds SSH keys not', { publicKeysOf: [], configuration: unmanaged }, []],
  ])('%s', (_, changes, notes) => {
    expect(exportNotes(facts(changes))).toEqual(notes.map((words) => expect.stringContaining(words)));
  });
});

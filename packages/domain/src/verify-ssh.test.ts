import { describe, expect, it } from 'vitest';
import type { ClusterRecord } from './configuration.ts';
import { uuidOf } from './testing/notation.ts';
import { verifyFindings } from './verify.ts';
import type { SshSeen, VerifyFacts } from './verify-facts.ts';
import { recordOf, factsWith, wordFor, nodeOf } from './testing/verify-scene.ts';

describe('SSH, where the cluster manages it', () => {
  const keyOf = (k: number) => `ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ${k}=`;
  const known = recordOf();
  const withKeys = (record: ClusterRecord): ClusterRecord => ({
    ...record,
    ours: {
      ...record.ours,
      nodes: Object.fromEntries(
        [1, 2, 3].map((k) => [
          uuidOf(k),
          { ...record.ours.nodes[uuidOf(k)]!, sshPublicKey: `${keyOf(k)} root@q${k}.lab` },
        ]),
      ),
    },
  });
  const ssh = (own: number, letIn: readonly (readonly [number | string, number | null])[]): SshSeen => ({
    ownKey: keyOf(own),
    letIn: letIn.map(([key, node]) => ({
      key: typeof key === 'number' ? keyOf(key) : key,
      namedNode: node === null ? null : uuidOf(node),
    })),
  });
  const all = [
    [1, 1],
    [2, 2],
    [3, 3],
  ] as const;
  const sshFacts = (changes: Readonly<Record<number, SshSeen>>, record = known): VerifyFacts =>
    factsWith(Object.fromEntries([1, 2, 3].map((k) => [k, { ssh: changes[k] ?? ssh(k, all) }])), {
      record: withKeys(record),
    });
  const sshFindings = (...given: Parameters<typeof sshFacts>) =>
    verifyFindings(sshFacts(...given)).map((finding) => `${wordFor(finding)}: ${finding.message}`);

  it('is in order where every candidate is let in, whoever else an administrator lets in', () => {
    expect(sshFindings({})).toEqual([]);
    expect(sshFindings({ 2: ssh(2, [...all, ['ssh-rsa AAAAadmin', null]]) })).toEqual([]);
  });

  it('is not where a candidate or the node itself is not let in, or root has another key', () => {
    expect(sshFindings({ 2: ssh(2, [[1, 1]]) })).toEqual([
      "error ENODESSH q2.lab: Root's authorized_keys lacks the key of q2.lab, q3.lab",
    ]);
    expect(sshFindings({ 2: ssh(9, all) })).toEqual([
      "error ENODESSH q2.lab: Root's SSH key is another than the cluster knows",
    ]);
    expect(sshFindings({ 2: { ...ssh(2, all), ownKey: '' } })).toEqual([
      'error ENODESSH q2.lab: Root has no SSH key pair of the type of the cluster',
    ]);
  });

  it('lets a node in nowhere else that is no candidate', () => {
    const record = nodeOf(3, { master_candidate: false }, known);
    const told = sshFindings({ 1: ssh(1, [...all.slice(0, 2)]) }, record).filter((line) =>
      line.includes('ENODESSH'),
    );
    expect(told).toEqual([
      "error ENODESSH q2.lab: Root's authorized_keys lets in q3.lab, which is no candidate",
    ]);
  });

  it('is not compared on a node whose keys are being renewed', () => {
    const renewal = {
      phase: 'switch',
      nodes: [uuidOf(2)],
      fingerprints: {},
      switched: [],
      authorities: null,
    };
    const record = { ...known, ours: { ...known.ours, renewal } } as unknown as ClusterRecord;
    const facts = sshFacts({ 1: ssh(1, [all[0], all[2], ['ssh-rsa AAAAnew', 2]]), 2: ssh(9, all) }, record);
    expect(verifyFindings({ ...facts, sshClutter: true }).map(({ code }) => code)).toEqual(['QRENEWAL']);
  });

  it('looks for old keys of nodes only if it is asked to', () => {
    const facts = sshFacts({ 2: ssh(2, [...all, ['ssh-rsa AAAAold', 1], ['ssh-rsa AAAAolder', 3]]) });
    expect(verifyFindings(facts)).toEqual([]);
    expect(verifyFindings({ ...facts, sshClutter: true })).toMatchObject([
      {
        ...{ severity: 'error', code: 'ENODESSH', name: 'q2.lab' },
        message: "Root's authorized_keys lets in by old keys of q1.lab, q3.lab (lines: 2)",
      },
    ]);
  });
});

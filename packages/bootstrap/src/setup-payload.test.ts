import { layoutUnder } from '@quorate/cluster-state/layout';
import { ClusterError } from '@quorate/domain/errors';
import { draftOfSize } from '@quorate/domain/testing/drafts';
import { seal } from '@quorate/domain/record';
import { createCertificateRequest } from '@quorate/platform/certificate-request';
import { createEcKeyPair } from '@quorate/platform/certificates';
import { sha256Hex } from '@quorate/platform/digest';
import { testAuthority, testIdentity } from '@quorate/platform/testing/certificates';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  checkedFiles,
  parseAbandonedJoin,
  parseSetupPayload,
  parseSetupQuestion,
  payloadMaxBytes,
  type SetupPayload,
} from './setup-payload.ts';
import { enrolled, masterState, newHost } from './testing/join.ts';

const layout = layoutUnder('/');
let sound: SetupPayload;
beforeAll(async () => {
  const { privateKeyPem } = createEcKeyPair();
  const csr = await createCertificateRequest({ privateKeyPem, commonName: newHost.name });
  const request = { ...newHost, certificateRequest: csr, clientCertificateRequest: csr };
  ({ payload: sound } = await enrolled(await masterState(), seal(draftOfSize(1), sha256Hex), request));
});

const refusalOf = (work: () => unknown): ClusterError => {
  try {
    work();
  } catch (caught) {
    return caught as ClusterError;
  }
  return new ClusterError('INTERNAL', 'It was not refused');
};

/** All that an operator, a log or the other side could get to see of it. */
const everythingSaid = ({ message, hint, facts, stack, cause }: ClusterError): string =>
  JSON.stringify([message, hint, facts, stack, String(cause)]);

describe('the payload of a join', () => {
  it('is taken as it was sent', () => {
    expect(parseSetupPayload(JSON.stringify(sound))).toEqual(sound);
  });

  it.each<[string, (payload: SetupPayload) => unknown, string]>([
    ['BEH-247 no object', () => [1], 'it is not one JSON object'],
    ['BEH-247 nothing', () => null, 'it is not one JSON object'],
    [
      'BEH-247 a field missing',
      (p) => ({ ...p, nodeCertificate: undefined }),
      'missing or no text: nodeCertificate',
    ],
    [
      'BEH-247 fields of a wrong type',
      (p) => ({ ...p, clusterName: 1, clusterUuid: '' }),
      'clusterName, clusterUuid',
    ],
    [
      'BEH-247 an unknown field',
      (p) => ({ ...p, startDaemon: true }),
      'these fields are unknown: startDaemon',
    ],
    ['BEH-247 no files', (p) => ({ ...p, files: undefined }), 'its files are not a map'],
    ['BEH-247 a list for the files', (p) => ({ ...p, files: ['a'] }), 'its files are not a map'],
    [
      'BEH-247 a file that is no text',
      (p) => ({ ...p, files: { 'hmac.key': 4 } }),
      'its files are not a map',
    ],
  ])('is refused: %s', (_what, change, why) => {
    const { reason, message } = refusalOf(() => parseSetupPayload(JSON.stringify(change(sound))));
    expect(reason).toBe('WRONG_INPUT');
    expect(message).toContain(why);
  });

  it('is refused unread if it is too long', () => {
    const { message } = refusalOf(() => parseSetupPayload(' '.repeat(payloadMaxBytes + 1)));
    expect(message).toContain('longer than 1048576 bytes');
  });

  it('BEH-246 shows no key in any error text, however it is broken', () => {
    const text = JSON.stringify(sound);
    expect(text).toContain('PRIVATE KEY');
    const broken = [
      text.slice(0, -1),
      `${text}x`,
      text.slice(text.indexOf('-----BEGIN')),
      text.replace('"clusterName"', '"clusterNam"'),
      JSON.stringify({ ...sound, more: sound.files['server.pem'] }),
      JSON.stringify({ ...sound, files: sound.files['server.pem'] }),
    ];
    for (const each of broken)
      expect(everythingSaid(refusalOf(() => parseSetupPayload(each)))).not.toMatch(/PRIVATE|MII|MIG/);
  });

  it.each([
    ['{"name":"node9.lab.test"}', 'node9.lab.test'],
    ['{"name":""}', 'missing or no text: name'],
    ['{"name":"a.b","ssh":{"type":"ecdsa","bits":256}}', '"ssh":{"type":"ecdsa","bits":256}'],
    ['{"name":"a.b","ssh":{"type":"../x","bits":256}}', 'no type of key with its bits: ssh'],
    ['{"name":"a.b","ssh":{"type":"rsa","bits":"2048 -o"}}', 'no type of key with its bits: ssh'],
    ['{"name":"a.b","ssh":"rsa"}', 'this field is no object: ssh'],
    ['{"name":["a"]}', 'missing or no text: name'],
    ['garbage', 'it is not one JSON object'],
  ])('is preceded by a question: %s → %s', (text, expected) => {
    let said: string;
    try {
      said = JSON.stringify(parseSetupQuestion(text));
    } catch (caught) {
      said = (caught as ClusterError).message;
    }
    expect(said).toContain(expected);
  });
});

describe('the files of a join', () => {
  const withFiles = (changes: Readonly<Record<string, string | undefined>>): SetupPayload => ({
    ...sound,
    files: JSON.parse(JSON.stringify({ ...sound.files, ...changes })) as Record<string, string>,
  });

  it('go to their places with their modes, the roster apart', () => {
    const { secretsAndViews, roster } = checkedFiles(layout, sound);
    expect(roster.entry).toBe(layout.roster);
    expect(secretsAndViews.map(({ entry }) => entry.path)).not.toContain(layout.roster.path);
    expect(secretsAndViews).toHaveLength(Object.keys(sound.files).length - 1);
  });

  it.each<[string, () => SetupPayload, RegExp]>([
    [
      'BEH-239 an unknown ssconf key',
      () => withFiles({ ssconf_nonsense: 'a' }),
      /not the cluster's: ssconf_nonsense/,
    ],
    [
      'BEH-295 a path outside the list',
      () => withFiles({ '../../../etc/passwd': 'a' }),
      /not the cluster's: \.\.\//,
    ],
    [
      'BEH-240 a cluster name that differs',
      () => ({ ...sound, clusterName: 'other' }),
      /its roster belongs to cluster\.lab\.test, not to other/,
    ],
    [
      'BEH-240 ssconf of another cluster',
      () => withFiles({ ssconf_cluster_name: 'other\n' }),
      /ssconf files are not the set/,
    ],
    [
      'BEH-249 an ssconf value of another version',
      () => withFiles({ ssconf_node_list: 'node7\n' }),
      /ssconf files are not the set/,
    ],
    [
      'BEH-249 an ssconf value missing',
      () => withFiles({ ssconf_master_node: undefined }),
      /ssconf files are not the set/,
    ],
    ['no roster', () => withFiles({ 'roster.json': undefined }), /its roster cannot be used/],
    ['a roster that is none', () => withFiles({ 'roster.json': '{}' }), /its roster cannot be used/],
    [
      'no cluster certificate',
      () => withFiles({ 'server.pem': undefined }),
      /node certificate was not signed/,
    ],
    [
      'a certificate that is none',
      () => ({ ...sound, nodeCertificate: 'x' }),
      /node certificate was not signed/,
    ],
  ])('are refused: %s', (_what, payload, message) => {
    expect(refusalOf(() => checkedFiles(layout, payload()))).toMatchObject({
      reason: 'WRONG_INPUT',
      message: expect.stringMatching(message),
    });
  });

  it('are refused with certificates that another cluster signed', async () => {
    const { certificatePem } = await testIdentity(await testAuthority());
    for (const name of ['node', 'client'] as const) {
      const payload = { ...sound, [`${name}Certificate`]: certificatePem };
      expect(refusalOf(() => checkedFiles(layout, payload)).message).toContain(
        `its ${name} certificate was not signed`,
      );
    }
  });
});

describe('the join that a host is to forget', () => {
  it.each([
    ['{"clusterUuid":"c","nodeUuid":null}', { clusterUuid: 'c', nodeUuid: null, keepPrograms: false }],
    [
      '{"clusterUuid":"c","nodeUuid":"n","keepPrograms":true}',
      { clusterUuid: 'c', nodeUuid: 'n', keepPrograms: true },
    ],
  ])('is read: %s', (text, join) => expect(parseAbandonedJoin(text)).toEqual(join));

  it.each([
    ['{"nodeUuid":null}', 'clusterUuid'],
    ['{"clusterUuid":"c","nodeUuid":1}', 'nodeUuid'],
    ['{"clusterUuid":"c","nodeUuid":null,"keepPrograms":"yes"}', 'keepPrograms'],
  ])('is refused: %s', (text, field) =>
    expect(refusalOf(() => parseAbandonedJoin(text))).toMatchObject({
      reason: 'WRONG_INPUT',
      message: expect.stringContaining(field),
    }),
  );
});

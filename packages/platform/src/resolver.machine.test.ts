import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalName, ownHostName, parseHosts, resolveName } from './resolver.ts';

let scratch: string;
let hostsFile: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'quorate-resolver-'));
  hostsFile = join(scratch, 'hosts');
  const lines = [
    '# the lab',
    '10.77.0.1\tq1.lab q1 # first',
    '10.77.0.2 Q2.lab. q2',
    '10.77.1.1 q1.lab',
    'fd00:77::1 q1.lab q1',
    'nonsense q3.lab',
    '10.77.0.4',
  ];
  await writeFile(hostsFile, lines.join('\n'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

/** Under .invalid, which no name server may ever answer for. */
const unknown = 'node9.invalid';

describe('resolveName', () => {
  it.each([
    ['q1', 4, ['10.77.0.1']],
    ['q1.lab', 4, ['10.77.0.1', '10.77.1.1']],
    ['Q1.LAB', 6, ['fd00:77::1']],
    ['q2.lab', 4, ['10.77.0.2']],
    ['192.0.2.7', 4, ['192.0.2.7']],
    ['localhost', 4, ['127.0.0.1']],
  ] as const)('BEH-195 %s in family %i is %j', async (name, family, addresses) => {
    expect(await resolveName(name, { family, hostsFile })).toEqual(addresses);
  });

  it.each([
    [unknown, 4],
    ['q3.lab.invalid', 4],
    ['192.0.2.7', 6],
    ['::1', 4],
  ] as const)('BEH-194 %s has no address of family %i', async (name, family) => {
    await expect(resolveName(name, { family, hostsFile })).rejects.toMatchObject({
      reason: 'NAME_UNRESOLVABLE',
      message: `${name} has no IPv${family} address`,
    });
  });

  it('works without a hosts file', async () => {
    expect(await resolveName('localhost', { family: 4, hostsFile: join(scratch, 'none') })).toEqual([
      '127.0.0.1',
    ]);
  });
});

describe('canonicalName', () => {
  it('is the first name of the line in the hosts file', async () => {
    expect(await canonicalName('q2', { family: 4, hostsFile })).toBe('q2.lab');
  });

  it('is what the system says otherwise, and the name itself if that says nothing', async () => {
    const options = { family: 4, hostsFile } as const;
    const answer = { code: 0, signal: null, stdout: '127.0.0.1  STREAM Alpha.example.\n', stderr: '' };
    expect(await canonicalName('localhost', options, () => Promise.resolve(answer))).toBe('alpha.example');
    expect(await canonicalName('Localhost', options, () => Promise.reject(new Error('no getent')))).toBe(
      'localhost',
    );
    expect(await canonicalName('localhost', options)).toBe('localhost');
  });

  it('needs a name that resolves', async () => {
    await expect(canonicalName(unknown, { family: 4, hostsFile })).rejects.toMatchObject({
      reason: 'NAME_UNRESOLVABLE',
    });
  });
});

describe('ownHostName', () => {
  it('is in the file of the root, or else the system’s', async () => {
    const hostnameFile = join(scratch, 'hostname');
    expect(await ownHostName({ hostnameFile })).toBe(hostname());
    await writeFile(hostnameFile, '# this node\n\nq1.lab\n');
    expect(await ownHostName({ hostnameFile })).toBe('q1.lab');
  });
});

it('a hosts file with odd line ends and spaces is understood', () => {
  expect(parseHosts('\t10.0.0.1   a  b\r\n\r\n#10.0.0.2 c\n')).toEqual([
    { address: '10.0.0.1', names: ['a', 'b'] },
  ]);
});

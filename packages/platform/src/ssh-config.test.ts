import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJumps, readSshConfig, usualSshConfigs, wordsOf } from './ssh-config.ts';
import { memoryFiles } from './testing/files.ts';

const home = '/home/ada';
const main = `${home}/.ssh/config`;

const config = (
  host: string,
  files: Readonly<Record<string, string>>,
  given: { user?: string; port?: number } = {},
) => readSshConfig(usualSshConfigs(home), { host, home, ...given }, memoryFiles(files));
const said = async (host: string, text: string) => config(host, { [main]: text });

describe('the words of a line', () => {
  it.each([
    ['Port 22', ['Port', '22']],
    ['  Port = 22 ', ['Port', '22']],
    ['Port=22', ['Port', '22']],
    ['IdentityFile "~/my keys/id"', ['IdentityFile', '~/my keys/id']],
    ['Host a  b !c', ['Host', 'a', 'b', '!c']],
    ['User ada # the countess', ['User', 'ada']],
    ['# a comment', []],
    ['', []],
    ['ProxyJump a@b:1,c', ['ProxyJump', 'a@b:1,c']],
    ['SetEnv A=b C=d', ['SetEnv', 'A=b', 'C=d']],
  ])('%j is %j', (line, words) => expect(wordsOf(line)).toEqual(words));

  it('are found in any text whatever, and none is longer than it', () => {
    fc.assert(
      fc.property(fc.string(), (line) => {
        expect(wordsOf(line).join('').length).toBeLessThanOrEqual(line.length);
      }),
    );
  });
});

describe('what the configuration says of a host', () => {
  it('is nothing without files', async () => {
    expect(await config('q2', {})).toEqual({
      identityFiles: [],
      identitiesOnly: false,
      jumps: [],
      notes: [],
    });
  });

  it('is the first value of each keyword in blocks that fit; identity files collect', async () => {
    const text = [
      'Port 2200',
      'Host q2 q3',
      '  HostName 10.0.0.2',
      '  Port 2222',
      '  IdentityFile ~/.ssh/%n_key',
      'Host * !q3',
      '  User ada',
      '  HostName elsewhere',
      '  IdentityFile /keys/%r@%h:%p',
      '  IdentitiesOnly yes',
    ].join('\n');
    expect(await said('q2', text)).toMatchObject({
      hostName: '10.0.0.2',
      port: 2200,
      user: 'ada',
      identityFiles: ['/home/ada/.ssh/q2_key', '/keys/ada@10.0.0.2:2200'],
      identitiesOnly: true,
    });
    expect(await said('q3', text)).toMatchObject({ hostName: '10.0.0.2', identitiesOnly: false });
    expect((await said('q3', text)).user).toBeUndefined();
  });

  it('holds for the user before it holds for the host as a whole', async () => {
    const files = { [main]: 'Host q2\n User ada', '/etc/ssh/ssh_config': 'User root\nPort 2022' };
    expect(await config('q2', files)).toMatchObject({ user: 'ada', port: 2022 });
  });

  it('uses what was given elsewhere in its tokens', async () => {
    const text = 'User ada\nIdentityFile %r-%p';
    const { identityFiles } = await config('q2', { [main]: text }, { user: 'root', port: 99 });
    expect(identityFiles).toEqual(['root-99']);
  });

  it('names files of known hosts, and may name none', async () => {
    const text = 'UserKnownHostsFile ~/a "~/b c"\nGlobalKnownHostsFile none\nHostKeyAlias cluster';
    expect(await said('q2', text)).toMatchObject({
      userKnownHostsFiles: ['/home/ada/a', '/home/ada/b c'],
      globalKnownHostsFiles: [],
      hostKeyAlias: 'cluster',
    });
  });
});

describe('Include', () => {
  it('reads what is named where it stands, by wildcard in the order of names', async () => {
    const files = {
      [main]: 'Include conf.d/*.conf\nUser last',
      [`${home}/.ssh/conf.d/20.conf`]: 'User second\nPort 20',
      [`${home}/.ssh/conf.d/10.conf`]: 'Host q2\n User first',
      [`${home}/.ssh/conf.d/.hidden.conf`]: 'User hidden',
    };
    expect(await config('q2', files)).toMatchObject({ user: 'first', port: 20 });
    expect(await config('q3', files)).toMatchObject({ user: 'second' });
  });

  it('within a block holds for that block only, and the block goes on behind it', async () => {
    const files = {
      [main]: 'Host q2\n Include extra\n Port 2\nHost q3\n Include extra',
      [`${home}/.ssh/extra`]: 'Host *\n User ada\nHost nobody\n',
    };
    expect(await config('q2', files)).toMatchObject({ user: 'ada', port: 2 });
    expect((await config('q4', files)).user).toBeUndefined();
  });

  it('of a file that is absent is nothing, of a file by itself is refused', async () => {
    expect((await said('q2', 'Include nothing\nUser ada')).user).toBe('ada');
    await expect(said('q2', 'Include config')).rejects.toMatchObject({ reason: 'WRONG_INPUT' });
  });
});

describe('Match', () => {
  it('all holds for all', async () => {
    expect((await said('q2', 'Host q9\n User x\nMatch all\n User ada')).user).toBe('ada');
  });

  it('of any other kind is passed over, and said', async () => {
    const { user, notes } = await said('q2', 'Match exec "true"\n User evil\nHost *\n User ada');
    expect(user).toBe('ada');
    expect(notes).toEqual([
      `${main} line 1: Match other than 'Match all' is not supported; its block is passed over`,
    ]);
  });
});

describe('what cannot be obeyed is refused, naming the line', () => {
  it.each([
    ['Host q2\n ProxyCommand nc %h %p', 'line 2: ProxyCommand is not supported; use ProxyJump'],
    ['RevokedHostKeys /etc/ssh/revoked', 'line 1: RevokedHostKeys is not supported'],
    ['Port many', "line 1: 'many' is not a port"],
    ['Port 70000', "line 1: '70000' is not a port"],
    ['User', 'line 1: user says nothing'],
    ['ProxyJump a b@', "'b@' is not a jump host"],
    ['ProxyJump a:port', "'a:port' is not a jump host"],
  ])('%j', async (text, message) => {
    const wanted = text === 'ProxyJump a b@' ? said('q2', 'ProxyJump a,b@') : said('q2', text);
    await expect(wanted).rejects.toMatchObject({
      reason: 'WRONG_INPUT',
      message: expect.stringContaining(message),
    });
  });

  it('but not in a block for another host, nor behind a ProxyJump', async () => {
    expect((await said('q2', 'Host q3\n ProxyCommand nc %h %p')).jumps).toEqual([]);
    expect((await said('q2', 'ProxyJump q1\nProxyCommand nc')).jumps).toEqual([{ host: 'q1' }]);
    expect((await said('q2', 'ProxyCommand none\nProxyJump q1')).jumps).toEqual([]);
  });
});

describe('jump hosts', () => {
  it.each([
    ['none', []],
    ['q1', [{ host: 'q1' }]],
    ['ada@q1:2222', [{ host: 'q1', user: 'ada', port: 2222 }]],
    ['ssh://ada@q1:2222/', [{ host: 'q1', user: 'ada', port: 2222 }]],
    ['a,b@[fd00::1]:22', [{ host: 'a' }, { host: 'fd00::1', user: 'b', port: 22 }]],
  ])('%s', (text, jumps) => expect(parseJumps(text)).toEqual(jumps));
});

/** Which host keys are let through, out of known_hosts files on a real disk. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fingerprintOf } from '@quorate/platform/known-hosts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hostKeyJudge, type HostKeySources } from './host-key-judge.ts';

/** A key as it travels on the wire: its type, then what makes it another one. */
function key(type: string, secret: string): Buffer {
  const field = (text: string) => Buffer.concat([Buffer.from([0, 0, 0, text.length]), Buffer.from(text)]);
  return Buffer.concat([field(type), field(secret)]);
}
const line = (host: string, type: string, secret: string) =>
  `${host} ${type} ${key(type, secret).toString('base64')}\n`;

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'quorate-judge-'));
  vi.stubEnv('HOME', home);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true, force: true });
});

const q2 = (port = 22) => ({ name: 'q2.lab', names: ['q2.lab'], addresses: ['10.77.0.2'], port });

/** What is thought of an ed25519 key `secret` shown by q2 at 10.77.0.2. */
async function verdict(secret: string, sources: HostKeySources = {}, port = 22) {
  const { judge } = await hostKeyJudge(sources, q2(port));
  return judge(key('ssh-ed25519', secret));
}

function file(name: string, text: string): string {
  const path = join(home, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
}

describe('a host key', () => {
  it('BEH-235 is unknown when nobody vouches for it: there is no way to accept any', async () => {
    expect(await verdict('a', { knownHosts: file('known', '') })).toBe('unknown');
  });

  it.each([
    ['its name', 'q2.lab', 22],
    ['its address', '10.77.0.2', 22],
    ['its name and port', '[q2.lab]:2222', 2222],
  ])('is accepted when it is on record for %s', async (_what, host, port) => {
    const knownHosts = file('known', line(host, 'ssh-ed25519', 'a'));
    expect(await verdict('a', { knownHosts }, port)).toBe('accepted');
    expect(await verdict('b', { knownHosts }, port)).toBe('changed');
  });

  it('on record for another host counts for nothing', async () => {
    expect(await verdict('a', { knownHosts: file('known', line('q3.lab', 'ssh-ed25519', 'a')) })).toBe(
      'unknown',
    );
  });

  it('is looked for in ~/.ssh/known_hosts when no file is named', async () => {
    file('.ssh/known_hosts', line('q2.lab', 'ssh-ed25519', 'a'));
    expect(await verdict('a')).toBe('accepted');
  });

  it('BEH-252 is held to the given fingerprint alone, whatever is on record', async () => {
    const knownHosts = file('known', line('q2.lab', 'ssh-ed25519', 'a'));
    const fingerprint = fingerprintOf(key('ssh-ed25519', 'b'));
    expect(await verdict('b', { knownHosts, fingerprint })).toBe('accepted');
    expect(await verdict('a', { knownHosts, fingerprint })).toBe('changed');
    expect(await verdict('a', { fingerprint: '' })).toBe('changed');
  });

  it('on record decides which kind of key the host is asked for', async () => {
    const knownHosts = file('known', line('q2.lab', 'ssh-rsa', 'a') + line('q2.lab', 'ssh-ed25519', 'b'));
    const { preferredKeyTypes } = await hostKeyJudge({ knownHosts }, q2());
    expect(preferredKeyTypes).toEqual(['ssh-rsa', 'ssh-ed25519']);
  });

  it('known by name is not another one because of the address, which another host may have had', async () => {
    const knownHosts = file(
      'known',
      line('q2.lab', 'ssh-ed25519', 'a') + line('10.77.0.2', 'ssh-ed25519', 'b'),
    );
    expect([await verdict('a', { knownHosts }), await verdict('b', { knownHosts })]).toEqual([
      'accepted',
      'changed',
    ]);
    const revoked = file(
      'known',
      line('q2.lab', 'ssh-ed25519', 'a') + line('@revoked 10.77.0.2', 'ssh-ed25519', 'a'),
    );
    expect(await verdict('a', { knownHosts: revoked })).toBe('revoked');
  });

  it('of an authority only is told apart, and nobody is asked about it', async () => {
    const knownHosts = file('known', line('@cert-authority *.lab', 'ssh-ed25519', 'ca'));
    const { asked, terminal } = person('yes');
    expect(await verdict('a', { knownHosts, terminal })).toBe('authority-only');
    expect(asked).toEqual([]);
  });

  it('cannot be looked up in a file that is not there', async () => {
    await expect(verdict('a', { knownHosts: '/nowhere/known_hosts' })).rejects.toMatchObject({
      reason: 'WRONG_INPUT',
    });
  });
});

/** Answers in turn, and notes what was asked. */
function person(...answers: string[]) {
  const asked: string[] = [];
  const ask = async (question: string) => {
    asked.push(question);
    return answers.shift() ?? '';
  };
  return { asked, terminal: { ask, askSecret: ask } };
}

describe('a person at the terminal', () => {
  const known = () => join(home, '.ssh', 'known_hosts');

  it.each([['no'], [''], ['y'], [`SHA256:${'A'.repeat(43)}`]])(
    'who answers %j has not accepted it',
    async (answer) => {
      const { terminal } = person(answer, 'yes');
      expect(await verdict('a', { terminal })).toBe('unknown');
      expect(existsSync(known())).toBe(false);
    },
  );

  it('accepts it with yes, or with the fingerprint, seeing name, type and fingerprint', async () => {
    const fingerprint = fingerprintOf(key('ssh-ed25519', 'a'));
    for (const answer of ['yes', ` ${fingerprint} `]) {
      const { terminal, asked } = person(answer, 'no');
      expect(await verdict('a', { terminal })).toBe('accepted');
      expect(asked[0]).toContain(`host key of q2.lab is not known; it shows ssh-ed25519 ${fingerprint}`);
      expect(existsSync(known())).toBe(false);
    }
  });

  it('may have it remembered, and is not asked again', async () => {
    file('.ssh/known_hosts', '# no end of line');
    const first = person('yes', 'yes');
    expect(await verdict('a', { terminal: first.terminal }, 2222)).toBe('accepted');
    expect(first.asked[1]).toContain(known());
    const second = person();
    expect(await verdict('a', { terminal: second.terminal }, 2222)).toBe('accepted');
    expect(second.asked).toEqual([]);
    expect(readFileSync(known(), 'utf8')).toMatch(/^# no end of line\n\[q2\.lab\]:2222 ssh-ed25519 \S+\n$/);
  });

  it('is not asked about a key that is another one than the known', async () => {
    const { terminal, asked } = person('yes');
    const knownHosts = file('known', line('q2.lab', 'ssh-ed25519', 'a'));
    expect(await verdict('b', { knownHosts, terminal })).toBe('changed');
    expect(asked).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { daemonHelp, parseDaemonFlags } from './daemon-flags.ts';

const parse = (line: string, env: NodeJS.ProcessEnv = {}) =>
  parseDaemonFlags(line === '' ? [] : line.split(' '), { program: 'quorate-noded', env });

describe('the flags of a daemon', () => {
  it.each([
    ['', {}, { root: '/' }],
    ['--root /srv/a', { QUORATE_ROOT: '/srv/b' }, { root: '/srv/a' }],
    ['', { QUORATE_ROOT: '/srv/b' }, { root: '/srv/b' }],
    ['--bind 10.0.0.1 --port 1811', {}, { root: '/', bind: '10.0.0.1', port: 1811 }],
    ['--bind=::1 --log-level=debug', {}, { root: '/', bind: '::1', logLevel: 'debug' }],
  ])('%j with %j', (line, env, flags) => {
    expect(parse(line, env)).toEqual({ help: false, version: false, ...flags });
  });

  it('make a relative root absolute', () => expect(parse('--root x').root).toBe(`${process.cwd()}/x`));

  it('ask for help or the version', () => {
    expect(parse('-h')).toMatchObject({ help: true });
    expect(parse('--version')).toMatchObject({ version: true });
    expect(daemonHelp('quorate-noded')).toContain('Usage: quorate-noded');
  });

  it.each([
    ['--prot 1', "Unknown option '--prot'"],
    ['now', "Unexpected argument 'now'"],
    ['--port', "'--port <value>' argument missing"],
    ['--port 0', "--port must be a number from 1 to 65535, not '0'"],
    ['--port 65536', "--port must be a number from 1 to 65535, not '65536'"],
    ['--port 0x10', "--port must be a number from 1 to 65535, not '0x10'"],
    ['--bind localhost', "--bind must be a literal IP address, not 'localhost'"],
    ['--log-level loud', "--log-level must be one of trace, debug, info, warn, error, not 'loud'"],
  ])('%s is refused', (line, message) => {
    expect(() => parse(line)).toThrow(expect.objectContaining({ reason: 'WRONG_INPUT' }));
    expect(() => parse(line)).toThrow(message);
  });

  it('say everything that is wrong at once', () => {
    expect(() => parse('--bind x --port y')).toThrow(/--bind must be .*; --port must be/);
  });
});

import { describe, expect, it } from 'vitest';
import { defaultSettings, parseSettings } from './settings.ts';

describe('settings', () => {
  it.each([undefined, '{}'])('has a default for everything: %s', (text) => {
    expect(parseSettings(text)).toEqual(defaultSettings);
  });

  it('BEH-236 a host is joined over port 22 unless another is named; the services of the system are not asked', () => {
    expect(parseSettings('{}').sshPort).toBe(22);
  });

  it('takes what is given', () => {
    const given = {
      bind: '127.0.0.7',
      nodePort: 2811,
      masterPort: 2816,
      joinPort: 2817,
      sshPort: 2222,
      logLevel: 'debug',
    };
    expect(parseSettings(JSON.stringify(given))).toEqual(given);
  });

  it('knows no watchdog unless one is named', () => {
    expect(parseSettings('{}').watchdog).toBeUndefined();
    expect(parseSettings('{"watchdog": "/dev/watchdog"}').watchdog).toBe('/dev/watchdog');
  });

  it.each([
    ['{"watchdog": "watchdog"}', 'watchdog must be the absolute path of a device, not "watchdog"'],
    ['{"watchdog": true}', 'watchdog must be the absolute path of a device, not true'],
    ['{"bind": "node1"}', 'bind must be a literal IP address, not "node1"'],
    ['{"nodePort": 0}', 'nodePort must be a port number from 1 to 65535, not 0'],
    ['{"masterPort": "1816"}', 'masterPort must be a port number from 1 to 65535, not "1816"'],
    ['{"sshPort": 65536}', 'sshPort must be a port number'],
    ['{"logLevel": "loud"}', 'logLevel must be one of trace, debug, info, warn, error, not "loud"'],
    ['{"nodeport": 1811}', "unknown key 'nodeport'"],
    ['{"__proto__": 1}', "unknown key '__proto__'"],
    ['{"nodePort": 1816}', 'nodePort and masterPort must differ, both are 1816'],
    ['[]', 'it must be one JSON object'],
    ['{', 'it is not JSON'],
  ])('refuses %s', (text, why) => {
    expect(() => parseSettings(text)).toThrow(
      expect.objectContaining({ reason: 'WRONG_INPUT', message: expect.stringContaining(why) }),
    );
  });

  it('says everything that is wrong at once', () => {
    expect(() => parseSettings('{"nodePort": -1, "colour": "red"}')).toThrow(
      /nodePort.*; unknown key 'colour'/,
    );
  });
});

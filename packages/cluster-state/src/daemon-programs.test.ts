import { layoutUnder } from './layout.ts';
import { describe, expect, it } from 'vitest';
import { daemonPrograms } from './daemon-programs.ts';

describe('the daemons of a host', () => {
  it.each(['noded', 'masterd'])('%s lies beside the running program and is told its root', (name) => {
    const places = daemonPrograms(layoutUnder('/srv/q1'));
    expect(places.root).toBe('/srv/q1');
    expect(places.pidFile(name)).toBe(`/srv/q1/run/quorate/${name}.pid`);
    expect(places.logFile(name)).toBe(`/srv/q1/var/log/quorate/${name}.log`);
    const { program, args } = places.command(name);
    expect(program.endsWith(`/quorate-${name}`)).toBe(true);
    expect(args).toEqual(['--root', '/srv/q1']);
  });
});

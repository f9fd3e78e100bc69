import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { notifyReady, notifyStopping } from './service-notify.ts';

const works = (program: string) => spawnSync(program, ['--version']).status === 0;
const missing = ['systemd-notify', 'python3'].filter((program) => !works(program));

/**
 * Node has no datagram sockets for files, so the receiving end is a few lines of Python that print what comes. It stays:
 * after its message the program sends another, a barrier, and fails where nobody hears that.
 */
const receiver = `import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(sys.argv[1]); print('bound', flush=True)
while True: print(s.recv(4096).decode(), flush=True)`;

afterEach(() => {
  delete process.env['NOTIFY_SOCKET'];
});

describe('telling systemd', () => {
  it('does nothing where systemd does not listen', async () => {
    await expect(notifyReady()).resolves.toBeUndefined();
    await expect(notifyStopping()).resolves.toBeUndefined();
  });

  it.skipIf(missing.length > 0).each([
    ['READY=1', notifyReady],
    ['STOPPING=1', notifyStopping],
  ] as const)(
    `sends %s${missing.length > 0 ? ` (skipped: no ${missing.join(', ')})` : ''}`,
    async (message, notify) => {
      const scratch = await mkdtemp(join(tmpdir(), 'quorate-notify-'));
      const path = join(scratch, 'socket');
      const child = spawn('python3', ['-c', receiver, path], { stdio: ['ignore', 'pipe', 'inherit'] });
      let said = '';
      child.stdout.on('data', (data: Buffer) => (said += data.toString()));
      try {
        await once(child.stdout, 'data');
        process.env['NOTIFY_SOCKET'] = path;
        await notify();
        while (!said.includes('=1\n')) await once(child.stdout, 'data');
        expect(said.split('\n')).toContain(message);
      } finally {
        child.kill('SIGKILL');
        await rm(scratch, { recursive: true, force: true });
      }
    },
  );
});

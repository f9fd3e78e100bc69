/** The wait for an SSH port, on real sockets; the time it waits is the test's own. */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { virtualClock } from '@quorate/platform/testing/clock';
import { describe, expect, it } from 'vitest';
import { awaitSshDaemon, sshPortAnswers } from './await-daemon.ts';

async function port(stillOpen: boolean) {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: number } = server.address() as AddressInfo;
  const close = () => new Promise((resolve) => server.close(resolve));
  if (!stillOpen) await close();
  return { number, close };
}

describe('waiting for the SSH daemon', () => {
  it('BEH-192 succeeds when the port is open', async () => {
    const { number, close } = await port(true);
    await expect(
      awaitSshDaemon(virtualClock(), 'node2', sshPortAnswers('127.0.0.1', number)),
    ).resolves.toBeUndefined();
    await close();
  });

  it('BEH-193 does not take a refusal for life, and gives up naming host, address and port', async () => {
    const { number } = await port(false);
    const clock = virtualClock();
    const answers = sshPortAnswers('127.0.0.1', number);
    const failed = awaitSshDaemon(clock, `node2 (127.0.0.1:${number})`, answers).catch(
      (error: unknown) => error,
    );
    await clock.advance(10_000);
    expect(await failed).toMatchObject({
      reason: 'TIMED_OUT',
      message: `Waited 10 s in vain for the SSH daemon of node2 (127.0.0.1:${number}) to answer`,
    });
  });
});

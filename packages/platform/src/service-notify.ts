/**
 * Tells systemd how far a service is, through its own small program: Node has no datagram Unix sockets.
 *
 * The message comes from that program's process, so the unit needs `NotifyAccess=all`. Outside systemd nothing happens.
 */
import { commandFailed, runCommand } from './processes.ts';

const notifyMs = 5_000;

async function notify(argument: string): Promise<void> {
  if (!process.env['NOTIFY_SOCKET']) return;
  const result = await runCommand('systemd-notify', [argument], { timeoutMs: notifyMs });
  if (result.code !== 0) throw commandFailed('systemd-notify', [argument], result);
}

/** READY=1. Fails with COMMAND_FAILED, HOST_UNFIT (no such program) or TIMED_OUT. */
export const notifyReady = (): Promise<void> => notify('--ready');

/** STOPPING=1. Fails like notifyReady; a daemon that ends logs it and ends. */
export const notifyStopping = (): Promise<void> => notify('STOPPING=1');

/** LVM as its own programs tell of it. Changes nothing. Counterpart in Ganeti: ListVolumeGroups of lib/utils/__init__.py. */
import { commandFailed, runCommand } from './processes.ts';

const columns = ['--noheadings', '--units', 'm', '--nosuffix', '-o', 'name,size'];

/** Name and size in MiB per line. Fails with HOST_UNFIT (LVM is not installed), COMMAND_FAILED, TIMED_OUT. */
export async function listVolumeGroups({ timeoutMs }: { readonly timeoutMs: number }): Promise<string> {
  const env = { PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };
  const result = await runCommand('vgs', columns, { timeoutMs, env });
  if (result.code !== 0) throw commandFailed('vgs', columns, result);
  return result.stdout;
}

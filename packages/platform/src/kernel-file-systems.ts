/**
 * The two file systems in which the kernel shows itself: without them programs of this host find no devices and no
 * settings of the network.
 *
 * Counterpart in Ganeti: lib/backend.py, _CheckFs of VerifyNode.
 */
import { stat } from 'node:fs/promises';

/** What is only there when it is mounted. */
const signs = { '/proc': '/proc/sys', '/sys': '/sys/class' } as const;

/** Mount points of those that are not mounted. */
export async function missingFileSystems(): Promise<readonly string[]> {
  const missing = await Promise.all(
    Object.entries(signs).map(([place, sign]) =>
      stat(sign).then(
        () => [],
        () => [place],
      ),
    ),
  );
  return missing.flat();
}

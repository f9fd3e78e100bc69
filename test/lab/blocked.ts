/** Whether a lab can be put up here at all; the answer is the reason why not, in one line. */
import { spawnSync } from 'node:child_process';

export function labBlocked(): string | undefined {
  if (process.platform !== 'linux') return `the lab needs Linux, this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'the lab needs root (network namespaces, mounts)';
  // Root of a container may lack the right; no namespace outlives this question.
  const { status } = spawnSync('unshare', ['--net', '--mount', '--uts', '--pid', '--fork', 'true']);
  return status === 0 ? undefined : 'the lab needs to make namespaces, which is not allowed here';
}

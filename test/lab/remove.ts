/**
 * Takes a lab away, whole, half made or crashed: processes, namespaces, directory.
 *
 * Goes by names and by what is found in the system, never by what an earlier command wrote down. Mounts need
 * no care: all are in the mount namespaces of the hosts and end with their last process.
 */
import { existsSync, readdirSync } from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { awaitUntil } from './await.ts';
import { markOf } from './environment.ts';
import { namespaceFile, type LabPlan } from './plan.ts';
import { namespaceBehind, namespaceOf, processesIn, processesWithVariable, signalAll } from './processes.ts';
import { deleteNamespace } from './switch.ts';

const endLimitMs = 10_000;

export async function removeLab(lab: LabPlan): Promise<void> {
  const namespaces = namespacesOf(lab);
  await awaitUntil(`Processes of lab ${lab.name} do not end`, endLimitMs, () => killed(lab, namespaces));
  for (const namespace of namespaces) await deleteNamespace(namespace);
  await rm(lab.directory, { recursive: true, force: true });
  await rmdir(dirname(lab.directory)).catch(() => undefined); // not empty: other labs are up
}

function namespacesOf(lab: LabPlan): readonly string[] {
  const directory = dirname(namespaceFile(lab.switchNamespace));
  if (!existsSync(directory)) return [];
  return readdirSync(directory).filter((name) => name.startsWith(lab.namespacePrefix));
}

/** Kills what is there; true once there was nothing. */
function killed(lab: LabPlan, namespaces: readonly string[]): boolean {
  const networks = namespaces
    .map((name) => namespaceBehind(namespaceFile(name)))
    .filter((n) => n !== undefined);
  const first = new Set([...processesIn('net', new Set(networks)), ...processesWithVariable(markOf(lab))]);
  // A program may have moved to a network of its own; its pid namespace still says whose it is.
  const ours = namespaceOf(process.pid, 'pid');
  const pidNamespaces = [...first]
    .map((pid) => namespaceOf(pid, 'pid'))
    .filter((n) => n !== undefined && n !== ours);
  const inside = processesIn('pid', new Set(pidNamespaces as string[]));
  signalAll([...new Set([...first, ...inside])], 'SIGKILL');
  return first.size === 0 && inside.length === 0;
}

/** Node groups, as an administrator names them: by name or UUID. */
import type { Configuration } from './configuration.ts';
import { ClusterError } from './errors.ts';

/** UUID of the group. Fails with WRONG_INPUT, naming those there are. */
export function requireGroup({ nodegroups }: Pick<Configuration, 'nodegroups'>, typed: string): string {
  if (Object.hasOwn(nodegroups, typed)) return typed;
  const found = Object.keys(nodegroups).find((uuid) => nodegroups[uuid]?.name === typed);
  if (found !== undefined) return found;
  const names = Object.values(nodegroups).map(({ name }) => name);
  throw new ClusterError('WRONG_INPUT', `There is no node group '${typed}'`, {
    hint: `The groups are ${names.sort().join(', ')}`,
  });
}

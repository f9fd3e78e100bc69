/**
 * `quorate node readd`: installs a node anew under its UUID; on the master. A changed SSH host key is accepted by its
 * fingerprint only.
 */
import { requireNodeNamed } from '@quorate/domain/roster';
import { openCluster } from '../context.ts';
import type { NodeAddFlags } from '../node-add-flags.ts';
import nodeAdd from './node-add.ts';

export default async function nodeReadd(flags: NodeAddFlags, name: string): Promise<number> {
  const { roster } = await openCluster(flags);
  return nodeAdd({ ...flags, readd: true }, requireNodeNamed(roster, name).name);
}

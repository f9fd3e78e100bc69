/** `quorate node modify`: changes one node; success means a majority has the change. */
import { parsePriority } from '@quorate/domain/candidacy';
import { describeVersion } from '@quorate/domain/version';
import { changeNode } from '../change-node.ts';
import type { GlobalOptions } from '../context.ts';
import { printResult } from '../output.ts';

interface NodeModifyOptions extends GlobalOptions {
  readonly offline?: 'yes' | 'no';
  /** As it was typed. */
  readonly priority?: string;
}

export default async function nodeModify(options: NodeModifyOptions, name: string): Promise<number> {
  const { offline, priority } = options;
  const version = await changeNode(options, {
    name,
    ...(offline !== undefined && { offline: offline === 'yes' }),
    ...(priority !== undefined && { priority: parsePriority(priority) }),
  });
  printResult(options, { version }, [`Committed: ${describeVersion(version)}`]);
  return 0;
}

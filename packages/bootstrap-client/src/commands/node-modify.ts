/** `quorate node modify`: changes one node; success means a majority has the change. */
import { parsePriority } from '@quorate/domain/candidacy';
import { describeVersion, type Version } from '@quorate/domain/version';
import { changeNode } from '../change-node.ts';
import type { GlobalOptions } from '../context.ts';
import { printNote, printResult } from '../output.ts';

type YesNo = 'yes' | 'no';

interface NodeModifyOptions extends GlobalOptions {
  readonly masterCandidate?: YesNo;
  readonly drained?: YesNo;
  readonly offline?: YesNo;
  readonly masterCapable?: YesNo;
  readonly vmCapable?: YesNo;
  readonly secondaryIp?: string;
  readonly nodeParameters?: string;
  /** As it was typed. */
  readonly priority?: string;
  readonly autoPromote?: boolean;
  readonly force?: boolean;
  readonly dryRun?: boolean;
}

const flags = ['masterCandidate', 'drained', 'offline', 'masterCapable', 'vmCapable'] as const;

export default async function nodeModify(options: NodeModifyOptions, name: string): Promise<number> {
  const { secondaryIp, nodeParameters, priority, autoPromote, force, dryRun } = options;
  const given = flags.flatMap((flag) => (options[flag] ? [[flag, options[flag] === 'yes'] as const] : []));
  const { version, notes, changes } = await changeNode(options, {
    name,
    ...Object.fromEntries(given),
    ...(secondaryIp !== undefined && { secondaryIp }),
    ...(nodeParameters !== undefined && { nodeParameters }),
    ...(priority !== undefined && { priority: parsePriority(priority) }),
    ...(autoPromote && { autoPromote }),
    ...(force && { force }),
    ...(dryRun && { dryRun }),
  });
  for (const note of notes) printNote(note);
  const lines = [...changes.map((change) => `  ${change}`), outcome(version, dryRun)];
  printResult(options, { version, changes, notes }, lines);
  return 0;
}

const outcome = (version: Version, dryRun = false): string =>
  dryRun ? 'Nothing was changed' : `Committed: ${describeVersion(version)}`;

/** `quorate node list`: the nodes, their roles and flags, whether each can be reached, and what it has. */
import { ClusterError } from '@quorate/domain/errors';
import { listedFields, usualFields, type ListedField } from '@quorate/domain/node-listing';
import { requireNodeNamed } from '@quorate/domain/roster';
import { openCluster, type GlobalOptions } from '../context.ts';
import { listNodes } from '../list-nodes.ts';
import { printResult, reportError, table } from '../output.ts';

interface NodeListOptions extends GlobalOptions {
  /** Names of fields, with commas between; `+` before them adds to the usual ones. */
  readonly output?: string;
  /** commander's name for the absence of --no-headers. */
  readonly headers?: boolean;
  readonly separator?: string;
}

/** As Ganeti's. */
const unknownFieldCode = 14;

export default async function nodeList(options: NodeListOptions, ...names: string[]): Promise<number> {
  const wanted = namesOfFields(options.output);
  const unknown = wanted.filter((name) => !listedFields.some((field) => field.name === name));
  if (unknown.length > 0) {
    reportError(unknownFields(unknown), options);
    return unknownFieldCode;
  }
  const context = await openCluster(options);
  const chosen = names.map((name) => requireNodeNamed(context.roster, name).uuid);
  const { nodes: all } = await listNodes(context);
  const nodes = chosen.length === 0 ? all : all.filter(({ uuid }) => chosen.includes(uuid));
  const fields = wanted.flatMap((name) => listedFields.find((field) => field.name === name) ?? []);
  const rows = nodes.map((node) => fields.map(({ value }) => value(node)));
  printResult(options, { nodes }, linesOf(options, fields, rows));
  return 0;
}

function namesOfFields(output: string | undefined): readonly string[] {
  if (output === undefined) return usualFields;
  const given = output.replace(/^\+/, '').split(',');
  return output.startsWith('+') ? [...usualFields, ...given] : given;
}

function linesOf(
  { headers = true, separator }: NodeListOptions,
  fields: readonly ListedField[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const titles = headers ? [fields.map(({ title }) => title)] : [];
  const all = [...titles, ...rows];
  return separator === undefined ? table(all) : all.map((row) => row.join(separator));
}

const unknownFields = (names: readonly string[]): ClusterError =>
  new ClusterError('WRONG_INPUT', `There is no field ${names.join(', ')}`, {
    hint: 'quorate node list-fields names them all',
  });

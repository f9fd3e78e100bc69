/**
 * Parameters of one node, as `node modify --node-parameters` changes them: typed by the same table as those of the whole
 * cluster, which they override.
 *
 * Counterpart in Ganeti: GetUpdatedParams and the checks of ndparams in LUNodeSetParams.
 */
import { ClusterError } from './errors.ts';
import { nodeTypes } from './init-parameters.ts';
import { typedValues } from './parameter-types.ts';
import { keyValues } from './parameter-words.ts';

type Parameters = Readonly<Record<string, unknown>>;

/** What belongs to the whole cluster or a group, and no node may have otherwise (NDC_GLOBALS). */
const common = ['exclusive_storage'];

/**
 * `key=value` sets, `key=default` or `-key` takes the override away. Fails with WRONG_INPUT, telling all that does not fit.
 */
export function modifiedParameters(present: Parameters, typed: string): Parameters {
  const { value: words, complaints: misspelt } = keyValues(typed);
  const dropped = [...words].flatMap(([key, word]) => (word === null || word === 'default' ? [key] : []));
  const set = new Map([...words].filter(([key]) => !dropped.includes(key)));
  const { value, complaints } = typedValues(nodeTypes, set);
  const unknown = dropped.filter((key) => !Object.hasOwn(nodeTypes, key));
  const shared = [...words.keys()].filter((key) => common.includes(key));
  const port = value['ssh_port'];
  const problems = [
    ...misspelt,
    ...complaints,
    ...unknown.map((key) => `There is no parameter ${key}`),
    ...shared.map((key) => `'${key}' belongs to the whole cluster, not to one node`),
    ...(port !== undefined && (Number(port) < 1 || Number(port) > 65_535)
      ? [`The SSH port ${String(port)} is not from 1 to 65535`]
      : []),
  ];
  if (problems.length > 0)
    throw new ClusterError('WRONG_INPUT', `These node parameters do not fit: ${problems.join('; ')}`);
  const kept = Object.entries(present).filter(([key]) => !dropped.includes(key));
  return { ...Object.fromEntries(kept), ...value };
}

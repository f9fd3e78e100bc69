/**
 * Ganeti's simple store as its readers see it: one value per file, answered from this disk alone, so that it
 * works while the cluster, the network or this host's own name is broken (BEH-003, BEH-005).
 *
 * Counterpart in Ganeti: lib/ssconf.py, SimpleStore; lib/bootstrap.py, GetMaster.
 */
import { ClusterError } from '@quorate/domain/errors';
import { isSsconfKey, parseSsconfMap, ssconfMaxBytes, type SsconfKey } from '@quorate/domain/ssconf';
import { ssconfPath } from './layout.ts';
import { notInCluster } from './roster-store.ts';
import type { State } from './state.ts';

/** As every host name is; nothing of it moves a cursor or begins another line. */
const oneWord = /^[^\s\p{C}]+$/u;

/** What Ganeti writes for a master it cannot name. */
const noMasterText = 'NO MASTER';

/** GetMaster: the master's name as this node knows it. Throws NOT_IN_CLUSTER, NO_MASTER, STATE_CORRUPT. */
export async function readMasterName(state: State): Promise<string> {
  const name = await readSsconf(state, 'master_node');
  if (oneWord.test(name)) return name;
  if (name !== '' && name !== noMasterText) throw damaged(state, name);
  throw new ClusterError('NO_MASTER', 'The cluster has no master, as far as this node knows', {
    hint: "Ask all nodes with 'quorate votes'; 'quorate failover' on a master candidate makes one",
  });
}

/**
 * One value without its final newlines. Throws NOT_IN_CLUSTER if the file is missing and has no default,
 * STATE_CORRUPT if it is longer than any writer makes it.
 */
export async function readSsconf(state: State, key: SsconfKey): Promise<string> {
  const { path } = ssconfPath(state.layout, key);
  const size = (await state.files.stat(path))?.size ?? 0;
  if (size > ssconfMaxBytes)
    throw new ClusterError(
      'STATE_CORRUPT',
      `${path} has ${size} bytes, more than the ${ssconfMaxBytes} allowed`,
      {
        hint: 'The master writes it anew with its next change',
        facts: { path },
      },
    );
  const text = await state.files.readText(path);
  return text === undefined ? valueOfMissing(state, key) : text.replace(/\n+$/, '');
}

/** Parameters of one hypervisor; a value may contain '=' (BEH-278). Throws WRONG_INPUT for one Ganeti lacks. */
export async function readHypervisorParameters(
  state: State,
  hypervisor: string,
): Promise<ReadonlyMap<string, string>> {
  const key = `hvparams_${hypervisor}`;
  if (isSsconfKey(key)) return parseSsconfMap(await readSsconf(state, key));
  throw new ClusterError('WRONG_INPUT', `There is no hypervisor '${hypervisor}'`);
}

function damaged(state: State, name: string): ClusterError {
  const { path } = ssconfPath(state.layout, 'master_node');
  const shown = name.slice(0, 60).replace(/[^ -~]/g, '?');
  return new ClusterError('STATE_CORRUPT', `${path} holds no name of a host: '${shown}'`, {
    hint: 'The master writes it anew with its next change',
    facts: { path },
  });
}

/** Two keys are younger than the oldest clusters; Ganeti's readers assume IPv4 and a host mask. */
async function valueOfMissing(state: State, key: SsconfKey): Promise<string> {
  if (key === 'primary_ip_family') return '2';
  if (key === 'master_netmask') return (await readSsconf(state, 'primary_ip_family')) === '10' ? '128' : '32';
  throw notInCluster(ssconfPath(state.layout, key).path);
}

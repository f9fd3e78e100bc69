/**
 * `quorate repair-crypto`: the way back when certificates have ended. On the master it repairs the master and says what
 * to run for the other nodes; `request`, `sign` and `install` are the two ends of that, JSON on standard input and output.
 */
import {
  installRepair,
  parseRepairPayload,
  parseRepairRequest,
  repairHere,
  requestRepair,
  signRepair,
} from '@quorate/bootstrap/repair';
import { readRoster } from '@quorate/cluster-state/roster-store';
import { readNodeIdentity } from '@quorate/cluster-state/secrets';
import { ClusterError } from '@quorate/domain/errors';
import { systemClock } from '@quorate/platform/clock';
import { stateUnder, type GlobalOptions } from '../context.ts';
import { printResult } from '../output.ts';
import { readStandardInput } from '../standard-input.ts';

const steps: Readonly<Record<string, (options: GlobalOptions) => Promise<void>>> = {
  async request(options) {
    printResult({ json: true }, await requestRepair(stateUnder(options)), []);
  },
  async sign(options) {
    if (process.stdout.isTTY) throw onTerminal();
    const request = parseRepairRequest(await readStandardInput());
    printResult({ json: true }, await signRepair(stateUnder(options), request, systemClock.now()), []);
  },
  async install(options) {
    const payload = parseRepairPayload(await readStandardInput());
    await installRepair(stateUnder(options), payload);
    printResult(options, { repaired: true }, [
      'Repaired: the daemons take the new certificates over by themselves',
    ]);
  },
};

export default async function repairCrypto(options: GlobalOptions, step?: string): Promise<number> {
  if (step === undefined) await repairMaster(options);
  else await stepNamed(step)(options);
  return 0;
}

function stepNamed(step: string) {
  const known = Object.hasOwn(steps, step) ? steps[step] : undefined;
  if (known) return known;
  throw new ClusterError(
    'WRONG_INPUT',
    `There is no step ${step}: they are ${Object.keys(steps).join(', ')}`,
  );
}

async function repairMaster(options: GlobalOptions): Promise<void> {
  const state = stateUnder(options);
  await repairHere(state, systemClock.now());
  const { nodeUuid } = await readNodeIdentity(state);
  const others = (await readRoster(state)).nodes
    .filter(({ uuid }) => uuid !== nodeUuid)
    .map(({ name }) => name);
  printResult(options, { repaired: true, others }, [
    'This node is repaired. For each of the others, as far as it does not answer, run here:',
    ...others.map((name) => `  ${pipeFor(name)}`),
  ]);
}

const pipeFor = (name: string): string =>
  `ssh ${name} quorate repair-crypto request | quorate repair-crypto sign | ssh ${name} quorate repair-crypto install`;

const onTerminal = (): ClusterError =>
  new ClusterError('WRONG_INPUT', 'The answer may hold the cluster key, which is not for a terminal', {
    hint: `Pipe it to the node: ${pipeFor('NODE')}`,
  });

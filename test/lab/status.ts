/** What every host of a lab says of the mastership, each asked by itself, side by side with what it really holds. */
import type { HostState } from './host.ts';
import type { Lab } from './lab.ts';
import { masterIp } from './plan.ts';
import type { Cut } from './switch.ts';

const askLimitMs = 15_000;

export interface HostStatus {
  readonly host: string;
  readonly name: string;
  readonly state: HostState;
  /** Addresses on eth0. */
  readonly addresses: readonly string[];
  /** What `quorate master --json` and `quorate votes --json` print there; null if not asked or no answer. */
  readonly master: unknown;
  readonly votes: unknown;
  /** Why there is no answer. */
  readonly problem?: string;
}

export interface LabStatus {
  readonly name: string;
  readonly masterIpOn: readonly string[];
  readonly cuts: readonly Cut[];
  readonly hosts: readonly HostStatus[];
}

type Answer = { readonly value: unknown } | { readonly problem: string };

/** With --json our programs print one object whatever happens; an error is an object that holds nothing else. */
async function ask(lab: Lab, k: number, word: 'master' | 'votes'): Promise<Answer> {
  try {
    const { stdout, stderr } = await lab.on(k, ['quorate', word, '--json'], { limitMs: askLimitMs });
    if (stdout.trim() === '') return { problem: stderr.trim() || `quorate ${word} printed nothing` };
    const value = JSON.parse(stdout) as { readonly error?: { readonly message: string } };
    return value.error === undefined ? { value } : { problem: value.error.message };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

async function askHost(lab: Lab, k: number): Promise<HostStatus> {
  const state = lab.state(k);
  const fixed = { host: `q${k}`, name: lab.nodeName(k), state, addresses: await lab.addresses(k) };
  // A frozen host's programs cannot answer, and a dead one has none.
  if (state !== 'up') return { ...fixed, master: null, votes: null };
  const [master, votes] = await Promise.all([ask(lab, k, 'master'), ask(lab, k, 'votes')]);
  const problem = [master, votes].map((a) => ('problem' in a ? a.problem : undefined)).find(Boolean);
  const valueOf = (answer: Answer): unknown => ('value' in answer ? answer.value : null);
  return {
    ...fixed,
    master: valueOf(master),
    votes: valueOf(votes),
    ...(problem === undefined ? {} : { problem }),
  };
}

export async function gatherStatus(lab: Lab): Promise<LabStatus> {
  const [hosts, cuts] = await Promise.all([Promise.all(lab.hosts.map((k) => askHost(lab, k))), lab.cuts()]);
  const masterIpOn = hosts.filter(({ addresses }) => addresses.includes(masterIp)).map(({ host }) => host);
  return { name: lab.name, masterIpOn, cuts, hosts };
}

const inWords = (value: unknown): string =>
  value === null ? '-' : typeof value === 'string' ? value : JSON.stringify(value);

export function describeStatus(status: LabStatus): string {
  const lines = status.hosts.flatMap(({ host, state, addresses, master, votes, problem }) => [
    `${host}  ${state.padEnd(6)}  ${addresses.join(' ') || 'no address'}`,
    ...(state === 'up' ? [`    master: ${inWords(master)}`, `    votes:  ${inWords(votes)}`] : []),
    ...(problem === undefined ? [] : [`    ${problem}`]),
  ]);
  const cuts = status.cuts.map(({ from, to }) => `cut: ${from} -> ${to}`);
  return [...lines, ...cuts, `${masterIp} is on ${status.masterIpOn.join(' and ') || 'no host'}`].join('\n');
}

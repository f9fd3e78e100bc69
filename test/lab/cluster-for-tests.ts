/** A cluster on a lab, and the questions its tests ask: who is master by everybody's word, and what really is so. */
import { existsSync } from 'node:fs';
import { expect } from 'vitest';
import { awaitUntil } from './await.ts';
import type { Ran } from './command.ts';
import { programs } from './environment.ts';
import type { Lab } from './lab.ts';
import { startTestLab } from './lab-for-tests.ts';
import { LabError } from './lab-error.ts';

/** A follower learns of a new master at the master's next look at all nodes, 2 s; a loaded machine takes its time. */
const followLimitMs = 30_000;

export async function startTestCluster(hosts: number): Promise<Lab> {
  if (!existsSync(`${programs}/quorate`))
    throw new LabError('The programs are not built; "node tools/build/ready.mjs build" does that');
  const lab = await startTestLab(hosts);
  await lab.init();
  await awaitMaster(lab, 1);
  return lab;
}

export const quorate = (lab: Lab, k: number, ...words: string[]): Promise<Ran> =>
  lab.on(k, ['quorate', ...words]);

/** Throws with the command's words if it fails. */
export async function mustQuorate(lab: Lab, k: number, ...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await quorate(lab, k, ...words);
  if (code !== 0) throw new LabError(`quorate ${words.join(' ')} on q${k}: exit ${code}\n${stdout}${stderr}`);
  return stdout;
}

/** What `quorate status --json` must have at least. */
export interface Status {
  readonly cluster: { readonly name: string; readonly uuid: string };
  readonly master: { readonly name: string; readonly uuid: string } | null;
  readonly epoch: number;
  readonly version: { readonly epoch: number; readonly serial: number; readonly digest: string };
  readonly electorate: unknown;
  readonly needed: number;
  readonly healthy: boolean;
  readonly nodes: readonly NodeStatus[];
}

export interface NodeStatus {
  readonly uuid: string;
  readonly name: string;
  readonly role: string;
  readonly address: string;
  readonly reachable: boolean;
  readonly reason?: string;
  readonly vote: { readonly master: unknown; readonly epoch: number } | null;
  readonly version: unknown;
}

export const statusFrom = async (lab: Lab, k: number): Promise<Status> =>
  JSON.parse(await mustQuorate(lab, k, 'status', '--json')) as Status;

/** Power on, and wait for what no caller of `revive` has to: that the daemons take commands. */
export async function reviveNode(lab: Lab, k: number): Promise<void> {
  await lab.revive(k);
  const listening = 'test -S /run/quorate/socket/masterd.sock && ss -Htln sport = :1811 | grep -q .';
  const serves = async (): Promise<boolean> => (await lab.on(k, ['sh', '-c', listening])).code === 0;
  await awaitUntil(`The daemons of q${k} do not serve`, followLimitMs, serves);
}

/** Hosts whose programs run. */
export const running = (lab: Lab): readonly number[] => lab.hosts.filter((k) => lab.state(k) === 'up');

/** What each running host says without asking anybody, and where the address really is. */
async function opinions(lab: Lab): Promise<{ masters: readonly string[]; masterIpOn: readonly number[] }> {
  const ask = async (k: number): Promise<string> => (await quorate(lab, k, 'master')).stdout.trim();
  return {
    masters: await Promise.all(running(lab).map(ask)),
    masterIpOn: await lab.holdersOfMasterIp(),
  };
}

/** Waits until every running host names host K, and K alone has the address. */
export async function awaitMaster(lab: Lab, k: number): Promise<void> {
  let last: Awaited<ReturnType<typeof opinions>> | undefined;
  const agreed = async (): Promise<boolean> => {
    last = await opinions(lab);
    const { masters, masterIpOn } = last;
    return (
      masters.every((name) => name === lab.nodeName(k)) && masterIpOn.length === 1 && masterIpOn[0] === k
    );
  };
  await awaitUntil(`q${k} is not master everywhere`, followLimitMs, agreed, () => JSON.stringify(last));
}

/** After every scenario: one master, of one epoch, by the word of a majority; its address on its host alone. */
export async function expectOneMaster(lab: Lab, k: number): Promise<void> {
  await awaitMaster(lab, k);
  const { master, healthy, epoch, nodes } = await statusFrom(lab, k);
  expect({ master: master?.name, healthy }).toEqual({ master: lab.nodeName(k), healthy: true });
  const votes = nodes.map(({ vote }) => vote).filter((vote) => vote !== null);
  expect(new Set(votes.map((vote) => vote.epoch))).toEqual(new Set([epoch]));
}

/** The configuration as Ganeti's tools would read it on that host. */
export async function configurationOn(
  lab: Lab,
  k: number,
): Promise<{
  readonly serial_no: number;
  readonly cluster: { readonly candidate_pool_size: number; readonly master_node: string };
}> {
  const { stdout } = await lab.on(k, ['cat', '/var/lib/quorate/config.data']);
  return JSON.parse(stdout);
}

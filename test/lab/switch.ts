/**
 * The switch of a lab: one bridge in a namespace of its own, a port per host, and the cuts between ports.
 *
 * Nothing of it touches the machine's own network. A cut is a pair (from, to) of ports in an nft set of the
 * bridge's forward hook: frames of every kind, ARP too, then get lost in that one direction, silently, as
 * when a cable is bad. Cuts belong to ports and so outlive a host's crash, until they are healed.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { must } from './command.ts';
import { builderEnvironment } from './environment.ts';
import { namespaceFile, type HostPlan, type LabPlan } from './plan.ts';
import { namespaceBehind } from './processes.ts';

/** Frames that enter at port `from` do not leave at port `to`. */
export interface Cut {
  readonly from: string;
  readonly to: string;
}

// The set's elements are written by name. The last rule needs its newline: nft 1.0.6 refuses `drop }`.
const rules = `table bridge lab {
  set cuts { type ifname . ifname; }
  chain forward {
    type filter hook forward priority 0; policy accept;
    iifname . oifname @cuts drop
  }
}
`;

const build = (lab: LabPlan, args: readonly string[], input?: string): Promise<string> =>
  must('ip', args, { input, env: builderEnvironment(lab) });

/** In one of the lab's namespaces, with `ip`'s own words. */
const ip = (lab: LabPlan, namespace: string, words: string): Promise<string> =>
  build(lab, ['-n', namespace, ...words.split(' ')]);
const nft = (lab: LabPlan, words: string, script?: string): Promise<string> =>
  build(lab, ['netns', 'exec', lab.switchNamespace, 'nft', ...words.split(' ')], script);

async function addNamespace(lab: LabPlan, namespace: string): Promise<void> {
  await build(lab, ['netns', 'add', namespace]);
  await ip(lab, namespace, 'link set lo up');
}

/** Also what a killed `ip netns add` left half made. */
export const deleteNamespace = (namespace: string): Promise<string> =>
  must('ip', ['netns', 'del', namespace]);

export async function startSwitch(lab: LabPlan): Promise<void> {
  await addNamespace(lab, lab.switchNamespace);
  // No spanning tree and no learning delay: a port forwards from the moment it is up.
  await ip(lab, lab.switchNamespace, 'link add lab type bridge stp_state 0 forward_delay 0');
  await ip(lab, lab.switchNamespace, 'link set lab up');
  await nft(lab, '-f -', rules);
}

/** Gives a host its namespace, and in it eth0, plugged into the switch. */
export async function plugIn({ lab, namespace, label, ...host }: HostPlan): Promise<void> {
  await addNamespace(lab, namespace);
  const hostEnd = `name eth0 address ${host.hardwareAddress} netns ${namespace}`;
  await ip(lab, lab.switchNamespace, `link add ${label} type veth peer ${hostEnd}`);
  await ip(lab, namespace, `address add ${host.address}/24 broadcast + dev eth0`);
  await ip(lab, namespace, 'link set eth0 up');
  await ip(lab, lab.switchNamespace, `link set ${label} master lab up`);
}

/** From one instant to the next: nothing this host still sends arrives. Harmless if it is unplugged. */
export async function unplug({ lab, label }: HostPlan): Promise<void> {
  const links = await ip(lab, lab.switchNamespace, '-brief link show type veth');
  if (links.split('\n').some((line) => line.startsWith(`${label}@`)))
    await ip(lab, lab.switchNamespace, `link delete ${label}`);
}

/** Pulls the host's cable out of the switch, or puts it back: its eth0 loses its carrier, and nothing else. */
export const setCable = ({ lab, label }: HostPlan, plugged: boolean): Promise<string> =>
  ip(lab, lab.switchNamespace, `link set ${label} ${plugged ? 'up' : 'down'}`);

export const hasNamespace = (namespace: string): boolean =>
  namespaceBehind(namespaceFile(namespace)) !== undefined;

export async function readCuts(lab: LabPlan): Promise<readonly Cut[]> {
  const text = await nft(lab, 'list set bridge lab cuts');
  const pairs = text.matchAll(/"(q\d+)"\s*\.\s*"(q\d+)"/g);
  return Array.from(pairs, ([, from = '', to = '']) => ({ from, to }));
}

export async function addCuts(lab: LabPlan, cuts: readonly Cut[]): Promise<void> {
  const elements = cuts.map(({ from, to }) => `"${from}" . "${to}"`).join(', ');
  if (elements !== '') await nft(lab, '-f -', `add element bridge lab cuts { ${elements} }\n`);
}

/** All cuts at this port, or all there are. */
export async function removeCuts(lab: LabPlan, port?: string): Promise<void> {
  const cuts = await readCuts(lab);
  const healed = cuts.filter(({ from, to }) => port === undefined || from === port || to === port);
  const elements = healed.map(({ from, to }) => `"${from}" . "${to}"`).join(', ');
  if (elements !== '') await nft(lab, '-f -', `delete element bridge lab cuts { ${elements} }\n`);
}

/** On the switch itself, where no cut reaches: whoever asks from here hears every host. */
const lookout = '10.77.0.254';

/** Asks by ARP who has the address, `perSecond` times, and tells the hardware address in each answer. */
export async function watchArp(
  lab: LabPlan,
  address: string,
  {
    perSecond,
    onAnswer,
  }: { readonly perSecond: number; readonly onAnswer: (hardwareAddress: string) => void },
): Promise<{ stop(): void }> {
  await ip(lab, lab.switchNamespace, `address replace ${lookout}/24 dev lab`);
  const words = `netns exec ${lab.switchNamespace} arping -b -I lab -s ${lookout} ${address}`.split(' ');
  const started: ChildProcess[] = [];
  // arping asks once a second; as many of them as are wanted take turns.
  for (let n = 0; n < perSecond; n += 1) {
    const child = spawn('ip', words, { env: builderEnvironment(lab), stdio: ['ignore', 'pipe', 'ignore'] });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      for (const [, hardwareAddress = ''] of text.matchAll(/reply from \S+ \[([0-9A-F:]+)\]/g))
        onAnswer(hardwareAddress.toLowerCase());
    });
    started.push(child);
    await sleep(1000 / perSecond);
  }
  return { stop: () => started.forEach((child) => child.kill('SIGKILL')) };
}

/** IPv4 addresses on the host's own interface, without prefix length; asked from outside, so also of a frozen one. */
export async function addressesOn(host: HostPlan): Promise<readonly string[]> {
  const text = await ip(host.lab, host.namespace, '-4 -oneline address show dev eth0');
  return Array.from(text.matchAll(/ inet ([0-9.]+)\//g), ([, address = '']) => address);
}

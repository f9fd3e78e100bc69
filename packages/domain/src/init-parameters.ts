/**
 * From the words of `init`'s flags to the values a new cluster stores: each function takes what was typed and gives
 * the value, filled from the defaults, and a sentence for everything that is wrong with it.
 *
 * Which rule has which name and reason is the table in parameter-checks.ts. Storage directories, the volume group and
 * DRBD's helper are no matter of this file.
 *
 * Counterparts in Ganeti: InitCluster of lib/client/gnt_cluster.py and of lib/bootstrap.py.
 */
import { hypervisorComplaints } from './hypervisor-rules.ts';
import { type InstancePolicy, policyOf, type PolicyWords } from './instance-policy.ts';
import * as defaults from './parameter-defaults.ts';
import {
  type DiskTemplate,
  type Hypervisor,
  hypervisors,
  isDiskTemplate,
  isHypervisor,
} from './parameter-defaults.ts';
import {
  parseInteger,
  type ParameterTypes,
  type ParameterValues,
  typedValues,
  typesOf,
} from './parameter-types.ts';
import {
  type Decided,
  decided,
  keyValues,
  namedKeyValues,
  splitOnce,
  type Words,
} from './parameter-words.ts';
import type { SshKeyType } from './ssh-public-key.ts';

/** Flags as typed; absent if not given. */
export interface InitWords {
  /** `hypervisor:key=value,…` each. */
  readonly hypervisorParameters?: readonly string[] | undefined;
  readonly backendParameters?: string | undefined;
  readonly nicParameters?: string | undefined;
  readonly nodeParameters?: string | undefined;
  /** `template:key=value,…` each. */
  readonly diskParameters?: readonly string[] | undefined;
  /** `hypervisor:key=value,…` each. */
  readonly hypervisorState?: readonly string[] | undefined;
  /** `type/name:key=value,…` each. */
  readonly diskState?: readonly string[] | undefined;
  readonly policy?: PolicyWords | undefined;
  /** `1000-1999,5000` */
  readonly uidPool?: string | undefined;
  readonly defaultIallocator?: string | undefined;
  readonly defaultIallocatorParameters?: string | undefined;
  readonly compressionTools?: string | undefined;
  readonly sshKeyType?: string | undefined;
  readonly sshKeyBits?: string | undefined;
  readonly installImage?: string | undefined;
  readonly zeroingImage?: string | undefined;
  readonly maintainNodeHealth?: string | undefined;
  readonly preallocWipeDisks?: string | undefined;
  readonly useExternalMipScript?: string | undefined;
  readonly userShutdown?: string | undefined;
}

/** What the values depend on. */
export interface ParameterFacts {
  readonly words: InitWords;
  /** Absent if not given. */
  readonly masterNetdev?: string | undefined;
  readonly enabledHypervisors: readonly string[];
  readonly enabledDiskTemplates: readonly string[];
  /** Names of the files in Ganeti's directories of allocators on this host. */
  readonly iallocators: readonly string[];
}

/** What a new cluster stores of all this, in full unless said otherwise. */
export interface InitParameters {
  readonly hvparams: Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>;
  readonly beparams: ParameterValues;
  readonly nicparams: ParameterValues;
  /** Only those given. */
  readonly ndparams: ParameterValues;
  /** Without the cluster's volume group, which DRBD's metadata go to. */
  readonly diskparams: Readonly<Record<DiskTemplate, ParameterValues>>;
  readonly hypervisorState: Readonly<Record<string, ParameterValues>>;
  readonly diskState: Readonly<Record<string, Readonly<Record<string, ParameterValues>>>>;
  readonly ipolicy: InstancePolicy;
  readonly uidPool: readonly UidRange[];
  /** Empty for none. */
  readonly defaultIallocator: string;
  readonly defaultIallocatorParameters: ParameterValues;
  readonly compressionTools: readonly string[];
  readonly sshKeyType: SshKeyType;
  readonly sshKeyBits: number;
  readonly installImage: string;
  readonly zeroingImage: string;
  readonly maintainNodeHealth: boolean;
  readonly preallocWipeDisks: boolean;
  readonly useExternalMipScript: boolean;
  readonly userShutdown: boolean;
}

/** All values at once; only what no check complained of may be stored. */
export const initParameters = (facts: ParameterFacts): InitParameters => ({
  hvparams: decideHypervisorParameters(facts).value,
  beparams: decideBackend(facts).value,
  nicparams: decideNics(facts).value,
  ndparams: decideNodeParameters(facts).value,
  diskparams: decideDiskParameters(facts).value,
  hypervisorState: decideHypervisorState(facts).value,
  diskState: decideDiskState(facts).value,
  ipolicy: policyOf(facts.words.policy ?? {}, facts.enabledDiskTemplates),
  uidPool: decideUidPool(facts).value,
  defaultIallocator: decideIallocator(facts).value,
  defaultIallocatorParameters: decideIallocatorParameters(facts).value,
  compressionTools: decideCompressionTools(facts).value,
  ...decideSshKey(facts).value,
  installImage: facts.words.installImage ?? '',
  zeroingImage: facts.words.zeroingImage ?? '',
  maintainNodeHealth: decideYesNo(facts.words.maintainNodeHealth).value,
  preallocWipeDisks: decideYesNo(facts.words.preallocWipeDisks).value,
  useExternalMipScript: decideYesNo(facts.words.useExternalMipScript).value,
  userShutdown: decideYesNo(facts.words.userShutdown).value,
});

/** Takes `key=value,…` apart and types it. */
function given(types: ParameterTypes, words: Decided<Words>): Decided<ParameterValues> {
  const { value, complaints } = typedValues(types, words.value);
  return decided(value, [...words.complaints, ...complaints]);
}

const under = (name: string, complaints: readonly string[]): readonly string[] =>
  complaints.map((complaint) => `${name}: ${complaint}`);

const backendTypes = typesOf(defaults.beparams, { memory: 'size', minmem: 'size', maxmem: 'size' });

/** `memory` is short for `minmem` and `maxmem` (BEH-125, UpgradeBeParams), which it must not contradict. */
export function decideBackend({ words }: ParameterFacts): Decided<ParameterValues> {
  const { value, complaints } = given(backendTypes, keyValues(words.backendParameters));
  const { memory, ...others } = value;
  const both = memory === undefined ? {} : { minmem: memory, maxmem: memory };
  const twofold = memory !== undefined && ('minmem' in others || 'maxmem' in others);
  return decided({ ...defaults.beparams, ...others, ...both }, [
    ...complaints,
    ...(twofold ? ["'memory' stands for both 'minmem' and 'maxmem'"] : []),
  ]);
}

const openVSwitch = 'openvswitch';
const defaultSwitch = 'switch1';
const nicTypes = typesOf(defaults.nicparams);

/** On Open vSwitch the link is the switch that the master IP is on too, unless either is named. */
export function decideNics({ words, masterNetdev }: ParameterFacts): Decided<ParameterValues> {
  const { value, complaints } = given(nicTypes, keyValues(words.nicParameters));
  const onSwitch = value['mode'] === openVSwitch && masterNetdev === undefined;
  const link = onSwitch ? { link: defaultSwitch } : {};
  return decided({ ...defaults.nicparams, ...link, ...value }, complaints);
}

/** The device of the master IP, for every NIC mode (spec D1). */
export const masterNetdevOf = (facts: ParameterFacts): string =>
  facts.masterNetdev ?? (switchIsYetToCome(facts) ? defaultSwitch : defaults.initDefaults.masterNetdev);

/** An Open vSwitch is made after init, so its device need not be there (BEH-122). */
export const switchIsYetToCome = (facts: ParameterFacts): boolean =>
  decideNics(facts).value['mode'] === openVSwitch;

/** What Linux takes for the name of a device; the only thing that can be said of one that is yet to be made. */
export function netdevNameComplaints(facts: ParameterFacts): readonly string[] {
  const device = masterNetdevOf(facts);
  const fits = /^[^\s/:]{1,15}$/.test(device) && device !== '.' && device !== '..';
  return fits || !switchIsYetToCome(facts) ? [] : [`'${device}' cannot be the name of a network device`];
}

const nicModes = ['bridged', 'routed', openVSwitch, 'pool', 'auto'];

/** NIC.CheckParameterSyntax of lib/objects.py. */
export function nicModeComplaints(facts: ParameterFacts): readonly string[] {
  const mode = String(decideNics(facts).value['mode']);
  return nicModes.includes(mode) ? [] : [`NIC mode '${mode}' is none of ${nicModes.join(', ')}`];
}

/** BEH-123 */
export function nicLinkComplaints(facts: ParameterFacts): readonly string[] {
  const { mode, link } = decideNics(facts).value;
  return mode === 'bridged' && link === '' ? ['A bridged NIC needs a link'] : [];
}

export const nodeTypes = typesOf(defaults.ndparams, {
  ovs_name: 'maybe-string',
  ovs_link: 'maybe-string',
  cpu_speed: 'float',
});

export const decideNodeParameters = ({ words }: ParameterFacts): Decided<ParameterValues> =>
  given(nodeTypes, keyValues(words.nodeParameters));

export const sshPortComplaints = (facts: ParameterFacts): readonly string[] => {
  const port = decideNodeParameters(facts).value['ssh_port'] ?? defaults.ndparams.ssh_port;
  const usable = Number(port) >= 1 && Number(port) <= 65_535;
  return usable ? [] : [`The SSH port ${port} is not from 1 to 65535`];
};

type HypervisorValues = InitParameters['hvparams'][string];

/** Complete for all hypervisors, enabled or not. */
export function decideHypervisorParameters({
  words,
}: ParameterFacts): Decided<Readonly<Record<Hypervisor, HypervisorValues>>> {
  const named = namedKeyValues(words.hypervisorParameters);
  const decisions = hypervisors.map((hypervisor) => ({
    hypervisor,
    ...given(
      typesOf(defaults.hvparams[hypervisor]),
      decided<Words>(named.value.get(hypervisor) ?? new Map()),
    ),
  }));
  const values = decisions.map(({ hypervisor, value }) => [
    hypervisor,
    { ...defaults.hvparams[hypervisor], ...value },
  ]);
  return decided(Object.fromEntries(values) as Record<Hypervisor, HypervisorValues>, [
    ...unknownNames('hypervisor', named.value, isHypervisor),
    ...named.complaints,
    ...decisions.flatMap(({ hypervisor, complaints }) => under(hypervisor, complaints)),
  ]);
}

function unknownNames(
  what: string,
  named: ReadonlyMap<string, Words>,
  isKnown: (name: string) => boolean,
): readonly string[] {
  const unknown = [...named.keys()].filter((name) => !isKnown(name));
  return unknown.length > 0 ? [`Unknown ${what}: ${unknown.join(', ')}`] : [];
}

/** What the hypervisors say of the values themselves (CheckParameterSyntax). */
export function hypervisorValueComplaints(facts: ParameterFacts): readonly string[] {
  const { value } = decideHypervisorParameters(facts);
  return hypervisors.flatMap((name) => under(name, hypervisorComplaints(name, value[name])));
}

/** One set for each enabled hypervisor. */
export function decideHypervisorState({
  words,
  enabledHypervisors,
}: ParameterFacts): Decided<InitParameters['hypervisorState']> {
  const named = namedKeyValues(words.hypervisorState);
  const types = typesOf(defaults.hypervisorState);
  const states = enabledHypervisors.map((hypervisor) => ({
    hypervisor,
    ...given(types, decided<Words>(named.value.get(hypervisor) ?? new Map())),
  }));
  const disabled = [...named.value.keys()].filter((name) => !enabledHypervisors.includes(name));
  return decided(
    Object.fromEntries(
      states.map(({ hypervisor, value }) => [hypervisor, { ...defaults.hypervisorState, ...value }]),
    ),
    [
      ...(disabled.length > 0 ? [`No enabled hypervisor: ${disabled.join(', ')}`] : []),
      ...named.complaints,
      ...states.flatMap(({ hypervisor, complaints }) => under(hypervisor, complaints)),
    ],
  );
}

/** The one storage type that has a state (DS_VALID_TYPES). */
const statefulStorage = 'plain';

export function decideDiskState({ words }: ParameterFacts): Decided<InitParameters['diskState']> {
  const named = namedKeyValues(words.diskState);
  const types = typesOf(defaults.diskState);
  const states = [...named.value].map(([name, own]) => {
    const [type, storage = ''] = splitOnce(name, '/');
    const complaints = storage === '' ? [`${name}: it needs a name, as in ${statefulStorage}/xenvg`] : [];
    const { value, complaints: further } = given(types, decided(own));
    return { type, storage, value, complaints: [...complaints, ...under(name, further)] };
  });
  const stateful = states.filter(({ type }) => type === statefulStorage);
  const values = stateful.map(({ storage, value }) => [storage, { ...defaults.diskState, ...value }]);
  return decided(values.length > 0 ? { [statefulStorage]: Object.fromEntries(values) } : {}, [
    ...named.complaints,
    ...stateful.flatMap(({ complaints }) => complaints),
  ]);
}

/** BEH-126 */
export function diskStateTypeComplaints({ words }: ParameterFacts): readonly string[] {
  const types = [...namedKeyValues(words.diskState).value.keys()].map((name) => splitOnce(name, '/')[0]);
  const others = [...new Set(types)].filter((type) => type !== statefulStorage);
  return others.length > 0
    ? [`Only storage of type ${statefulStorage} has a state, not ${others.join(', ')}`]
    : [];
}

/** Complete for all templates. */
export function decideDiskParameters({ words }: ParameterFacts): Decided<InitParameters['diskparams']> {
  const named = namedKeyValues(words.diskParameters);
  const decisions = Object.entries(defaults.diskparams).map(([template, values]) => ({
    template,
    values,
    ...given(typesOf(values), decided<Words>(named.value.get(template) ?? new Map())),
  }));
  const filled = decisions.map(({ template, values, value }) => [template, { ...values, ...value }]);
  return decided(Object.fromEntries(filled) as InitParameters['diskparams'], [
    ...unknownNames('disk template', named.value, isDiskTemplate),
    ...named.complaints,
    ...decisions.flatMap(({ template, complaints }) => under(template, complaints)),
  ]);
}

const accessModes = ['kernelspace', 'userspace'];

export const diskAccessComplaints = (facts: ParameterFacts): readonly string[] =>
  Object.entries(decideDiskParameters(facts).value)
    .filter(([, { access }]) => access !== undefined && !accessModes.includes(String(access)))
    .map(([template, { access }]) => `${template}: 'access' is '${access}', not ${accessModes.join(' or ')}`);

/** Lowest and highest user ID, both included. */
export type UidRange = readonly [number, number];

const highestUid = 2 ** 32 - 1;

/** In ascending order (ParseUidPool, CheckUidPool); empty if not given. */
export function decideUidPool({ words }: ParameterFacts): Decided<readonly UidRange[]> {
  const texts = (words.uidPool ?? '').split(',').filter((text) => text !== '');
  const ranges = texts.map((text) => ({ text, range: uidRange(text) }));
  const wrong = ranges.filter(({ range }) => range === undefined).map(({ text }) => text);
  const right = ranges.flatMap(({ range }) => (range ? [range] : []));
  const complaint = `Not a user ID or range such as 1000-1999, of 0 to ${highestUid}: ${wrong.join(', ')}`;
  return decided(
    right.toSorted((one, other) => one[0] - other[0] || one[1] - other[1]),
    wrong.length > 0 ? [complaint] : [],
  );
}

function uidRange(text: string): UidRange | undefined {
  const [, low, high] = /^\s*(\d+)\s*(?:-\s*(\d+)\s*)?$/.exec(text) ?? [];
  const range = [Number(low), Number(high ?? low)] as const;
  return range[0] <= range[1] && range[1] <= highestUid ? range : undefined;
}

/** `hail` comes with Ganeti's own tools. */
const usualIallocator = 'hail';

/** BEH-128, BEH-129 */
export function decideIallocator({ words, iallocators }: ParameterFacts): Decided<string> {
  const name = words.defaultIallocator;
  if (name === undefined) return decided(iallocators.includes(usualIallocator) ? usualIallocator : '');
  return decided(name, iallocators.includes(name) ? [] : [`There is no allocator '${name}' on this host`]);
}

/** Any keys; what they mean is the allocator's business. */
export function decideIallocatorParameters({ words }: ParameterFacts): Decided<ParameterValues> {
  const { value, complaints } = keyValues(words.defaultIallocatorParameters);
  return decided(Object.fromEntries([...value].filter(([, word]) => word !== null)), complaints);
}

/** Neither nothing nor the empty text changes the defaults (_GetCompressionTools); BEH-131. */
export function decideCompressionTools({ words }: ParameterFacts): Decided<readonly string[]> {
  if (!words.compressionTools) return decided(defaults.compressionTools);
  const tools = [...new Set(words.compressionTools.split(','))];
  const wrong = tools.filter((tool) => tool === 'none' || !/^[-\w]+$/.test(tool));
  const shown = wrong.map((tool) => `'${tool}'`).join(', ');
  return decided(tools, wrong.length > 0 ? [`Not the name of a compression tool: ${shown}`] : []);
}

/** BEH-130 */
export const gzipComplaints = (facts: ParameterFacts): readonly string[] =>
  decideCompressionTools(facts).value.includes('gzip') ? [] : ['gzip must be among the compression tools'];

type SshKey = Pick<InitParameters, 'sshKeyType' | 'sshKeyBits'>;

interface BitsRule {
  readonly usual: number;
  readonly words: string;
  readonly holds: (bits: number) => boolean;
}

/** Ganeti's SSH_KEY_VALID_BITS. Its configuration cannot name Ed25519, so a cluster cannot choose it. */
const sshKeyTypes: Readonly<Record<SshKeyType, BitsRule>> = {
  rsa: { usual: 2048, words: 'at least 768', holds: (bits) => bits >= 768 },
  dsa: { usual: 1024, words: '1024', holds: (bits) => bits === 1024 },
  ecdsa: { usual: 384, words: '256, 384 or 521', holds: (bits) => [256, 384, 521].includes(bits) },
};

/** As far as it is about SSH keys. */
interface SshKeyFacts {
  readonly words: Pick<InitWords, 'sshKeyType' | 'sshKeyBits'>;
}

export function decideSshKey({ words }: SshKeyFacts): Decided<SshKey> {
  const sshKeyType = words.sshKeyType ?? 'rsa';
  if (!isSshKeyType(sshKeyType))
    return decided({ sshKeyType: 'rsa', sshKeyBits: 2048 }, [
      `SSH key type '${sshKeyType}' is none of ${Object.keys(sshKeyTypes).join(', ')}`,
    ]);
  return decided({
    sshKeyType,
    sshKeyBits: parseInteger(words.sshKeyBits ?? '') ?? sshKeyTypes[sshKeyType].usual,
  });
}

export function sshKeyBitsComplaints({ words }: SshKeyFacts): readonly string[] {
  const { sshKeyType = 'rsa', sshKeyBits } = words;
  if (sshKeyBits === undefined || !isSshKeyType(sshKeyType)) return [];
  const bits = sshKeyTypes[sshKeyType];
  if (bits.holds(parseInteger(sshKeyBits) ?? Number.NaN)) return [];
  return [`An SSH key of type ${sshKeyType} has ${bits.words} bits, not '${sshKeyBits}'`];
}

const isSshKeyType = (type: string): type is SshKeyType => Object.hasOwn(sshKeyTypes, type);

/** yes, no, true or false in any case (check_bool); no if not given. */
export function decideYesNo(word: string | undefined): Decided<boolean> {
  const text = (word ?? 'no').toLowerCase();
  if (text === 'yes' || text === 'true') return decided(true);
  return decided(false, text === 'no' || text === 'false' ? [] : [`'${word}' is neither yes nor no`]);
}

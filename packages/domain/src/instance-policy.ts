/**
 * The policy for instances: within which bounds they must lie, and which disk templates they may use.
 *
 * Counterparts in Ganeti: CreateIPolicyFromOpts of lib/cli.py, InstancePolicy and FillIPolicy of lib/objects.py,
 * _RestrictIpolicyToEnabledDiskTemplates of lib/bootstrap.py.
 */
import { isDiskTemplate, ipolicy as defaults } from './parameter-defaults.ts';
import { parseFloating, type ParameterValues, typedValues, typesOf } from './parameter-types.ts';
import {
  type Decided,
  decided,
  keyValues,
  plainKeyValues,
  splitOnce,
  type Words,
} from './parameter-words.ts';

/** Sizes in MiB, the rest are numbers of things. */
export type InstanceSpecs = Readonly<Record<keyof typeof defaults.std, number>>;

export interface Bounds {
  readonly min: InstanceSpecs;
  readonly max: InstanceSpecs;
}

export interface InstancePolicy {
  /** An instance must lie within one of them. */
  readonly minmax: readonly Bounds[];
  /** What an instance gets for which nothing is said. */
  readonly std: InstanceSpecs;
  readonly 'vcpu-ratio': number;
  readonly 'spindle-ratio': number;
  readonly 'disk-templates': readonly string[];
}

/** The flags of `init`, as typed; absent if not given. */
export interface PolicyWords {
  /** `min:key=value,…/max:key=value,…`, further pairs behind `//`; each must be complete. */
  readonly boundsSpecs?: string | undefined;
  /** `key=value,…` */
  readonly stdSpecs?: string | undefined;
  /** The same transposed, `min=…,max=…,std=…` each; not together with the two above. */
  readonly memorySize?: string | undefined;
  readonly cpuCount?: string | undefined;
  readonly diskCount?: string | undefined;
  readonly diskSize?: string | undefined;
  readonly nicCount?: string | undefined;
  /** `template,template` */
  readonly diskTemplates?: string | undefined;
  readonly vcpuRatio?: string | undefined;
  readonly spindleRatio?: string | undefined;
}

type Specs = Pick<InstancePolicy, 'minmax' | 'std'>;

const specTypes = typesOf(defaults.std, { 'memory-size': 'size', 'disk-size': 'size' });
const defaultSpecs: Specs = { minmax: defaults.minmax, std: defaults.std };

/** All spec types come to numbers. */
const filled = (base: InstanceSpecs, given: ParameterValues): InstanceSpecs =>
  ({ ...base, ...given }) as InstanceSpecs;

/** Bounds and standard as the flags say, filled from the defaults. */
export function decideSpecs(words: PolicyWords): Decided<Specs> {
  const transposed = transposedWords(words);
  const whole = words.boundsSpecs !== undefined || words.stdSpecs !== undefined;
  if (transposed.length === 0) return wholeSpecs(words);
  if (whole)
    return decided(defaultSpecs, [
      '--ipolicy-bounds-specs and --ipolicy-std-specs cannot be used together with --specs-… flags',
    ]);
  return transposedSpecs(transposed);
}

function wholeSpecs({ boundsSpecs, stdSpecs }: PolicyWords): Decided<Specs> {
  const bounds = boundsSpecs === undefined ? decided(defaultSpecs.minmax) : decideBounds(boundsSpecs);
  const words = keyValues(stdSpecs);
  const std = typedValues(specTypes, words.value);
  return decided({ minmax: bounds.value, std: filled(defaults.std, std.value) }, [
    ...bounds.complaints,
    ...[...words.complaints, ...std.complaints].map((complaint) => `std: ${complaint}`),
  ]);
}

function decideBounds(text: string): Decided<readonly Bounds[]> {
  const pairs = text.split('//').map(decideBoundsPair);
  return decided(
    pairs.map(({ value }) => value),
    pairs.flatMap(({ complaints }) => complaints),
  );
}

function decideBoundsPair(text: string): Decided<Bounds> {
  const sections = text.split('/').map((section) => splitOnce(section, ':'));
  const names = sections.map(([name]) => name);
  if (names.toSorted().join(' ') !== 'max min')
    return decided(defaults.minmax[0], [`Bounds need one min: and one max:, not '${text}'`]);
  const of = (name: 'min' | 'max') => completeSpecs(name, sections[names.indexOf(name)]?.[1] ?? '');
  const [min, max] = [of('min'), of('max')];
  return decided({ min: min.value, max: max.value }, [...min.complaints, ...max.complaints]);
}

function completeSpecs(name: 'min' | 'max', text: string): Decided<InstanceSpecs> {
  const words = plainKeyValues(text);
  const given = typedValues(specTypes, words.value);
  const missing = Object.keys(specTypes).filter((key) => !words.value.has(key));
  const complaints = [
    ...words.complaints,
    ...given.complaints,
    ...(missing.length > 0 ? [`${missing.join(', ')} must be given too`] : []),
  ];
  return decided(
    filled(defaults.minmax[0][name], given.value),
    complaints.map((complaint) => `${name}: ${complaint}`),
  );
}

type SpecName = keyof InstanceSpecs;
type Transposed = readonly (readonly [SpecName, string])[];

const transposedWords = (words: PolicyWords): Transposed =>
  (
    [
      ['memory-size', words.memorySize],
      ['cpu-count', words.cpuCount],
      ['disk-count', words.diskCount],
      ['disk-size', words.diskSize],
      ['nic-count', words.nicCount],
    ] as const
  ).flatMap(([name, text]) => (text ? [[name, text] as const] : []));

function transposedSpecs(transposed: Transposed): Decided<Specs> {
  const read = transposed.map(([name, text]) => ({ name, ...transposedValues(name, keyValues(text)) }));
  const part = (which: 'min' | 'max' | 'std'): ParameterValues =>
    Object.fromEntries(
      read.flatMap(({ name, value: { [which]: value } }) => (value === undefined ? [] : [[name, value]])),
    );
  const [bounds] = defaults.minmax;
  return decided(
    {
      minmax: [{ min: filled(bounds.min, part('min')), max: filled(bounds.max, part('max')) }],
      std: filled(defaults.std, part('std')),
    },
    read.flatMap(({ name, complaints }) => complaints.map((complaint) => `${name}: ${complaint}`)),
  );
}

function transposedValues(name: SpecName, words: Decided<Words>) {
  const type = specTypes[name] ?? 'int';
  const { value, complaints } = typedValues({ min: type, max: type, std: type }, words.value);
  return { value, complaints: [...words.complaints, ...complaints] };
}

/** Where a lower bound lies above its upper one (InstancePolicy.CheckISpecSyntax). */
export const boundsComplaints = ({ minmax }: Specs): readonly string[] =>
  minmax.flatMap(({ min, max }) =>
    specNames
      .filter((name) => min[name] > max[name])
      .map((name) => `The least ${name}, ${min[name]}, is more than the most, ${max[name]}`),
  );

/** The standard instance must lie within at least one pair of bounds; nothing is said if those are wrong themselves. */
export function standardComplaints(specs: Specs): readonly string[] {
  const { minmax, std } = specs;
  const outsideOf = ({ min, max }: Bounds) =>
    specNames.filter((name) => std[name] < min[name] || std[name] > max[name]);
  const [first = []] = minmax.map(outsideOf).toSorted((one, other) => one.length - other.length);
  if (boundsComplaints(specs).length > 0 || first.length === 0) return [];
  return [`The standard instance is outside the bounds: ${first.map((n) => `${n} ${std[n]}`).join(', ')}`];
}

const specNames = Object.keys(defaults.std) as readonly SpecName[];

/** The policy's own templates in its order, also those that are not enabled. */
export function decideTemplates(text: string | undefined): Decided<readonly string[]> {
  if (text === undefined) return decided(defaults['disk-templates']);
  const asked = [...new Set(text.split(',').filter((name) => name !== ''))];
  const unknown = asked.filter((name) => !isDiskTemplate(name));
  if (asked.length === 0)
    return decided(defaults['disk-templates'], ['It must allow at least one disk template']);
  const complaints = unknown.length > 0 ? [`Unknown disk template: ${unknown.join(', ')}`] : [];
  return decided(asked.filter(isDiskTemplate), complaints);
}

/** What is left of the policy's templates, in the policy's order (BEH-200, BEH-201). */
export const restrictedTemplates = (
  { diskTemplates }: PolicyWords,
  enabled: readonly string[],
): readonly string[] => decideTemplates(diskTemplates).value.filter((template) => enabled.includes(template));

/** BEH-203; nothing is said if the enabled templates are wrong themselves. */
export function templatesComplaints(words: PolicyWords, enabled: readonly string[]): readonly string[] {
  const judged = enabled.length > 0 && enabled.every(isDiskTemplate);
  if (!judged || restrictedTemplates(words, enabled).length > 0) return [];
  return [`The policy allows none of the enabled disk templates (${enabled.join(', ')})`];
}

/** Ratios of virtual to physical CPUs and of instances to spindles: numbers above 0. */
export function decideRatios(
  words: PolicyWords,
): Decided<Pick<InstancePolicy, 'vcpu-ratio' | 'spindle-ratio'>> {
  const vcpu = decideRatio('vcpu-ratio', words.vcpuRatio);
  const spindle = decideRatio('spindle-ratio', words.spindleRatio);
  return decided({ 'vcpu-ratio': vcpu.value, 'spindle-ratio': spindle.value }, [
    ...vcpu.complaints,
    ...spindle.complaints,
  ]);
}

function decideRatio(name: 'vcpu-ratio' | 'spindle-ratio', text: string | undefined): Decided<number> {
  if (text === undefined) return decided(defaults[name]);
  const value = parseFloating(text);
  if (value !== undefined && value > 0) return decided(value);
  return decided(defaults[name], [`'${name}' is '${text}', not a number above 0`]);
}

/** The whole policy, restricted to the enabled templates. */
export const policyOf = (words: PolicyWords, enabled: readonly string[]): InstancePolicy => ({
  ...decideSpecs(words).value,
  ...decideRatios(words).value,
  'disk-templates': restrictedTemplates(words, enabled),
});

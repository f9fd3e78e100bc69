import { describe, expect, it } from 'vitest';
import { keyValues, namedKeyValues, plainKeyValues, splitUnescaped, type Word } from './parameter-words.ts';

it.each([
  ['a,b', ['a', 'b']],
  ['', ['']],
  ['a,', ['a', '']],
  [String.raw`a\,b`, ['a,b']],
  [String.raw`a\\,b`, ['a\\', 'b']],
  [String.raw`a\\\,b`, [String.raw`a\,b`]],
  [String.raw`a\nb`, ['anb']],
  ['a\\', ['a\\']],
  ['a\n,é', ['a\n', 'é']],
])('%j is %j', (text, parts) => expect(splitUnescaped(text)).toEqual(parts));

describe('key=value,…', () => {
  it.each<[string | undefined, Record<string, Word>]>([
    [undefined, {}],
    ['', {}],
    ['vcpus=4,memory=2g', { vcpus: '4', memory: '2g' }],
    ['kernel_args=ro quiet=1', { kernel_args: 'ro quiet=1' }],
    [String.raw`devices=a\,b,acpi=`, { devices: 'a,b', acpi: '' }],
    ['acpi,no_pae,-boot_order', { acpi: true, pae: false, boot_order: null }],
    ['no_pae=x,-y=z', { no_pae: 'x', '-y': 'z' }],
    ['__proto__=1', Object.fromEntries([['__proto__', '1']])],
  ])('%j', (text, words) => {
    expect(keyValues(text)).toEqual({ value: new Map(Object.entries(words)), complaints: [] });
  });

  it.each([
    ['a=1,a=2,no_a,b', "'a' is given twice"],
    ['a=1,,b=2', 'A value has no key'],
    ['=1', 'A value has no key'],
  ])('%j: %s', (text, complaint) => expect(keyValues(text).complaints).toEqual([complaint]));

  it('of a key given twice keeps the first value', () => {
    expect(keyValues('a=1,a=2').value.get('a')).toBe('1');
  });

  it('may demand a value for each key', () => {
    const { value, complaints } = plainKeyValues('a=1,no_b');
    expect([...value]).toEqual([
      ['a', '1'],
      ['no_b', ''],
    ]);
    expect(complaints).toEqual(["'no_b' has no value"]);
  });
});

describe('name:key=value,…', () => {
  it('puts together what is said of one name', () => {
    const { value, complaints } = namedKeyValues([
      'kvm:acpi=false',
      'lxc',
      'kvm:kernel_path=/a:b,no_vhost_net',
    ]);
    expect([...value].map(([name, words]) => [name, Object.fromEntries(words)])).toEqual([
      ['kvm', { acpi: 'false', kernel_path: '/a:b', vhost_net: false }],
      ['lxc', {}],
    ]);
    expect(complaints).toEqual([]);
  });

  it('complains of a key given twice, also in two places', () => {
    expect(namedKeyValues(['kvm:a=1', 'lxc:a=1', 'kvm:a=2']).complaints).toEqual(["kvm: 'a' is given twice"]);
  });
});

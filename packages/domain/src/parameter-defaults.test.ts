import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Configuration } from './configuration.ts';
import * as defaults from './parameter-defaults.ts';

const sample = new URL('../../../test/samples/config.data.after-init', import.meta.url);
const { cluster } = JSON.parse(readFileSync(sample, 'utf8')) as Configuration;

describe('parameter defaults are those of a real cluster', () => {
  it.each([
    ['hvparams', defaults.hvparams],
    ['beparams', { default: defaults.beparams }],
    ['ndparams', defaults.ndparams],
    ['diskparams', defaults.diskparams],
    ['data_collectors', defaults.dataCollectors],
    ['compression_tools', defaults.compressionTools],
    ['hv_state_static', { fake: defaults.hypervisorState }],
    // That cluster was made with another link and one template.
    ['nicparams', { default: { ...defaults.nicparams, link: 'gntbr0' } }],
    ['ipolicy', { ...defaults.ipolicy, 'disk-templates': ['diskless'] }],
  ])('%s', (key, value) => expect(value).toEqual(cluster[key]));

  it('BEH-199 there are nine disk templates, and the policy allows all of them', () => {
    expect(defaults.ipolicy['disk-templates']).toHaveLength(9);
    expect(Object.keys(defaults.diskparams).sort()).toEqual([...defaults.ipolicy['disk-templates']].sort());
    expect(defaults.ipolicy['disk-templates'].every(defaults.isDiskTemplate)).toBe(true);
    expect(['mixed', 'pinkbunny', 'toString'].some(defaults.isDiskTemplate)).toBe(false);
  });
});

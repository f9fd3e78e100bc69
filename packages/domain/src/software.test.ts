import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { oldestNode, softwareVersion } from './software.ts';

const packages = join(import.meta.dirname, '../..');

it.each(['..', ...readdirSync(packages)])('%s has the version that the software tells', (name) => {
  const { version } = JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8')) as {
    version: string;
  };
  expect(version).toBe(softwareVersion);
});

it('the oldest Node.js is that of the package', () => {
  const { engines } = JSON.parse(readFileSync(join(packages, '..', 'package.json'), 'utf8')) as {
    engines: { node: string };
  };
  expect(engines.node).toBe(`>=${oldestNode}`);
});

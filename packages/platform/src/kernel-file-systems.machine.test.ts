import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { missingFileSystems } from './kernel-file-systems.ts';

it('the kernel’s file systems are named when they are not mounted', async () => {
  const signs = { '/proc': '/proc/sys', '/sys': '/sys/class' };
  const missing = Object.entries(signs).flatMap(([place, sign]) => (existsSync(sign) ? [] : [place]));
  expect(await missingFileSystems()).toEqual(missing);
});

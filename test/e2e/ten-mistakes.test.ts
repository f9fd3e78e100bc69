/** `quorate init` where ten things are wrong at once; the time it takes is measured by `tools/bench mistakes`. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { programs } from '../lab/environment.ts';
import { layOutHost, mistakenInit, mistakes, treeOf } from './ten-mistakes.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'quorate-mistakes-'));
  layOutHost(root);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const quorate = (...words: readonly string[]) =>
  spawnSync(join(programs, 'quorate'), ['--root', root, ...words], { encoding: 'utf8' });

it('BEH-134 BEH-138 ten mistakes are ten findings of one run, exit 1, and the host is as it was', () => {
  const before = treeOf(root);
  const { status, stdout, stderr } = quorate(...mistakenInit);
  expect(stderr.match(/(?<=^ *\[)[a-z0-9-]+(?=\])/gm)).toEqual(mistakes.map(([check]) => check));
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(treeOf(root)).toEqual(before);
});

it('BEH-138 a dry run finds the same', () => {
  const [real, dry] = [quorate(...mistakenInit), quorate(...mistakenInit, '--dry-run')];
  const findings = (text: string) => text.match(/^ *\[.*$/gm);
  expect(dry.status).toBe(1);
  expect(findings(dry.stderr)).toEqual(findings(real.stderr));
});

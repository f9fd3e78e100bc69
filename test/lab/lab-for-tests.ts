/** Labs as tests need them: under names no other run uses, gone afterwards, absent with one reason where there can be none. */
import { existsSync, readdirSync } from 'node:fs';
import { describe } from 'vitest';
import { labBlocked } from './blocked.ts';
import { downLab, startLab, type Lab, type StartOptions } from './lab.ts';
import { labsDirectory } from './plan.ts';
import { namespaceOf } from './processes.ts';

const blocked = labBlocked();
if (blocked !== undefined) console.log(`skipped: ${blocked}`);

/** `describe`, or where no lab can be its skipping twin. */
export const describeLab = blocked === undefined ? describe : describe.skip;

let count = 0;

/** `t-PID-N`: PID is the test process, so that what a killed one left can be told from what is in use. */
export function testLabName(): string {
  count += 1;
  return `t-${process.pid}-${count}`;
}

const started: Lab[] = [];

export async function startTestLab(hosts: number, prepare?: StartOptions['prepare']): Promise<Lab> {
  await removeStaleLabs();
  const lab = await startLab({ name: testLabName(), hosts, ...(prepare && { prepare }) });
  started.push(lab);
  return lab;
}

/** All that this test file has started; what is down already stays so. */
export async function downTestLabs(): Promise<void> {
  for (const lab of started.splice(0)) await lab.down();
}

async function removeStaleLabs(): Promise<void> {
  const names = existsSync(labsDirectory) ? readdirSync(labsDirectory) : [];
  for (const name of names) {
    const [, pid] = /^t-(\d+)-\d+$/.exec(name) ?? [];
    if (pid !== undefined && namespaceOf(Number(pid), 'pid') === undefined) await downLab(name);
  }
}

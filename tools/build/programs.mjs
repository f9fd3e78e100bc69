/**
 * The three programs: which package each is made from and where its one file lies.
 *
 * Plain JavaScript without dependencies, because it is read before anything is installed.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

export const programs = [
  { name: 'quorate', package: 'packages/bootstrap-client' },
  { name: 'quorate-noded', package: 'packages/node-daemon' },
  { name: 'quorate-masterd', package: 'packages/master-daemon' },
];

/** @param {{ package: string }} program */
export const entryOf = (program) => join(projectRoot, program.package, 'src', 'main.ts');

/** @param {{ name: string }} program */
export const fileOf = (program) => join(projectRoot, 'dist', program.name);

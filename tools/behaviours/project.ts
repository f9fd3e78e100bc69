/** The ledger of this project: its list, and all its tests. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { citationsIn, type Citation } from './citations.ts';
import { ledgerOf, type Ledger } from './ledger.ts';
import { parseBehaviours, type BehaviourList } from './list.ts';

const projectRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const listFile = 'test/behaviours.md';

export function readProject(): { readonly list: BehaviourList; readonly ledger: Ledger } {
  const list = parseBehaviours(readFileSync(join(projectRoot, listFile), 'utf8'));
  return { list, ledger: ledgerOf(list, testFiles().flatMap(citationsOf)) };
}

function testFiles(): readonly string[] {
  const folders = readdirSync(join(projectRoot, 'packages')).map((name) => `packages/${name}/src`);
  return [...folders, 'test'].flatMap((folder) =>
    readdirSync(join(projectRoot, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
      .map((entry) => relative(projectRoot, join(entry.parentPath, entry.name)))
      .sort(),
  );
}

/** A file that names no behaviour need not be understood. */
function citationsOf(file: string): readonly Citation[] {
  const source = readFileSync(join(projectRoot, file), 'utf8');
  return source.includes('BEH-') ? citationsIn(file, source) : [];
}

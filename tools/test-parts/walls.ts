/**
 * The walls between the packages, as the tests hold them: who may import whom, who alone owns which library,
 * and a reader of what the sources really import. ARCHITECTURE.md has the same table for people.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

const everydayLayers = ['domain', 'platform', 'cluster-state', 'rpc'] as const;

export const mayImport: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  platform: [],
  'cluster-state': ['domain', 'platform'],
  rpc: ['domain'],
  bootstrap: everydayLayers,
  'node-daemon': everydayLayers,
  'master-daemon': [...everydayLayers, 'bootstrap'],
  'bootstrap-client': [...everydayLayers, 'bootstrap'],
};

export const packageNames = Object.keys(mayImport);

export const libraryOwners: Readonly<Record<string, string>> = {
  ssh2: 'platform',
  'node-forge': 'platform',
  pino: 'platform',
  'pino-pretty': 'platform',
  '@grpc/grpc-js': 'rpc',
  '@grpc/proto-loader': 'rpc',
  commander: 'bootstrap-client',
};

/** Everything `from '…'`, `import '…'` and `import('…')` in a source; types count, they are dependencies too. */
const importPattern = /(?:(?<!\.)\bfrom\s+|\bimport\s*\(?\s*)'([\w@./:-]+)'/g;

export function importsIn(source: string): readonly string[] {
  const withoutComments = source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  return [...withoutComments.matchAll(importPattern)].map((match) => match[1] ?? '');
}

/** `@quorate/domain/votes` belongs to the package `@quorate/domain`. */
export function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

export interface SourceImport {
  readonly file: string;
  readonly specifier: string;
}

/** Imports of other packages (not files of its own, not Node itself) in a package's product or test sources. */
export function foreignImports(packageName: string, which: 'product' | 'tests'): readonly SourceImport[] {
  const directory = join(projectRoot, 'packages', packageName, 'src');
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && file.endsWith('.test.ts') === (which === 'tests'))
    .flatMap((file) =>
      importsIn(readFileSync(join(directory, file), 'utf8')).map((specifier) => ({ file, specifier })),
    )
    .filter(({ specifier }) => !specifier.startsWith('.') && !specifier.startsWith('node:'));
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const readManifest = (...path: readonly string[]): Manifest =>
  JSON.parse(readFileSync(join(projectRoot, ...path, 'package.json'), 'utf8')) as Manifest;

export const declaredBy = (packageName: string): readonly string[] =>
  Object.keys(readManifest('packages', packageName).dependencies ?? {}).sort();

/** Tools every test may use, declared once at the top. */
export const sharedTools = (): readonly string[] => Object.keys(readManifest().devDependencies ?? {});

/**
 * The walls hold: every kind of forbidden import is planted and must be refused in our words, what is imported
 * is declared, what is declared is used, and the arrows Nx draws are those of the table.
 *
 * The plants stand in a temporary tree that has the project's own rules; the project itself is only read.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  declaredBy,
  foreignImports,
  importsIn,
  libraryOwners,
  mayImport,
  packageNames,
  packageOf,
  projectRoot,
  sharedTools,
} from './walls.ts';

const tool = (name: string): string => join(projectRoot, 'node_modules', '.bin', name);

interface Plant {
  readonly file: string;
  readonly specifier: string;
  /** What the refusal must say; undefined: this import is allowed. */
  readonly refusal: string | undefined;
}

function plantsOf(owner: string): readonly Plant[] {
  const allowed = mayImport[owner] ?? [];
  const ours = packageNames
    .filter((name) => name !== owner)
    .map((name) => ({
      specifier: `@quorate/${name}/anything`,
      refusal: allowed.includes(name) ? undefined : `${owner} may not import @quorate/${name}`,
    }));
  const libraries = Object.entries(libraryOwners).map(([library, only]) => ({
    specifier: library,
    refusal: only === owner ? undefined : `only ${only} may import ${library}`,
  }));
  const machine = ['node:fs', 'fs', 'node:timers/promises'].map((specifier) => ({
    specifier,
    refusal: owner === 'platform' ? undefined : 'only platform touches the machine',
  }));
  const byPath = {
    specifier: '../../another/src/anything.ts',
    refusal: 'import another package by its name, never by path',
  };
  return [...ours, ...libraries, ...machine, byPath].map((plant, i) => ({
    ...plant,
    file: `packages/${owner}/src/planted-${i}.ts`,
  }));
}

const plants = packageNames.flatMap(plantsOf);

interface Diagnostic {
  readonly filename: string;
  readonly message: string;
  readonly help?: string;
}

let tree: string;

const plant = (file: string, text: string): void => {
  mkdirSync(dirname(join(tree, file)), { recursive: true });
  writeFileSync(join(tree, file), text);
};

beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), 'quorate-walls-'));
  cpSync(join(projectRoot, '.oxlintrc.json'), join(tree, '.oxlintrc.json'));
});
afterAll(() => rmSync(tree, { recursive: true, force: true }));

describe('a planted import', () => {
  let refusals: ReadonlyMap<string, string>;
  let exitCode: number | null;

  beforeAll(() => {
    for (const { file, specifier } of plants)
      plant(file, `import { anything } from '${specifier}';\nexport const used = anything;\n`);
    const oxlint = spawnSync(tool('oxlint'), ['--format=json', 'packages'], { cwd: tree, encoding: 'utf8' });
    exitCode = oxlint.status;
    const { diagnostics } = JSON.parse(oxlint.stdout) as { diagnostics: readonly Diagnostic[] };
    refusals = new Map(diagnostics.map((d) => [d.filename, `${d.message} ${d.help ?? ''}`]));
  });

  it('that is forbidden makes the lint fail', () => expect(exitCode).toBe(1));

  it.each(plants.filter((p) => p.refusal !== undefined))(
    '$specifier in $file is refused: $refusal',
    ({ file, refusal }) => expect(refusals.get(file) ?? 'let through').toContain(refusal),
  );

  it.each(plants.filter((p) => p.refusal === undefined))('$specifier in $file is allowed', ({ file }) =>
    expect(refusals.get(file)).toBeUndefined(),
  );
});

describe('the compiler', () => {
  const compile = (): string => {
    const tsc = spawnSync(tool('tsc'), ['--noEmit', '-p', 'packages/domain/tsconfig.json'], {
      cwd: tree,
      encoding: 'utf8',
    });
    return tsc.stdout;
  };

  beforeAll(() => {
    const settings = ['tsconfig.base.json', 'packages/domain/tsconfig.json', 'packages/domain/package.json'];
    for (const file of settings) plant(file, readFileSync(join(projectRoot, file), 'utf8'));
    rmSync(join(tree, 'packages', 'domain', 'src'), { recursive: true, force: true });
  });

  it.each([
    ['the process', 'export const root = process.env;', "Cannot find name 'process'"],
    ['a timer', 'setTimeout(() => {}, 1);', "Cannot find name 'setTimeout'"],
    ['a buffer', 'export const bytes = Buffer.alloc(1);', "Cannot find name 'Buffer'"],
    ['the console', "console.log('x');", "Cannot find name 'console'"],
  ])('gives domain no way to %s', (_what, source, refusal) => {
    plant('packages/domain/src/planted.ts', source);
    expect(compile()).toContain(refusal);
  });

  it('has nothing against a plain value there', () => {
    plant('packages/domain/src/planted.ts', 'export const one = 1;');
    expect(compile()).toBe('');
  });
});

describe.each(packageNames)('%s', (name) => {
  const declared = declaredBy(name);
  const ownName = `@quorate/${name}`;

  it('declares every import of its product sources', () => {
    const undeclared = foreignImports(name, 'product').filter(
      ({ specifier }) => !declared.includes(packageOf(specifier)),
    );
    expect(undeclared).toEqual([]);
  });

  it('imports in its tests only what it or the project declares', () => {
    const known = [ownName, ...declared, ...sharedTools()];
    const undeclared = foreignImports(name, 'tests').filter(
      ({ specifier }) => !known.includes(packageOf(specifier)),
    );
    expect(undeclared).toEqual([]);
  });

  it('uses every library and package that it declares', () => {
    const used = new Set(foreignImports(name, 'product').map(({ specifier }) => packageOf(specifier)));
    expect(declared.filter((dependency) => !used.has(dependency))).toEqual([]);
  });

  it('declares what the table allows and nothing else', () => {
    const libraries = Object.keys(libraryOwners).filter((library) => libraryOwners[library] === name);
    const ours = (mayImport[name] ?? []).map((other) => `@quorate/${other}`);
    expect(declared).toEqual([...libraries, ...ours].sort());
  });
});

describe('nx graph', () => {
  interface Graph {
    readonly graph: {
      readonly dependencies: Readonly<Record<string, readonly { readonly target: string }[]>>;
    };
  }

  function drawnArrows(): readonly string[] {
    const file = join(tree, 'graph.json');
    const nx = spawnSync(tool('nx'), ['graph', `--file=${file}`], {
      cwd: projectRoot,
      encoding: 'utf8',
      env: { ...process.env, NX_DAEMON: 'false', NX_NO_CLOUD: 'true', CI: '1' },
    });
    if (nx.status !== 0) throw new Error(`nx graph failed: ${nx.stderr}`);
    const { graph } = JSON.parse(readFileSync(file, 'utf8')) as Graph;
    return Object.entries(graph.dependencies).flatMap(([from, arrows]) =>
      arrows.map((arrow) => `${from} -> ${arrow.target}`),
    );
  }

  it('shows exactly the arrows of the table', { timeout: 120_000 }, () => {
    const expected = Object.entries(mayImport).flatMap(([from, targets]) =>
      targets.map((to) => `@quorate/${from} -> @quorate/${to}`),
    );
    const ours = drawnArrows().filter((arrow) => !arrow.includes('npm:'));
    expect([...new Set(ours)].sort()).toEqual(expected.sort());
  });
});

describe('the reader of imports', () => {
  it.each([
    ["import { a } from '@quorate/domain/votes';", '@quorate/domain/votes'],
    ["import type { A } from 'ssh2';", 'ssh2'],
    ["export { a } from './b.ts';", './b.ts'],
    ["import 'x';", 'x'],
    ["const { pretty } = await import('pino-pretty');", 'pino-pretty'],
    ["import {\n  a,\n  b,\n} from 'many/lines';", 'many/lines'],
  ])('sees %s', (source, specifier) => expect(importsIn(source)).toEqual([specifier]));

  it.each(["// import { a } from 'x';", "/** from 'y' */", "Buffer.from('z');"])(
    'does not take %s for an import',
    (source) => expect(importsIn(source)).toEqual([]),
  );
});

#!/usr/bin/env node
/**
 * Makes each program one file that runs wherever there is a Node: dist/quorate, dist/quorate-noded,
 * dist/quorate-masterd.
 *
 *     node tools/build/bundle.mjs [packages/PROGRAM …]     (none named: all three)
 *
 * The files carry no extension, so they are CommonJS: that is how Node reads such a file when no package.json
 * beside it says otherwise, and that is why main.ts may not use top-level await. A dynamic import() stays lazy
 * inside the one file: its module is evaluated when it is first reached.
 */
import { chmod, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { entryOf, fileOf, programs, projectRoot } from './programs.mjs';

const { version } = JSON.parse(await readFile(join(projectRoot, 'package.json'), 'utf8'));

const options = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // ssh2 asks for its native parts inside try/catch and does without them.
  external: ['*.node', 'cpu-features'],
  define: {
    'process.env.QUORATE_VERSION': JSON.stringify(version),
    'import.meta.url': 'quorateProgramUrl',
  },
  banner: {
    js: [
      '#!/usr/bin/env node',
      "const quorateProgramUrl = require('node:url').pathToFileURL(__filename).href;",
    ].join('\n'),
  },
  legalComments: 'eof',
  logLevel: 'warning',
};

/** Written beside its place and renamed, so that a program being started or copied is never half a file. */
async function bundle(program) {
  const file = fileOf(program);
  const unfinished = `${file}.${process.pid}.tmp`;
  await mkdir(dirname(file), { recursive: true });
  try {
    await build({ ...options, entryPoints: [entryOf(program)], outfile: unfinished });
    await chmod(unfinished, 0o755);
    await rename(unfinished, file);
  } finally {
    await rm(unfinished, { force: true });
  }
  console.log(`dist/${program.name}`);
}

/** A package is named as Nx and people do: packages/node-daemon, with or without a slash at the end. */
function chosen(names) {
  if (names.length === 0) return programs;
  return names.map((name) => {
    const program = programs.find((p) => p.package === name.replace(/^\.\//, '').replace(/\/+$/, ''));
    if (program === undefined) {
      const known = programs.map((p) => p.package).join(', ');
      throw new Error(`${name} holds no program; the programs are in ${known}`);
    }
    return program;
  });
}

try {
  await Promise.all(chosen(process.argv.slice(2)).map(bundle));
} catch (error) {
  // What esbuild found wrong it has printed already, file and line.
  if (!('errors' in error)) console.error(`bundle: ${error.message}`);
  process.exitCode = 1;
}

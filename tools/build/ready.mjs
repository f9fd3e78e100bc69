#!/usr/bin/env node
/**
 * Brings a clone to the point where its tools can run, doing nothing that is done already.
 *
 *     node tools/build/ready.mjs install      npm ci, unless node_modules is complete and not older than the lock
 *     node tools/build/ready.mjs build        that, and the programs in dist/ unless newer than their sources
 *
 * Plain JavaScript without dependencies: it is what runs before there are any.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileOf, programs, projectRoot } from './programs.mjs';

const inProject = (...path) => join(projectRoot, ...path);
const changedAt = (file) => (existsSync(file) ? statSync(file).mtimeMs : 0);

function stop(line) {
  console.error(line);
  process.exit(1);
}

function requireNode() {
  const { engines } = JSON.parse(readFileSync(inProject('package.json'), 'utf8'));
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [needMajor = 0, needMinor = 0] = engines.node.replace('>=', '').split('.').map(Number);
  if (major < needMajor || (major === needMajor && minor < needMinor))
    stop(`This is Node ${process.versions.node}; Node ${engines.node} is needed.`);
}

function run(what, program, args) {
  const { status, signal, error } = spawnSync(program, args, { cwd: projectRoot, stdio: 'inherit' });
  if (error !== undefined) stop(`${what} could not be started: ${error.message}`);
  if (signal !== null) process.exit(130);
  if (status !== 0) stop(`${what} failed (exit ${status}); its output is above.`);
}

/** npm ci empties node_modules before it fills it, through a symbolic link too: somebody else's libraries. */
function refuseToFollowLink(directory) {
  if (lstatSync(directory, { throwIfNoEntry: false })?.isSymbolicLink())
    stop(
      'node_modules is a symbolic link and older than package-lock.json; replace it by a directory of this clone.',
    );
}

function install() {
  // npm writes this file last, so it is absent after an installation that was broken off.
  const installed = changedAt(inProject('node_modules', '.package-lock.json'));
  if (installed >= changedAt(inProject('package-lock.json'))) return;
  refuseToFollowLink(inProject('node_modules'));
  console.error('Installing the libraries (npm ci) …');
  run('npm ci', 'npm', ['ci', '--ignore-scripts', '--include=dev', '--no-fund', '--no-audit']);
}

/** When the newest file that ends up in a program was changed; tests do not count. */
function newestSource(directory) {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => changedAt(join(entry.parentPath, entry.name)))
    .reduce((a, b) => Math.max(a, b), 0);
}

function build() {
  const sources = readdirSync(inProject('packages')).map((name) => inProject('packages', name, 'src'));
  const newest = Math.max(
    ...sources.filter(existsSync).map(newestSource),
    changedAt(inProject('package-lock.json')),
    newestSource(inProject('tools', 'build')),
  );
  if (programs.every((program) => changedAt(fileOf(program)) > newest)) return;
  console.error('Building the programs …');
  run('The build', process.execPath, ['tools/build/bundle.mjs']);
}

requireNode();
const goal = process.argv[2];
if (goal !== 'install' && goal !== 'build') stop('usage: ready.mjs install|build');
install();
if (goal === 'build') build();

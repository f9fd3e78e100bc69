/** Libraries of others within our programs, whose licences want their notices to come along. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The bundler writes a comment with its path in front of each file. */
const origin = /^ *\/\/ node_modules\/((?:@[^/\n]+\/)?[^/\n]+)\//gm;

/** Names, sorted, of the libraries that these programs hold. */
export const bundledLibraries = (programs: readonly string[]): readonly string[] =>
  [...new Set(programs.flatMap((text) => [...text.matchAll(origin)].map(([, name = '']) => name)))].sort();

/** Name, version and licence of the library in this directory. Throws if it has no licence file. */
export function noticeOf(directory: string): string {
  const facts = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
  };
  const file = readdirSync(directory)
    .sort()
    .find((name) => /^(licen[cs]e|copying)/i.test(name));
  if (file === undefined)
    throw new Error(`${facts.name} is within our programs and has no licence file in ${directory}`);
  const title = `${facts.name} ${facts.version}`;
  return `${title}\n${'-'.repeat(title.length)}\n\n${readFileSync(join(directory, file), 'utf8').trim()}\n`;
}

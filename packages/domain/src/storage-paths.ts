/**
 * Which directories file-based storage may use, told from their names. No disk is asked: real paths come from outside.
 *
 * Counterpart in Ganeti: lib/storage/filestorage.py (_GetForbiddenFileStoragePaths, CheckFileStoragePathAcceptance),
 * IsBelowDir of lib/utils/io.py.
 */

/** Without `//`, `.`, `..` or a slash at the end (BEH-222); a relative path stays as it is. */
export function normalised(path: string): string {
  if (!isAbsolute(path)) return path;
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

export const isAbsolute = (path: string): boolean => path.startsWith('/');

/** Both paths absolute and normalised. */
export const isBelow = (directory: string, path: string): boolean =>
  path !== directory && path.startsWith(directory === '/' ? '/' : `${directory}/`);

export const isWithin = (directory: string, path: string): boolean =>
  path === directory || isBelow(directory, path);

/** Ganeti's 22, and `/tmp`, which is emptied at every boot. Nothing in or below them may be used. */
export const forbiddenDirectories: readonly string[] = [
  ...['boot', 'dev', 'etc', 'home', 'proc', 'root', 'sys'].map((name) => `/${name}`),
  ...['/', '/usr/', '/usr/local/'].flatMap((prefix) =>
    ['bin', 'lib', 'lib32', 'lib64', 'sbin'].map((name) => `${prefix}${name}`),
  ),
  '/tmp',
];

/** The forbidden directory that the path is or lies in: one of ours too, and `/` itself. */
export const forbiddenAt = (path: string, ours: readonly string[]): string | undefined =>
  path === '/' ? '/' : [...forbiddenDirectories, ...ours].find((directory) => isWithin(directory, path));

/** An administrator's list, one absolute path per line; blank lines, comments and relative paths are none (BEH-227). */
export const parseAllowedPaths = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(isAbsolute)
    .map(normalised);

/** Equal to an allowed path or below one (BEH-224, BEH-225). */
export const isAllowed = (path: string, allowed: readonly string[]): boolean =>
  allowed.some((directory) => isWithin(directory, path));

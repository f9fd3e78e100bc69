/** What an administrator makes with openssl: a certificate with those between it and the authority, a key with a pass phrase. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requireUsable } from './supplied-secrets.ts';

function opensslIsMissing(): boolean {
  try {
    execFileSync('openssl', ['version']);
    return false;
  } catch {
    return true;
  }
}

describe.skipIf(opensslIsMissing())('made by openssl (skipped where it is not installed)', () => {
  let directory = '';
  const openssl = (...words: string[]) =>
    execFileSync('openssl', words, { cwd: directory, stdio: ['ignore', 'pipe', 'ignore'] });
  const read = (...names: string[]) =>
    names.map((name) => readFileSync(join(directory, name), 'utf8')).join('');

  function make(name: string, issuer: string, extensions: string): void {
    writeFileSync(join(directory, 'extensions'), extensions);
    const ofIssuer =
      issuer === name ? ['-signkey', `${name}.key`] : ['-CA', `${issuer}.pem`, '-CAkey', `${issuer}.key`];
    openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', `${name}.key`);
    openssl('req', '-new', '-key', `${name}.key`, '-subj', `/CN=${name}`, '-out', `${name}.csr`);
    const signed = ['-days', '2', '-extfile', 'extensions', '-set_serial', '1', '-out', `${name}.pem`];
    openssl('x509', '-req', '-in', `${name}.csr`, ...ofIssuer, ...signed);
  }

  const authority = 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n';
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'quorate-supplied-'));
    make('root', 'root', authority);
    make('upper', 'root', authority);
    make('lower', 'upper', authority);
    make('console', 'lower', 'basicConstraints=CA:FALSE\n');
    openssl('pkey', '-in', 'console.key', '-aes256', '-passout', 'pass:x', '-out', 'locked.key');
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const spice = (pair: string[], ca: string[]) => () =>
    requireUsable(
      { spice: { pair: { file: 'pair', text: read(...pair) }, ca: { file: 'ca', text: read(...ca) } } },
      new Date(Date.now() + 60_000),
    );

  it.each([
    ['with its chain, to the root', ['console.key', 'console.pem', 'lower.pem', 'upper.pem'], ['root.pem']],
    [
      'with its chain and the root',
      ['console.pem', 'lower.pem', 'upper.pem', 'root.pem', 'console.key'],
      ['root.pem'],
    ],
    ['whose chain the authority’s file completes', ['console.key', 'console.pem'], ['root.pem', 'lower.pem']],
  ])('BEH-174 a console’s certificate %s', (_, pair, ca) => expect(spice(pair, ca)).not.toThrow());

  it.each([
    ['whose chain has a gap', ['console.key', 'console.pem', 'upper.pem'], ['root.pem']],
    ['without its chain', ['console.key', 'console.pem'], ['root.pem']],
  ])('BEH-174 a certificate %s is refused', (_, pair, ca) =>
    expect(spice(pair, ca)).toThrow(
      'pair cannot be used: its certificate was not signed by the authority given',
    ),
  );

  it('BEH-173 a key with a pass phrase is refused, and says so', () =>
    expect(spice(['locked.key', 'console.pem'], ['lower.pem'])).toThrow('it must have no pass phrase'));
});

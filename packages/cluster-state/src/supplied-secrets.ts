/**
 * Secrets that the administrator brings: judged as a whole before anything of them is written.
 *
 * What is refused is named by its file, never by its text. Dates, the key that fits and the authority that signed are
 * looked at here; in Ganeti a console or a client of the remote API is the first to notice.
 *
 * Counterpart in Ganeti: lib/client/gnt_cluster.py, _ReadAndVerifyCert.
 */
import { ClusterError } from '@quorate/domain/errors';
import {
  certificatesIn,
  describeCertificate,
  issuedBy,
  keyFits,
  splitPem,
} from '@quorate/platform/certificates';

/** A file of the administrator's. */
export interface SuppliedFile {
  /** As the administrator calls it; errors name it. */
  readonly file: string;
  readonly text: string;
}

/** All of it is written as it is. */
export interface SuppliedSecrets {
  /** A key and its certificate, with the certificates between it and its authority if there are any. */
  readonly rapi?: SuppliedFile;
  /** The same for consoles; `ca` holds the certificates of the authority, and no key. */
  readonly spice?: { readonly pair: SuppliedFile; readonly ca: SuppliedFile };
  /** One line, the form in which Ganeti reads it. */
  readonly clusterDomainSecret?: SuppliedFile;
}

/** A key with a long chain has some 10 kB; whoever names a larger file has named the wrong one. */
export const suppliedMaxBytes = 65_536;

/** Throws WRONG_INPUT with all that is wrong, a line per file. */
export function requireUsable(supplied: SuppliedSecrets, now: Date): void {
  const wrong = faultsOf(supplied, now);
  if (wrong.length === 0) return;
  const lines = wrong.map(({ file, why }) => `${file} cannot be used: ${why}`);
  throw new ClusterError('WRONG_INPUT', lines.join('\n'), {
    hint: 'Nothing was changed',
    facts: { files: wrong.map(({ file }) => file).join(',') },
  });
}

interface Fault {
  readonly file: string;
  readonly why: string;
}

/** Undefined if nothing is wrong. */
type Why = string | undefined;

const faultsOf = ({ rapi, spice, clusterDomainSecret }: SuppliedSecrets, now: Date): readonly Fault[] => [
  ...faultOf(rapi, (text) => pairFault(text, now)),
  ...faultOf(spice?.pair, (text) => pairFault(text, now) ?? signatureFault(text, spice?.ca.text ?? '')),
  ...faultOf(spice?.ca, (text) => authorityFault(text, now)),
  ...faultOf(clusterDomainSecret, secretFault),
];

function faultOf(supplied: SuppliedFile | undefined, judge: (text: string) => Why): readonly Fault[] {
  if (supplied === undefined) return [];
  const { file, text } = supplied;
  const bytes = Buffer.byteLength(text);
  const why =
    bytes > suppliedMaxBytes
      ? `it has ${bytes} bytes, more than the ${suppliedMaxBytes} allowed`
      : judge(text);
  return why === undefined ? [] : [{ file, why }];
}

function pairFault(text: string, now: Date): Why {
  const { privateKeyPem, certificatePem } = splitPem(text);
  if (certificatePem === undefined) return 'it holds no certificate';
  if (privateKeyPem === undefined) return 'it holds no private key';
  return certificateFault(certificatePem, now) ?? keyFault(privateKeyPem, certificatePem);
}

function certificateFault(certificatePem: string, now: Date): Why {
  const facts = attempted(() => describeCertificate(certificatePem));
  if (facts === undefined) return 'its certificate cannot be read';
  const { subject, notBefore, notAfter } = facts;
  if (notAfter < now) return `its certificate (${subject}) was valid until ${notAfter.toISOString()}`;
  if (notBefore > now) return `its certificate (${subject}) is not valid before ${notBefore.toISOString()}`;
  return undefined;
}

function keyFault(privateKeyPem: string, certificatePem: string): Why {
  const fits = attempted(() => keyFits(privateKeyPem, certificatePem));
  if (fits === undefined) return 'its private key cannot be read; it must have no pass phrase';
  return fits ? undefined : 'its private key is not that of its first certificate';
}

function authorityFault(text: string, now: Date): Why {
  if (splitPem(text).privateKeyPem !== undefined)
    return 'it holds a private key, and every client gets this file';
  const authorities = certificatesIn(text);
  if (authorities.length === 0) return 'it holds no certificate';
  return authorities.map((each) => certificateFault(each, now)).find((why) => why !== undefined);
}

/** Each certificate of the pair's file is signed by the next, as TLS wants them, until one is by the authority. */
function signatureFault(pair: string, ca: string): Why {
  const authorities = certificatesIn(ca);
  const chain = certificatesIn(pair);
  const trusted = chain.findIndex((link) =>
    authorities.some((one) => isSame(link, one) || isSigned(link, one)),
  );
  const broken = chain.findIndex((link, place) => !isSigned(link, chain[place + 1] ?? ''));
  return trusted >= 0 && trusted <= broken
    ? undefined
    : 'its certificate was not signed by the authority given';
}

/** A certificate that may not sign others counts as its own authority: Ganeti hands self-signed ones to its clients. */
const isSame = (one: string, other: string): boolean =>
  attempted(() => describeCertificate(one).sha256 === describeCertificate(other).sha256) ?? false;

const isSigned = (certificatePem: string, authorityPem: string): boolean =>
  attempted(() => issuedBy(certificatePem, authorityPem)) ?? false;

/** With the trailing newline that an editor leaves, or without. */
const secretFault = (text: string): Why =>
  /^[^\r\n]*\S[^\r\n]*\n?$/.test(text) ? undefined : 'a secret is one line with something in it';

function attempted<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

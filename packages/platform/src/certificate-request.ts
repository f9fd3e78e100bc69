/**
 * Requests for a certificate (PKCS#10): made on the node that keeps the private key, read where certificates are signed.
 *
 * A request proves possession of its key and nothing else: the name in it is a wish. No counterpart in Ganeti, whose
 * master sends every node the key of the cluster certificate instead.
 */
import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { bytesOf, decode, encode, objectIdOf, partsOf, sequence, tagged, unsigned } from './der.ts';
import { MachineError } from './machine-error.ts';
import { pemBlock, pemBytes, pemText } from './pem.ts';
import {
  commonNameOf,
  distinguishedName,
  publicKeyStructure,
  readPrivateKey,
  signatureAlgorithm,
  signed,
} from './x509.ts';

export interface CertificateRequest {
  readonly commonName: string;
  readonly publicKeyPem: string;
}

/** Throws STATE_CORRUPT if the key cannot be read. */
export async function createCertificateRequest(wanted: {
  readonly privateKeyPem: string;
  readonly commonName: string;
}): Promise<string> {
  const key = readPrivateKey(wanted.privateKeyPem);
  const noAttributes = tagged(0, []);
  const version1 = unsigned(Buffer.of(0));
  const content = sequence(
    version1,
    distinguishedName(wanted.commonName),
    publicKeyStructure(key),
    noAttributes,
  );
  return pemText('CERTIFICATE REQUEST', await signed(content, key));
}

/** Checks that the request is signed with the key it asks for. Throws WRONG_INPUT, saying what is wrong with it. */
export function parseCertificateRequest(pem: string): CertificateRequest {
  const { commonName, publicKey } = verifiedRequest(pem);
  return { commonName, publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
}

function verifiedRequest(pem: string): { commonName: string; publicKey: KeyObject } {
  const { content, algorithm, signature, commonName, publicKey } = readRequest(pem);
  const weakness = weaknessOf(publicKey);
  if (weakness !== undefined) throw refused(weakness);
  if (algorithm !== objectIdOf(partsOf(signatureAlgorithm(publicKey))[0])) {
    throw refused('it is signed with an algorithm that does not belong to its key');
  }
  if (!verify('sha256', content, publicKey, signature)) throw refused('its signature does not fit its key');
  return { commonName, publicKey };
}

function readRequest(pem: string) {
  const block = pemBlock(pem, /^(NEW )?CERTIFICATE REQUEST$/);
  if (block === undefined) throw refused('it holds no PEM block of that kind');
  try {
    const [content, algorithm, signature] = partsOf(decode(pemBytes(block)));
    const [, subject, key] = partsOf(content);
    if (content === undefined || key === undefined) throw new Error('parts are missing');
    return {
      // DER has one form for one value, so this is what was signed.
      content: encode(content),
      algorithm: objectIdOf(partsOf(algorithm)[0]),
      signature: bytesOf(signature),
      commonName: commonNameOf(subject) ?? '',
      publicKey: createPublicKey({ key: encode(key), format: 'der', type: 'spki' }),
    };
  } catch (cause) {
    throw refused('it cannot be read', cause);
  }
}

/** Why we sign no certificate for such a key. Ganeti's floor for RSA is 2048 bits too. */
function weaknessOf(key: KeyObject): string | undefined {
  const { modulusLength = 0, namedCurve = '' } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa') {
    return modulusLength < 2048 ? `its RSA key has ${modulusLength} bits, 2048 are needed` : undefined;
  }
  if (key.asymmetricKeyType !== 'ec') return `keys of type ${key.asymmetricKeyType} are not used here`;
  return ['prime256v1', 'secp384r1', 'secp521r1'].includes(namedCurve)
    ? undefined
    : `its key is on the curve ${namedCurve}`;
}

const refused = (why: string, cause?: unknown): MachineError =>
  new MachineError('WRONG_INPUT', `The certificate request is not acceptable: ${why}`, {
    hint: 'Have the node make a new request',
    ...(cause === undefined ? {} : { cause }),
  });

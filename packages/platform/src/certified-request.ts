/** Whether a certificate that was signed before is what would be signed again for the same request. */
import { X509Certificate } from 'node:crypto';
import { parseCertificateRequest } from './certificate-request.ts';

export interface CertifiedRequest {
  /** PEM. */
  readonly request: string;
  readonly name: string;
  readonly addresses: readonly string[];
}

/** The same key, the name and all addresses; who signed it and until when is the caller's to see to. Never throws. */
export function certifiesRequest(
  certificatePem: string,
  { request, name, addresses }: CertifiedRequest,
): boolean {
  try {
    const certificate = new X509Certificate(certificatePem);
    const key = certificate.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    return (
      key === parseCertificateRequest(request).publicKeyPem &&
      certificate.checkHost(name) !== undefined &&
      addresses.every((address) => certificate.checkIP(address) !== undefined)
    );
  } catch {
    return false;
  }
}

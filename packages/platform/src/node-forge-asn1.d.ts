/**
 * node-forge's ASN.1 part alone: it loads in 4 ms, the whole library in 25, and every vote of a command pays that.
 * The published types cover only the whole, and not the options of `fromDer`.
 */
declare module 'node-forge/lib/asn1.js' {
  import type { asn1 as whole } from 'node-forge';

  const asn1: Omit<typeof whole, 'fromDer'> & {
    fromDer(
      bytes: string,
      options: { readonly strict: boolean; readonly decodeBitStrings: boolean },
    ): whole.Asn1;
  };
  export default asn1;
}

/** PEM, the text form of keys, certificates and requests (RFC 7468). */

/** One block, 64 characters a line, with a final newline. */
export function pemText(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/** The blocks whose label fits, as they stand in the text, each with a final newline. */
export function pemBlocks(text: string, label: RegExp): readonly string[] {
  const blocks = text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----\r?\n[A-Za-z0-9+/=\s]*?-----END \1-----/g);
  return [...blocks].flatMap(([block, found]) => (label.test(found ?? '') ? [`${block}\n`] : []));
}

/** The first of them. */
export const pemBlock = (text: string, label: RegExp): string | undefined => pemBlocks(text, label)[0];

export const pemBytes = (block: string): Buffer =>
  Buffer.from(block.replaceAll(/-----[^-]+-----/g, ''), 'base64');

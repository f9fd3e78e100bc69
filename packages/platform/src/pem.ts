/** PEM, the text form of keys, certificates and requests (RFC 7468). */

/** One block, 64 characters a line, with a final newline. */
export function pemText(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/** The first block whose label fits, as it stands in the text, with a final newline. */
export function pemBlock(text: string, label: RegExp): string | undefined {
  const blocks = text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----\r?\n[A-Za-z0-9+/=\s]*?-----END \1-----/g);
  for (const [block, found] of blocks) if (label.test(found ?? '')) return `${block}\n`;
  return undefined;
}

export const pemBytes = (block: string): Buffer =>
  Buffer.from(block.replaceAll(/-----[^-]+-----/g, ''), 'base64');

/**
 * What can be renewed, and which files each of it is: one table for the command, the master and the nodes.
 *
 * Counterpart in Ganeti: the options of `gnt-cluster renew-crypto`.
 */

import type { SharedSecret } from './exposure.ts';

/** Files that a node is handed whole, by their names in the data directory. Its own certificates are made for it. */
export type RenewedFile =
  'server.pem' | 'rapi.pem' | 'spice.pem' | 'spice-ca.pem' | 'hmac.key' | 'cluster-domain-secret';

interface ItemRow {
  readonly words: string;
  readonly files: readonly RenewedFile[];
  /** What is worth nothing any more once it is renewed (exposure.ts). */
  readonly secret?: SharedSecret;
}

const row = (words: string, files: readonly RenewedFile[], secret?: SharedSecret): ItemRow => ({
  words,
  files,
  ...(secret && { secret }),
});

export const renewalItems = {
  'cluster-certificate': row('the cluster certificate', ['server.pem'], 'cluster-key'),
  'node-certificates': row('node certificates', []),
  'rapi-certificate': row('the RAPI certificate', ['rapi.pem'], 'rapi-key'),
  'spice-certificate': row('the SPICE certificate', ['spice.pem', 'spice-ca.pem'], 'spice-key'),
  'hmac-key': row('the HMAC key', ['hmac.key'], 'hmac-key'),
  'cluster-domain-secret': row(
    'the cluster domain secret',
    ['cluster-domain-secret'],
    'cluster-domain-secret',
  ),
  'ssh-keys': row("root's SSH keys", []),
} as const satisfies Record<string, ItemRow>;

export type RenewalItem = keyof typeof renewalItems;

export const renewedFiles: readonly RenewedFile[] = Object.values(renewalItems).flatMap(({ files }) => [
  ...files,
]);

export const isRenewalItem = (text: string): text is RenewalItem => Object.hasOwn(renewalItems, text);

/** A new cluster certificate renews what it signs. */
export const renewsCertificates = (items: readonly RenewalItem[]): boolean =>
  items.includes('cluster-certificate') || items.includes('node-certificates');

/** Whether a node that is away is waited for: one that keeps its certificate alone is as well off as before. */
export const waitsForAbsent = (items: readonly RenewalItem[]): boolean =>
  items.some((item) => item !== 'node-certificates');

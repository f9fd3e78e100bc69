/**
 * What can be renewed, and which files each of it is: one table for the command, the master and the nodes.
 *
 * Counterpart in Ganeti: the options of `gnt-cluster renew-crypto`.
 */

/** Files that a node is handed whole, by their names in the data directory. Its own certificates are made for it. */
export type RenewedFile =
  'server.pem' | 'rapi.pem' | 'spice.pem' | 'spice-ca.pem' | 'hmac.key' | 'cluster-domain-secret';

export const renewalItems = {
  'cluster-certificate': { words: 'the cluster certificate', files: ['server.pem'] },
  'node-certificates': { words: 'node certificates', files: [] },
  'rapi-certificate': { words: 'the RAPI certificate', files: ['rapi.pem'] },
  'spice-certificate': { words: 'the SPICE certificate', files: ['spice.pem', 'spice-ca.pem'] },
  'hmac-key': { words: 'the HMAC key', files: ['hmac.key'] },
  'cluster-domain-secret': { words: 'the cluster domain secret', files: ['cluster-domain-secret'] },
} as const satisfies Record<string, { words: string; files: readonly RenewedFile[] }>;

export type RenewalItem = keyof typeof renewalItems;

export const renewedFiles: readonly RenewedFile[] = Object.values(renewalItems).flatMap(({ files }) => [
  ...files,
]);

export const isRenewalItem = (text: string): text is RenewalItem => Object.hasOwn(renewalItems, text);

/** A new cluster certificate renews what it signs. */
export const renewsCertificates = (items: readonly RenewalItem[]): boolean =>
  items.includes('cluster-certificate') || items.includes('node-certificates');

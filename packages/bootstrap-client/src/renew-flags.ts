/**
 * The flags of `quorate renew-crypto`, and the order they come to.
 *
 * Flags have Ganeti's names. Counterpart in Ganeti: the option list of renew-crypto in lib/client/gnt_cluster.py.
 */
import { graceBounds } from '@quorate/domain/certificate-renewal';
import { ClusterError } from '@quorate/domain/errors';
import type { RenewalItem } from '@quorate/domain/renewal-items';
import type { Command } from 'commander';
import type { GlobalOptions } from './context.ts';
import { parseDuration } from './duration.ts';

export interface RenewFlags extends GlobalOptions {
  readonly newClusterCertificate?: boolean;
  readonly newNodeCertificates?: boolean;
  readonly newRapiCertificate?: boolean;
  readonly rapiCertificate?: string;
  readonly newSpiceCertificate?: boolean;
  readonly spiceCertificate?: string;
  readonly spiceCaCertificate?: string;
  readonly newConfdHmacKey?: boolean;
  readonly newClusterDomainSecret?: boolean;
  readonly clusterDomainSecret?: string;
  readonly newSshKeys?: boolean;
  readonly sshKeyType?: string;
  readonly sshKeyBits?: string;
  readonly node?: readonly string[];
  /** Seconds. */
  readonly grace?: number;
  readonly dryRun?: boolean;
  readonly resume?: boolean;
  readonly abort?: boolean;
}

const collect = (name: string, before: readonly string[] = []): readonly string[] => [...before, name];

export function addRenewFlags(command: Command): void {
  command
    .optionsGroup('What to renew:')
    .option('--new-cluster-certificate', 'the certificate that signs all others, and so those of all nodes')
    .option('--new-node-certificates', 'the certificates of the nodes')
    .option('--node <name>', 'the certificate of that node only (may be repeated)', collect)
    .option('--new-rapi-certificate', "a new certificate for Ganeti's remote API")
    .option('--rapi-certificate <file>', 'this one: certificate and key, PEM')
    .option('--new-spice-certificate', 'a new certificate for SPICE consoles')
    .option('--spice-certificate <file>', 'this one: certificate and key, PEM')
    .option('--spice-ca-certificate <file>', 'who signed it, PEM')
    .option('--new-confd-hmac-key', "the key of Ganeti's query daemon")
    .option('--new-cluster-domain-secret', 'the secret shared with other clusters')
    .option('--cluster-domain-secret <file>', 'this one')
    .option('--new-ssh-keys', "root's SSH key pair on every node; each is made there and never leaves it")
    .option('--ssh-key-type <type>', 'rsa or ecdsa (default: what the cluster has)')
    .option(
      '--ssh-key-bits <number>',
      'their length (default: what the cluster has, or usual for a new type)',
    );
  command
    .optionsGroup('How:')
    .option('--dry-run', 'check everything, say which nodes would take part, and change nothing')
    .option(
      '--grace <duration>',
      'for how long nodes that are away may catch up (0 to 90d; usually 7d)',
      parseDuration,
    )
    .option(
      '--resume',
      'follow the renewal that is under way, with --grace: wait for absent nodes no longer than that',
    )
    .option('--abort', 'take the renewal that is under way back')
    .option(
      '--no-ssh-key-check',
      "accepted as Ganeti's; nothing goes over SSH, so there is no host key to check",
    )
    .option('-f, --force', "accepted as Ganeti's; nothing is asked, because nothing is stopped");
}

export interface RenewOrder {
  readonly items: readonly RenewalItem[];
  readonly nodeNames: readonly string[];
  /** File name in the data directory → path of the administrator's own. */
  readonly suppliedPaths: Readonly<Record<string, string>>;
  readonly graceSeconds: number;
  /** Empty and 0 for what the cluster has. */
  readonly sshKey: { readonly type: string; readonly bits: number };
}

/** Throws WRONG_INPUT for flags that do not go together (BEH-281). */
export function renewOrder(flags: RenewFlags): RenewOrder {
  const conflicts = conflictsIn(flags);
  if (conflicts.length > 0) throw new ClusterError('WRONG_INPUT', conflicts.join('\n'));
  const { node = [], rapiCertificate, spiceCertificate, spiceCaCertificate, clusterDomainSecret } = flags;
  const wanted: readonly (readonly [RenewalItem, unknown])[] = [
    ['cluster-certificate', flags.newClusterCertificate],
    ['node-certificates', flags.newNodeCertificates ?? node.length > 0],
    ['rapi-certificate', flags.newRapiCertificate ?? rapiCertificate],
    ['spice-certificate', flags.newSpiceCertificate ?? spiceCertificate],
    ['hmac-key', flags.newConfdHmacKey],
    ['cluster-domain-secret', flags.newClusterDomainSecret ?? clusterDomainSecret],
    ['ssh-keys', flags.newSshKeys],
  ];
  return {
    items: wanted.flatMap(([item, isWanted]) => (isWanted ? [item] : [])),
    nodeNames: node,
    suppliedPaths: {
      ...(rapiCertificate && { 'rapi.pem': rapiCertificate }),
      ...(spiceCertificate && { 'spice.pem': spiceCertificate }),
      ...(spiceCaCertificate && { 'spice-ca.pem': spiceCaCertificate }),
      ...(clusterDomainSecret && { 'cluster-domain-secret': clusterDomainSecret }),
    },
    graceSeconds: wholeSeconds(flags.grace ?? graceBounds.usualSeconds),
    sshKey: { type: flags.sshKeyType ?? '', bits: Number(flags.sshKeyBits ?? 0) },
  };
}

function conflictsIn(flags: RenewFlags): readonly string[] {
  const spiceFiles = [flags.spiceCertificate, flags.spiceCaCertificate].filter((file) => file !== undefined);
  const orders = [flags.resume, flags.abort].filter(Boolean).length;
  const rules: readonly (readonly [boolean, string])[] = [
    [
      Boolean(flags.newRapiCertificate && flags.rapiCertificate),
      'Either --new-rapi-certificate or --rapi-certificate, not both',
    ],
    [
      Boolean(flags.newClusterDomainSecret && flags.clusterDomainSecret),
      'Either --new-cluster-domain-secret or --cluster-domain-secret, not both',
    ],
    [
      Boolean(flags.newSpiceCertificate && spiceFiles.length > 0),
      'Either --new-spice-certificate or files of your own, not both',
    ],
    [spiceFiles.length === 1, '--spice-certificate and --spice-ca-certificate go together'],
    [
      !flags.newSshKeys && (flags.sshKeyType ?? flags.sshKeyBits) !== undefined,
      '--ssh-key-type and --ssh-key-bits belong to --new-ssh-keys',
    ],
    [
      flags.sshKeyBits !== undefined && !/^[1-9]\d{0,8}$/.test(flags.sshKeyBits),
      `'${flags.sshKeyBits}' is no number of bits`,
    ],
    [orders > 1, 'Either --resume or --abort, not both'],
    [
      orders > 0 && namesItems(flags),
      '--resume and --abort take the renewal that is under way, and name nothing to renew',
    ],
    [orders > 0 && flags.dryRun === true, '--dry-run is for a new renewal'],
    [flags.abort === true && flags.grace !== undefined, '--grace has no meaning with --abort'],
  ];
  return rules.flatMap(([applies, message]) => (applies ? [message] : []));
}

const namesItems = (flags: RenewFlags): boolean =>
  [
    flags.newClusterCertificate,
    flags.newNodeCertificates,
    flags.node?.length,
    flags.newRapiCertificate,
    flags.rapiCertificate,
    flags.newSpiceCertificate,
    flags.spiceCertificate,
    flags.spiceCaCertificate,
    flags.newConfdHmacKey,
    flags.newClusterDomainSecret,
    flags.clusterDomainSecret,
    flags.newSshKeys,
  ].some(Boolean);

export function wholeSeconds(seconds: number): number {
  const whole = Math.round(seconds);
  if (whole <= graceBounds.mostSeconds) return whole;
  throw new ClusterError('WRONG_INPUT', `A grace of ${whole} s is longer than ${graceBounds.mostSeconds} s`);
}

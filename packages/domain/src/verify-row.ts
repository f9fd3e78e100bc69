/**
 * What a row of `verify` is made of: a name, and a function from facts to findings. Rows change nothing, ask nobody,
 * and all of them speak.
 */
import type { Roster, RosterNode } from './roster.ts';
import type { VerifyFacts } from './verify-facts.ts';

/** Ganeti's codes where it has one (spec cli.md §2); those that begin with Q are ours. */
export const verifyCodes = [
  'ECLUSTERCERT',
  'ECLUSTERCFG',
  'ECLUSTERCLIENTCERT',
  'ECLUSTERDANGLINGNODES',
  'ECLUSTERFILECHECK',
  'ENODEDRBDHELPER',
  'ENODEDRBDVERSION',
  'ENODEFILECHECK',
  'ENODEFILESTORAGEPATHS',
  'ENODEFILESTORAGEPATHUNUSABLE',
  'ENODEGLUSTERSTORAGEPATHUNUSABLE',
  'ENODELVM',
  'ENODENET',
  'ENODERPC',
  'ENODESETUP',
  'ENODESHAREDFILESTORAGEPATHUNUSABLE',
  'ENODESSH',
  'ENODETIME',
  'ENODEUSERSCRIPTS',
  'ENODEVERSION',
  'QCLUSTERKEY',
  'QEXPOSED',
  'QLEFTOVER',
  'QMASTER',
  'QRENEWAL',
  'QVOTER',
] as const;
export type VerifyCode = (typeof verifyCodes)[number];

/** A notice is worth knowing and nothing wrong. */
export type Severity = 'error' | 'warning' | 'notice';

/** What can be mended without losing a change or a secret. */
export type Repair = 'send-configuration' | 'mend-files';

export interface Found {
  readonly severity: Severity;
  readonly code: VerifyCode;
  readonly domain: 'cluster' | 'node';
  /** Of the node, or of the cluster. */
  readonly name: string;
  readonly message: string;
  /** If that is all it takes; of the node it is about. */
  readonly repair?: Repair;
}

export interface VerifyRow {
  readonly name: string;
  readonly finds: (facts: VerifyFacts) => readonly Found[];
}

interface Wishes {
  readonly severity?: Severity;
  readonly repair?: Repair;
}

/** An error unless told otherwise. */
export const aboutNode = (
  { name }: RosterNode,
  code: VerifyCode,
  message: string,
  { severity = 'error', repair }: Wishes = {},
): Found => ({ severity, code, domain: 'node', name, message, ...(repair && { repair }) });

export const aboutCluster = (
  { clusterName }: Roster,
  code: VerifyCode,
  message: string,
  { severity = 'error' }: Pick<Wishes, 'severity'> = {},
): Found => ({ severity, code, domain: 'cluster', name: clusterName, message });

/**
 * What `verify` finds wrong, out of facts gathered from every node. Pure. The rows are in verify-*.ts; here they are
 * put in order, and their findings judged: which are ignored, is the cluster in order.
 *
 * Counterpart in Ganeti: lib/cmdlib/cluster/verify.py.
 */
import { ClusterError } from './errors.ts';
import { nodeNamed } from './roster.ts';
import { certificateRows } from './verify-certificates.ts';
import { answered, type VerifyFacts } from './verify-facts.ts';
import { fileRows } from './verify-files.ts';
import { hostRows } from './verify-hosts.ts';
import { mastershipRows } from './verify-mastership.ts';
import { renewalRows } from './verify-renewal.ts';
import {
  verifyCodes,
  type Found,
  type Repair,
  type Severity,
  type VerifyCode,
  type VerifyRow,
} from './verify-row.ts';
import { sshRows } from './verify-ssh.ts';
import { storageRows } from './verify-storage.ts';

/** The keys are what `--json` prints and stay stable. */
export interface VerifyFinding extends Found {
  /** Name of the row that found it. */
  readonly check: string;
}

/** In the order in which findings are told. */
export const verifyRows: readonly VerifyRow[] = [
  ...mastershipRows,
  ...hostRows,
  ...sshRows,
  ...fileRows,
  ...certificateRows,
  ...renewalRows,
  ...storageRows,
];

/**
 * Findings of an ignored code are warnings instead of errors. Where one group is looked at, those about other nodes are
 * left out.
 */
export const verifyFindings = (
  facts: VerifyFacts,
  ignored: readonly VerifyCode[] = [],
): readonly VerifyFinding[] =>
  verifyRows.flatMap(({ name, finds }) =>
    finds(facts)
      .filter((found) => concernsGroup(facts, found))
      .map((found) => ({ check: name, ...found, severity: severityOf(found, ignored) })),
  );

const concernsGroup = ({ roster, onlyGroup }: VerifyFacts, { domain, name }: Found): boolean =>
  !onlyGroup || domain === 'cluster' || onlyGroup.nodes.includes(nodeNamed(roster, name)?.uuid ?? '');

/**
 * Whether a change that is on its way may be the reason, so that it is gone when one looks again: half-written views and
 * voters behind; while something was changed during the look, also files that were being replaced.
 */
export const mayPass = ({ repair, code }: VerifyFinding, wasChanging: boolean): boolean =>
  repair === 'send-configuration' || (wasChanging && ofRenewals.includes(code));

const ofRenewals: readonly VerifyCode[] = [
  'ECLUSTERCERT',
  'ECLUSTERCLIENTCERT',
  'ECLUSTERFILECHECK',
  'ENODERPC',
  'ENODESSH',
  'QCLUSTERKEY',
  'QVOTER',
];

const severityOf = ({ severity, code }: Found, ignored: readonly VerifyCode[]): Severity =>
  severity === 'error' && ignored.includes(code) ? 'warning' : severity;

/** Codes as an administrator types them. Fails with WRONG_INPUT, naming every one there is not. */
export function parseCodes(words: readonly string[]): readonly VerifyCode[] {
  const unknown = words.filter((word) => !(verifyCodes as readonly string[]).includes(word));
  if (unknown.length === 0) return words as readonly VerifyCode[];
  throw new ClusterError('WRONG_INPUT', `There is no error code ${unknown.join(', ')}`, {
    hint: `The codes are ${verifyCodes.join(', ')}`,
  });
}

export interface VerifySummary {
  /** There is no error. */
  readonly ok: boolean;
  readonly errors: number;
  readonly warnings: number;
}

export function summaryOf(findings: readonly VerifyFinding[]): VerifySummary {
  const count = (wanted: Severity): number => findings.filter(({ severity }) => severity === wanted).length;
  return { ok: count('error') === 0, errors: count('error'), warnings: count('warning') };
}

/** One thing to mend on one node. */
export interface PlannedRepair {
  readonly repair: Repair;
  /** Name of the node. */
  readonly node: string;
}

/**
 * What may be mended by itself, each once, in the order to do it: what is sent is written with the right mode anyway.
 * Nothing while the nodes do not agree on a master: nobody could say which configuration is the right one.
 */
export function plannedRepairs(findings: readonly VerifyFinding[]): readonly PlannedRepair[] {
  const agreed = !findings.some(({ check }) => check === 'one-master');
  const order: readonly Repair[] = agreed ? ['send-configuration', 'mend-files'] : ['mend-files'];
  return order.flatMap((repair) => {
    const nodes = findings.filter((found) => found.repair === repair).map(({ name }) => name);
    return [...new Set(nodes)].map((node) => ({ repair, node }));
  });
}

/** What was looked at, for who wants to see that too: a line for each node, and one for each check. */
export function verboseLines(facts: VerifyFacts, findings: readonly VerifyFinding[]): readonly string[] {
  const lookedAt = answered(facts).map(
    ({ node, facts: seen }) =>
      `Looked at ${node.name} (${node.role}): release ${seen.softwareVersion}, ` +
      `clock ${Math.round(seen.clockOffsetMs)} ms off, ${seen.files.length} files, ${seen.certificates.length} certificates, ` +
      `${seen.tried.length} addresses tried`,
  );
  const checks = verifyRows.map(({ name }) => {
    const found = findings.filter(({ check }) => check === name).length;
    return `Check ${name}: ${found === 0 ? 'nothing' : found} found`;
  });
  return [...lookedAt, ...checks];
}

/**
 * `quorate verify`: looks for anything wrong. Exit 1 if there is at least one error, 0 with warnings only. With
 * `--repair` it mends what is safe to mend, and what it tells and returns is what it finds afterwards.
 */
import { examine } from '@quorate/bootstrap/verify';
import { repair } from '@quorate/bootstrap/verify-repair';
import {
  parseCodes,
  plannedRepairs,
  summaryOf,
  verboseLines,
  type VerifyFinding,
  type VerifySummary,
} from '@quorate/domain/verify';
import { openCluster, type GlobalOptions } from '../context.ts';
import { liveSteps, stepRecorder } from '../live-steps.ts';
import { printNote, printResult } from '../output.ts';

interface VerifyOptions extends GlobalOptions {
  readonly errorCodes?: boolean;
  readonly ignoreErrors?: readonly string[];
  readonly repair?: boolean;
  readonly nodeGroup?: string;
  readonly verifySshClutter?: boolean;
  readonly verbose?: boolean;
}

/** What `--json` prints; its keys stay stable. */
interface VerifyReport extends VerifySummary {
  /** With `--repair`: what is still there afterwards. */
  readonly findings: readonly VerifyFinding[];
  /** With `--repair` only: what was found before, and what became of each step. */
  readonly repair?: { readonly before: readonly VerifyFinding[]; readonly steps: readonly object[] };
}

export default async function verify(options: VerifyOptions): Promise<number> {
  const wishes = {
    ignored: parseCodes(options.ignoreErrors ?? []),
    group: options.nodeGroup,
    sshClutter: options.verifySshClutter,
    reopen: async () => (await openCluster(options)).access,
  };
  const { access, state } = await openCluster(options);
  const { facts, findings: before } = await examine(access, state, wishes);
  if (options.verbose) verboseLines(facts, before).forEach(printNote);
  const planned = options.repair ? plannedRepairs(before) : [];
  if (planned.length === 0) {
    const report = { ...summaryOf(before), findings: before };
    return told(options, options.repair ? { ...report, repair: { before, steps: [] } } : report);
  }
  const { report, steps } = stepRecorder(liveSteps(options.json === true));
  await repair(access, facts, planned, report);
  const { findings } = await examine(access, state, wishes);
  return told(options, { ...summaryOf(findings), findings, repair: { before, steps } });
}

function told(options: VerifyOptions, report: VerifyReport): number {
  const { findings, repair: mended, ok } = report;
  const line = options.errorCodes ? parseable : readable;
  const lines =
    mended && mended.steps.length > 0
      ? ['Found:', ...mended.before.map(line), 'After the repair:', ...findings.map(line)]
      : findings.map(line);
  printResult(
    options,
    report,
    options.errorCodes ? findings.map(line) : [...lines, ...notMended(report), summaryLine(report)],
  );
  return ok ? 0 : 1;
}

/** What an administrator has to do himself after a repair. */
function notMended({ findings, repair: mended }: VerifyReport): readonly string[] {
  const left = findings.filter(({ severity }) => severity !== 'notice').length;
  return mended && left > 0 ? [`Not mended by --repair: ${left}`] : [];
}

function summaryLine({ errors, warnings }: VerifySummary): string {
  const found = errors === 0 ? 'No errors found' : `Errors found: ${errors}`;
  return warnings === 0 ? found : `${found}, warnings: ${warnings}`;
}

const readable = ({ severity, code, name, message }: VerifyFinding): string =>
  `${severity.toUpperCase()} ${code} ${name}: ${message}`;

/** Ganeti's `ftype:ecode:edomain:name:msg`. */
const parseable = ({ severity, code, domain, name, message }: VerifyFinding): string =>
  [severity.toUpperCase(), code, domain, name, message].join(':');

/** `quorate verify`: looks for anything wrong. Exit 1 if there is at least one error, 0 with warnings only. */
import { gatherVerifyFacts } from '@quorate/bootstrap/verify';
import { verifyFindings, type VerifyFinding } from '@quorate/domain/verify';
import { openCluster, type GlobalOptions } from '../context.ts';
import { printResult } from '../output.ts';

interface VerifyOptions extends GlobalOptions {
  readonly errorCodes?: boolean;
}

export default async function verify(options: VerifyOptions): Promise<number> {
  const { access, roster } = await openCluster(options);
  const findings = verifyFindings(await gatherVerifyFacts(access, roster));
  const errors = findings.filter((f) => f.severity === 'error').length;
  const summary = errors === 0 ? 'No errors found' : `Errors found: ${errors}`;
  const lines = findings.map(options.errorCodes ? parseable : readable);
  printResult(options, { ok: errors === 0, findings }, [...lines, ...(options.errorCodes ? [] : [summary])]);
  return errors === 0 ? 0 : 1;
}

const readable = ({ severity, code, name, message }: VerifyFinding): string =>
  `${severity.toUpperCase()} ${code} ${name}: ${message}`;

/** Ganeti's `ftype:ecode:edomain:name:msg`. */
const parseable = ({ severity, code, domain, name, message }: VerifyFinding): string =>
  [severity.toUpperCase(), code, domain, name, message].join(':');

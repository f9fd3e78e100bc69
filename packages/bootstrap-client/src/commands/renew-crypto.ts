/**
 * `quorate renew-crypto`: renews keys and certificates while everything runs; on the master. The work is done by the
 * master daemon, and by the next one if this one is lost; here it is ordered and looked at.
 */
import { ClusterError } from '@quorate/domain/errors';
import { renewalItems, waitsForAbsent, type RenewalItem } from '@quorate/domain/renewal-items';
import { isoTime } from '@quorate/domain/initial-configuration';
import { timings } from '@quorate/domain/timings';
import { diskFiles } from '@quorate/platform/files';
import { masterServices } from '@quorate/rpc/services';
import { openCluster, type ClusterContext } from '../context.ts';
import { followRenewal, type RenewalOutcome } from '../follow-renewal.ts';
import { liveSteps, stepRecorder } from '../live-steps.ts';
import { errorObject, printNote, printResult, reportError } from '../output.ts';
import { renewOrder, wholeSeconds, type RenewFlags, type RenewOrder } from '../renew-flags.ts';

const calls = masterServices.renewal;

export default async function renewCrypto(flags: RenewFlags): Promise<number> {
  const order = renewOrder(flags);
  const supplied = await readSupplied(order.suppliedPaths);
  const context = await openCluster(flags);
  const id =
    flags.resume || flags.abort ? await takeUp(context, flags) : await begin(context, flags, order, supplied);
  return id === undefined ? 0 : follow(context, flags, id);
}

/** Before anything is ordered (BEH-282). */
async function readSupplied(paths: RenewOrder['suppliedPaths']): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const [name, path] of Object.entries(paths)) {
    const text = await diskFiles.readText(path).catch((cause: unknown) => {
      throw new ClusterError('WRONG_INPUT', `${path} cannot be read`, { cause });
    });
    if (text === undefined) throw new ClusterError('WRONG_INPUT', `${path} is not there`);
    texts[name] = text;
  }
  return texts;
}

/** Resolves to what to follow; undefined in a dry run, which has told everything. */
async function begin(
  { access, master }: ClusterContext,
  flags: RenewFlags,
  { items, nodeNames, graceSeconds, sshKey }: RenewOrder,
  suppliedFiles: Record<string, string>,
): Promise<string | undefined> {
  const dryRun = flags.dryRun === true;
  const request = {
    ...{ items: [...items], nodeNames: [...nodeNames], suppliedFiles, graceSeconds, dryRun },
    ...{ sshKeyType: sshKey.type, sshKeyBits: sshKey.bits },
  };
  const deadlineMs = timings.prepareRenewalMs * 2 + timings.commitMs;
  const { id, present, away } = await access.channels.call(master, calls.StartRenewal, request, {
    deadlineMs,
  });
  const later = waitsForAbsent(items) ? 'catches up when it is back' : 'keeps what it has';
  const locked = items.includes('ssh-keys') ? ', and lets nobody in by a new SSH key before' : '';
  for (const name of away) printNote(`${name} is away: it ${later}${locked}`);
  if (!dryRun) return id;
  printResult(flags, { dryRun: true, items, present, away }, [
    `Would renew ${wordsOf(items)} on ${present.join(', ') || 'no node'}, in three phases and without stopping anything`,
  ]);
  return undefined;
}

/** The renewal that is under way; undefined if none is, which is told. */
async function takeUp(context: ClusterContext, flags: RenewFlags): Promise<string | undefined> {
  const { access, master } = context;
  const { underWay, last } = await lookAt(context);
  if (underWay) {
    const graceSeconds = flags.grace === undefined ? undefined : wholeSeconds(flags.grace);
    const request = { abort: flags.abort === true, ...(graceSeconds !== undefined && { graceSeconds }) };
    if (request.abort || graceSeconds !== undefined)
      await access.channels.call(master, calls.SteerRenewal, request, { deadlineMs: timings.commitMs });
    return underWay.id;
  }
  if (flags.abort) throw new ClusterError('WRONG_INPUT', 'No renewal is under way');
  const lines = last
    ? [`No renewal is under way; the last one ended (${last.end}) ${last.at}`]
    : ['No renewal is under way'];
  printResult(flags, { renewal: last ?? null }, lines);
  return undefined;
}

const lookAt = ({ access, master }: ClusterContext) =>
  access.channels.call(master, calls.GetRenewal, {}, { deadlineMs: timings.prepareRenewalMs });

async function follow(context: ClusterContext, flags: RenewFlags, id: string): Promise<number> {
  const { report, steps } = stepRecorder(liveSteps(flags.json === true));
  try {
    const outcome = await followRenewal(id, {
      look: () => lookAt(context),
      report,
      clock: context.access.clock,
    });
    printResult(flags, { renewal: { id, ...outcome }, steps }, linesOf(outcome));
    return 0;
  } catch (caught) {
    if (!flags.json) return reportError(caught, flags);
    const error = errorObject(caught);
    printResult(flags, { renewal: { id }, error, steps }, []);
    return error.exitCode;
  }
}

function linesOf({ end, away, until }: RenewalOutcome): readonly string[] {
  const names = away.join(', ');
  if (end === 'aborted') return ['Taken back: everything is as it was'];
  if (end === 'waiting')
    return [
      'Renewed on every node that answers',
      `Away: ${names}. They catch up by themselves until ${isoTime(until)}; the old counts until then`,
    ];
  return ['Renewed', ...(names === '' ? [] : [`Away until the end: ${names}`])];
}

const wordsOf = (items: readonly RenewalItem[]): string =>
  items.map((item) => renewalItems[item].words).join(', ');

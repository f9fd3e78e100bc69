/** Brings the full text of a newer configuration from a node that holds it (BEH-055: fetch first, or refuse). */
import type { ClusterRecord } from '@quorate/domain/configuration';
import { ClusterError } from '@quorate/domain/errors';
import { parseRecord } from '@quorate/domain/record';
import type { RosterNode } from '@quorate/domain/roster';
import { timings } from '@quorate/domain/timings';
import { describeVersion, sameVersion, type Version } from '@quorate/domain/version';
import { sha256Hex } from '@quorate/platform/digest';
import { nodeServices } from '@quorate/rpc/services';
import { nodeDaemonOf, type ClusterAccess } from './cluster-access.ts';

export async function fetchConfiguration(
  access: ClusterAccess,
  from: RosterNode,
  version: Version,
): Promise<ClusterRecord> {
  const method = nodeServices.configuration.GetConfiguration;
  const answer = await access.channels.call(
    nodeDaemonOf(from),
    method,
    {},
    { deadlineMs: timings.putConfigurationMs },
  );
  const record = parseRecord(answer.record, sha256Hex);
  if (!sameVersion(record.version, version)) {
    throw new ClusterError(
      'NEWER_CONFIGURATION_ELSEWHERE',
      `${from.name} was to hand over ${describeVersion(version)} but holds ${describeVersion(record.version)}`,
      { hint: 'The configuration changed meanwhile; run the command again' },
    );
  }
  return record;
}

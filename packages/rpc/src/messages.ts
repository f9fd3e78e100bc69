/**
 * Between the words of the wire and the words of the domain.
 *
 * Absent messages arrive as null; a peer that leaves out what it must send is answered with WRONG_INPUT.
 */
import { ClusterError } from '@quorate/domain/errors';
import type { Mastership } from '@quorate/domain/voter-record';
import type { Vote } from '@quorate/domain/vote';
import type { Version } from '@quorate/domain/version';
import type { ConfigurationVersion__Output } from './gen/quorate/node/v1/ConfigurationVersion.ts';
import type { GetVoteResponse, GetVoteResponse__Output } from './gen/quorate/node/v1/GetVoteResponse.ts';
import type { Mastership__Output } from './gen/quorate/node/v1/Mastership.ts';

const versionOrNull = (message: ConfigurationVersion__Output | null): Version | null =>
  message && { epoch: message.epoch, serial: message.serial, digest: message.digest };

/** The version of a message that must have one. */
export function versionFrom(message: ConfigurationVersion__Output | null): Version {
  const version = versionOrNull(message);
  if (!version) throw new ClusterError('WRONG_INPUT', 'The message names no configuration version');
  return version;
}

const mastershipOrNull = (message: Mastership__Output | null): Mastership | null =>
  message && { node: message.nodeUuid, epoch: message.epoch };

export const voteFrom = (message: GetVoteResponse__Output): Vote => ({
  clusterUuid: message.clusterUuid,
  node: message.nodeUuid,
  master: mastershipOrNull(message.master),
  epoch: message.epoch,
  version: versionFrom(message.version),
  holds: versionOrNull(message.holds),
  clockMs: message.clockMs,
  softwareVersion: message.softwareVersion,
  leaseLeftMs: message.leaseLeftMs,
  leaseHolder: message.leaseHolderUuid || null,
});

export const voteMessage = (vote: Vote): GetVoteResponse => ({
  clusterUuid: vote.clusterUuid,
  nodeUuid: vote.node,
  master: vote.master && { nodeUuid: vote.master.node, epoch: vote.master.epoch },
  epoch: vote.epoch,
  version: vote.version,
  holds: vote.holds,
  clockMs: vote.clockMs,
  softwareVersion: vote.softwareVersion,
  leaseLeftMs: Math.ceil(vote.leaseLeftMs),
  leaseHolderUuid: vote.leaseHolder ?? '',
});

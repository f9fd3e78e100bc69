/** A node's certificates between the words of the wire and those of the domain. */
import { ClusterError } from '@quorate/domain/errors';
import type { NodeTrust } from '@quorate/domain/renewal';
import type { NodeTrust as NodeTrustMessage, NodeTrust__Output } from './gen/quorate/node/v1/NodeTrust.ts';

const stages = {
  prepared: 'RENEWAL_STAGE_PREPARED',
  switching: 'RENEWAL_STAGE_SWITCHING',
  switched: 'RENEWAL_STAGE_SWITCHED',
  restoring: 'RENEWAL_STAGE_RESTORING',
} as const;

export const trustMessage = (trust: NodeTrust): NodeTrustMessage => ({
  certificateSha256: trust.certificateSha256,
  clientCertificateSha1: trust.clientCertificateSha1,
  authoritySha256s: [...trust.authoritySha256s],
  issuedMs: trust.issuedSeconds * 1_000,
  notAfterMs: trust.notAfterSeconds * 1_000,
  authorityNotAfterMs: trust.authorityNotAfterSeconds * 1_000,
  stage: trust.renewal ? stages[trust.renewal.stage] : 'RENEWAL_STAGE_NONE',
  renewalId: trust.renewal?.id ?? '',
  fingerprints: trust.renewal?.fingerprints ?? {},
  holdsClusterKey: trust.renewal?.holdsClusterKey ?? false,
  newSshPublicKey: trust.renewal?.sshPublicKey ?? '',
  ...(trust.ssh && {
    sshKeys: {
      own: [...trust.ssh.own],
      letIn: [...trust.ssh.letIn],
      letInByUs: [...trust.ssh.letInByUs],
    },
  }),
});

/** A message that must be there. */
export function trustFrom(message: NodeTrust__Output | null): NodeTrust {
  if (!message) throw new ClusterError('WRONG_INPUT', 'The message says nothing of certificates');
  const stage = (Object.keys(stages) as (keyof typeof stages)[]).find((one) => stages[one] === message.stage);
  const { renewalId: id, fingerprints, holdsClusterKey, newSshPublicKey: sshPublicKey, sshKeys } = message;
  const key = sshPublicKey === '' ? {} : { sshPublicKey };
  return {
    certificateSha256: message.certificateSha256,
    clientCertificateSha1: message.clientCertificateSha1,
    authoritySha256s: message.authoritySha256s,
    issuedSeconds: message.issuedMs / 1_000,
    notAfterSeconds: message.notAfterMs / 1_000,
    authorityNotAfterSeconds: message.authorityNotAfterMs / 1_000,
    renewal: stage ? { ...{ id, stage, fingerprints, holdsClusterKey }, ...key } : null,
    ...(sshKeys && { ssh: { own: sshKeys.own, letIn: sshKeys.letIn, letInByUs: sshKeys.letInByUs } }),
  };
}

/** What a node told of itself, in the words of the domain. */
import type {
  AddressTried,
  CertificateSeen,
  NodeFacts,
  SshSeen,
  StorageSeen,
} from '@quorate/domain/verify-facts';
import type { InspectedCertificate__Output } from './gen/quorate/node/v1/InspectedCertificate.ts';
import type { InspectedSsh__Output } from './gen/quorate/node/v1/InspectedSsh.ts';
import type { InspectedStorage__Output } from './gen/quorate/node/v1/InspectedStorage.ts';
import type { InspectNodeResponse__Output } from './gen/quorate/node/v1/InspectNodeResponse.ts';
import type { Network } from './gen/quorate/node/v1/Network.ts';
import type { TcpAnswer } from './gen/quorate/node/v1/TcpAnswer.ts';
import type { TriedAddress__Output } from './gen/quorate/node/v1/TriedAddress.ts';
import { versionFrom } from './messages.ts';

type Inspection = Omit<
  NodeFacts,
  | 'masterIpHere'
  | 'masterDaemonInOffice'
  | 'softwareVersion'
  | 'protocolVersion'
  | 'clockOffsetMs'
  | 'clockUncertaintyMs'
  | 'masterIpScript'
>;

export const inspectionFrom = (message: InspectNodeResponse__Output): Inspection => ({
  hostName: message.hostName,
  files: message.files,
  certificates: message.certificates.map(certificateFrom),
  sharedFileDigests: message.sharedFileDigests,
  ssconfVersion: versionFrom(message.ssconfVersion),
  ssconfComplete: message.ssconfComplete,
  rosterDigest: message.rosterDigest,
  differingViews: message.differingViews,
  holdsClusterKey: message.holdsClusterKey,
  presentedSha256: message.presentedCertificateSha256,
  temporaries: message.temporaries,
  strangers: message.strangers,
  tried: message.tried.flatMap((tried) => addressFrom(tried) ?? []),
  lackingAddresses: message.lackingAddresses,
  masterDeviceExists: message.masterDeviceExists,
  missingFileSystems: message.missingFileSystems,
  storage: storageFrom(message.storage),
  ssh: message.ssh ? sshFrom(message.ssh) : undefined,
});

const sshFrom = ({ ownKey, letIn }: InspectedSsh__Output): SshSeen => ({
  ownKey,
  letIn: letIn.map(({ key, namedNodeUuid }) => ({ key, namedNode: namedNodeUuid || null })),
});

const certificateFrom = ({
  notBefore,
  notAfter,
  ...rest
}: InspectedCertificate__Output): CertificateSeen => ({
  ...rest,
  notBeforeSeconds: notBefore,
  notAfterSeconds: notAfter,
});

const networks: Readonly<Record<keyof typeof Network, AddressTried['network'] | undefined>> = {
  NETWORK_UNSPECIFIED: undefined,
  NETWORK_PRIMARY: 'primary',
  NETWORK_SECONDARY: 'secondary',
  NETWORK_MASTER_IP: 'master-ip',
  NETWORK_SSH: 'ssh',
};

const answers: Readonly<Record<keyof typeof TcpAnswer, AddressTried['answer'] | undefined>> = {
  TCP_ANSWER_UNSPECIFIED: undefined,
  TCP_ANSWER_OPEN: 'open',
  TCP_ANSWER_REFUSED: 'refused',
  TCP_ANSWER_SILENT: 'silent',
  TCP_ANSWER_UNREACHABLE: 'unreachable',
};

/** Undefined for what a newer release tells and this one does not know. */
function addressFrom(message: TriedAddress__Output): AddressTried | undefined {
  const [network, answer] = [networks[message.network], answers[message.answer]];
  if (!network || !answer) return undefined;
  const { nodeUuid, address, port } = message;
  return { node: nodeUuid || null, network, address, port, answer };
}

const storageFrom = (message: InspectedStorage__Output | null): StorageSeen => ({
  allowedPaths: message?.allowedPaths ?? [],
  directories: message?.directories ?? [],
  volumeGroups: new Map(Object.entries(message?.volumeGroups ?? {})),
  ...(message?.volumeGroupsFailure && { volumeGroupsFailure: message.volumeGroupsFailure }),
  drbdHelper: message?.drbdHelper ?? '',
  drbdVersion: message?.drbdVersion ?? '',
});

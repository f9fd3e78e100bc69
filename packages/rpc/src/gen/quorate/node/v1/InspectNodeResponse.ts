// Original file: proto/quorate/node/v1/verify.proto

import type { InspectedFile as _quorate_node_v1_InspectedFile, InspectedFile__Output as _quorate_node_v1_InspectedFile__Output } from '../../../quorate/node/v1/InspectedFile.ts';
import type { InspectedCertificate as _quorate_node_v1_InspectedCertificate, InspectedCertificate__Output as _quorate_node_v1_InspectedCertificate__Output } from '../../../quorate/node/v1/InspectedCertificate.ts';
import type { ConfigurationVersion as _quorate_node_v1_ConfigurationVersion, ConfigurationVersion__Output as _quorate_node_v1_ConfigurationVersion__Output } from '../../../quorate/node/v1/ConfigurationVersion.ts';
import type { TriedAddress as _quorate_node_v1_TriedAddress, TriedAddress__Output as _quorate_node_v1_TriedAddress__Output } from '../../../quorate/node/v1/TriedAddress.ts';
import type { InspectedStorage as _quorate_node_v1_InspectedStorage, InspectedStorage__Output as _quorate_node_v1_InspectedStorage__Output } from '../../../quorate/node/v1/InspectedStorage.ts';
import type { InspectedSsh as _quorate_node_v1_InspectedSsh, InspectedSsh__Output as _quorate_node_v1_InspectedSsh__Output } from '../../../quorate/node/v1/InspectedSsh.ts';
import type { Long } from '@grpc/proto-loader';

export interface InspectNodeResponse {
  'receivedAtMs'?: (number | string | Long);
  'answeredAtMs'?: (number | string | Long);
  'hostName'?: (string);
  'files'?: (_quorate_node_v1_InspectedFile)[];
  'certificates'?: (_quorate_node_v1_InspectedCertificate)[];
  'sharedFileDigests'?: ({[key: string]: string});
  'ssconfVersion'?: (_quorate_node_v1_ConfigurationVersion | null);
  'ssconfComplete'?: (boolean);
  'rosterDigest'?: (string);
  'differingViews'?: (string)[];
  'holdsClusterKey'?: (boolean);
  'presentedCertificateSha256'?: (string);
  'temporaries'?: (string)[];
  'strangers'?: (string)[];
  'tried'?: (_quorate_node_v1_TriedAddress)[];
  'lackingAddresses'?: (string)[];
  'masterDeviceExists'?: (boolean);
  'missingFileSystems'?: (string)[];
  'storage'?: (_quorate_node_v1_InspectedStorage | null);
  'ssh'?: (_quorate_node_v1_InspectedSsh | null);
}

export interface InspectNodeResponse__Output {
  'receivedAtMs': (number);
  'answeredAtMs': (number);
  'hostName': (string);
  'files': (_quorate_node_v1_InspectedFile__Output)[];
  'certificates': (_quorate_node_v1_InspectedCertificate__Output)[];
  'sharedFileDigests': ({[key: string]: string});
  'ssconfVersion': (_quorate_node_v1_ConfigurationVersion__Output | null);
  'ssconfComplete': (boolean);
  'rosterDigest': (string);
  'differingViews': (string)[];
  'holdsClusterKey': (boolean);
  'presentedCertificateSha256': (string);
  'temporaries': (string)[];
  'strangers': (string)[];
  'tried': (_quorate_node_v1_TriedAddress__Output)[];
  'lackingAddresses': (string)[];
  'masterDeviceExists': (boolean);
  'missingFileSystems': (string)[];
  'storage': (_quorate_node_v1_InspectedStorage__Output | null);
  'ssh': (_quorate_node_v1_InspectedSsh__Output | null);
}

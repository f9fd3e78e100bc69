// Original file: proto/quorate/node/v1/verify.proto

export const Network = {
  NETWORK_UNSPECIFIED: 'NETWORK_UNSPECIFIED',
  NETWORK_PRIMARY: 'NETWORK_PRIMARY',
  NETWORK_SECONDARY: 'NETWORK_SECONDARY',
  NETWORK_MASTER_IP: 'NETWORK_MASTER_IP',
  NETWORK_SSH: 'NETWORK_SSH',
} as const;

export type Network =
  | 'NETWORK_UNSPECIFIED'
  | 0
  | 'NETWORK_PRIMARY'
  | 1
  | 'NETWORK_SECONDARY'
  | 2
  | 'NETWORK_MASTER_IP'
  | 3
  | 'NETWORK_SSH'
  | 4

export type Network__Output = typeof Network[keyof typeof Network]

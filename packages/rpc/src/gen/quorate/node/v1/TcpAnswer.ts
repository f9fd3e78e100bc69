// Original file: proto/quorate/node/v1/verify.proto

export const TcpAnswer = {
  TCP_ANSWER_UNSPECIFIED: 'TCP_ANSWER_UNSPECIFIED',
  TCP_ANSWER_OPEN: 'TCP_ANSWER_OPEN',
  TCP_ANSWER_REFUSED: 'TCP_ANSWER_REFUSED',
  TCP_ANSWER_SILENT: 'TCP_ANSWER_SILENT',
  TCP_ANSWER_UNREACHABLE: 'TCP_ANSWER_UNREACHABLE',
} as const;

export type TcpAnswer =
  | 'TCP_ANSWER_UNSPECIFIED'
  | 0
  | 'TCP_ANSWER_OPEN'
  | 1
  | 'TCP_ANSWER_REFUSED'
  | 2
  | 'TCP_ANSWER_SILENT'
  | 3
  | 'TCP_ANSWER_UNREACHABLE'
  | 4

export type TcpAnswer__Output = typeof TcpAnswer[keyof typeof TcpAnswer]

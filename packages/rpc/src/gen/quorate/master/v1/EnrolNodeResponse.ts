// Original file: proto/quorate/master/v1/enrolment.proto


export interface EnrolNodeResponse {
  'nodeUuid'?: (string);
  'candidate'?: (boolean);
  'nodeCertificate'?: (string);
  'clientCertificate'?: (string);
  'files'?: ({[key: string]: string});
}

export interface EnrolNodeResponse__Output {
  'nodeUuid': (string);
  'candidate': (boolean);
  'nodeCertificate': (string);
  'clientCertificate': (string);
  'files': ({[key: string]: string});
}

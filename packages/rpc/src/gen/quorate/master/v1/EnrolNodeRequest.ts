// Original file: proto/quorate/master/v1/enrolment.proto


export interface EnrolNodeRequest {
  'name'?: (string);
  'primaryIp'?: (string);
  'secondaryIp'?: (string);
  'certificateRequest'?: (string);
  'clientCertificateRequest'?: (string);
  'witness'?: (boolean);
}

export interface EnrolNodeRequest__Output {
  'name': (string);
  'primaryIp': (string);
  'secondaryIp': (string);
  'certificateRequest': (string);
  'clientCertificateRequest': (string);
  'witness': (boolean);
}

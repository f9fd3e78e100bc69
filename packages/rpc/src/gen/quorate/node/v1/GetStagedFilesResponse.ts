// Original file: proto/quorate/node/v1/renewal.proto


export interface GetStagedFilesResponse {
  'files'?: ({[key: string]: string});
}

export interface GetStagedFilesResponse__Output {
  'files': ({[key: string]: string});
}

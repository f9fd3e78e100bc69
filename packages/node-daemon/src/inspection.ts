/**
 * Looks at this host for `quorate verify`: the cluster's files, certificates, the way to other nodes, storage. Reads,
 * and compares nothing with other nodes; what is damaged is told and stops nothing else.
 */
import { oldTemporaries, keptEntries, strangersIn } from '@quorate/cluster-state/installed-files';
import { seenFromRoot, underRoot, type LayoutEntry, type LayoutName } from '@quorate/cluster-state/layout';
import { readRoster, rosterDigestOf, ssconfComplete } from '@quorate/cluster-state/roster-store';
import { readSsconf } from '@quorate/cluster-state/ssconf-reader';
import type { State } from '@quorate/cluster-state/state';
import { differingViews } from '@quorate/cluster-state/views';
import { clusterErrorFrom } from '@quorate/domain/errors';
import type { NodeUuid, Roster } from '@quorate/domain/roster';
import type { SsconfKey } from '@quorate/domain/ssconf';
import { parseAllowedPaths } from '@quorate/domain/storage-paths';
import { timings } from '@quorate/domain/timings';
import { parseVolumeGroups } from '@quorate/domain/volume-groups';
import { certificatesIn, describeCertificate, issuedBy, splitPem } from '@quorate/platform/certificates';
import type { Clock } from '@quorate/platform/clock';
import { sha256Hex } from '@quorate/platform/digest';
import type { InspectedCertificate } from '@quorate/rpc/gen/quorate/node/v1/InspectedCertificate';
import type { InspectedFile } from '@quorate/rpc/gen/quorate/node/v1/InspectedFile';
import type { InspectedStorage } from '@quorate/rpc/gen/quorate/node/v1/InspectedStorage';
import type { InspectNodeResponse } from '@quorate/rpc/gen/quorate/node/v1/InspectNodeResponse';
import { addressesToTry, ownAddressesIn, tryAddresses } from './addresses-to-try.ts';
import type { HostLook } from './host-look.ts';
import { sshLook } from './ssh-look.ts';

export type Inspect = (wanted: {
  readonly volumeGroups: boolean;
  readonly ssh: boolean;
}) => Promise<InspectNodeResponse>;

interface InspectionParts {
  readonly state: State;
  readonly own: NodeUuid;
  readonly clock: Clock;
  readonly host: HostLook;
  /** The certificate that this daemon shows now, PEM. */
  readonly presented: () => string;
}

const certificateFiles: readonly LayoutName[] = [
  'serverPem',
  'nodePem',
  'clientPem',
  'rapiPem',
  'spicePem',
  'spiceCaPem',
];

/** Equal on every node that has them; server.pem is compared by its certificate, for only candidates have its key. */
const sharedFiles: readonly LayoutName[] = [
  'rapiPem',
  'spicePem',
  'spiceCaPem',
  'hmacKey',
  'clusterDomainSecret',
  'knownHosts',
];

/** Names told of each kind of leftover. */
const toldNames = 100;

const storageKeys: readonly SsconfKey[] = [
  'file_storage_dir',
  'shared_file_storage_dir',
  'gluster_storage_dir',
];

const fileNameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

export function inspection(parts: InspectionParts): Inspect {
  const { state, own, clock, host, presented } = parts;
  const nowMs = (): number => clock.now().getTime();

  return async (wanted) => {
    const receivedAtMs = nowMs();
    const roster = await readRoster(state);
    const [onDisk, certificates, addresses, storage, ssh] = await Promise.all([
      filesOf(state, host, roster, receivedAtMs),
      certificatesOf(state),
      addressesOf(state, host, roster, own, wanted.ssh),
      storageOf(state, host, wanted.volumeGroups),
      wanted.ssh ? sshLook(state, roster) : null,
    ]);
    return {
      receivedAtMs,
      hostName: await host.hostName(),
      ...onDisk,
      ...certificates,
      presentedCertificateSha256: describeCertificate(presented()).sha256,
      ...addresses,
      missingFileSystems: [...(await host.missingFileSystems())],
      storage,
      ssh,
      answeredAtMs: nowMs(),
    };
  };
}

/** What cannot be read is as good as absent; that it cannot is told by its mode or its owner. */
const textAt = ({ files }: State, path: string): Promise<string | undefined> =>
  files.readText(path).catch(() => undefined);

async function filesOf(
  state: State,
  host: HostLook,
  roster: Roster,
  nowMs: number,
): Promise<Partial<InspectNodeResponse>> {
  return {
    files: await keptFiles(state, host),
    sharedFileDigests: await sharedDigests(state),
    ssconfVersion: roster.version,
    ssconfComplete: await ssconfComplete(state, roster),
    rosterDigest: rosterDigestOf(roster),
    differingViews: [...(await differingViews(state))],
    temporaries: (await oldTemporaries(state, nowMs - timings.temporaryMs)).slice(0, toldNames),
    strangers: (await strangersIn(state)).slice(0, toldNames),
  };
}

async function keptFiles({ files, layout }: State, host: HostLook): Promise<InspectedFile[]> {
  const found = await Promise.all(
    keptEntries(layout).map(async ({ path, mode: wantedMode }) => {
      const facts = await files.stat(path);
      if (!facts) return [];
      const { mode, owner } = facts;
      return [{ path: seenFromRoot(layout, path), mode, wantedMode, owner, wantedOwner: host.user() }];
    }),
  );
  return found.flat();
}

async function sharedDigests(state: State): Promise<Record<string, string>> {
  const { layout } = state;
  const digests: Record<string, string> = {};
  for (const name of sharedFiles) {
    const text = await textAt(state, layout[name].path);
    if (text !== undefined) digests[fileNameOf(layout[name].path)] = sha256Hex(text);
  }
  const server = certificateIn((await textAt(state, layout.serverPem.path)) ?? '');
  if (server !== undefined) digests['server.pem'] = sha256Hex(server);
  return digests;
}

/** Undefined if the text holds none that can be found. */
function certificateIn(text: string): string | undefined {
  try {
    return splitPem(text).certificatePem;
  } catch {
    return undefined;
  }
}

async function certificatesOf(state: State): Promise<Partial<InspectNodeResponse>> {
  const { layout } = state;
  const serverText = (await textAt(state, layout.serverPem.path)) ?? '';
  const trustedText = (await textAt(state, layout.trustedPem.path)) ?? '';
  const authorities = { own: certificateIn(serverText), beside: certificatesIn(trustedText) };
  const certificates: InspectedCertificate[] = [];
  for (const name of certificateFiles) {
    const { path } = layout[name];
    const text = await textAt(state, path);
    if (text !== undefined) certificates.push(certificateOf(fileNameOf(path), text, authorities));
  }
  return { certificates, holdsClusterKey: /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(serverText) };
}

interface AuthoritiesHere {
  /** Of server.pem. */
  readonly own: string | undefined;
  /** While it is renewed: all that count. */
  readonly beside: readonly string[];
}

function certificateOf(file: string, text: string, { own, beside }: AuthoritiesHere): InspectedCertificate {
  const pem = certificateIn(text);
  if (pem === undefined) return { file, problem: 'it holds no certificate' };
  try {
    const { notBefore, notAfter, sha256, sha1Colon } = describeCertificate(pem);
    return {
      file,
      notBefore: seconds(notBefore),
      notAfter: seconds(notAfter),
      sha256,
      sha1: sha1Colon,
      selfSigned: issuedBy(pem, pem),
      signedByCluster: own !== undefined && issuedBy(pem, own),
      signedByTrusted: beside.some((authority) => issuedBy(pem, authority)),
    };
  } catch (caught) {
    return { file, problem: clusterErrorFrom(caught).message };
  }
}

const seconds = (date: Date): number => Math.max(0, Math.floor(date.getTime() / 1000));

async function addressesOf(
  state: State,
  host: HostLook,
  roster: Roster,
  own: NodeUuid,
  ssh: boolean,
): Promise<Partial<InspectNodeResponse>> {
  const secondaries = await ssconfOr(state, 'node_secondary_ips');
  const sshPorts = ssh ? await ssconfOr(state, 'ssh_ports') : '';
  const ownAddresses = ownAddressesIn(roster, own, secondaries);
  const held = await Promise.all(ownAddresses.map((address) => host.holdsAddress(address)));
  return {
    tried: await tryAddresses(host, addressesToTry(roster, own, secondaries, sshPorts)),
    lackingAddresses: ownAddresses.filter((_, place) => !held[place]),
    masterDeviceExists: await host.deviceExists(roster.masterIp.device),
  };
}

/** Empty if it is missing; that is told by the set being incomplete. */
const ssconfOr = (state: State, key: SsconfKey): Promise<string> => readSsconf(state, key).catch(() => '');

async function storageOf(state: State, host: HostLook, volumeGroups: boolean): Promise<InspectedStorage> {
  const { layout } = state;
  const directories = await Promise.all(
    storageKeys.map(async (key) => {
      const path = await ssconfOr(state, key);
      return path === '' ? [] : [{ key, path, ...(await host.directory(underRoot(layout.root, path))) }];
    }),
  );
  const firstLine = async ({ path }: LayoutEntry): Promise<string> =>
    ((await textAt(state, path)) ?? '').split('\n')[0] ?? '';
  return {
    allowedPaths: [...parseAllowedPaths((await textAt(state, layout.fileStoragePaths.path)) ?? '')],
    directories: directories.flat(),
    drbdHelper: await firstLine(layout.drbdHelper),
    drbdVersion: await firstLine(layout.drbdVersion),
    ...(volumeGroups && (await volumeGroupsOf(host))),
  };
}

const volumeGroupsOf = (host: HostLook): Promise<Partial<InspectedStorage>> =>
  host.volumeGroups().then(
    (text) => ({ volumeGroups: Object.fromEntries(parseVolumeGroups(text)) }),
    (caught: unknown) => ({ volumeGroupsFailure: clusterErrorFrom(caught).message }),
  );

/** Looks at this host's own cluster files for `quorate verify`. Reads, compares nothing with other nodes. */
import { readRoster, ssconfComplete } from '@quorate/cluster-state/roster-store';
import type { LayoutName } from '@quorate/cluster-state/layout';
import type { State } from '@quorate/cluster-state/state';
import { ClusterError, clusterErrorFrom } from '@quorate/domain/errors';
import { describeCertificate, splitPem } from '@quorate/platform/certificates';
import type { Clock } from '@quorate/platform/clock';
import { sha256Hex } from '@quorate/platform/digest';
import type { GetNodeFactsResponse } from '@quorate/rpc/gen/quorate/node/v1/GetNodeFactsResponse';

export type NodeFacts = () => Promise<GetNodeFactsResponse>;

const certificateFiles: readonly LayoutName[] = [
  'serverPem',
  'nodePem',
  'clientPem',
  'rapiPem',
  'spicePem',
  'spiceCaPem',
];

/** Equal on every node that has them; server.pem is not among them because only candidates have its key. */
const sharedFiles: readonly LayoutName[] = [
  'rapiPem',
  'spicePem',
  'spiceCaPem',
  'hmacKey',
  'clusterDomainSecret',
  'knownHosts',
];

const fileNameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

export function nodeFacts(state: State, clock: Clock): NodeFacts {
  const { files, layout } = state;

  async function forEach<R>(
    names: readonly LayoutName[],
    look: (text: string, path: string) => R | undefined,
  ): Promise<Record<string, R>> {
    const found: Record<string, R> = {};
    for (const name of names) {
      const { path } = layout[name];
      const text = await files.readText(path);
      const value = text === undefined ? undefined : look(text, path);
      if (value !== undefined) found[fileNameOf(path)] = value;
    }
    return found;
  }

  return async () => {
    const roster = await readRoster(state);
    return {
      ssconfVersion: roster.version,
      ssconfComplete: await ssconfComplete(state, roster),
      certificateNotAfter: await forEach(certificateFiles, endOf),
      sharedFileDigests: await forEach(sharedFiles, (text) => sha256Hex(text)),
      clockMs: clock.now().getTime(),
    };
  };
}

/** In seconds since 1970. A damaged certificate is told by the name of its file. */
function endOf(text: string, path: string): number | undefined {
  const { certificatePem } = splitPem(text);
  if (!certificatePem) return undefined;
  try {
    return Math.floor(describeCertificate(certificatePem).notAfter.getTime() / 1000);
  } catch (cause) {
    const { message } = clusterErrorFrom(cause);
    throw new ClusterError('STATE_CORRUPT', `${path} cannot be used: ${message}`, { facts: { path }, cause });
  }
}

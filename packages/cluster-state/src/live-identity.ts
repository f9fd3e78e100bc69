/**
 * Who this node is on the wire, kept equal to the files while a daemon runs: certificates are renewed without a restart.
 *
 * Whoever replaces the files need not tell anybody, for they are looked at every second; a daemon that is asked reads
 * them at once. What cannot be used changes nothing: a daemon goes on as who it was.
 */
import { ClusterError, clusterErrorFrom } from '@quorate/domain/errors';
import type { NodeUuid } from '@quorate/domain/roster';
import { timings } from '@quorate/domain/timings';
import { certificatesIn, describeCertificate } from '@quorate/platform/certificates';
import type { Clock } from '@quorate/platform/clock';
import type { Log } from '@quorate/platform/log';
import { readNodeIdentity, type NodeIdentity } from './secrets.ts';
import type { State } from './state.ts';

/** What a daemon shows and whom it believes, by fingerprint: SHA-256, lower-case hex. */
export interface TrustInUse {
  readonly certificateSha256: string;
  readonly authoritySha256s: readonly string[];
}

export interface LiveIdentity {
  current(): NodeIdentity;
  /** Takes over what the files say now; throws what makes them unusable, and then nothing has changed. */
  reload(): Promise<TrustInUse>;
  /** Called after every change. */
  follow(listener: (identity: NodeIdentity) => void): void;
  /** Looks at the files until the signal; never rejects. */
  watch(signal: AbortSignal): Promise<void>;
}

interface Parts {
  readonly state: State;
  readonly clock: Clock;
  readonly log: Log;
}

/** Throws as `readNodeIdentity` does. */
export async function openLiveIdentity({ state, clock, log }: Parts): Promise<LiveIdentity> {
  let identity = await readNodeIdentity(state);
  const listeners: ((identity: NodeIdentity) => void)[] = [];

  async function reload(): Promise<TrustInUse> {
    const found = await readNodeIdentity(state);
    if (found.nodeUuid !== identity.nodeUuid || found.clusterUuid !== identity.clusterUuid)
      throw anotherNode(state);
    if (!isSame(found, identity)) {
      identity = found;
      for (const listener of listeners) listener(found);
      log.info({ ...trustOf(found) }, 'certificates replaced');
    }
    return trustOf(identity);
  }

  async function watch(signal: AbortSignal): Promise<void> {
    let told = '';
    while (!signal.aborted) {
      await clock.sleep(timings.identityLookMs, signal).catch(() => undefined);
      const failure = signal.aborted ? '' : await reload().then(() => '', messageOf);
      if (failure !== '' && failure !== told)
        log.warn({ why: failure }, 'the certificates on disk cannot be used');
      told = failure;
    }
  }

  return { current: () => identity, reload, follow: (listener) => void listeners.push(listener), watch };
}

export const trustOf = ({ certificatePem, caPem }: NodeIdentity): TrustInUse => ({
  certificateSha256: describeCertificate(certificatePem).sha256,
  authoritySha256s: certificatesIn(caPem).map((pem) => describeCertificate(pem).sha256),
});

/** Which node this is, and by which certificate, at this moment. */
export function shownNow(identity: Pick<LiveIdentity, 'current'>): {
  readonly uuid: NodeUuid;
  readonly certificateSha256: string;
} {
  const { nodeUuid, certificatePem } = identity.current();
  return { uuid: nodeUuid, certificateSha256: describeCertificate(certificatePem).sha256 };
}

const isSame = (a: NodeIdentity, b: NodeIdentity): boolean =>
  a.caPem === b.caPem && a.certificatePem === b.certificatePem && a.privateKeyPem === b.privateKeyPem;

const messageOf = (caught: unknown): string => clusterErrorFrom(caught).message;

const anotherNode = ({ layout }: State): ClusterError =>
  new ClusterError('STATE_CORRUPT', `${layout.nodePem.path} is now that of another node or cluster`, {
    hint: 'Restart the daemons if that is meant to be so',
  });

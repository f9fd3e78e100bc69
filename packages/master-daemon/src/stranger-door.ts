/**
 * The way in for hosts that have no certificate yet: a port of its own, open only while this daemon is in office and
 * somebody may still join by a token. Nothing but the join is served there, and little of it at once.
 *
 * The other ports go on to demand a certificate of this cluster: nothing a stranger does here can be taken for a node.
 */
import type { LiveIdentity } from '@quorate/cluster-state/live-identity';
import type { NodeIdentity } from '@quorate/cluster-state/secrets';
import { mayCall } from '@quorate/domain/method-table';
import { timings } from '@quorate/domain/timings';
import type { Clock } from '@quorate/platform/clock';
import { inTurn } from '@quorate/platform/in-turn';
import type { Log } from '@quorate/platform/log';
import { createTlsListener, type Endpoint } from '@quorate/platform/tls-listener';
import { createServer, type AcceptedSocket, type RpcServer } from '@quorate/rpc/server';

/** What strangers may hold at once; a host needs one connection of some kB for a second. */
export const strangerBounds = {
  pendingTotal: 32,
  pendingPerAddress: 4,
  connections: 32,
  messageLimit: 65_536,
} as const;

export interface StrangerDoorParts {
  readonly identity: LiveIdentity;
  readonly clock: Clock;
  readonly log: Log;
  readonly at: Endpoint;
  readonly isWanted: () => boolean;
  readonly serve: (server: RpcServer) => void;
}

export interface StrangerDoor {
  /** Opens or closes it, as it is wanted. Throws ADDRESS_IN_USE, ADDRESS_NOT_OWNED. */
  look(): Promise<void>;
  /** Looks again and again until the signal; never rejects. */
  watch(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export function createStrangerDoor(parts: StrangerDoorParts): StrangerDoor {
  const { clock, log, at } = parts;
  const oneAtATime = inTurn();
  let opened: OpenDoor | undefined;
  parts.identity.follow((replaced) => opened?.show(replaced));
  let ended = false;
  let complaint = '';

  async function close(): Promise<void> {
    const shutting = opened;
    opened = undefined;
    await shutting?.shut();
    if (shutting) log.info(at, 'the door for joins is closed');
  }

  async function arrange(): Promise<void> {
    const wanted = !ended && parts.isWanted();
    if (!wanted) return close();
    if (opened) return;
    opened = await open(parts);
    log.info(at, 'the door for joins is open');
  }
  const look = (): Promise<void> => oneAtATime(arrange);

  return {
    look,
    async watch(signal) {
      while (!signal.aborted) {
        await look().then(
          () => (complaint = ''),
          (error: unknown) => {
            // Once for each cause, not twice a second.
            if (complaint !== String(error)) log.warn({ error: String(error) }, 'no door for joins');
            complaint = String(error);
          },
        );
        await clock.sleep(timings.strangerDoorLookMs, signal).catch(() => undefined);
      }
    },
    close: () => {
      ended = true;
      return oneAtATime(close);
    },
  };
}

interface OpenDoor {
  show(identity: NodeIdentity): void;
  shut(): Promise<void>;
}

/** A stranger knows the cluster certificate by its digest only, so it is shown as well. */
const withAuthorities = (identity: NodeIdentity): NodeIdentity => ({
  ...identity,
  certificatePem: `${identity.certificatePem.trimEnd()}\n${identity.caPem}`,
});

async function open({ identity: live, log, at, serve }: StrangerDoorParts): Promise<OpenDoor> {
  const identity = live.current();
  const server = createServer({
    identify: () => undefined,
    authorise: (path, caller) => mayCall(path, caller, { uuid: identity.nodeUuid, roster: null }),
    strangers: { messageLimit: strangerBounds.messageLimit },
  });
  serve(server);
  const { pendingTotal, pendingPerAddress } = strangerBounds;
  const listener = createTlsListener({
    identity: withAuthorities(identity),
    outdatedMs: timings.outdatedConnectionMs,
    limits: { handshakeMs: timings.handshakeMs, pendingTotal, pendingPerAddress },
    strangers: true,
    admit: () => undefined,
    onConnection: boundedTo(strangerBounds.connections, (socket) => server.accept(socket)),
    onRefused: (address, why) => log.debug({ address, why }, 'stranger refused'),
  });
  await listener.listen(at);
  return {
    show: (replaced) => listener.replaceIdentity(withAuthorities(replaced)),
    shut: async () => {
      await server.shutdown(timings.shutdownGraceMs);
      await listener.close();
    },
  };
}

/** So many at once, the same address a quarter of them, and each for a limited time, whatever it does. */
function boundedTo(most: number, accept: (socket: AcceptedSocket) => void) {
  const open = new Set<{ readonly remoteAddress?: string | undefined }>();
  return (socket: Parameters<Parameters<typeof createTlsListener>[0]['onConnection']>[0]): void => {
    const ofAddress = [...open].filter((other) => other.remoteAddress === socket.remoteAddress).length;
    if (open.size >= most || ofAddress >= most / 4) return void socket.destroy();
    open.add(socket);
    const limit = setTimeout(() => socket.destroy(), timings.strangerConnectionMs);
    socket.once('close', () => {
      clearTimeout(limit);
      open.delete(socket);
    });
    accept(socket);
  };
}

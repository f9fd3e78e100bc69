/**
 * Serves the contract: to nodes over connections that a TLS listener hands over, to administrators of this
 * host over a Unix socket.
 *
 * It knows who calls before any handler runs, asks whether that caller may, turns what handlers throw into
 * statuses, and ends in good order. It listens on no TCP port itself: who may connect at all, and how many
 * strangers may knock at once, is the listener's business.
 */
import * as grpc from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/proto-loader';
import { ClusterError, clusterErrorFrom } from '@quorate/domain/errors';
import type { NodeUuid } from '@quorate/domain/roster';
import { createHealth } from './health.ts';
import { sharedOptions } from './limits.ts';
import { standardServices } from './services.ts';
import { statusFrom } from './status-errors.ts';

/**
 * Who calls: a process on this host through the Unix socket, a node known by its certificate, or, of a server for
 * strangers, somebody of whom nothing is known but the address.
 */
export type Caller =
  | { readonly kind: 'local' }
  | {
      readonly kind: 'node';
      readonly uuid: NodeUuid;
      readonly address: string;
      /** Of the certificate it showed, lower-case hex; absent where `identify` does not tell. */
      readonly certificateSha256?: string;
    }
  | { readonly kind: 'stranger'; readonly address: string };

/**
 * What a service's author writes: one function per method. Throw a ClusterError to refuse. `signal` aborts
 * when the caller has gone or its deadline has passed.
 */
export type Handlers<Service> = {
  readonly [M in keyof Service]: Service[M] extends MethodDefinition<
    // oxlint-disable-next-line typescript/no-explicit-any -- of no interest here
    any,
    infer Res,
    infer ReqOut,
    // oxlint-disable-next-line typescript/no-explicit-any -- of no interest here
    any
  > & { readonly responseStream: infer Stream }
    ? Stream extends true
      ? (request: ReqOut, caller: Caller, send: (message: Res) => void, signal: AbortSignal) => Promise<void>
      : (request: ReqOut, caller: Caller, signal: AbortSignal) => Promise<Res>
    : never;
};

/** One finished call, for the log. */
export interface CallRecord {
  /** `/quorate.node.v1.VoteService/GetVote` */
  readonly path: string;
  /** Its uuid is empty if the certificate is nobody's. */
  readonly caller: Caller;
  /** Why it failed; absent if it did not. */
  readonly reason?: string;
  /** The same in a sentence. */
  readonly why?: string;
  readonly durationMs: number;
}

/** A connection after its TLS handshake. */
export type AcceptedSocket = Parameters<grpc.ConnectionInjector['injectConnection']>[0];

export interface ServerOptions {
  /** Whom a client certificate (DER) belongs to; undefined: nobody we know, refused as NOT_AUTHENTICATED. */
  readonly identify: (
    der: Uint8Array,
  ) => { readonly nodeUuid: NodeUuid; readonly certificateSha256?: string } | undefined;
  /** Why this caller may not make this call, as NOT_ALLOWED; undefined: it may. Asked before any handler. */
  readonly authorise: (path: string, caller: Caller) => string | undefined | Promise<string | undefined>;
  readonly onCall?: (record: CallRecord) => void;
  /**
   * Whoever connects is a stranger, whatever certificate was shown, may send no message longer than `messageLimit` bytes
   * and make one call at a time.
   */
  readonly strangers?: { readonly messageLimit: number };
}

export interface RpcServer {
  /** Adds a service; all are added before the first connection. */
  serve<Service>(definition: Service, handlers: Handlers<Service>): void;
  /** Takes over a connection that has finished its TLS handshake. */
  accept(socket: AcceptedSocket): void;
  /**
   * Listens on a Unix socket, whose callers are `local`: whoever may enter its folder. An old socket must be
   * gone. Fails with ADDRESS_IN_USE.
   */
  listenOnSocket(path: string): Promise<void>;
  /** What the health service tells; serving from the start. */
  setServing(serving: boolean): void;
  /** Takes no more calls, lets those under way finish for `graceMs`, then ends them. */
  shutdown(graceMs: number): Promise<void>;
}

type AnyCall = grpc.ServerUnaryCall<unknown, unknown> | grpc.ServerWritableStream<unknown, unknown>;
type AnyHandler = (request: unknown, caller: Caller, ...rest: unknown[]) => Promise<unknown>;
type AnyMethod = MethodDefinition<unknown, unknown>;
type IdentifyCaller = (call: AnyCall) => Caller;

const connectionOptions = { ...sharedOptions, 'grpc.max_concurrent_streams': 128 } as const;

const optionsFor = ({ strangers }: ServerOptions) =>
  strangers
    ? {
        ...connectionOptions,
        'grpc.max_receive_message_length': strangers.messageLimit,
        'grpc.max_concurrent_streams': 1,
      }
    : connectionOptions;

/** Runs one call between identification and log; rejects with what the handler or the rules threw. */
type Conduct = (
  path: string,
  call: AnyCall,
  work: (caller: Caller, signal: AbortSignal) => Promise<unknown>,
) => Promise<unknown>;

function signalOf(call: AnyCall): AbortSignal {
  const gone = new AbortController();
  call.on('cancelled', () => gone.abort());
  if (call.cancelled) gone.abort();
  return gone.signal;
}

function conductWith(callerOf: IdentifyCaller, { authorise, onCall }: ServerOptions): Conduct {
  return async (path, call, work) => {
    const began = performance.now();
    const caller = callerOf(call);
    let failure: ClusterError | undefined;
    try {
      if (caller.kind === 'node' && caller.uuid === '') throw unknownCaller(caller.address);
      const objection = await authorise(path, caller);
      if (objection !== undefined) throw new ClusterError('NOT_ALLOWED', objection);
      return await work(caller, signalOf(call));
    } catch (error) {
      failure = clusterErrorFrom(error);
      throw error;
    } finally {
      const durationMs = performance.now() - began;
      const failed = failure && { reason: failure.reason, why: failure.message };
      onCall?.({ path, caller, durationMs, ...failed });
    }
  };
}

const unknownCaller = (address: string) =>
  new ClusterError(
    'NOT_AUTHENTICATED',
    `The certificate shown by ${address} is not that of a node of this cluster`,
  );

/** A node's identity comes from its certificate alone, never from what it says. */
const nodeCaller =
  ({ identify }: ServerOptions): IdentifyCaller =>
  (call) => {
    const der = call.getAuthContext().sslPeerCertificate?.raw;
    const { nodeUuid = '', certificateSha256 } = (der && identify(der)) ?? {};
    const address = call.getPeer();
    return { kind: 'node', uuid: nodeUuid, address, ...(certificateSha256 && { certificateSha256 }) };
  };

const strangerCaller: IdentifyCaller = (call) => ({ kind: 'stranger', address: call.getPeer() });

const localCaller: IdentifyCaller = () => ({ kind: 'local' });

const unary =
  (method: AnyMethod, handler: AnyHandler, conduct: Conduct): grpc.handleUnaryCall<unknown, unknown> =>
  (call, answer) => {
    conduct(method.path, call, (caller, signal) => handler(call.request, caller, signal)).then(
      (response) => answer(null, response),
      (error: unknown) => answer(statusFrom(error)),
    );
  };

const streaming =
  (
    method: AnyMethod,
    handler: AnyHandler,
    conduct: Conduct,
  ): grpc.handleServerStreamingCall<unknown, unknown> =>
  (call) => {
    const send = (message: unknown) => {
      if (!call.cancelled) call.write(message);
    };
    conduct(method.path, call, (caller, signal) => handler(call.request, caller, send, signal)).then(
      () => call.end(),
      (error: unknown) => call.emit('error', statusFrom(error)),
    );
  };

function addService(
  server: grpc.Server,
  definition: Readonly<Record<string, AnyMethod>>,
  handlers: Readonly<Record<string, AnyHandler>>,
  conduct: Conduct,
): void {
  const implementation: grpc.UntypedServiceImplementation = {};
  for (const [name, method] of Object.entries(definition)) {
    const handler = handlers[name]!;
    implementation[name] = (method.responseStream ? streaming : unary)(method, handler, conduct);
  }
  server.addService(definition, implementation);
}

const namesOf = (definition: Readonly<Record<string, AnyMethod>>) =>
  Object.values(definition).map(({ path }) => path.split('/')[1]!);

const listen = (server: grpc.Server, path: string) =>
  new Promise<void>((resolve, reject) =>
    server.bindAsync(`unix:${path}`, grpc.ServerCredentials.createInsecure(), (error) =>
      error === null
        ? resolve()
        : reject(
            new ClusterError('ADDRESS_IN_USE', `Cannot listen on ${path}: ${error.message}`, {
              cause: error,
            }),
          ),
    ),
  );

// Ending is told to the library in two ways, and the order matters: what is being cut already counts as ended.
// Its own forceShutdown forgets its connections unless its diagnostics (channelz) are on.

const closed = (server: grpc.Server) => new Promise<void>((resolve) => server.tryShutdown(() => resolve()));

/**
 * Resolves when all calls of connections handed over have ended, which are cut after the grace. The library cuts a
 * connection when its last bytes are sent, which is never if the other end is gone without a word, as every connection
 * to a master IP that was lowered is: so the sockets themselves are cut too.
 */
async function drainInjected(
  server: grpc.Server,
  injector: grpc.ConnectionInjector,
  open: ReadonlySet<AcceptedSocket>,
  graceMs: number,
): Promise<void> {
  const done = closed(server);
  injector.drain(graceMs);
  const cut = setTimeout(() => open.forEach((socket) => socket.destroy()), graceMs);
  await done;
  clearTimeout(cut);
}

/** The same for Unix sockets: listeners, unlike an injector, are closed only when their connections are. */
function drainSockets(server: grpc.Server, paths: readonly string[], graceMs: number): Promise<void> {
  for (const path of paths) server.drain(`unix:${path}`, graceMs);
  return closed(server);
}

export function createServer(options: ServerOptions): RpcServer {
  // Two servers, so that no connection of one kind can ever be taken for one of the other.
  const forNodes = new grpc.Server(optionsFor(options));
  const forLocals = new grpc.Server(connectionOptions);
  const injector = forNodes.createConnectionInjector(grpc.ServerCredentials.createInsecure());
  const services = new Set(['']);
  const health = createHealth((service) => services.has(service));
  const sockets: string[] = [];
  const open = new Set<AcceptedSocket>();
  let ended = false;

  const serve: RpcServer['serve'] = (definition, handlers) => {
    const methods = definition as Readonly<Record<string, AnyMethod>>;
    const implementations = handlers as Readonly<Record<string, AnyHandler>>;
    for (const name of namesOf(methods)) services.add(name);
    const remoteCaller = options.strangers ? strangerCaller : nodeCaller(options);
    addService(forNodes, methods, implementations, conductWith(remoteCaller, options));
    addService(forLocals, methods, implementations, conductWith(localCaller, options));
  };
  serve(standardServices.health, health.handlers);

  return {
    serve,
    accept: (socket) => {
      if (ended) {
        socket.destroy();
        return;
      }
      open.add(socket);
      socket.once('close', () => open.delete(socket));
      injector.injectConnection(socket);
    },
    listenOnSocket: async (path) => {
      await listen(forLocals, path);
      sockets.push(path);
    },
    setServing: (serving) => health.setServing(serving),
    shutdown: async (graceMs) => {
      ended = true;
      health.setServing(false);
      health.stop();
      await Promise.all([
        drainInjected(forNodes, injector, open, graceMs),
        drainSockets(forLocals, sockets, graceMs),
      ]);
    },
  };
}

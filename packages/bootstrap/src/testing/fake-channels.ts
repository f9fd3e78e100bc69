/** Channels in memory: the twin of rpc's, whose calls go to a function instead of a connection. */
import type { CallOptions, Channels, Peer } from '@quorate/rpc/channels';

/** One call as it arrives; what it returns is the answer, what it throws is the peer's refusal. */
export interface FakeCall {
  readonly peer: Peer;
  /** `GetVote` */
  readonly method: string;
  readonly request: unknown;
  readonly options: CallOptions;
}

export type Respond = (call: FakeCall) => Promise<unknown>;

/** Answers are handed over as they are: whoever writes `respond` fills in what gRPC would. */
export const fakeChannels = (respond: Respond): Channels => ({
  call: (peer, method, request, options) =>
    respond({ peer, method: nameOf(method.path), request, options }) as never,
  async *stream(peer, method, request, options) {
    yield* (await respond({ peer, method: nameOf(method.path), request, options })) as never[];
  },
  replaceCredentials: () => undefined,
  reconnect: () => undefined,
  close: () => undefined,
});

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

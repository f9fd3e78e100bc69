/**
 * gRPC's own health service: tells load balancers, monitors and our own waits whether a daemon serves.
 *
 * The empty service name means the whole daemon; every service of it shares its state.
 */
import { ClusterError } from '@quorate/domain/errors';
import { abortOf } from './abort.ts';
import type { Handlers } from './server.ts';
import type { standardServices } from './services.ts';

type HealthHandlers = Handlers<(typeof standardServices)['health']>;

export interface Health {
  readonly handlers: HealthHandlers;
  setServing(serving: boolean): void;
  /** Ends all watches, which otherwise hold a server that wants to end. */
  stop(): void;
}

/** `knows` says which service names this server has. */
export function createHealth(knows: (service: string) => boolean): Health {
  let serving = true;
  const watchers = new Set<() => void>();
  const stopped = new AbortController();
  const status = () => (serving ? 'SERVING' : 'NOT_SERVING');

  return {
    handlers: {
      Check: async ({ service }) => {
        if (knows(service)) return { status: status() };
        throw new ClusterError('WRONG_INPUT', `There is no service ${service} here`);
      },
      Watch: async ({ service }, _caller, send, signal) => {
        const tell = () => send({ status: knows(service) ? status() : 'SERVICE_UNKNOWN' });
        tell();
        watchers.add(tell);
        await Promise.race([abortOf(signal), abortOf(stopped.signal)]);
        watchers.delete(tell);
      },
    },
    setServing: (now) => {
      if (now === serving) return;
      serving = now;
      for (const tell of watchers) tell();
    },
    stop: () => stopped.abort(),
  };
}

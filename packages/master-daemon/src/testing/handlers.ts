/** A server that serves nobody: keeps the handlers it is given, so that a test can call them as the wire would. */
import type { Handlers, RpcServer } from '@quorate/rpc/server';

export interface HandlerServer {
  readonly server: RpcServer;
  handlersOf<Service>(definition: Service): Handlers<Service>;
}

export function handlerServer(): HandlerServer {
  const served = new Map<unknown, unknown>();
  const server: Pick<RpcServer, 'serve'> = {
    serve: (definition, handlers) => void served.set(definition, handlers),
  };
  return {
    server: server as RpcServer,
    handlersOf: <Service>(definition: Service) => served.get(definition) as Handlers<Service>,
  };
}

/** A master daemon behind the local socket of a root, with the handlers that a test gives it. */
import { layoutUnder } from '@quorate/cluster-state/layout';
import { diskFiles } from '@quorate/platform/files';
import { createServer, type RpcServer } from '@quorate/rpc/server';

export async function serveMaster(root: string, serve: (server: RpcServer) => void): Promise<RpcServer> {
  const { masterdSocket, socketDirectory } = layoutUnder(root);
  await diskFiles.ensureDirectory(socketDirectory.path, socketDirectory.mode);
  const server = createServer({ identify: () => undefined, authorise: () => undefined });
  serve(server);
  await server.listenOnSocket(masterdSocket.path);
  return server;
}

/** Puts this node's part in a renewal behind its service. Translates; decides nothing. */
import type { NodeUuid } from '@quorate/domain/roster';
import type { Caller, RpcServer } from '@quorate/rpc/server';
import { nodeServices } from '@quorate/rpc/services';
import { trustMessage } from '@quorate/rpc/trust-messages';
import type { Order, RenewalPart } from './renewal.ts';

export function serveRenewal(
  server: RpcServer,
  renewal: RenewalPart,
  uuidOf: (caller: Caller) => NodeUuid,
): void {
  const orderOf = (
    request: { readonly epoch: number; readonly renewalId: string },
    caller: Caller,
  ): Order => ({
    caller: uuidOf(caller),
    epoch: request.epoch,
    id: request.renewalId,
  });

  server.serve(nodeServices.renewal, {
    GetTrust: async () => ({ trust: trustMessage(await renewal.trust()) }),
    PrepareRenewal: async (request, caller) => {
      const { authorityPems, files, certificatesFor = null } = request;
      const order = orderOf(request, caller);
      const prepared = await renewal.prepare(order, { authorityPems, files, certificatesFor });
      const { certificateRequest = '', clientCertificateRequest = '' } = prepared.renewal.certification ?? {};
      return { trust: trustMessage(prepared.trust), certificateRequest, clientCertificateRequest };
    },
    SwitchRenewal: async (request, caller) => {
      const { nodeCertificate, clientCertificate, linkCertificate: linkPem } = request;
      const signed = nodeCertificate === '' ? null : { nodeCertificate, clientCertificate, linkPem };
      return { trust: trustMessage(await renewal.switch(orderOf(request, caller), signed)) };
    },
    FinishRenewal: async (request, caller) => {
      const keep = request.restore ? 'old' : 'new';
      return { trust: trustMessage(await renewal.finish(orderOf(request, caller), keep)) };
    },
    GetStagedFiles: async (request, caller) => ({ files: await renewal.staged(orderOf(request, caller)) }),
  });
}

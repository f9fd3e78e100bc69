/** Puts this node's part in a renewal behind its service. Translates; decides nothing. */
import { ClusterError } from '@quorate/domain/errors';
import type { NodeUuid } from '@quorate/domain/roster';
import type { SshKeyWish } from '@quorate/domain/ssh-key-renewal';
import { sshKeyTypes } from '@quorate/domain/ssh-public-key';
import type { SshKeyWish__Output } from '@quorate/rpc/gen/quorate/node/v1/SshKeyWish';
import type { Caller, RpcServer } from '@quorate/rpc/server';
import { nodeServices } from '@quorate/rpc/services';
import { trustMessage } from '@quorate/rpc/trust-messages';
import type { Order, RenewalPart } from './renewal.ts';

function requireWish({ type, bits }: SshKeyWish__Output): SshKeyWish {
  const known = sshKeyTypes.find((one) => one === type);
  if (known && bits > 0) return { type: known, bits };
  throw new ClusterError('WRONG_INPUT', `This node makes no SSH key of type ${type} with ${bits} bits`);
}

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
      const { authorityPems, files, certificatesFor = null, sshKey } = request;
      const order = orderOf(request, caller);
      const prepared = await renewal.prepare(order, {
        ...{ authorityPems, files, certificatesFor },
        sshKey: sshKey && requireWish(sshKey),
      });
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

/**
 * One credentials object for all channels of a process: how this node shows who it is, and how it makes sure
 * of the other end. Chain and dates are OpenSSL's business, the identity is the caller's (`verifyPeer`).
 *
 * One object, because every credentials object costs a TLS context, and a context per channel costs two to
 * three times the CPU. Which node a channel expects therefore travels as the channel's target name override.
 */
import * as grpc from '@grpc/grpc-js';
import type { ServerDemand } from '@quorate/domain/pins';
import type { NodeUuid } from '@quorate/domain/roster';

export interface CredentialsOptions {
  readonly identity: {
    /** One cluster certificate, or several while it is renewed. */
    readonly caPem: string;
    /** The node's own; behind it, while the cluster certificate is renewed, what links it to the old one. */
    readonly certificatePem: string;
    readonly privateKeyPem: string;
  };
  /** Why this certificate (DER) is not that of the expected node; undefined if it is. */
  readonly verifyPeer: (expected: ExpectedNode, der: Uint8Array) => string | undefined;
}

/** Whom a connection is for, and what for (domain/pins.ts). */
export interface ExpectedNode extends ServerDemand {
  readonly uuid: NodeUuid;
}

/**
 * For a host that is in no cluster yet: it shows nothing, and makes sure of the other end by the authority it was told of.
 */
export const createStrangerCredentials = (
  caPem: string,
  verifyPeer: (der: Uint8Array) => string | undefined,
): grpc.ChannelCredentials =>
  grpc.credentials.createSsl(Buffer.from(caPem), null, null, {
    checkServerIdentity: (_expected, certificate) => {
      const why = verifyPeer(certificate.raw);
      return why === undefined ? undefined : new Error(why);
    },
  });

/** The channel option that carries the expected node to `verifyPeer`, in the form of a host's name. */
const expectedNodeOption = 'grpc.ssl_target_name_override';

export const expecting = ({ uuid, pinned, leaving }: ExpectedNode): Readonly<Record<string, string>> => ({
  [expectedNodeOption]: `${pinned ? 'pinned.' : ''}${leaving ? 'leaving.' : ''}${uuid}`,
});

function expectedFrom(name: string): ExpectedNode {
  const [, pinned, leaving, uuid = ''] = /^(pinned\.)?(leaving\.)?(.*)$/.exec(name) ?? [];
  return { uuid, pinned: pinned !== undefined, leaving: leaving !== undefined };
}

export function createCredentials({ identity, verifyPeer }: CredentialsOptions): grpc.ChannelCredentials {
  return grpc.credentials.createSsl(
    Buffer.from(identity.caPem),
    Buffer.from(identity.privateKeyPem),
    Buffer.from(identity.certificatePem),
    {
      checkServerIdentity: (expected, certificate) => {
        const why = verifyPeer(expectedFrom(expected), certificate.raw);
        return why === undefined ? undefined : new Error(why);
      },
    },
  );
}

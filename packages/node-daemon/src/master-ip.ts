/**
 * The master IP on this host.
 *
 * Two ways to hold it: on a real interface it is added with `ip` and announced; on loopback, where the kernel
 * answers for every address of 127/8 anyway, holding it means that this node's daemon listens on it, which
 * needs no root. Which one follows from the address, not from a setting.
 */
import type { MasterIpParameters } from '@quorate/domain/roster';
import { isLoopback } from '@quorate/domain/names';
import type { MasterAddress } from '@quorate/platform/interface-address';
import type { TlsListener } from '@quorate/platform/tls-listener';

/** Holds a loopback master IP by listening on it beside the node's own address. */
export function listenedAddress(listener: TlsListener, port: number): MasterAddress {
  const held = new Set<string>();
  return {
    async raise({ address }) {
      if (held.has(address)) return;
      await listener.listen({ host: address, port });
      held.add(address);
    },
    // The kernel gives a loopback address no life of its own; the lease's own timer takes it down.
    keep: () => Promise.resolve(),
    async lower({ address }) {
      if (!held.delete(address)) return;
      await listener.unlisten({ host: address, port });
    },
    isHere: ({ address }) => Promise.resolve(held.has(address)),
  };
}

export function masterAddress(onInterface: MasterAddress, onLoopback: MasterAddress): MasterAddress {
  const by = (params: MasterIpParameters): MasterAddress =>
    isLoopback(params.address) ? onLoopback : onInterface;
  return {
    raise: (params, raising) => by(params).raise(params, raising),
    keep: (params, seconds) => by(params).keep(params, seconds),
    lower: (params) => by(params).lower(params),
    isHere: (params) => by(params).isHere(params),
  };
}

/**
 * The master IP on this host.
 *
 * Three ways to hold it: on a real interface it is added with `ip` and announced; on loopback, where the kernel
 * answers for every address of 127/8 anyway, holding it means that this node's daemon listens on it, which
 * needs no root; and a program of the site may do it, if the cluster says so. Who changes the way leaves the old one
 * first: there is no moment in which both hold it, and a short one in which neither does.
 */
import type { MasterIpParameters } from '@quorate/domain/roster';
import { isLoopback } from '@quorate/domain/names';
import type { AddressView, MasterAddress } from '@quorate/platform/interface-address';
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
    look: ({ address }) => {
      const here = held.has(address);
      return Promise.resolve({ here, right: here, linkUp: true, linkChanges: 0 });
    },
    announce: () => undefined,
  };
}

interface Ways {
  readonly onInterface: MasterAddress;
  readonly onLoopback: MasterAddress;
  readonly byScript: MasterAddress;
}

export function masterAddress({ onInterface, onLoopback, byScript }: Ways): MasterAddress {
  /** Of the two that are ours; which one follows from the address, not from a setting. */
  const ours = ({ address }: MasterIpParameters): MasterAddress =>
    isLoopback(address) ? onLoopback : onInterface;
  const wayOf = (params: MasterIpParameters): MasterAddress =>
    params.externalScript ? byScript : ours(params);

  async function look(params: MasterIpParameters): Promise<AddressView> {
    const [own, script] = await Promise.all([ours(params).look(params), byScript.look(params)]);
    // What a script has started lies on an interface of this host, as a rule.
    if (params.externalScript) return { ...script, here: script.here || own.here };
    return { ...own, here: own.here || script.here, right: own.right && !script.here };
  }

  return {
    look,
    async raise(params, raising) {
      const script = await byScript.look(params);
      if (params.externalScript && !script.here) await ours(params).lower(params);
      if (!params.externalScript && script.here) await byScript.lower(params);
      await wayOf(params).raise(params, raising);
    },
    keep: (params, seconds) => wayOf(params).keep(params, seconds),
    async lower(params) {
      try {
        await byScript.lower(params);
      } finally {
        await ours(params).lower(params);
      }
    },
    announce: (params) => wayOf(params).announce(params),
  };
}

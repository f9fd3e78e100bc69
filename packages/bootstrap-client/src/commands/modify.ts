/** `quorate modify`: changes parameters of the cluster; success means a majority has the change. */
import { ClusterError } from '@quorate/domain/errors';
import { describeVersion } from '@quorate/domain/version';
import { changeParameters } from '../change-parameters.ts';
import type { GlobalOptions } from '../context.ts';
import { printResult } from '../output.ts';

interface ModifyOptions extends GlobalOptions {
  readonly candidatePoolSize?: number;
  /** Seconds. */
  readonly lease?: number;
  readonly automaticFailover?: 'on' | 'off';
  readonly masterNetmask?: number;
  readonly masterNetdev?: string;
  readonly useExternalMipScript?: 'yes' | 'no';
  /** Seconds. */
  readonly certificateLife?: number;
  readonly automaticRenewal?: 'on' | 'off';
}

export default async function modify(options: ModifyOptions): Promise<number> {
  const { candidatePoolSize, lease, automaticFailover, masterNetmask, masterNetdev, useExternalMipScript } =
    options;
  const { certificateLife, automaticRenewal } = options;
  if (candidatePoolSize !== undefined) assertOnWire('Candidate pool size', candidatePoolSize);
  if (masterNetmask !== undefined) assertOnWire('Netmask', masterNetmask);
  const leaseMs = lease === undefined ? undefined : Math.round(lease * 1000);
  if (leaseMs !== undefined) assertOnWire('Lease in milliseconds', leaseMs);
  if (certificateLife !== undefined) assertOnWire('Life of certificates in seconds', certificateLife);
  const { version, notes } = await changeParameters(options, {
    ...(candidatePoolSize !== undefined && { candidatePoolSize }),
    ...(leaseMs !== undefined && { leaseMs }),
    ...(automaticFailover !== undefined && { automaticFailover: automaticFailover === 'on' }),
    ...(masterNetmask !== undefined && { masterNetmask }),
    ...(masterNetdev !== undefined && { masterNetdev }),
    ...(useExternalMipScript !== undefined && { useExternalMipScript: useExternalMipScript === 'yes' }),
    ...(certificateLife !== undefined && { certificateLifeSeconds: Math.round(certificateLife) }),
    ...(automaticRenewal !== undefined && { automaticRenewal: automaticRenewal === 'on' }),
  });
  printResult(options, { version, notes }, [`Committed: ${describeVersion(version)}`]);
  return 0;
}

/** On the wire it has 32 bits: a number outside them would arrive as another one. The rule itself is the master's (BEH-135). */
function assertOnWire(what: string, size: number): void {
  if (size >= 1 && size <= 0xffff_ffff) return;
  throw new ClusterError('WRONG_INPUT', `${what} ${size} is not a whole number from 1 to ${0xffff_ffff}`);
}

/** Sets until when nothing is done automatically, in the whole cluster or by one node. */
import type { Version } from '@quorate/domain/version';
import { changeNode } from './change-node.ts';
import { changeParameters } from './change-parameters.ts';
import type { GlobalOptions } from './context.ts';

export interface PauseScope extends GlobalOptions {
  /** Name of the node that alone is meant; without it, the whole cluster. */
  readonly node?: string;
}

/** `pausedUntilSeconds`: seconds since 1970; 0 ends a pause, `pauseWithoutEnd` is for ever. */
export async function changePause(options: PauseScope, pausedUntilSeconds: number): Promise<Version> {
  const { node: name } = options;
  if (name !== undefined) return (await changeNode(options, { name, pausedUntilSeconds })).version;
  return (await changeParameters(options, { pausedUntilSeconds })).version;
}

/** The largest number the wire carries. */
export const pauseWithoutEnd = 0xffff_ffff;

/** What it is that a pause stops. */
export const pausedThing = ({ node }: PauseScope): string =>
  node === undefined ? 'Automatic failover' : `Automatic failover to ${node}`;

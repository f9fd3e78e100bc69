/**
 * Installs a node anew under its UUID, from the master, over SSH: taken out of the vote and its certificate revoked, its
 * host cleared of what it still has, and joined as one that is awaited, with a new key and a new certificate.
 *
 * Nothing is changed before the host was reached, showed the expected key, and runs software that fits. What breaks off
 * is gone on with by the same command. Counterpart in Ganeti: gnt-node add --readd.
 */
import { timings } from '@quorate/domain/timings';
import { masterServices } from '@quorate/rpc/services';
import {
  addNode,
  fittingHost,
  nodeAddSteps,
  type AddedNode,
  type NodeAddParts,
  type NodeAddRequest,
} from './node-add.ts';
import { stepRunner } from './steps.ts';

export const nodeReaddSteps = {
  ...nodeAddSteps,
  'take-out': 'Taking it out of the vote and revoking its certificate',
  'clear-host': 'Clearing what the host still has of its membership',
} as const;

/** Fails with NODE_UNKNOWN (BEH-253), with WRONG_INPUT for the master, and as `addNode` does. */
export async function readdNode(parts: NodeAddParts, request: NodeAddRequest): Promise<AddedNode> {
  const steps = stepRunner(nodeReaddSteps, parts.report, parts.access.clock);
  const session = await steps.required('connect', parts.connect);
  try {
    const remote = await fittingHost(parts, steps, request, session);
    const nodeUuid = await steps.required('take-out', () => takeOut(parts, request.name));
    const { clusterUuid } = parts;
    await steps.required('clear-host', () => remote.abandon({ clusterUuid, nodeUuid, keepPrograms: true }));
  } finally {
    session.close();
  }
  return addNode(parts, request);
}

/** Resolves to its UUID. */
async function takeOut({ access, master }: NodeAddParts, name: string): Promise<string> {
  const method = masterServices.nodes.AwaitNode;
  const { uuid } = await access.channels.call(master, method, { name }, { deadlineMs: timings.commitMs });
  return uuid;
}

/** A cluster of two nodes on the disk under a root, with no daemon running. */
import { initCluster } from '@quorate/bootstrap/init';
import { fakeDaemons } from '@quorate/bootstrap/testing/fake-daemons';
import { initOptions, layOutHost } from '@quorate/bootstrap/testing/init-host';
import { layoutUnder } from '@quorate/cluster-state/layout';
import { defaultSettings } from '@quorate/cluster-state/settings';
import { publishRecord } from '@quorate/cluster-state/views';
import { withNode } from '@quorate/domain/configuration-changes';
import type { Draft } from '@quorate/domain/configuration';
import { seal } from '@quorate/domain/record';
import { testNode, testSeconds } from '@quorate/domain/testing/drafts';
import { systemClock } from '@quorate/platform/clock';
import { sha256Hex } from '@quorate/platform/digest';
import { diskFiles } from '@quorate/platform/files';

/** node1, the master, and node2, on loopback addresses where nobody listens; then changed as the test wants it. */
export async function makeCluster(
  root: string,
  change: (draft: Draft) => Draft = (draft) => draft,
): Promise<void> {
  layOutHost(root);
  const state = { files: diskFiles, layout: layoutUnder(root) };
  const nothing = () => Promise.resolve();
  const { record } = await initCluster(
    {
      state,
      settings: { ...defaultSettings, nodePort: 47_821, masterPort: 47_826 },
      clock: systemClock,
      daemons: fakeDaemons(),
      report: () => undefined,
      awaitNodeDaemon: nothing,
      awaitMasterDaemon: nothing,
    },
    initOptions,
  );
  const second = { ...testNode(2), primaryIp: '127.0.0.12', nodePort: 47_821, masterPort: 47_826 };
  await publishRecord(state, seal(change(withNode(record, second, testSeconds)), sha256Hex));
}

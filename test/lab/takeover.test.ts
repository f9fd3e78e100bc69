/** A data directory in Ganeti's format taken over on hosts: one agent at first, then the other nodes join as what they were. */
import { afterEach, expect, it } from 'vitest';
import { awaitUntil } from './await.ts';
import {
  configurationOn,
  expectOneMaster,
  mustQuorate,
  quorate,
  startTestCluster,
  statusFrom,
} from './cluster-for-tests.ts';
import type { Lab } from './lab.ts';
import { describeLab, downTestLabs } from './lab-for-tests.ts';

const exported = '/var/lib/exported';

/** As if Quorate had never been there, but for the programs and what was exported. */
async function forget(lab: Lab, k: number): Promise<void> {
  const script =
    'for daemon in masterd noded; do kill "$(head -n 1 /run/quorate/$daemon.pid)"; done; rm -rf /var/lib/quorate';
  await lab.on(k, ['sh', '-c', script]);
  const listening = ['sh', '-c', 'ss -Htln sport = :1811 | grep -q .'];
  await awaitUntil(
    `q${k} does not let go`,
    30_000,
    async () => (await lab.on(k, listening)).code !== 0 && !(await lab.holdersOfMasterIp()).includes(k),
  );
}

const uuids = (status: Awaited<ReturnType<typeof statusFrom>>) =>
  status.nodes.map(({ name, uuid }) => `${name} ${uuid}`);

describeLab('a cluster of two hosts in Ganeti’s format', () => {
  afterEach(downTestLabs);

  it('is imported on its master, and the other node joins under the UUID it had (BEH-162)', async () => {
    const lab = await startTestCluster(2);
    const before = await statusFrom(lab, 1);
    await mustQuorate(lab, 1, 'export', '--to', exported);
    await forget(lab, 1);
    const early = await quorate(lab, 1, 'import', '--from', exported);
    expect(early.stderr).toContain('A node daemon still serves on q2.lab');
    await forget(lab, 2);

    expect(await mustQuorate(lab, 1, 'import', '--from', exported)).toContain('quorate node add q2.lab');
    const alone = await statusFrom(lab, 1);
    expect(alone).toMatchObject({ needed: 1, healthy: true, master: { name: 'q1.lab' } });
    expect(uuids(alone)).toEqual(uuids(before));
    const { serial_no } = await configurationOn(lab, 1);

    await mustQuorate(lab, 1, 'node', 'add', 'q2.lab');
    await expectOneMaster(lab, 1);
    const joined = await statusFrom(lab, 1);
    expect(uuids(joined)).toEqual(uuids(before));
    expect(joined.nodes.map(({ role }) => role)).toEqual(['master', 'candidate']);
    expect((await configurationOn(lab, 2)).serial_no).toBeGreaterThan(serial_no);
    expect(await mustQuorate(lab, 1, 'verify')).toBe('No errors found\n');
    await mustQuorate(lab, 2, 'failover');
    await expectOneMaster(lab, 2);
  });
});

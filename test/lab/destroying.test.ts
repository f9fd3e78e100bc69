/** `destroy` on a host, killed with SIGKILL before and after every one of its steps, leaves what was there before `init`. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mustQuorate, quorate } from './cluster-for-tests.ts';
import type { Lab } from './lab.ts';
import { describeLab, downTestLabs } from './lab-for-tests.ts';
import { destroy, init, killed, momentsOf, startLoneHost, tree } from './lone-host.ts';

let lab: Lab;
let before: readonly string[];

describeLab('a host', () => {
  beforeAll(async () => void ({ lab, before } = await startLoneHost()));
  afterAll(downTestLabs);

  it('is after destroy what it was before init (BEH-140, BEH-151)', async () => {
    await mustQuorate(lab, 1, ...init);
    expect(await tree(lab, { contents: true })).not.toEqual(before);
    await mustQuorate(lab, 1, ...destroy);
    expect(await tree(lab, { contents: true })).toEqual(before);
  });

  it('destroy killed before and after every step is finished by the next', async () => {
    await mustQuorate(lab, 1, ...init);
    for (const moment of await momentsOf(lab, destroy)) {
      await mustQuorate(lab, 1, ...init);
      await killed(lab, destroy, moment);
      await finishDestroy(moment);
      expect({ moment, tree: await tree(lab, { contents: true }) }).toEqual({ moment, tree: before });
    }
  });
});

/** The killed one may have been through already, or its node daemon finishes alone: then there is no cluster to destroy. */
async function finishDestroy(moment: string): Promise<void> {
  const { code, stderr } = await quorate(lab, 1, ...destroy);
  const wasOver = stderr.includes('NOT_IN_CLUSTER');
  expect({ moment, code, stderr }).toMatchObject({ code: wasOver ? 2 : 0 });
}

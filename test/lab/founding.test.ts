/**
 * `init` on a host, killed with SIGKILL before and after every one of its steps: gone on with by the same command, or taken
 * back.
 */
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

  it('BEH-149 init killed before and after every step is taken back', async () => {
    // After the last of its steps it is no more under way.
    const moments = (await momentsOf(lab, init)).slice(0, -1);
    await mustQuorate(lab, 1, ...destroy);
    for (const moment of moments) {
      await killed(lab, init, moment);
      await mustQuorate(lab, 1, 'init', '--abort');
      expect({ moment, tree: await tree(lab, { contents: true }) }).toEqual({ moment, tree: before });
    }
  });

  it('BEH-150 init killed before and after every step, then again, ends where an undisturbed one does', async () => {
    const moments = (await momentsOf(lab, init)).slice(0, -1);
    const undisturbed = await tree(lab, { contents: false });
    await mustQuorate(lab, 1, ...destroy);
    for (const moment of moments) {
      await killed(lab, init, moment);
      await mustQuorate(lab, 1, ...init);
      expect({ moment, tree: await tree(lab, { contents: false }) }).toEqual({ moment, tree: undisturbed });
      expect(await mustQuorate(lab, 1, 'master')).toBe(`${lab.nodeName(1)}\n`);
      await mustQuorate(lab, 1, 'status');
      await mustQuorate(lab, 1, ...destroy);
      expect({ moment, tree: await tree(lab, { contents: true }) }).toEqual({ moment, tree: before });
    }
  });

  it('two inits at once: one wins, one is told', async () => {
    const ran = await Promise.all([quorate(lab, 1, ...init), quorate(lab, 1, ...init)]);
    expect(ran.map(({ code }) => code).toSorted((a, b) => a - b)).toEqual([0, 1]);
    const told = ran.find(({ code }) => code === 1);
    expect(told?.stderr).toContain('Another init or import is at work on this host');
    await mustQuorate(lab, 1, ...destroy);
    expect(await tree(lab, { contents: true })).toEqual(before);
  });
});

/** What is true of every roster: its text says all of it. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { leaseBounds } from './lease.ts';
import { parseRoster } from './roster-of.ts';
import type { Roster } from './roster.ts';

/** The same run every time; a failure shows the smallest case. */
const run = { seed: 20_261_122, numRuns: 1_000 };

const text = fc.string({ unit: 'binary' });
const filled = fc.string({ unit: 'binary', minLength: 1 });
const port = fc.integer({ min: 1, max: 65_535 });
const until = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(null));

const node = fc.record(
  {
    uuid: filled,
    name: filled,
    address: filled,
    nodePort: port,
    masterPort: port,
    role: fc.constantFrom('master', 'candidate', 'regular', 'drained', 'offline'),
    priority: fc.nat({ max: 100 }),
    pausedUntilSeconds: until,
  },
  { requiredKeys: ['uuid', 'name', 'address', 'nodePort', 'masterPort', 'role'] },
);

const nodes = fc
  .uniqueArray(node, { selector: ({ uuid }) => uuid })
  .filter((found) => new Set(found.map(({ name }) => name)).size === found.length);

const roster: fc.Arbitrary<Roster> = fc
  .record({
    clusterUuid: filled,
    clusterName: filled,
    version: fc.record({ epoch: fc.maxSafeNat(), serial: fc.maxSafeNat(), digest: text }),
    masterIp: fc.record({
      address: filled,
      netmask: fc.integer({ min: 1, max: 128 }),
      device: text,
      family: fc.constantFrom(4, 6),
    }),
    nodes,
    parameters: fc.record({
      leaseMs: fc.integer({ min: leaseBounds.leastMs, max: leaseBounds.mostMs }),
      automaticFailover: fc.boolean(),
      pausedUntilSeconds: until,
    }),
    ssconfDigest: text,
  })
  .chain((made) =>
    fc.constantFrom(null, ...made.nodes.map(({ uuid }) => uuid)).map((master) => ({ ...made, master })),
  );

it('is read as it was written', () => {
  fc.assert(
    fc.property(roster, (written) => {
      const json = JSON.stringify(written);
      expect(JSON.stringify(parseRoster(json))).toBe(json);
    }),
    run,
  );
});

/**
 * Thousands of malformed connections to the port of a real node daemon: it lives, its memory stays bounded, and it votes
 * in time meanwhile and afterwards.
 *
 * QUORATE_AGENT_ATTACKS=10000 runs the full count; QUORATE_AGENT_SEED=N runs the one that a failure named.
 */
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { seeded } from '@quorate/domain/testing/seeded';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ports } from '../loopback/host-plan.ts';
import { isAlive, processesUnder, type HostProcess } from '../loopback/host-processes.ts';
import { asWanted, awaitSight, notYet } from '../loopback/observe.ts';
import { attack, attackOf, attacks, type Target } from './agent-attacks.ts';
import { makeCluster, readState, type TestCluster } from './clusters.ts';

const count = Number(process.env['QUORATE_AGENT_ATTACKS'] ?? 1_500);
const only = process.env['QUORATE_AGENT_SEED'];
const atOnce = 16;
/** Above what it has after the first attacks have loaded and warmed everything: a leak of 16 kB per attack is found. */
const growthBytes = 160 * 1024 * 1024;
const logBytes = 1024 * 1024;

let made: TestCluster;
let target: Target;
let agent: HostProcess;

beforeAll(async () => {
  made = await makeCluster(1);
  const { first } = made.world;
  const pem = readState(first, 'node.pem');
  const context = createSecureContext({ key: pem, cert: pem });
  target = { host: first.address, port: ports.node, context };
  agent = processesUnder(first.root).find(({ program }) => program === 'quorate-noded')!;
});
afterAll(() => made?.end());

/** Of the attacks that begin with a good handshake: whether the agent said anything. */
const answers: boolean[] = [];

const residentBytes = (): number =>
  1024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${agent.pid}/status`, 'utf8'))?.[1]);

/** How many answered within the deadline of a vote. */
async function votesInTime(): Promise<number> {
  const { stdout } = await made.cluster.mustQuorate(made.world.first, ['votes', '--json']);
  return (JSON.parse(stdout) as { valid: number }).valid;
}

async function attackAll(seeds: readonly number[], onEach: (seed: number) => void): Promise<void> {
  const waiting = [...seeds];
  const one = async (): Promise<void> => {
    for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
      const wasAnswered = await attack(seed, target);
      if (attackOf(seed).over === 'tls') answers.push(wasAnswered);
      if (!isAlive(agent))
        throw new Error(`The agent died at or before seed ${seed}: ${attackOf(seed).name}`);
      onEach(seed);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}

it(`${count} malformed connections: it lives, votes, and keeps its memory and its log small`, async () => {
  const seeds = only === undefined ? Array.from({ length: count }, (_, i) => i + 1) : [Number(only)];
  const warmUp = seeds.slice(0, attacks.length * 10);
  await attackAll(warmUp, () => undefined);
  const before = residentBytes();
  let most = before;
  const began = performance.now();
  const during = attackAll(seeds.slice(warmUp.length), () => {
    most = Math.max(most, residentBytes());
  });
  const votes = [await votesInTime(), await votesInTime()];
  await during;
  const seconds = (performance.now() - began) / 1_000;
  expect(votes).toEqual([1, 1]);
  expect(await votesInTime()).toBe(1);
  const seen = await awaitSight(
    () => {
      const growth = residentBytes() - before;
      return Promise.resolve(
        growth < growthBytes ? asWanted(`${growth >> 20} MB more`) : notYet(`${growth >> 20} MB more`),
      );
    },
    { wanted: `less than ${growthBytes >> 20} MB more memory`, limitMs: 60_000 },
  );
  console.log(
    `${seeds.length} attacks, ${Math.round(seconds)} s after warming up: at first ${before >> 20} MB, at most ${most >> 20} MB, then ${seen}`,
  );
  expect(isAlive(agent)).toBe(true);
  // Otherwise they were not what they are meant to be.
  expect(answers.filter(Boolean).length).toBeGreaterThan(answers.length * 0.8);
  const log = readFileSync(`${made.world.first.root}/var/log/quorate/noded.log`, 'utf8');
  expect(log).toContain('connection refused');
  expect(log.length).toBeLessThan(logBytes);
}, 1_200_000);

it('the same seed is the same attack', () => {
  for (let seed = 1; seed <= attacks.length; seed += 1) {
    const bytes = (): Buffer => attackOf(seed).bytes(seeded(seed));
    expect(bytes().equals(bytes())).toBe(true);
  }
});

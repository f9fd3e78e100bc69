/**
 * Strangers who connect and say nothing keep nobody from voting. In the reference 64 of them, without any
 * credential, made two masters.
 */
import { createConnection } from 'node:net';
import type { Socket } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ports } from '../loopback/host-plan.ts';
import { awaitMaster } from '../loopback/story.ts';
import { makeCluster } from './clusters.ts';
import type { TestCluster } from './clusters.ts';

let made: TestCluster;
const silent: Socket[] = [];

beforeAll(async () => {
  made = await makeCluster(3);
  for (let i = 0; i < 64; i += 1) {
    const socket = createConnection({ host: made.world.first.address, port: ports.node });
    socket.on('error', () => {}); // being dropped is what they are here for
    await once(socket, 'connect');
    silent.push(socket);
  }
});
afterAll(async () => {
  for (const socket of silent) socket.destroy();
  await made?.end();
});

it('64 silent connections to the master do not keep its vote from being counted', async () => {
  const { stdout } = await made.cluster.mustQuorate(made.world.second, ['votes', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ valid: 3 });
});

it('nor the mastership from being moved', async () => {
  const { second } = made.world;
  await made.cluster.mustQuorate(second, ['failover']);
  expect(await awaitMaster(made.world, second, made.hosts)).toContain('is master');
});

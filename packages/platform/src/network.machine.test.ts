import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deviceExists, holdsAddress, ownAddresses, probeTcp } from './network.ts';

let server: Server;
beforeAll(async () => {
  server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => server.close());
const port = () => (server.address() as AddressInfo).port;

describe('the network of this host', () => {
  it('has loopback', async () => {
    expect(ownAddresses()).toContainEqual({ address: '127.0.0.1', device: 'lo', family: 4 });
    expect(await deviceExists('lo')).toBe(true);
  });

  it.each(['', 'no-such-device', '../lo', 'l'])('has no device %j', async (name) => {
    expect(await deviceExists(name)).toBe(false);
  });
});

describe('holdsAddress', () => {
  it.each(['127.0.0.1', '127.45.6.7'])('knows %s, which the kernel answers for', async (address) => {
    expect(await holdsAddress(address)).toBe(true);
  });

  it.each(['192.0.2.1', 'no address'])('knows %s not', async (address) => {
    expect(await holdsAddress(address)).toBe(false);
  });
});

describe('probeTcp', () => {
  it('BEH-192 finds an open port', async () => {
    expect(await probeTcp('127.0.0.1', port(), 5_000)).toBe('open');
  });

  it('BEH-193 tells a refused port from an open one', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const free = (other.address() as AddressInfo).port;
    await new Promise((resolve) => other.close(resolve));
    expect(await probeTcp('127.0.0.1', free, 5_000)).toBe('refused');
  });

  it('calls an address without a way to it unreachable', async () => {
    expect(await probeTcp('255.255.255.255', 22, 5_000)).toBe('unreachable');
  });
});

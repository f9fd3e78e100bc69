/** Which way the master IP is held follows from the address; on loopback, holding it means listening on it. */
import type { MasterIpParameters } from '@quorate/domain/roster';
import type { MasterAddress } from '@quorate/platform/interface-address';
import type { TlsListener } from '@quorate/platform/tls-listener';
import { describe, expect, it } from 'vitest';
import { listenedAddress, masterAddress } from './master-ip.ts';

const at = (address: string): MasterIpParameters => ({
  address,
  netmask: 32,
  device: 'eth0',
  family: address.includes(':') ? 6 : 4,
});

/** Notes what is asked of it; `taken` addresses cannot be listened on. */
function listener(taken: ReadonlySet<string> = new Set()) {
  const done: string[] = [];
  const door: Pick<TlsListener, 'listen' | 'unlisten'> = {
    listen(endpoint) {
      done.push(`listen ${endpoint.host}:${endpoint.port}`);
      return taken.has(endpoint.host) ? Promise.reject(new Error('in use')) : Promise.resolve(endpoint);
    },
    unlisten: ({ host, port }) => Promise.resolve(void done.push(`unlisten ${host}:${port}`)),
  };
  return { done, address: listenedAddress(door as TlsListener, 1811) };
}

describe('a loopback address', () => {
  it('is held by listening on it, once, and given up by not listening any more', async () => {
    const { done, address } = listener();
    expect((await address.look(at('127.0.0.100'))).here).toBe(false);
    await address.raise(at('127.0.0.100'));
    await address.raise(at('127.0.0.100'));
    expect((await address.look(at('127.0.0.100'))).here).toBe(true);
    expect((await address.look(at('127.0.0.101'))).here).toBe(false);
    await address.lower(at('127.0.0.100'));
    expect((await address.look(at('127.0.0.100'))).here).toBe(false);
    expect(done).toEqual(['listen 127.0.0.100:1811', 'unlisten 127.0.0.100:1811']);
  });

  it('BEH-311 that is not held is lowered without doing anything, least of all to the node’s own address', async () => {
    const { done, address } = listener();
    await address.lower(at('127.0.0.1'));
    expect(done).toEqual([]);
  });

  it('that cannot be listened on is not held, and is tried again', async () => {
    const taken = new Set(['127.0.0.100']);
    const { done, address } = listener(taken);
    await expect(address.raise(at('127.0.0.100'))).rejects.toThrow('in use');
    expect((await address.look(at('127.0.0.100'))).here).toBe(false);
    taken.clear();
    await address.raise(at('127.0.0.100'));
    expect(done).toHaveLength(2);
  });
});

it('a loopback address has no life of its own that could be prolonged', async () => {
  const { done, address } = listener();
  await address.keep(at('127.0.0.100'), 3);
  expect((await address.look(at('127.0.0.100'))).here).toBe(false);
  expect(done).toEqual([]);
});

/** Notes what is asked of it, and answers `here` as told. */
const noting = (name: string, done: string[], here = false): MasterAddress => ({
  raise: () => Promise.resolve(void done.push(`raise ${name}`)),
  keep: (_params, seconds) => Promise.resolve(void done.push(`keep ${name} for ${seconds} s`)),
  lower: () => Promise.resolve(void done.push(`lower ${name}`)),
  look: () => Promise.resolve({ here, right: here, linkUp: true, linkChanges: 0 }),
  announce: () => void done.push(`announce ${name}`),
});

function ways(here: { readonly own?: boolean; readonly script?: boolean } = {}) {
  const done: string[] = [];
  const either = masterAddress({
    onInterface: noting('interface', done, here.own),
    onLoopback: noting('loopback', done, here.own),
    byScript: noting('script', done, here.script),
  });
  return { done, either };
}

describe('the way', () => {
  it.each([
    ['127.0.0.100', 'loopback'],
    ['127.1.2.3', 'loopback'],
    ['::1', 'loopback'],
    ['10.99.0.100', 'interface'],
    ['2001:db8::100', 'interface'],
  ])('to hold %s is %s', async (address, way) => {
    const { done, either } = ways();
    await either.raise(at(address));
    await either.keep(at(address), 2);
    either.announce(at(address));
    await either.lower(at(address));
    const lowered = ['lower script', `lower ${way}`];
    expect(done).toEqual([`raise ${way}`, `keep ${way} for 2 s`, `announce ${way}`, ...lowered]);
  });

  const external = { ...at('10.99.0.100'), externalScript: true };

  it('BEH-306 is the script of the site where the cluster says so', async () => {
    const { done, either } = ways({ script: true });
    await either.raise(external);
    await either.keep(external, 2);
    expect(done).toEqual(['raise script', 'keep script for 2 s']);
  });

  it('that was left is left first, whichever it was', async () => {
    const toScript = ways({ own: true });
    await toScript.either.raise(external);
    expect(toScript.done).toEqual(['lower interface', 'raise script']);
    const toOurs = ways({ script: true });
    await toOurs.either.raise(at('10.99.0.100'));
    expect(toOurs.done).toEqual(['lower script', 'raise interface']);
  });

  it.each([
    ['ours has it', { own: true }, {}, { here: true, right: true }],
    ['the script has it, which it should not', { script: true }, {}, { here: true, right: false }],
    ['both have it', { own: true, script: true }, {}, { here: true, right: false }],
    ['the script has it', { script: true }, { externalScript: true }, { here: true, right: true }],
    [
      'ours has it, and the script should',
      { own: true },
      { externalScript: true },
      { here: true, right: false },
    ],
    ['nobody has it', {}, {}, { here: false, right: false }],
  ])('is told from what is there: %s', async (_what, here, wanted, seen) => {
    expect(await ways(here).either.look({ ...at('10.99.0.100'), ...wanted })).toMatchObject(seen);
  });
});

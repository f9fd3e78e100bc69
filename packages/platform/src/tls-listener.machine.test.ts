/** The door under real sockets on loopback: who gets in, who does not, and that silence costs a bounded amount. */
import { EventEmitter, once } from 'node:events';
import { connect as connectTcp, createServer, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLinkCertificate, createSelfSignedCertificate, identityOf } from './certificates.ts';
import {
  testAuthority,
  testIdentity,
  type TestAuthority,
  type TestNodeWishes,
} from './testing/certificates.ts';
import {
  createTlsListener,
  type TlsIdentity,
  type TlsListener,
  type TlsListenerParts,
} from './tls-listener.ts';

const limits = { handshakeMs: 20_000, pendingTotal: 256, pendingPerAddress: 16 };
const dayMs = 24 * 3_600_000;

let authority: TestAuthority;
let server: TlsIdentity;
let client: TlsIdentity;
beforeAll(async () => {
  authority = await testAuthority();
  server = await testIdentity(authority, { name: 'server' });
  client = await testIdentity(authority, { name: 'client' });
});

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0)) await end();
});

interface OpenDoor {
  readonly port: number;
  readonly listener: TlsListener;
  readonly admitted: TLSSocket[];
  readonly refused: string[];
}

async function openDoor(wishes: Partial<TlsListenerParts> = {}): Promise<OpenDoor> {
  const admitted: TLSSocket[] = [];
  const refused: string[] = [];
  const listener = createTlsListener({
    identity: server,
    limits,
    outdatedMs: 20_000,
    admit: () => undefined,
    onConnection: (socket) => {
      admitted.push(socket);
      socket.write('welcome');
    },
    onRefused: (address, why) => refused.push(`${address}: ${why}`),
    ...wishes,
  });
  endings.push(() => listener.close());
  const { port } = await listener.listen({ host: '127.0.0.1', port: 0 });
  return { port, listener, admitted, refused };
}

type Dialled = ConnectionOptions & { readonly localAddress?: string };

function dial(port: number, identity: Partial<TlsIdentity>, options: Dialled = {}): TLSSocket {
  const socket = connectTls({
    ...{ host: '127.0.0.1', port, ca: server.caPem, servername: 'server', ALPNProtocols: ['h2'] },
    ...{ cert: identity.certificatePem, key: identity.privateKeyPem },
    ...options,
  });
  endings.push(() => socket.destroy());
  return socket;
}

/** What the door says to someone with this identity: 'welcome', or how the connection ended. */
async function knock(port: number, identity: Partial<TlsIdentity>, options: Dialled = {}): Promise<string> {
  const socket = dial(port, identity, options);
  return new Promise((resolve) => {
    socket.on('data', (data) => resolve(data.toString()));
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.on('close', () => resolve('closed'));
  });
}

async function tcp(port: number, options: { localAddress?: string } = {}): Promise<Socket> {
  const socket = connectTcp({ host: '127.0.0.1', port, ...options });
  endings.push(() => socket.destroy());
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

/** However it ends: a reset is as good as a proper end. */
const gone = (socket: Socket) =>
  new Promise<void>((resolve) => {
    if (socket.closed) resolve();
    else socket.resume().once('close', () => resolve());
  });

describe('who gets in', () => {
  it('is a node of this cluster, whose certificate is shown to admit', async () => {
    const seen: unknown[] = [];
    const door = await openDoor({ admit: (der) => (seen.push(identityOf(der)), undefined) });
    expect(await knock(door.port, client)).toBe('welcome');
    expect(await knock(door.port, client, { maxVersion: 'TLSv1.2' })).toBe('welcome');
    const { clusterUuid } = authority;
    expect(seen).toEqual(many(2, () => ({ clusterUuid, nodeUuid: expect.any(String) })));
    expect(door.admitted).toHaveLength(2);
    expect(door.refused).toEqual([]);
  });

  it.each<[string, TestNodeWishes, string]>([
    [
      'BEH-291 an expired',
      { now: new Date(Date.now() - 10 * dayMs), days: 9 },
      'its certificate has expired',
    ],
    [
      'a not yet valid',
      { now: new Date(Date.now() + dayMs) },
      'its certificate is not valid yet; compare the clocks',
    ],
  ])('is not %s certificate', async (_, wishes, why) => {
    const door = await openDoor();
    expect(await knock(door.port, await testIdentity(authority, wishes))).not.toBe('welcome');
    expect(door.refused).toEqual([`127.0.0.1: ${why}`]);
    expect(door.admitted).toEqual([]);
  });

  it('is not a node of another cluster, even one of the same name', async () => {
    const door = await openDoor();
    const other = await testAuthority();
    expect(await knock(door.port, await testIdentity(other))).not.toBe('welcome');
    expect(await knock(door.port, other)).not.toBe('welcome');
    expect(door.refused).toEqual(many(2, () => '127.0.0.1: its certificate was not signed by this cluster'));
  });

  it('is not a service of this cluster with a certificate for servers', async () => {
    const door = await openDoor();
    const { privateKeyPem } = authority;
    const wanted = { privateKeyPem, commonName: 'cluster.example.com', now: new Date(), days: 1 };
    const certificatePem = await createSelfSignedCertificate(wanted);
    expect(await knock(door.port, { privateKeyPem, certificatePem })).not.toBe('welcome');
    expect(door.refused).toEqual(['127.0.0.1: its certificate is not for clients']);
  });

  it.each<[string, ConnectionOptions]>([
    ['TLS 1.3', {}],
    ['TLS 1.2', { maxVersion: 'TLSv1.2' }],
  ])('BEH-292 is nobody without a certificate, with %s', async (_, options) => {
    const door = await openDoor();
    expect(await knock(door.port, {}, options)).not.toBe('welcome');
    expect(door.refused).toEqual(['127.0.0.1: it showed no certificate']);
  });

  it('is nobody whom admit refuses, or whom it cannot judge', async () => {
    const refusing = await openDoor({ admit: () => 'it is not a node of this cluster' });
    const failing = await openDoor({
      admit: () => {
        throw new Error('no roster');
      },
    });
    expect(await knock(refusing.port, client)).not.toBe('welcome');
    expect(await knock(failing.port, client)).not.toBe('welcome');
    expect(refusing.refused).toEqual(['127.0.0.1: it is not a node of this cluster']);
    expect(failing.refused).toEqual(['127.0.0.1: the check of its certificate failed: no roster']);
  });

  it.each<[string, ConnectionOptions, string]>([
    [
      'an old TLS',
      { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' },
      'it offers no TLS version from 1.2 up',
    ],
    ['another protocol', { ALPNProtocols: ['http/1.1'] }, 'it does not speak HTTP/2'],
    ['no protocol', { ALPNProtocols: [] }, 'it does not speak HTTP/2'],
  ])('is nobody who offers %s', async (_, options, why) => {
    const door = await openDoor();
    expect(await knock(door.port, client, options)).not.toBe('welcome');
    expect(door.refused).toEqual([`127.0.0.1: ${why}`]);
  });

  it('is nobody who speaks something else', async () => {
    const door = await openDoor();
    for (const text of ['GET / HTTP/1.1\r\n\r\n', '\0'.repeat(20)]) {
      const socket = await tcp(door.port);
      socket.write(text);
      await gone(socket);
    }
    expect(door.refused).toEqual([
      '127.0.0.1: it speaks HTTP without TLS',
      '127.0.0.1: it does not speak TLS',
    ]);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'is judged anew each time: nobody resumes a %s session',
    async (version) => {
      const door = await openDoor();
      const sessions: Buffer[] = [];
      const first = dial(door.port, client, { maxVersion: version }).on('session', (session) =>
        sessions.push(session),
      );
      await once(first, 'data');
      for (const session of [...sessions, first.getSession()]) {
        const again = dial(door.port, client, { session, maxVersion: version });
        await once(again, 'data');
        expect(again.isSessionReused()).toBe(false);
      }
    },
  );
});

describe('silent connections', () => {
  it.each([64, 300])('%i of them do not keep a node out', async (count) => {
    const door = await openDoor();
    await Promise.all(many(count, () => tcp(door.port)));
    expect(await knock(door.port, client)).toBe('welcome');
    expect(await knock(door.port, client)).toBe('welcome');
  });

  it('are bounded per address: the one that has waited longest goes', async () => {
    const door = await openDoor({ limits: { ...limits, pendingPerAddress: 3 } });
    const sockets: Socket[] = [];
    for (let i = 0; i < 5; i += 1) sockets.push(await tcp(door.port));
    await Promise.all(sockets.slice(0, 2).map(gone));
    // Whoever was let in later is still there: its handshake can begin.
    expect(sockets.slice(2).map((socket) => socket.closed)).toEqual([false, false, false]);
    expect(door.refused).toEqual(
      many(2, () => '127.0.0.1: too many connections had not finished their handshake'),
    );
  });

  it('are bounded in total: the address that has most gives way', async () => {
    const door = await openDoor({ limits: { ...limits, pendingTotal: 4 } });
    const lonely = await tcp(door.port, { localAddress: '127.0.0.2' });
    const crowd: Socket[] = [];
    for (let i = 0; i < 3; i += 1) crowd.push(await tcp(door.port, { localAddress: '127.0.0.3' }));
    expect(await knock(door.port, client, { localAddress: '127.0.0.4' })).toBe('welcome');
    await gone(crowd[0] as Socket);
    expect(lonely.closed).toBe(false);
    expect(door.refused).toEqual(['127.0.0.3: too many connections had not finished their handshake']);
  });

  it('are gone after the time for a handshake, also those that trickle', async () => {
    const handshakeMs = 200;
    const door = await openDoor({ limits: { ...limits, handshakeMs, pendingPerAddress: 50 } });
    const began = performance.now();
    const sockets = await Promise.all(many(20, () => tcp(door.port)));
    const trickling = sockets[0] as Socket;
    // The header of a ClientHello of 16 KiB that comes byte by byte.
    trickling.write(Buffer.of(0x16, 3, 1, 0x40, 0, 1, 0, 0x3f, 0xfc, 3, 3));
    const drip = setInterval(() => trickling.write(Buffer.of(0)), 10);
    await Promise.all(sockets.map(gone));
    clearInterval(drip);
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(door.refused).toEqual(many(20, () => `127.0.0.1: it took longer than ${handshakeMs} ms`));
  });

  it('that close again are reported and forgotten', async () => {
    const reports = new EventEmitter();
    const door = await openDoor({ onRefused: (_, why) => reports.emit('refused', why) });
    const reported = once(reports, 'refused');
    (await tcp(door.port)).resetAndDestroy();
    expect(await reported).toEqual(['it closed the connection during the handshake']);
    expect(await knock(door.port, client)).toBe('welcome');
  });

  it('cost an admitted connection nothing', async () => {
    const handshakeMs = 200;
    const door = await openDoor({ limits: { handshakeMs, pendingTotal: 2, pendingPerAddress: 2 } });
    expect(await knock(door.port, client)).toBe('welcome');
    const silent = await Promise.all(many(4, () => tcp(door.port)));
    await Promise.all(silent.map(gone));
    expect(door.admitted.map((socket) => socket.destroyed)).toEqual([false]);
  });
});

describe('endpoints', () => {
  it('that are taken are named in the error', async () => {
    const { port, listener } = await openDoor();
    const other = await openDoor();
    await expect(other.listener.listen({ host: '127.0.0.1', port })).rejects.toMatchObject({
      reason: 'ADDRESS_IN_USE',
      message: expect.stringContaining(`127.0.0.1:${port}`),
    });
    await listener.unlisten({ host: '127.0.0.1', port });
    await expect(other.listener.listen({ host: '127.0.0.1', port })).resolves.toEqual({
      host: '127.0.0.1',
      port,
    });
  });

  it('that are not of this host are named in the error', async () => {
    const { listener } = await openDoor();
    await expect(listener.listen({ host: '192.0.2.1', port: 0 })).rejects.toMatchObject({
      reason: 'ADDRESS_NOT_OWNED',
      message: expect.stringContaining('192.0.2.1'),
    });
  });

  it('may be listened on twice, also at the same time', async () => {
    const { port, listener } = await openDoor();
    const at = { host: '127.0.0.2', port };
    expect(await Promise.all([listener.listen(at), listener.listen(at)])).toEqual([at, at]);
    expect(await listener.listen(at)).toEqual(at);
    expect(await knock(port, client, { host: '127.0.0.2' })).toBe('welcome');
  });

  it('are free after unlisten, and what came through them has ended; others stay', async () => {
    const door = await openDoor();
    const second = { host: '127.0.0.2', port: door.port };
    await door.listener.listen(second);
    expect(await knock(door.port, client)).toBe('welcome');
    expect(await knock(door.port, client, { host: '127.0.0.2' })).toBe('welcome');
    const pending = connectTcp({ host: '127.0.0.2', port: door.port });
    await once(pending, 'connect');
    const [stays, ends] = door.admitted as [TLSSocket, TLSSocket];
    await door.listener.unlisten(second);
    await Promise.all([gone(ends), gone(pending)]);
    expect(stays.destroyed).toBe(false);
    const next = createServer().listen(second);
    endings.push(() => next.close());
    await once(next, 'listening');
    await door.listener.unlisten(second);
    expect(await knock(door.port, client)).toBe('welcome');
  });

  it('end with close, and nothing keeps the process', async () => {
    const door = await openDoor();
    expect(await knock(door.port, client)).toBe('welcome');
    await door.listener.close();
    await gone(door.admitted[0] as TLSSocket);
    expect(await knock(door.port, client)).toBe('ECONNREFUSED');
    await door.listener.close();
  });

  it('serve IPv6 and a new identity from then on', async () => {
    const door = await openDoor();
    const { port } = await door.listener.listen({ host: '::1', port: 0 });
    const other = await testAuthority();
    const [newServer, newClient] = [await testIdentity(other, { name: 'server' }), await testIdentity(other)];
    expect(await knock(port, client, { host: '::1' })).toBe('welcome');
    door.listener.replaceIdentity(newServer);
    expect(await knock(port, newClient, { host: '::1', ca: newServer.caPem })).toBe('welcome');
    expect(await knock(port, client, { host: '::1', ca: newServer.caPem })).not.toBe('welcome');
    expect(door.admitted[0]?.destroyed).toBe(false);
    expect(door.refused).toEqual(['::1: its certificate was not signed by this cluster']);
  });
});

describe('when the cluster certificate is renewed', () => {
  let renewed: TestAuthority;
  let linked: TlsIdentity;
  beforeAll(async () => {
    renewed = { ...(await testAuthority()), clusterUuid: authority.clusterUuid };
    const link = await createLinkCertificate({ ...renewed, issuer: authority, now: new Date() });
    const own = await testIdentity(renewed, { name: 'server' });
    linked = { ...own, certificatePem: own.certificatePem + link };
  });
  const both = () => authority.certificatePem + renewed.certificatePem;

  it('both are let in while both are trusted, whichever the server shows', async () => {
    for (const shown of [server, linked]) {
      const door = await openDoor({ identity: { ...shown, caPem: both() } });
      for (const knocks of [client, linked])
        expect(await knock(door.port, knocks, { ca: both() })).toBe('welcome');
    }
  });

  it('who trusts the old one only, and who shows the new one and its link, let each other in', async () => {
    const away = await openDoor({ identity: server });
    expect(await knock(away.port, linked, { ca: both() })).toBe('welcome');
    const present = await openDoor({ identity: { ...linked, caPem: both() } });
    expect(await knock(present.port, client, { ca: authority.certificatePem })).toBe('welcome');
  });

  it('what came by the old one is cut after the grace, and what the new one stands behind is not', async () => {
    const door = await openDoor({ identity: { ...linked, caPem: both() }, outdatedMs: 0 });
    expect(await knock(door.port, client, { ca: both() })).toBe('welcome');
    expect(await knock(door.port, linked, { ca: both() })).toBe('welcome');
    const [old, renewedOne] = door.admitted as [TLSSocket, TLSSocket];
    door.listener.replaceIdentity({ ...linked, caPem: renewed.certificatePem });
    await gone(old);
    expect(renewedOne.destroyed).toBe(false);
    expect(await knock(door.port, client, { ca: both() })).not.toBe('welcome');
  });

  it('what shows the new one and its link stays where the renewal is taken back', async () => {
    const door = await openDoor({ identity: { ...server, caPem: both() }, outdatedMs: 0 });
    const stranger = await testAuthority();
    const foreign = await testIdentity(stranger);
    expect(await knock(door.port, linked, { ca: both() })).toBe('welcome');
    door.listener.replaceIdentity({ ...server, caPem: both() + stranger.certificatePem });
    expect(await knock(door.port, foreign, { ca: both() })).toBe('welcome');
    door.listener.replaceIdentity(server);
    const [stays, ends] = door.admitted as [TLSSocket, TLSSocket];
    await gone(ends);
    expect(stays.destroyed).toBe(false);
  });
});

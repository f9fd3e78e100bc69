/**
 * What an attacker sends to an agent's port: garbage instead of TLS, damaged TLS, and, from a host whose certificate is
 * good, HTTP/2 and gRPC that nobody should send. Each attack is decided by its seed alone.
 */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import { seeded, type Seeded } from '@quorate/domain/testing/seeded';

export interface Target {
  readonly host: string;
  readonly port: number;
  /** Of a node: its certificate is what most of these need to get as far as HTTP/2. */
  readonly context: SecureContext;
}

export interface Attack {
  readonly name: string;
  /** What is written at once after connecting, or after the handshake. */
  readonly over: 'tcp' | 'tls';
  bytes(random: Seeded): Buffer;
}

// --- frames of HTTP/2 (RFC 9113), by hand

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const type = {
  data: 0,
  headers: 1,
  rst: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  window: 8,
  continuation: 9,
} as const;
const endStream = 1;
const endHeaders = 4;

/** `length` is what the frame says of itself; absent for the truth. */
function frame(
  kind: number,
  flags: number,
  stream: number,
  body: Buffer = Buffer.alloc(0),
  length = body.length,
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(length & 0xffffff, 0, 3);
  head[3] = kind;
  head[4] = flags;
  head.writeUInt32BE(stream >>> 0, 5);
  return Buffer.concat([head, body]);
}

const begin = (): Buffer => Buffer.concat([preface, frame(type.settings, 0, 0)]);
const numbered = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));
const noise = (random: Seeded, length: number): Buffer =>
  Buffer.from(numbered(length, () => random.pick(256)));

/** HPACK without compression: literal, not indexed, new name. Lengths below 127, or with one more octet or two. */
function headerField(name: string, value: string | Buffer): Buffer {
  return Buffer.concat([Buffer.of(0), hpackString(Buffer.from(name)), hpackString(Buffer.from(value))]);
}

function hpackString(text: Buffer): Buffer {
  if (text.length < 127) return Buffer.concat([Buffer.of(text.length), text]);
  const octets = [127];
  let rest = text.length - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) octets.push((rest % 128) | 128);
  return Buffer.concat([Buffer.of(...octets, rest), text]);
}

const voteService = '/quorate.node.v1.VoteService/GetVote';
const paths = [
  voteService,
  '/quorate.node.v1.GrantService/RequestGrant',
  '/quorate.node.v1.ConfigurationService/PutConfiguration',
  '/grpc.health.v1.Health/Watch',
  '/nothing/Here',
] as const;

const request = (path: string, more: readonly Buffer[] = []): Buffer =>
  Buffer.concat([
    headerField(':method', 'POST'),
    headerField(':scheme', 'http'),
    headerField(':path', path),
    headerField(':authority', 'n1'),
    headerField('content-type', 'application/grpc'),
    headerField('te', 'trailers'),
    ...more,
  ]);

const call = (stream: number, path: string, flags = endHeaders): Buffer =>
  frame(type.headers, flags, stream, request(path));
const streamOf = (index: number): number => 1 + 2 * index;

/** A gRPC message says its own length, truly or not. */
function message(body: Buffer, length = body.length): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, body]);
}

// --- TLS records (RFC 8446), by hand

/** The beginning of a ClientHello, true as far as it goes. */
const hello = (random: Seeded): Buffer =>
  Buffer.concat([
    Buffer.of(1, 0, 2, 0, 3, 3),
    noise(random, 32),
    Buffer.of(32),
    noise(random, 32),
    Buffer.of(0, 2, 0x13, 1, 1, 0),
  ]);
const record = (kind: number, body: Buffer, length = body.length): Buffer =>
  Buffer.concat([Buffer.of(kind, 3, 1, (length >> 8) & 255, length & 255), body]);

const tcp = (name: string, bytes: Attack['bytes']): Attack => ({ name, over: 'tcp', bytes });
const tls = (name: string, bytes: Attack['bytes']): Attack => ({
  name,
  over: 'tls',
  bytes: (r) => Buffer.concat([begin(), bytes(r)]),
});

export const attacks: readonly [Attack, ...Attack[]] = [
  tcp('noise instead of TLS', (r) => noise(r, 1 + r.pick(2_000))),
  tcp('HTTP without TLS', () => Buffer.from('GET / HTTP/1.1\r\nHost: n1\r\n\r\n')),
  tcp('HTTP/2 without TLS', () => Buffer.concat([begin(), call(1, voteService, endHeaders | endStream)])),
  tcp('a TLS record cut short', (r) => record(22, hello(r), 0x4000).subarray(0, 5 + r.pick(70))),
  tcp('a TLS record that is too long', (r) => record(22, noise(r, 20_000), 0xffff)),
  tcp('a TLS record of noise', (r) => record(r.pick(256), noise(r, r.pick(500)))),
  tcp('a ClientHello with damage', (r) => record(22, Buffer.concat([hello(r), noise(r, r.pick(300))]))),
  tcp('alerts before the handshake', (r) =>
    Buffer.concat(numbered(1 + r.pick(50), () => record(21, Buffer.of(1, r.pick(256))))),
  ),
  tcp('one byte and silence', (r) => noise(r, 1)),
  { name: 'noise inside TLS', over: 'tls', bytes: (r) => noise(r, 1 + r.pick(5_000)) },
  { name: 'HTTP/1 inside TLS', over: 'tls', bytes: () => Buffer.from('POST / HTTP/1.1\r\n\r\n') },
  tls('frames of random kinds', (r) =>
    Buffer.concat(
      numbered(1 + r.pick(50), () => frame(r.pick(256), r.pick(256), r.pick(20), noise(r, r.pick(100)))),
    ),
  ),
  tls('a frame with a wrong length', (r) =>
    frame(r.pick(10), r.pick(256), r.pick(4), noise(r, r.pick(60)), r.pick(1 << 24)),
  ),
  tls('SETTINGS of a wrong size', (r) => frame(type.settings, 0, 0, noise(r, 1 + 6 * r.pick(40)))),
  tls('SETTINGS flood', (r) =>
    Buffer.concat(
      numbered(200 + r.pick(3_000), () => frame(type.settings, 0, 0, Buffer.of(0, 3, 0, 0, 0, 100))),
    ),
  ),
  tls('PING flood', (r) =>
    Buffer.concat(numbered(200 + r.pick(3_000), () => frame(type.ping, 0, 0, Buffer.alloc(8)))),
  ),
  tls('WINDOW_UPDATE beyond its limit', (r) =>
    Buffer.concat(
      numbered(1 + r.pick(20), () => frame(type.window, 0, r.pick(3), Buffer.of(0x7f, 255, 255, 255))),
    ),
  ),
  tls('CONTINUATION flood', (r) =>
    Buffer.concat([
      frame(type.headers, 0, 1, request(r.oneOf(paths))),
      ...numbered(100 + r.pick(400), (i) =>
        frame(type.continuation, 0, 1, headerField(`x-${i}`, noise(r, 8).toString('hex').repeat(8))),
      ),
    ]),
  ),
  tls('empty CONTINUATION flood', (r) =>
    Buffer.concat([
      call(1, voteService, 0),
      ...numbered(500 + r.pick(3_000), () => frame(type.continuation, 0, 1)),
    ]),
  ),
  tls('rapid reset', (r) =>
    Buffer.concat(
      numbered(100 + r.pick(1_500), (i) =>
        Buffer.concat([
          call(streamOf(i), r.oneOf(paths)),
          frame(type.rst, 0, streamOf(i), Buffer.of(0, 0, 0, 8)),
        ]),
      ),
    ),
  ),
  tls('more streams than allowed', (r) =>
    Buffer.concat(numbered(129 + r.pick(400), (i) => call(streamOf(i), r.oneOf(paths)))),
  ),
  tls('huge headers', (r) =>
    frame(
      type.headers,
      endHeaders | endStream,
      1,
      request(voteService, [headerField('x-huge', Buffer.alloc(8_000 + r.pick(8_000), 97))]),
    ),
  ),
  tls('many headers', (r) =>
    frame(
      type.headers,
      endHeaders | endStream,
      1,
      request(
        voteService,
        numbered(200 + r.pick(500), (i) => headerField(`x-${i}`, 'y')),
      ),
    ),
  ),
  tls('damaged HPACK', (r) => frame(type.headers, endHeaders | endStream, 1, noise(r, 1 + r.pick(300)))),
  tls('trailers, push and priority out of place', (r) =>
    Buffer.concat([
      call(1, voteService),
      frame(5, 4, 1, noise(r, 20)),
      frame(2, 0, 1, Buffer.of(0, 0, 0, 1, 9)),
      call(1, voteService, endHeaders | endStream),
    ]),
  ),
  tls('DATA without a stream', (r) => frame(type.data, 0, streamOf(r.pick(9)), noise(r, r.pick(2_000)))),
  tls('a message over the limit', (r) =>
    Buffer.concat([
      call(1, r.oneOf(paths)),
      frame(type.data, 0, 1, message(noise(r, 100), 16 * 1024 * 1024 + 1 + r.pick(1 << 30))),
    ]),
  ),
  tls('a message that never ends', (r) =>
    Buffer.concat([
      call(1, r.oneOf(paths)),
      frame(type.data, 0, 1, message(Buffer.alloc(16_000, r.pick(256)), 16 * 1024 * 1024)),
    ]),
  ),
  tls('malformed protobuf', (r) =>
    Buffer.concat(
      numbered(1 + r.pick(20), (i) =>
        Buffer.concat([
          call(streamOf(i), r.oneOf(paths)),
          frame(type.data, endStream, streamOf(i), message(noise(r, r.pick(300)))),
        ]),
      ),
    ),
  ),
  tls('a compressed message that is none', (r) =>
    Buffer.concat([
      call(1, r.oneOf(paths)),
      frame(type.data, endStream, 1, Buffer.concat([Buffer.of(1, 0, 0, 0, 9), noise(r, 9)])),
    ]),
  ),
  tls('GOAWAY and then calls', (r) =>
    Buffer.concat([
      frame(type.goaway, 0, 0, Buffer.alloc(8)),
      ...numbered(1 + r.pick(50), (i) => call(streamOf(i), voteService, endHeaders | endStream)),
    ]),
  ),
];

export const attackOf = (seed: number): Attack => seeded(seed).oneOf(attacks);

/** How long an attacker listens: most have what they are given by then. */
const listensMs = 40;
const longestMs = 5_000;

/**
 * Resolves when the connection is gone or nothing more is worth waiting for; whatever happens to it is an outcome. Tells
 * whether anything came back, which is so for whatever got as far as HTTP/2.
 */
export async function attack(seed: number, { host, port, context }: Target): Promise<boolean> {
  const random = seeded(seed);
  const { over, bytes } = random.oneOf(attacks);
  const payload = bytes(random);
  const socket: Socket =
    over === 'tcp'
      ? connectTcp({ host, port })
      : connectTls({ host, port, secureContext: context, rejectUnauthorized: false, ALPNProtocols: ['h2'] });
  const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  let answered = false;
  socket.on('error', () => undefined).on('data', () => (answered = true));
  socket.once(over === 'tcp' ? 'connect' : 'secureConnect', () => {
    // In pieces, so that no reader can rely on getting a frame whole.
    const at = random.pick(payload.length + 1);
    socket.write(payload.subarray(0, at));
    socket.write(payload.subarray(at));
    void sleep(listensMs).then(() => (random.pick(2) === 0 ? socket.end() : socket.destroy()));
  });
  const limit = setTimeout(() => socket.destroy(), longestMs);
  await gone;
  clearTimeout(limit);
  return answered;
}

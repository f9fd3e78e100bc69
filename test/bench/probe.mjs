/**
 * Asks every 10 ms, from the lab host it runs on, whether anybody answers at an address, and who.
 *
 *     node probe.mjs ADDRESS PORT FILE      until FILE is there; then prints a line for every question
 *
 * A line is: when it was sent, when it was answered, the hardware address that the kernel then knew for the
 * address (`-` if nobody answered within 100 ms). Moments are of the machine's monotonic clock, ms, the same for
 * every process. Plain JavaScript: it is to start at once and to cost little.
 */
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';

const [host, port, end] = process.argv.slice(2);
const periodMs = 10;
const patienceMs = 100;
const nowMs = () => Number(process.hrtime.bigint() / 1_000n) / 1_000;

function hardwareAddress() {
  const line = readFileSync('/proc/net/arp', 'utf8')
    .split('\n')
    .find((each) => each.startsWith(`${host} `));
  return line?.split(/\s+/)[3] ?? 'self';
}

const lines = [];

function ask() {
  const line = { sentMs: nowMs(), answer: '- -' };
  lines.push(line);
  const socket = connect({ host, port: Number(port) });
  const limit = setTimeout(() => socket.destroy(), patienceMs);
  socket.on('connect', () => {
    line.answer = `${nowMs()} ${hardwareAddress()}`;
    socket.destroy();
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => clearTimeout(limit));
}

const asking = setInterval(ask, periodMs);
const looking = setInterval(() => {
  if (!existsSync(end)) return;
  clearInterval(asking);
  clearInterval(looking);
  setTimeout(() => {
    for (const { sentMs, answer } of lines) console.log(`${sentMs} ${answer}`);
  }, 2 * patienceMs);
}, 100);

import { simulateSeed } from './simulate.ts';
const from = Number(process.argv[2] ?? 1), n = Number(process.argv[3] ?? 1), fault = process.argv[4] as never;
const t = performance.now();
let steps = 0, changes = 0, fo = 0; const bad: Record<string, number[]> = {};
for (let s = from; s < from + n; s++) {
  const o = simulateSeed(s, { fault, say: process.env.SAY ? (x) => console.log(x) : undefined });
  steps += o.steps; changes += o.changesCommitted; fo += o.failovers;
  if (o.violation) { (bad[o.violation.invariant] ??= []).push(s); if (n<300 || (bad[o.violation.invariant]?.length??0) < 6) console.log(s, o.violation.invariant, Math.round(o.violation.atMs), o.violation.message); }
}
const sec = (performance.now() - t) / 1000;
console.log({ steps, changes, fo, sec, perSec: n / sec, bad: Object.fromEntries(Object.entries(bad).map(([k, v]) => [k, v.length])) });

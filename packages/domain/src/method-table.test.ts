import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { mayCall, needsPinnedServer, permissions } from './method-table.ts';
import { rosterFrom, uuidOf } from './testing/notation.ts';

const contract = fileURLToPath(new URL('../../../proto', import.meta.url));

/** Paths of all calls of the contract, read from its text. */
const callsOfContract = (): string[] =>
  readdirSync(contract, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.proto'))
    .flatMap((file) => callsIn(readFileSync(join(contract, file), 'utf8')));

function callsIn(text: string): string[] {
  const [, area] = /^package ([\w.]+);/m.exec(text) ?? [];
  return [...text.matchAll(/^service (\w+) \{(.*?)^\}/gms)].flatMap(([, service, body = '']) =>
    [...body.matchAll(/^\s*rpc (\w+)\(/gm)].map(([, call]) => `/${area}.${service}/${call}`),
  );
}

/** On q2, in the roster's opinion; without one the node has not received any yet. */
const ask = (path: string, caller: 'local' | number, roster = rosterFrom('M C R')) =>
  mayCall(path, caller === 'local' ? { kind: 'local' } : { kind: 'node', uuid: uuidOf(caller) }, {
    uuid: uuidOf(2),
    roster,
  });

const anyNode = '/quorate.node.v1.VoteService/GetVote';
const candidate = '/quorate.node.v1.ConfigurationService/GetConfiguration';
const self = '/quorate.node.v1.OfficeService/TakeOffice';
const local = '/quorate.master.v1.ParametersService/RetireMaster';

describe('the method table', () => {
  it('has a row for every call of the contract, and no other', () => {
    expect(Object.keys(permissions).toSorted()).toEqual(callsOfContract().toSorted());
  });

  it.each<[string, (number | 'local')[], string]>([
    [anyNode, [1, 2, 3, 9, 'local'], 'even a node this one has not heard of'],
    [candidate, [1, 2, 'local'], 'who holds the record may ask for it'],
    ['/quorate.master.v1.MastershipService/Failover', [1, 2, 'local'], 'from any candidate for any other'],
    ['/quorate.master.v1.MastershipService/HandOver', [1, 2, 'local'], 'who may rule may ask for the rule'],
    [self, [2, 'local'], ''],
    ['/quorate.node.v1.OfficeService/HoldOffice', [2, 'local'], 'a host lives on the word of its own daemon'],
    ['/quorate.node.v1.LeaseService/RenewLease', [1, 2, 3, 9, 'local'], 'the epoch tells who holds it'],
    [local, ['local'], 'BEH-293 not even the master, over the network'],
  ])('%s is for %j %s', (path, allowed) => {
    const callers = [1, 2, 3, 9, 'local'] as const;
    expect(callers.filter((caller) => ask(path, caller) === undefined)).toEqual(allowed);
  });

  it('BEH-270 lets nobody call anything with a revoked certificate, nor a removed node with any', () => {
    const roster = { ...rosterFrom('M C R'), revoked: { nodes: [uuidOf(9)], certificates: ['ab'] } };
    const own = { uuid: uuidOf(2), roster };
    const call = (uuid: string, certificateSha256: string) =>
      mayCall(anyNode, { kind: 'node', uuid, certificateSha256 }, own);
    expect(call(uuidOf(1), 'cd')).toBeUndefined();
    expect(call(uuidOf(1), 'ab')).toContain('is revoked');
    expect(call(uuidOf(9), 'cd')).toContain('was removed from');
    expect(mayCall(anyNode, { kind: 'local' }, own)).toBeUndefined();
  });

  it('BEH-293 says why not', () => {
    expect(ask(self, 3)).toBe(`${self} is for the node itself only, not for node uuid-3`);
  });

  it('refuses a candidate’s call while this node knows no roster', () => {
    const own = { uuid: uuidOf(2), roster: null };
    expect(mayCall(candidate, { kind: 'node', uuid: uuidOf(1) }, own)).toContain(
      'for master candidates only',
    );
  });

  it.each(['/quorate.node.v1.VoteService/SetVote', '', 'toString', '__proto__'])(
    'refuses %j to everybody',
    (path) => {
      expect(ask(path, 'local')).toContain('There is no call');
    },
  );
});

describe('a certificate that is not the one the roster names', () => {
  const roster = rosterFrom('M C R');
  const pinned = {
    ...roster,
    nodes: roster.nodes.map((node) => ({ ...node, certificateSha256: 'ab'.repeat(32) })),
  };
  const call = (path: string, k: number, certificateSha256?: string) =>
    mayCall(
      path,
      { kind: 'node', uuid: uuidOf(k), ...(certificateSha256 && { certificateSha256 }) },
      { uuid: uuidOf(2), roster: pinned },
    );

  it('makes nobody a candidate, although its chain is right', () => {
    const forCandidates = Object.keys(permissions).filter((path) => permissions[path] === 'candidate');
    expect(forCandidates.filter((path) => call(path, 1, 'cd') === undefined)).toEqual([]);
    expect(forCandidates.filter((path) => call(path, 1, 'ab'.repeat(32)) !== undefined)).toEqual([]);
    expect(call(candidate, 1, 'cd')).toContain('not that of q1.lab');
    expect(call(candidate, 1)).toContain('not that of q1.lab');
    expect(call(anyNode, 1, 'cd')).toBeUndefined();
  });

  it('BEH-293 is not that of the node itself either, although it names it; unless its daemons show it', () => {
    const ofItself = (certificateSha256: string) =>
      mayCall(
        self,
        { kind: 'node', uuid: uuidOf(2), certificateSha256 },
        { uuid: uuidOf(2), certificateSha256: 'ef', roster: pinned },
      );
    expect(ofItself('cd')).toContain('not that of q2.lab');
    expect(ofItself('ab'.repeat(32))).toBeUndefined();
    expect(ofItself('ef')).toBeUndefined();
    const forSelf = Object.keys(permissions).filter((path) => permissions[path] === 'self');
    expect(forSelf.filter((path) => call(path, 2, 'cd') === undefined)).toEqual([]);
  });

  it('is asked for of whoever is called by the same calls', () => {
    expect(needsPinnedServer(candidate)).toBe(true);
    for (const path of [anyNode, self, local, 'toString']) expect(needsPinnedServer(path)).toBe(false);
  });

  it('is no matter where none is known: a node that has yet to join, or one this node has not heard of', () => {
    expect(ask(candidate, 1)).toBeUndefined();
    expect(call('/quorate.node.v1.LeaseService/RenewLease', 9, 'cd')).toBeUndefined();
  });
});

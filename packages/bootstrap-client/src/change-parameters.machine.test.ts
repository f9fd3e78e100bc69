/** `modify`, `pause` and `resume` against a master daemon that keeps what it is asked; and `failover --to`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClusterError } from '@quorate/domain/errors';
import type { ModifyClusterRequest__Output } from '@quorate/rpc/gen/quorate/master/v1/ModifyClusterRequest';
import type { RpcServer } from '@quorate/rpc/server';
import { masterServices } from '@quorate/rpc/services';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeCluster } from './testing/make-cluster.ts';
import { jsonOf, quorate } from './testing/run-command.ts';
import { serveMaster } from './testing/serve-master.ts';

const version = { epoch: 4, serial: 9, digest: 'd'.repeat(64) };
const forEver = 0xffff_ffff;

let root: string;
let server: RpcServer;
const asked: ModifyClusterRequest__Output[] = [];
let refusal: ClusterError | undefined;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'quorate-modify-'));
  await makeCluster(root);
  server = await serveMaster(root, (each) =>
    each.serve(masterServices.parameters, {
      ModifyCluster: async (request) => {
        asked.push(request);
        if (refusal) throw refusal;
        return { version, notes: ['node2.lab.test is a candidate now'] };
      },
      RetireMaster: async () => ({}),
    }),
  );
});
afterAll(async () => {
  await server.shutdown(100);
  rmSync(root, { recursive: true, force: true });
});
beforeEach(() => {
  asked.length = 0;
  refusal = undefined;
});

/** What the one request had in it; what was not given must not be there. */
const onlyRequest = () => {
  expect(asked).toHaveLength(1);
  return Object.fromEntries(
    Object.entries(asked[0] ?? {}).filter(([name, value]) => !name.startsWith('_') && value !== undefined),
  );
};

describe('quorate modify', () => {
  it.each<[string[], object]>([
    [['--lease', '3s'], { leaseMs: 3_000 }],
    [['--lease', '1.2'], { leaseMs: 1_200 }],
    [['--lease=1m'], { leaseMs: 60_000 }],
    [['--lease', '0.1'], { leaseMs: 100 }],
    [['--automatic-failover', 'on'], { automaticFailover: true }],
    [['--automatic-failover=off'], { automaticFailover: false }],
    [['--master-netmask', '24'], { masterNetmask: 24 }],
    [
      ['--master-netdev', 'eth1', '--use-external-mip-script', 'no'],
      { masterNetdev: 'eth1', useExternalMipScript: false },
    ],
    [['--use-external-mip-script=yes'], { useExternalMipScript: true }],
    [['-C', '5'], { candidatePoolSize: 5 }],
    [
      ['--lease', '5s', '--automatic-failover', 'on', '-C', '3'],
      { leaseMs: 5_000, automaticFailover: true, candidatePoolSize: 3 },
    ],
  ])('%j asks for that and for nothing else, in one change', async (words, request) => {
    const { code, stdout, stderr } = await quorate(root, 'modify', ...words);
    expect([code, onlyRequest()]).toEqual([0, request]);
    expect(stdout).toMatch(/^Committed: .*epoch 4, serial 9/);
    expect(stderr).toContain('node2.lab.test is a candidate now');
  });

  it.each([
    [['--lease', 'soon'], 'It must be a number of seconds, or one like 90s, 15m, 2h'],
    [['--lease', '-3'], 'It must be a number of seconds'],
    [['--lease', '0'], 'Lease in milliseconds 0 is not a whole number from 1'],
    [['--lease', '1200h'], 'Lease in milliseconds 4320000000 is not a whole number from 1 to 4294967295'],
    [['--automatic-failover', 'maybe'], 'Allowed choices are on, off'],
  ])('%j is refused with exit 1, and nobody is asked', async (words, message) => {
    const { code, stderr } = await quorate(root, 'modify', ...words);
    expect([code, asked]).toEqual([1, []]);
    expect(stderr).toContain(message);
  });

  it('BEH-294 tells what the master refuses, by its reason', async () => {
    refusal = new ClusterError('EPOCH_TOO_OLD', 'Epoch 4 is over; the highest known is 5', {
      facts: { epoch: '5' },
    });
    const ran = await quorate(root, 'modify', '--lease', '3s', '--json');
    expect(ran.code).toBe(1);
    expect(jsonOf(ran)).toMatchObject({ error: { reason: 'EPOCH_TOO_OLD', facts: { epoch: '5' } } });
  });
});

describe('quorate pause', () => {
  it('is without end unless told', async () => {
    const { code, stdout } = await quorate(root, 'pause');
    expect([code, onlyRequest()]).toEqual([0, { pausedUntilSeconds: forEver }]);
    expect(stdout).toBe('Automatic failover is paused until quorate resume\n');
  });

  it.each([
    ['90s', 90],
    ['0.5', 0.5],
    ['2h', 7_200],
  ])('for %s ends then, in whole seconds and not sooner', async (duration, seconds) => {
    const before = Date.now() / 1000;
    const ran = await quorate(root, 'pause', '--for', duration, '--json');
    const until = onlyRequest()['pausedUntilSeconds'] as number;
    expect(Number.isInteger(until)).toBe(true);
    expect(until).toBeGreaterThanOrEqual(before + seconds);
    expect(until).toBeLessThanOrEqual(Date.now() / 1000 + seconds + 1);
    expect(jsonOf(ran)).toEqual({
      ...{ paused: true, node: null, until: new Date(until * 1000).toISOString(), version },
    });
  });

  it('for longer than the wire can say is without end', async () => {
    await quorate(root, 'pause', '--for', '10000000h');
    expect(onlyRequest()).toEqual({ pausedUntilSeconds: forEver });
  });

  it('for no duration is refused, and nobody is asked', async () => {
    expect((await quorate(root, 'pause', '--for', 'lunch')).code).toBe(1);
    expect(asked).toEqual([]);
  });
});

describe('quorate resume', () => {
  it('ends the pause', async () => {
    const { code, stdout } = await quorate(root, 'resume');
    expect([code, onlyRequest()]).toEqual([0, { pausedUntilSeconds: 0 }]);
    expect(stdout).toBe('Automatic failover is not paused any more\n');
  });

  it('is not claimed when it was refused', async () => {
    refusal = new ClusterError('NOT_MASTER', 'node2.lab.test is master');
    const { code, stdout, stderr } = await quorate(root, 'resume');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('(NOT_MASTER)');
  });
});

describe('quorate failover --to', () => {
  it('a node that is none is NODE_UNKNOWN with exit 1, and tells which there are', async () => {
    const { code, stdout, stderr } = await quorate(root, 'failover', '--to', 'node7');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('node7 is not a node of cluster.lab.test');
    expect(stderr).toContain('(NODE_UNKNOWN)');
    expect(stderr).toContain('node1.lab.test, node2.lab.test');
  });

  it('the same as JSON', async () => {
    const ran = await quorate(root, 'failover', '--to', 'node', '--json');
    expect(ran.code).toBe(1);
    expect(jsonOf(ran)).toMatchObject({ error: { reason: 'NODE_UNKNOWN', exitCode: 1 } });
  });

  it.each(['node2', 'node2.lab.test'])('%s goes to the master daemon of that node', async (name) => {
    const { code, stderr } = await quorate(root, 'failover', '--to', name);
    expect(code).toBe(1);
    expect(stderr).toContain('node2.lab.test');
    expect(stderr).toContain('(UNREACHABLE)');
  });
});

describe('quorate failover --best', () => {
  it('with --to is refused, and nobody is asked', async () => {
    const { code, stderr } = await quorate(root, 'failover', '--best', '--to', 'node2');
    expect(code).toBe(1);
    expect(stderr).toContain("option '--best' cannot be used with option '--to <node>'");
  });

  it('where no other candidate answers says so, with exit 1', async () => {
    const { code, stdout, stderr } = await quorate(root, 'failover', '--best');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('(NOT_A_MASTER_CANDIDATE)');
    expect(stderr).toContain('No master candidate besides the master answers');
    expect(stderr).toContain('Hint: See with quorate status why not');
  });
});

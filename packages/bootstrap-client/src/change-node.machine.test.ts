/** `node modify`, `pause --node` and `resume --node` against a master daemon that keeps what it is asked. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClusterError } from '@quorate/domain/errors';
import type { ModifyNodeRequest__Output } from '@quorate/rpc/gen/quorate/master/v1/ModifyNodeRequest';
import type { RpcServer } from '@quorate/rpc/server';
import { masterServices } from '@quorate/rpc/services';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeCluster } from './testing/make-cluster.ts';
import { jsonOf, quorate } from './testing/run-command.ts';
import { serveMaster } from './testing/serve-master.ts';

const version = { epoch: 4, serial: 9, digest: 'd'.repeat(64) };
const forEver = 0xffff_ffff;

const notAsked = {
  ListNodes: () => Promise.reject(new Error('not asked here')),
  RemoveNode: () => Promise.reject(new Error('not asked here')),
  AwaitNode: () => Promise.reject(new Error('not asked here')),
};

let root: string;
let server: RpcServer;
const asked: ModifyNodeRequest__Output[] = [];
let refusal: ClusterError | undefined;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'quorate-node-'));
  await makeCluster(root);
  server = await serveMaster(root, (each) =>
    each.serve(masterServices.nodes, {
      ...notAsked,
      ModifyNode: async (request) => {
        asked.push(request);
        if (refusal) throw refusal;
        return { version, notes: ['node3 is now a master candidate'], changes: ['drained -> true'] };
      },
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

/** Of what is no choice between yes, no and nothing, only yes is something that was given. */
const isUnset = (name: string, value: unknown): boolean =>
  value === false && ['autoPromote', 'force', 'dryRun'].includes(name);

/** What the one request had in it; what was not given must not be there. */
const onlyRequest = () => {
  expect(asked).toHaveLength(1);
  return Object.fromEntries(
    Object.entries(asked[0] ?? {}).filter(
      ([name, value]) => !name.startsWith('_') && value !== undefined && !isUnset(name, value),
    ),
  );
};

describe('quorate node modify', () => {
  it.each<[string[], object]>([
    [['--priority', '0'], { priority: 0 }],
    [['--priority=100'], { priority: 100 }],
    [['--offline', 'yes'], { offline: true }],
    [['--offline', 'no', '--priority', '7'], { offline: false, priority: 7 }],
    [['-C', 'yes'], { masterCandidate: true }],
    [['-D', 'yes', '--auto-promote'], { drained: true, autoPromote: true }],
    [['-O', 'no', '-f'], { offline: false, force: true }],
    [['--master-capable', 'no', '--vm-capable', 'no'], { masterCapable: false, vmCapable: false }],
    [['-s', '192.0.2.7', '--dry-run'], { secondaryIp: '192.0.2.7', dryRun: true }],
    [['--node-parameters', 'ssh_port=2222'], { nodeParameters: 'ssh_port=2222' }],
    [[], {}],
  ])('%j asks for that and for nothing else, in one change', async (words, request) => {
    const { code, stdout } = await quorate(root, 'node', 'modify', 'node2', ...words);
    expect([code, onlyRequest()]).toEqual([0, { name: 'node2', ...request }]);
    expect(stdout).toMatch(/^  drained -> true\n(Committed: .*epoch 4, serial 9|Nothing was changed)/);
  });

  it('says on standard error what else came of it, and as JSON all of it', async () => {
    const { stderr } = await quorate(root, 'node', 'modify', 'node2', '-D', 'yes');
    expect(stderr).toBe('node3 is now a master candidate\n');
    expect(jsonOf(await quorate(root, 'node', 'modify', 'node2', '-D', 'yes', '--json'))).toEqual({
      ...{ version, changes: ['drained -> true'], notes: ['node3 is now a master candidate'] },
    });
  });

  it.each(['101', '-1', '2.5', 'high', ''])(
    'a priority of %j is refused with exit 1: reason, sentence, hint; and nobody is asked',
    async (priority) => {
      const { code, stdout, stderr } = await quorate(root, 'node', 'modify', 'node2', '--priority', priority);
      expect([code, stdout, asked]).toEqual([1, '', []]);
      expect(stderr.split('\n')).toEqual([
        'Prerequisites not met (WRONG_INPUT):',
        `  Priority '${priority}' is not a whole number from 0 to 100`,
        'Hint: The higher goes first; 50 is usual, and 0 is for a node that is the last resort',
        '',
      ]);
    },
  );
});

describe('quorate pause --node', () => {
  it('is without end unless told, and touches nobody else', async () => {
    const { code, stdout } = await quorate(root, 'pause', '--node', 'node2');
    expect([code, onlyRequest()]).toEqual([0, { name: 'node2', pausedUntilSeconds: forEver }]);
    expect(stdout).toBe('Automatic failover to node2 is paused until quorate resume --node node2\n');
  });

  it('ends after the time it is given', async () => {
    const before = Date.now() / 1000;
    const ran = await quorate(root, 'pause', '--node', 'node2', '--for', '2h', '--json');
    const { pausedUntilSeconds } = onlyRequest();
    const until = pausedUntilSeconds as number;
    expect(until - before).toBeGreaterThanOrEqual(7_200);
    expect(until - before).toBeLessThan(7_260);
    expect(jsonOf(ran)).toEqual({
      ...{ paused: true, node: 'node2', until: new Date(until * 1000).toISOString(), version },
    });
  });

  it('of a node that is none tells which there are, with exit 1', async () => {
    refusal = new ClusterError('NODE_UNKNOWN', 'node9 is not a node of cluster.lab.test', {
      hint: 'Its nodes are node1.lab.test, node2.lab.test',
    });
    const { code, stdout, stderr } = await quorate(root, 'pause', '--node', 'node9');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr.split('\n')).toEqual([
      'Prerequisites not met (NODE_UNKNOWN):',
      '  node9 is not a node of cluster.lab.test',
      'Hint: Its nodes are node1.lab.test, node2.lab.test',
      '',
    ]);
  });
});

describe('quorate resume --node', () => {
  it('ends the pause of that node', async () => {
    const { code, stdout } = await quorate(root, 'resume', '--node', 'node2');
    expect([code, onlyRequest()]).toEqual([0, { name: 'node2', pausedUntilSeconds: 0 }]);
    expect(stdout).toBe('Automatic failover to node2 is not paused any more\n');
  });

  it('as JSON', async () => {
    const ran = await quorate(root, 'resume', '--node', 'node2', '--json');
    expect(jsonOf(ran)).toEqual({ paused: false, node: 'node2', version });
  });
});

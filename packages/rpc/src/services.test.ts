import { describe, expect, it } from 'vitest';
import { descriptor } from './gen/descriptor.ts';
import { masterServices, nodeServices, standardServices } from './services.ts';

/** Full names of all services in the descriptor. */
function serviceNames(tree: object, prefix = ''): string[] {
  const { nested = {} } = tree as { nested?: Record<string, object> };
  return Object.entries(nested).flatMap(([name, thing]) =>
    'methods' in thing ? [`${prefix}${name}`] : serviceNames(thing, `${prefix}${name}.`),
  );
}

describe('the contract as values', () => {
  it('has every service of proto/', () => {
    const services: object[] = [{ ...nodeServices }, { ...masterServices }, { ...standardServices }].flatMap(
      (group) => Object.values(group),
    );
    const names = services.map(
      (methods) => Object.values<{ path: string }>({ ...methods })[0]!.path.split('/')[1],
    );
    expect(new Set(names)).toEqual(new Set(serviceNames(descriptor)));
  });

  it('gives what the generated types promise: numbers, words, defaults, and null for absent messages', () => {
    const { GetVote } = nodeServices.vote;
    const bytes = GetVote.responseSerialize({ epoch: 2 ** 52, holds: { serial: 7 } });
    expect(GetVote.responseDeserialize(bytes)).toEqual({
      clusterUuid: '',
      nodeUuid: '',
      master: null,
      epoch: 2 ** 52,
      version: null,
      holds: { epoch: 0, serial: 7, digest: '' },
      clockMs: 0,
      softwareVersion: '',
      leaseLeftMs: 0,
      leaseHolderUuid: '',
    });
    const { GetOffice } = nodeServices.office;
    const office = GetOffice.responseSerialize({ observed: { masterDaemon: 'MASTER_DAEMON_STATE_STANDBY' } });
    expect(GetOffice.responseDeserialize(office).observed?.masterDaemon).toBe('MASTER_DAEMON_STATE_STANDBY');
  });

  it('tells an optional field that is absent from one that is empty', () => {
    const { PutConfiguration } = nodeServices.configuration;
    const across = (request: { record?: string }) =>
      PutConfiguration.requestDeserialize(PutConfiguration.requestSerialize(request));
    expect(across({}).record).toBeUndefined();
    expect(across({ record: '' }).record).toBe('');
  });

  it('names which of several events an answer is', () => {
    const { Failover } = masterServices.mastership;
    const bytes = Failover.responseSerialize({ outcome: { masterName: 'node2' } });
    expect(Failover.responseDeserialize(bytes)).toMatchObject({
      event: 'outcome',
      outcome: { masterName: 'node2' },
    });
  });
});

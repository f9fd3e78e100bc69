import { Metadata, status as code } from '@grpc/grpc-js';
import { ClusterError, reasons, type Reason } from '@quorate/domain/errors';
import { describe, expect, it } from 'vitest';
import type { ErrorInfo, ErrorInfo__Output } from './gen/google/rpc/ErrorInfo.ts';
import type { Status, Status__Output } from './gen/google/rpc/Status.ts';
import { messageNamed } from './services.ts';
import { errorFromStatus, statusFrom } from './status-errors.ts';

const acrossTheWire = (error: unknown) => errorFromStatus(statusFrom(error), {})!;

describe('an error on the wire', () => {
  it('keeps reason, sentence, hint and facts', () => {
    const error = new ClusterError('EPOCH_TOO_OLD', 'Epoch 3 is over, the cluster is in 7', {
      hint: 'Ask node2',
      facts: { epoch: '7', grüße: 'ünïcode' },
    });
    const { reason, message, hint, facts } = acrossTheWire(error);
    expect({ reason, message, hint, facts }).toEqual({
      reason: 'EPOCH_TOO_OLD',
      message: 'Epoch 3 is over, the cluster is in 7',
      hint: 'Ask node2',
      facts: { epoch: '7', grüße: 'ünïcode' },
    });
  });

  it.each(Object.keys(reasons) as Reason[])('%s comes back as itself', (reason) => {
    expect(acrossTheWire(new ClusterError(reason, 'x')).reason).toBe(reason);
  });

  it.each([
    ['WRONG_INPUT', code.INVALID_ARGUMENT],
    ['NOT_ALLOWED', code.PERMISSION_DENIED],
    ['NOT_AUTHENTICATED', code.UNAUTHENTICATED],
    ['NO_MAJORITY', code.FAILED_PRECONDITION],
    ['COMMAND_FAILED', code.INTERNAL],
  ] as const)('%s has the gRPC code %i for tools that know nothing of ours', (reason, expected) => {
    expect(statusFrom(new ClusterError(reason, 'x')).code).toBe(expected);
  });

  it('is INTERNAL for what is not ours, without its stack', () => {
    const stranger = new TypeError('x is not a function');
    const status = statusFrom(stranger);
    expect(acrossTheWire(stranger)).toMatchObject({ reason: 'INTERNAL', message: 'x is not a function' });
    expect(JSON.stringify(status) + String(status.metadata.get('grpc-status-details-bin'))).not.toContain(
      'at ',
    );
  });

  it('keeps cause and stack on this side', () => {
    const error = new ClusterError('COMMAND_FAILED', 'ip failed', { cause: new Error('secret detail') });
    expect(String(statusFrom(error).metadata.get('grpc-status-details-bin')[0])).not.toContain('secret');
  });

  it('adds where it came from, without hiding what the peer said', () => {
    const status = statusFrom(new ClusterError('NOT_MASTER', 'x', { facts: { node: 'node3' } }));
    expect(errorFromStatus(status, { node: 'node1', address: '192.0.2.1:1811' })?.facts).toEqual({
      node: 'node3',
      address: '192.0.2.1:1811',
    });
  });

  it('stays within what a trailer can hold', () => {
    const facts = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`fact${i}`, 'y'.repeat(5_000)]));
    const status = statusFrom(
      new ClusterError('NO_MAJORITY', 'x'.repeat(100_000), { facts, hint: 'z'.repeat(9_000) }),
    );
    const bytes = status.metadata.get('grpc-status-details-bin')[0] as Buffer;
    expect(bytes.length * (4 / 3) + status.details.length).toBeLessThan(60_000);
    expect(errorFromStatus(status, {})?.message).toMatch(/x…$/);
  });

  it('of a newer version is INTERNAL with its own words', () => {
    const info = { reason: 'BRAND_NEW', domain: 'quorate', metadata: { epoch: '9' } };
    const value = messageNamed<ErrorInfo, ErrorInfo__Output>('google.rpc.ErrorInfo').serialize(info);
    const details = [{ type_url: 'type.googleapis.com/google.rpc.ErrorInfo', value }];
    const metadata = new Metadata();
    metadata.set(
      'grpc-status-details-bin',
      messageNamed<Status, Status__Output>('google.rpc.Status').serialize({
        message: 'New trouble',
        details,
      }),
    );
    expect(errorFromStatus({ metadata }, {})).toMatchObject({
      reason: 'INTERNAL',
      message: 'New trouble',
      facts: { epoch: '9' },
    });
  });

  it.each([
    ['no details', undefined],
    ['bytes of another kind', Buffer.from([0xff, 0x01, 0x02])],
    ['empty bytes', Buffer.alloc(0)],
  ])('that is not ours (%s) is told by nothing', (_name, bytes) => {
    const metadata = new Metadata();
    if (bytes) metadata.set('grpc-status-details-bin', bytes);
    expect(errorFromStatus({ metadata }, {})).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { renewOrder, type RenewFlags } from './renew-flags.ts';

const order = (flags: Partial<RenewFlags>) => renewOrder({ root: '/', ...flags });

describe('the order of renew-crypto', () => {
  it.each([
    [{ newClusterCertificate: true }, ['cluster-certificate']],
    [{ newNodeCertificates: true }, ['node-certificates']],
    [{ node: ['n2'] }, ['node-certificates']],
    [{ rapiCertificate: 'f' }, ['rapi-certificate']],
    [{ spiceCertificate: 'f', spiceCaCertificate: 'g' }, ['spice-certificate']],
    [{ newConfdHmacKey: true, newClusterDomainSecret: true }, ['hmac-key', 'cluster-domain-secret']],
    [{ newSshKeys: true, sshKeyType: 'ecdsa' }, ['ssh-keys']],
    [{ resume: true, grace: 0 }, []],
  ])('%j is %j', (flags, items) => expect(order(flags).items).toEqual(items));

  it('names the files that are given, and a week of grace', () => {
    const { suppliedPaths, graceSeconds } = order({ spiceCertificate: 'f', spiceCaCertificate: 'g' });
    expect(suppliedPaths).toEqual({ 'spice.pem': 'f', 'spice-ca.pem': 'g' });
    expect(graceSeconds).toBe(604_800);
  });

  it('says what SSH keys are wanted, or that they are to be as they are', () => {
    expect(order({ newSshKeys: true }).sshKey).toEqual({ type: '', bits: 0 });
    const flags = { newSshKeys: true, sshKeyType: 'rsa', sshKeyBits: '4096' };
    expect(order(flags).sshKey).toEqual({ type: 'rsa', bits: 4096 });
  });

  it.each([
    { sshKeyBits: '4096' },
    { newSshKeys: true, sshKeyBits: '0' },
    { newSshKeys: true, sshKeyBits: '1e3' },
    { resume: true, newSshKeys: true },
    { newRapiCertificate: true, rapiCertificate: 'f' },
    { newClusterDomainSecret: true, clusterDomainSecret: 'f' },
    { newSpiceCertificate: true, spiceCaCertificate: 'f' },
    { spiceCaCertificate: 'f' },
    { resume: true, abort: true },
    { abort: true, newConfdHmacKey: true },
    { resume: true, dryRun: true },
    { abort: true, grace: 1 },
    { newConfdHmacKey: true, grace: 91 * 86_400 },
  ])('BEH-281 %j is refused', (flags) =>
    expect(() => order(flags)).toThrow(expect.objectContaining({ reason: 'WRONG_INPUT' })),
  );
});

/**
 * Who is refused by the agent of a real node, and what the log says of it: certificates that are not this cluster's, not
 * of now or not that node's; a node that was removed, also on connections it had open; calls above a role; an epoch that
 * is over. And who is not believed that answers at a node's address.
 */
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import { clusterErrorFrom } from '@quorate/domain/errors';
import { describeCertificate, splitPem } from '@quorate/platform/certificates';
import { testAuthority, testIdentity, type TestNodeWishes } from '@quorate/platform/testing/certificates';
import { createChannels, type Channels, type Peer } from '@quorate/rpc/channels';
import { createCredentials } from '@quorate/rpc/credentials';
import { masterServices, nodeServices, standardServices } from '@quorate/rpc/services';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ports, type Host } from '../loopback/host-plan.ts';
import { asWanted, awaitSight, notYet } from '../loopback/observe.ts';
import { awaitMaster } from '../loopback/story.ts';
import { makeCluster, readState, type TestCluster } from './clusters.ts';
import { awaitSettled, recordOf } from './renewals.ts';

const patient = { deadlineMs: 20_000 };
const dayMs = 86_400_000;
const { vote, office, configuration, lease, masterIp } = nodeServices;

type Identity = Awaited<ReturnType<typeof testIdentity>>;
type Authority = Awaited<ReturnType<typeof testAuthority>>;

let made: TestCluster;
let agent: Extract<Peer, { kind: 'node' }>;
let authority: Authority;
const opened: Channels[] = [];

beforeAll(async () => {
  made = await makeCluster(3);
  const { first } = made.world;
  // Who stole the cluster's private key can sign whatever he likes.
  const { certificatePem = '', privateKeyPem = '' } = splitPem(readState(first, 'server.pem'));
  authority = { clusterUuid: identityOfHost(first).clusterUuid, certificatePem, privateKeyPem };
  agent = {
    kind: 'node',
    name: first.name,
    uuid: identityOfHost(first).nodeUuid,
    address: first.address,
    port: ports.node,
  };
});
afterAll(async () => {
  for (const channels of opened) channels.close();
  await made?.end();
});

function identityOfHost(host: Host): Identity {
  const { certificatePem = '', privateKeyPem = '' } = splitPem(readState(host, 'node.pem'));
  const { nodeIdentity } = describeCertificate(certificatePem);
  if (!nodeIdentity) throw new Error(`${host.name} has no certificate of a node`);
  return { caPem: readState(made.world.first, 'server.pem'), certificatePem, privateKeyPem, ...nodeIdentity };
}

/** Trusts the agent whatever it shows, so that what is seen is the agent's refusal. */
function speakingAs({ certificatePem, privateKeyPem }: Identity): Channels {
  const identity = { caPem: authority.certificatePem, certificatePem, privateKeyPem };
  const credentials = createCredentials({ identity, verifyPeer: () => undefined });
  const channels = createChannels({ credentials, connectMs: 10_000, reconnectMaxMs: 1_000 });
  opened.push(channels);
  return channels;
}

const reasonOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'it succeeded',
    (caught: unknown) => clusterErrorFrom(caught).reason,
  );

const logFile = (daemon: string): string => `${made.world.first.root}/var/log/quorate/${daemon}.log`;

/** Waits for one line of the agent's log with all of these texts. */
const audited = (...texts: readonly string[]): Promise<void> => auditedBy('noded', ...texts);

async function auditedBy(daemon: 'noded' | 'masterd', ...texts: readonly string[]): Promise<void> {
  const file = logFile(daemon);
  const look = () => {
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
    const found = lines.find((line) => texts.every((text) => line.includes(text)));
    return Promise.resolve(
      found === undefined ? notYet(`${lines.length} lines without it`) : asWanted(found),
    );
  };
  await awaitSight(look, { wanted: `a line with ${texts.join(' and ')}`, limitMs: 20_000 });
}

const sha256Of = ({ certificatePem }: Identity): string => describeCertificate(certificatePem).sha256;
const second = (): Identity => identityOfHost(made.world.second);

describe('a connection is refused, and told in the log, for a certificate', () => {
  const signed = (wishes: TestNodeWishes) =>
    testIdentity(authority, { nodeUuid: second().nodeUuid, ...wishes });
  it.each<[string, () => Promise<Identity>, string]>([
    [
      'BEH-290 of another authority',
      async () => testIdentity({ ...(await testAuthority()), clusterUuid: authority.clusterUuid }, second()),
      'was not signed by this cluster',
    ],
    [
      'BEH-290 of another cluster',
      () =>
        testIdentity(
          { ...authority, clusterUuid: '99999999-0000-4000-8000-000000000000' },
          { nodeUuid: second().nodeUuid },
        ),
      'belongs to another cluster',
    ],
    [
      'BEH-291 that has expired',
      () => signed({ now: new Date(Date.now() - 60 * dayMs), days: 30 }),
      'has expired',
    ],
    [
      'BEH-291 that is not valid yet',
      () => signed({ now: new Date(Date.now() + 2 * dayMs) }),
      'is not valid yet',
    ],
  ])('%s', async (_what, identityOf, why) => {
    const identity = await identityOf();
    expect(await reasonOf(speakingAs(identity).call(agent, vote.GetVote, {}, patient))).toBe('UNREACHABLE');
    await audited('"connection refused"', '"address":"127.', why, `"sha256":"${sha256Of(identity)}"`);
  });
});

/** Answers as if it were the node daemon of that host, with whatever certificate it has. */
async function impostorAt(host: Host, { certificatePem, privateKeyPem }: Identity): Promise<TlsServer> {
  const server = createTlsServer({
    ...{ ca: authority.certificatePem, cert: certificatePem, key: privateKeyPem },
    ...{ requestCert: true, rejectUnauthorized: false, ALPNProtocols: ['h2'] },
  });
  server.on('tlsClientError', () => undefined);
  server.listen(ports.node, host.address);
  await once(server, 'listening');
  return server;
}

describe('a certificate that was replaced', () => {
  let stolen: Identity;
  beforeAll(async () => {
    const { first, second: host } = made.world;
    stolen = second();
    await made.cluster.mustQuorate(first, ['renew-crypto', '--node', host.short]);
    await awaitSettled(first);
  });

  it('BEH-270 is on the list in the configuration, and whoever calls with it is refused by both daemons', async () => {
    const { first } = made.world;
    const { revoked = [] } = recordOf(first).ours;
    expect(revoked.map(({ certificateSha256 }) => certificateSha256)).toContain(sha256Of(stolen));
    expect(sha256Of(second())).not.toBe(sha256Of(stolen));
    const thief = speakingAs(stolen);
    expect(await reasonOf(thief.call(agent, vote.GetVote, {}, patient))).not.toBe('it succeeded');
    await audited(sha256Of(stolen), 'is revoked');
    const master: Peer = { ...agent, port: ports.master };
    expect(await reasonOf(thief.call(master, masterServices.status.GetStatus, {}, patient))).not.toBe(
      'it succeeded',
    );
    await auditedBy('masterd', sha256Of(stolen), 'is revoked');
    expect(await reasonOf(speakingAs(second()).call(agent, vote.GetVote, {}, patient))).toBe('it succeeded');
  });

  it.each<[string, () => Identity, string]>([
    ['BEH-270 with it at the address of its node', () => stolen, 'is revoked'],
    [
      'BEH-182 with the certificate of another node there',
      () => identityOfHost(made.world.third),
      'belongs to another node',
    ],
  ])('%s nobody is believed, by the master or a command', async (_what, identityOf, why) => {
    const { first, second: host } = made.world;
    await made.cluster.kill(host);
    const impostor = await impostorAt(host, identityOf());
    try {
      await auditedBy('masterd', '"server refused"', why, sha256Of(identityOf()), second().nodeUuid);
      const { stdout } = await made.cluster.quorate(first, ['votes']);
      expect(stdout).toMatch(new RegExp(`none from ${host.name}: .*${why}`));
    } finally {
      impostor.close();
      await made.cluster.startDaemons(host);
    }
    await awaitMaster(made.world, first, made.hosts, 60_000);
  });
});

describe('a call is refused, and told in the log,', () => {
  it('with a right chain and another certificate than the one of that node', async () => {
    const identity = await testIdentity(authority, { nodeUuid: second().nodeUuid });
    const call = speakingAs(identity).call(agent, configuration.GetConfiguration, {}, patient);
    expect(await reasonOf(call)).toBe('NOT_ALLOWED');
    await audited(
      '"call refused"',
      'GetConfiguration',
      'NOT_ALLOWED',
      sha256Of(identity),
      'not that of n2.quorate.test',
    );
  });

  it('BEH-293 above the role of its node', async () => {
    const { first, third } = made.world;
    await made.cluster.mustQuorate(first, ['node', 'modify', third.name, '-C', 'no']);
    const regular = speakingAs(identityOfHost(third));
    expect(await reasonOf(regular.call(agent, vote.GetVote, {}, patient))).toBe('it succeeded');
    expect(await reasonOf(regular.call(agent, configuration.GetConfiguration, {}, patient))).toBe(
      'NOT_ALLOWED',
    );
    expect(await reasonOf(regular.call(agent, masterIp.DeactivateMasterIp, {}, patient))).toBe('NOT_ALLOWED');
    await audited(
      '"call refused"',
      'GetConfiguration',
      identityOfHost(third).nodeUuid,
      'for master candidates only',
    );
    await audited(
      '"call refused"',
      'DeactivateMasterIp',
      identityOfHost(third).nodeUuid,
      'for the node itself only',
    );
  });

  it('BEH-294 in an epoch that is over', async () => {
    const { nodeUuid } = second();
    const channels = speakingAs(second());
    const renewal = { epoch: 0, masterUuid: nodeUuid, durationMs: 3_000, order: 1 };
    expect(await reasonOf(channels.call(agent, lease.RenewLease, renewal, patient))).toBe('EPOCH_TOO_OLD');
    expect(await reasonOf(channels.call(agent, office.LeaveOffice, { epoch: 0 }, patient))).toBe(
      'EPOCH_TOO_OLD',
    );
    await audited('"call refused"', 'RenewLease', 'EPOCH_TOO_OLD', nodeUuid);
    await audited('"call refused"', 'LeaveOffice', 'EPOCH_TOO_OLD', nodeUuid);
  });

  it('BEH-270 of a node that was removed; and what it had open is cut', async () => {
    const { first, third } = made.world;
    const removed = identityOfHost(third);
    const channels = speakingAs(removed);
    const watched = (async () => {
      for await (const { status } of channels.stream(
        agent,
        standardServices.health.Watch,
        {},
        { deadlineMs: 200_000 },
      ))
        expect(status).toBe('SERVING');
    })();
    const ended = reasonOf(watched);
    await made.cluster.mustQuorate(first, ['node', 'remove', third.name, '--json']);
    const removedAt = performance.now();
    expect(await reasonOf(channels.call(agent, vote.GetVote, {}, patient))).not.toBe('it succeeded');
    expect(await ended).toBe('UNREACHABLE');
    expect(performance.now() - removedAt).toBeLessThan(5_000);
    await audited('"connection refused"', `Node ${removed.nodeUuid} was removed`, sha256Of(removed));
    const again = speakingAs(removed).call(agent, vote.GetVote, {}, patient);
    expect(['NOT_ALLOWED', 'UNREACHABLE']).toContain(await reasonOf(again));
    await audited('"call refused"', `Node ${removed.nodeUuid} was removed`);
  });
});

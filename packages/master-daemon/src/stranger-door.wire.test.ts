/** The way in for hosts that have nothing but a token, over real connections: who is let in by it, and what nobody can do. */
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { trustOf, type LiveIdentity } from '@quorate/cluster-state/live-identity';
import { writeSecret } from '@quorate/cluster-state/secrets';
import { attemptLimits } from '@quorate/domain/attempt-limit';
import { configurationFormat } from '@quorate/domain/configuration';
import { clusterErrorFrom, type ClusterError } from '@quorate/domain/errors';
import { protocolVersion } from '@quorate/domain/software';
import { uuidOf } from '@quorate/domain/testing/drafts';
import { timings } from '@quorate/domain/timings';
import { awaitsStrangers } from '@quorate/domain/token-book';
import { createCertificateRequest } from '@quorate/platform/certificate-request';
import { createEcKeyPair, describeCertificate, issuedBy } from '@quorate/platform/certificates';
import { systemClock } from '@quorate/platform/clock';
import { shownAuthority } from '@quorate/platform/shown-authority';
import { testAuthority, testIdentity, type TestAuthority } from '@quorate/platform/testing/certificates';
import { createChannels, type Channels, type Peer } from '@quorate/rpc/channels';
import { createStrangerCredentials } from '@quorate/rpc/credentials';
import type { JoinRequest } from '@quorate/rpc/gen/quorate/master/v1/JoinRequest';
import type { JoinResponse__Output } from '@quorate/rpc/gen/quorate/master/v1/JoinResponse';
import type { Handlers } from '@quorate/rpc/server';
import { masterServices, standardServices } from '@quorate/rpc/services';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { admissionLogIn } from './admission-log.ts';
import { joinService } from './join-service.ts';
import { createMastership, type Mastership } from './mastership.ts';
import { createStrangerDoor, strangerBounds, type StrangerDoor } from './stranger-door.ts';
import { daemonScene, firstLook, type DaemonScene } from './testing/daemon-scene.ts';
import { handlerServer } from './testing/handlers.ts';
import { serveTokens } from './token-services.ts';

const address = '127.98.0.17';
const admin = { kind: 'local' } as const;
const { signal } = new AbortController();
const patient = { deadlineMs: 20_000 };

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const ending of endings.splice(0).reverse()) await ending();
});

let scene: DaemonScene;
let mastership: Mastership;
let authority: TestAuthority;
let port: number;
let door: StrangerDoor;
let tokens: Handlers<typeof masterServices.tokens>;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const found = (server.address() as AddressInfo).port;
  await new Promise((resolve) => server.close(resolve));
  return found;
}

/** The master of three nodes, with the cluster's key, and its door for joins. */
beforeEach(async () => {
  scene = await daemonScene();
  const { state, access, log, cluster } = scene;
  authority = { ...(await testAuthority()), clusterUuid: uuidOf('cluster') };
  await writeSecret(state, 'serverPem', `${authority.privateKeyPem}${authority.certificatePem}`);
  const own = await testIdentity(authority, { nodeUuid: uuidOf('node', 1) });
  const identity: LiveIdentity = {
    current: () => own,
    reload: () => Promise.resolve(trustOf(own)),
    follow: () => undefined,
    watch: () => Promise.resolve(),
  };
  mastership = createMastership(scene);
  const ending = new AbortController();
  const watched = mastership.watch(ending.signal);
  endings.push(() => {
    ending.abort();
    return watched;
  });
  await firstLook(scene, mastership);
  port = await freePort();
  const parts = { state, access, identity, mastership, admissions: admissionLogIn(log), joinPort: port };
  door = createStrangerDoor({
    ...{ identity, clock: systemClock, log, at: { host: address, port } },
    isWanted: () => {
      const tenure = mastership.tenure();
      return (
        tenure.kind === 'in-office' && awaitsStrangers(tenure.record, cluster.clock.now().getTime() / 1000)
      );
    },
    serve: joinService(parts),
  });
  endings.push(() => door.close());
  const { server, handlersOf } = handlerServer();
  serveTokens(server, { ...parts, lookAtDoor: door.look });
  tokens = handlersOf(masterServices.tokens);
});

const tokenMade = (changes: { node?: string; witness?: boolean } = {}) => {
  const request = {
    ...{ node: '', witness: false, nodeGroup: '' },
    lifeSeconds: 3600,
    operator: 'ann',
    ...changes,
  };
  return tokens.CreateToken(request, admin, signal);
};

interface NewHost {
  readonly name: string;
  readonly request: string;
}
async function newHost(number: number): Promise<NewHost> {
  const name = `node${number}.lab.test`;
  const { privateKeyPem } = createEcKeyPair();
  return { name, request: await createCertificateRequest({ privateKeyPem, commonName: name }) };
}

const shown = (): Promise<string> =>
  shownAuthority({
    ...{ host: address, port, timeoutMs: timings.anchorMs },
    anchors: [describeCertificate(authority.certificatePem).sha256],
  });

async function strangersChannels(): Promise<Channels> {
  const credentials = createStrangerCredentials(await shown(), () => undefined);
  const channels = createChannels({ credentials, connectMs: 5_000, reconnectMaxMs: 500 });
  endings.push(() => channels.close());
  return channels;
}

const master = (): Peer => ({ kind: 'node', name: 'master', uuid: 'master', address, port });

const requestOf = (
  { id, secret }: { readonly id?: string | undefined; readonly secret?: string | undefined },
  host: NewHost,
): JoinRequest => ({
  ...{
    tokenId: id ?? '',
    secret: secret ?? '',
    protocol: protocolVersion,
    configurationFormat,
    software: '0',
  },
  ...{ name: host.name, primaryIp: '10.99.0.14', secondaryIp: '' },
  ...{ certificateRequest: host.request, clientCertificateRequest: host.request },
});

async function joinAs(request: JoinRequest): Promise<JoinResponse__Output> {
  const channels = await strangersChannels();
  return channels.call(master(), masterServices.join.Join, request, patient);
}

const refusalOf = (call: Promise<unknown>): Promise<ClusterError> =>
  call.then(
    () => expect.fail('it succeeded'),
    (caught: unknown) => clusterErrorFrom(caught),
  );

const auditLines = () =>
  scene.log.lines.filter(({ fields }) => 'audit' in fields).map(({ fields }) => fields);

const isOpen = (): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: address, port });
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    endings.push(() => socket.destroy());
  });

describe('the door', () => {
  it('is there only while somebody may join', async () => {
    await door.look();
    expect(await isOpen()).toBe(false);
    const { id } = await tokenMade();
    expect(await isOpen()).toBe(true);
    await tokens.RevokeToken({ id: id ?? '', operator: 'bob' }, admin, signal);
    expect(await isOpen()).toBe(false);
  });

  it('is closed by time alone', async () => {
    await tokenMade();
    await scene.cluster.clock.advance(3_600_000);
    await door.look();
    expect(await isOpen()).toBe(false);
  });

  it('serves the join and nothing else, not even health', async () => {
    await tokenMade();
    const channels = await strangersChannels();
    const health = channels.call(master(), standardServices.health.Check, { service: '' }, patient);
    expect((await refusalOf(health)).reason).toBe('NOT_ALLOWED');
    const other = channels.call(master(), masterServices.status.GetStatus, {}, patient);
    expect((await refusalOf(other)).reason).toBe('PROTOCOL_MISMATCH');
  });

  it('shows a host that trusts another certificate that it is wrong here, before a secret is sent', async () => {
    await tokenMade();
    const anchors = ['0'.repeat(64)];
    const asked = shownAuthority({ host: address, port, anchors, timeoutMs: timings.anchorMs });
    expect((await refusalOf(asked)).reason).toBe('NOT_AUTHENTICATED');
  });

  it('takes no long message', async () => {
    const made = await tokenMade();
    const host = await newHost(4);
    const long = { ...requestOf(made, host), software: 'x'.repeat(strangerBounds.messageLimit) };
    await refusalOf(joinAs(long));
    expect((await joinAs(requestOf(made, host))).clusterName).toBe('cluster.lab.test');
  });

  it('stays open to others while strangers who say nothing hold all they can', async () => {
    const made = await tokenMade();
    const silent: Socket[] = Array.from({ length: 60 }, () => connect({ host: address, port }));
    endings.push(() => silent.forEach((socket) => socket.destroy()));
    silent.forEach((socket) => socket.on('error', () => undefined));
    await Promise.all(
      silent.map(
        (socket) => new Promise((resolve) => socket.once('connect', resolve).once('close', resolve)),
      ),
    );
    expect(await joinAs(requestOf(made, await newHost(4)))).toMatchObject({ candidate: true });
  });
});

describe('a host with a token', () => {
  it('is given what a node needs, signed by the cluster', async () => {
    const answer = await joinAs(requestOf(await tokenMade(), await newHost(4)));
    expect(issuedBy(answer.nodeCertificate, authority.certificatePem)).toBe(true);
    expect(describeCertificate(answer.nodeCertificate).nodeIdentity).toEqual({
      clusterUuid: uuidOf('cluster'),
      nodeUuid: answer.nodeUuid,
    });
    expect(Object.keys(answer.files)).toContain('roster.json');
    expect(answer.files['server.pem']).toContain('PRIVATE KEY');
  });

  it('gets no cluster key as a witness', async () => {
    const answer = await joinAs(requestOf(await tokenMade({ witness: true }), await newHost(4)));
    expect(answer.candidate).toBe(false);
    expect(answer.files['server.pem']).not.toContain('PRIVATE KEY');
  });

  it('may ask again with the same key, and is the same node', async () => {
    const made = await tokenMade();
    const host = await newHost(4);
    const first = await joinAs(requestOf(made, host));
    const again = await joinAs({ ...requestOf(made, host), nodeCertificate: first.nodeCertificate });
    expect(again).toMatchObject({ nodeUuid: first.nodeUuid, nodeCertificate: first.nodeCertificate });
  });

  it('claims it before anything secret leaves: a majority knows', async () => {
    const { id, secret } = await tokenMade();
    const host = await newHost(4);
    await joinAs(requestOf({ id, secret }, host));
    const { tokens: listed } = await tokens.ListTokens({}, admin, signal);
    expect(listed).toMatchObject([{ id, state: 'claimed', claimedBy: host.name }]);
    expect(scene.cluster.node(2).text?.ours.tokens?.[id ?? '']?.claim?.name).toBe(host.name);
    expect(JSON.stringify(scene.cluster.node(2).text)).not.toContain(secret);
  });

  it('without a majority is given nothing', async () => {
    const made = await tokenMade();
    scene.cluster.isolate(2, 3);
    const failure = await refusalOf(joinAs(requestOf(made, await newHost(4))));
    expect(failure.reason).toBe('COMMIT_UNDECIDED');
  });
});

describe('refused, with a reason and a line in the log, is', () => {
  /** What the host is told, if a line of the log says the same. */
  const refusalTold = async (call: Promise<unknown>): Promise<string | undefined> => {
    const { reason, facts } = await refusalOf(call);
    const { refusal } = facts;
    expect(reason).toBe('NOT_ALLOWED');
    const line = { audit: 'join refused', refusal, address: '127.0.0.1' };
    expect(auditLines()).toContainEqual(expect.objectContaining(line));
    return refusal;
  };

  it('an unknown token, and a wrong secret alike', async () => {
    const made = await tokenMade();
    const host = await newHost(4);
    expect(await refusalTold(joinAs(requestOf({ ...made, id: '0'.repeat(12) }, host)))).toBe('unknown');
    expect(await refusalTold(joinAs(requestOf({ ...made, secret: '0'.repeat(64) }, host)))).toBe('unknown');
    expect(await refusalTold(joinAs(requestOf({ id: '__proto__', secret: '' }, host)))).toBe('unknown');
  });

  it('an expired one', async () => {
    const made = await tokenMade();
    await scene.cluster.clock.advance(1_800_000);
    await tokenMade();
    await scene.cluster.clock.advance(1_800_000);
    expect(await refusalTold(joinAs(requestOf(made, await newHost(4))))).toBe('expired');
  });

  it('a revoked one', async () => {
    const [made] = [await tokenMade(), await tokenMade()];
    await tokens.RevokeToken({ id: made.id ?? '', operator: 'ann' }, admin, signal);
    expect(await refusalTold(joinAs(requestOf(made, await newHost(4))))).toBe('revoked');
  });

  it('one that another host has shown, also by whoever read it on the way', async () => {
    const made = await tokenMade();
    const host = await newHost(4);
    const request = requestOf(made, host);
    await joinAs(request);
    expect(await refusalTold(joinAs(requestOf(made, await newHost(4))))).toBe('already-used');
    expect(await refusalTold(joinAs({ ...request, name: 'node5.lab.test' }))).toBe('already-used');
  });

  it('of two hosts that show it at once, one', async () => {
    const made = await tokenMade();
    const hosts = await Promise.all([newHost(4), newHost(4)]);
    const outcomes = await Promise.allSettled(hosts.map((host) => joinAs(requestOf(made, host))));
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it('one for another name, or another role', async () => {
    const bound = await tokenMade({ node: 'node9.lab.test' });
    expect(await refusalTold(joinAs(requestOf(bound, await newHost(4))))).toBe('wrong-name');
    const witness = await tokenMade({ witness: true });
    expect(await refusalTold(joinAs({ ...requestOf(witness, await newHost(4)), witness: false }))).toBe(
      'wrong-role',
    );
  });

  it('who failed too often, for a minute and with one line', async () => {
    const made = await tokenMade();
    const host = await newHost(4);
    const wrong = requestOf({ ...made, secret: '0'.repeat(64) }, host);
    const channels = await strangersChannels();
    const attempt = (request: JoinRequest) =>
      channels.call(master(), masterServices.join.Join, request, patient);
    for (let n = 0; n < attemptLimits.perAddress; n += 1) await refusalOf(attempt(wrong));
    expect(await refusalTold(attempt(requestOf(made, host)))).toBe('too-many-attempts');
    await refusalOf(attempt(requestOf(made, host)));
    const lines = auditLines().filter((line) => 'refusal' in line && line.refusal === 'too-many-attempts');
    expect(lines).toHaveLength(1);
    await scene.cluster.clock.advance(attemptLimits.windowMs);
    expect(await attempt(requestOf(made, host))).toMatchObject({ candidate: true });
  });

  it('another protocol, and it uses nothing up', async () => {
    const made = await tokenMade();
    const host = await newHost(4);
    const other = { ...requestOf(made, host), protocol: protocolVersion + 1 };
    expect((await refusalOf(joinAs(other))).reason).toBe('PROTOCOL_MISMATCH');
    expect(await joinAs(requestOf(made, await newHost(4)))).toMatchObject({ candidate: true });
  });

  it('a request that cannot be signed, and it uses nothing up', async () => {
    const made = await tokenMade();
    const host = await newHost(4);
    const broken = { ...requestOf(made, host), clientCertificateRequest: 'nonsense' };
    expect((await refusalOf(joinAs(broken))).reason).toBe('WRONG_INPUT');
    expect(await joinAs(requestOf(made, await newHost(4)))).toMatchObject({ candidate: true });
  });

  it('and no line holds a secret', async () => {
    const made = await tokenMade();
    await joinAs(requestOf(made, await newHost(4)));
    expect(JSON.stringify(scene.log.lines)).not.toContain(made.secret);
  });
});

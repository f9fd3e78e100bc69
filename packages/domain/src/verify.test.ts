import { describe, expect, it } from 'vitest';
import { uuidOf, versionOf } from './testing/notation.ts';
import {
  mayPass,
  parseCodes,
  plannedRepairs,
  summaryOf,
  verboseLines,
  verifyFindings,
  verifyRows,
} from './verify.ts';
import { neededVolumeGroup } from './verify-storage.ts';
import {
  nowSeconds,
  file,
  kept,
  sound,
  factsWith,
  wordFor,
  findingsFor,
  wordsFor,
  endsIn,
  withCertificate,
  tried,
  clusterOf,
  nodeOf,
  type Seen,
  type Scene,
} from './testing/verify-scene.ts';

describe('verify', () => {
  it('finds nothing in a sound cluster', () => expect(findingsFor()).toEqual([]));

  it('has a name of its own for each row', () => {
    const names = verifyRows.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each<[string, Readonly<Record<number, Seen | string>>, string[]]>([
    ['a node that does not answer', { 3: 'it refused the connection' }, ['error ENODERPC q3.lab']],
    ['another protocol', { 2: { protocolVersion: 2 } }, ['error ENODEVERSION q2.lab']],
    [
      'another release of the same protocol',
      { 2: { softwareVersion: '0.2.0' } },
      ['warning ENODEVERSION q2.lab'],
    ],
    // clocks: 150 s, and what the call itself leaves uncertain
    ['a clock within the allowance', { 2: { clockOffsetMs: -150_010 } }, []],
    ['a clock that is behind', { 2: { clockOffsetMs: -150_011 } }, ['error ENODETIME q2.lab']],
    ['a clock that is ahead', { 2: { clockOffsetMs: 200_000 } }, ['error ENODETIME q2.lab']],
    ['a slow answer about a clock', { 2: { clockOffsetMs: 200_000, clockUncertaintyMs: 60_000 } }, []],
    // the office
    ['a second holder of the address', { 2: { masterIpHere: true } }, ['error ENODENET q2.lab']],
    ['a second one in office', { 2: { masterDaemonInOffice: true } }, ['error QMASTER q2.lab']],
    ['a master without the address', { 1: { masterIpHere: false } }, ['error ENODENET q1.lab']],
    ['a master that is not in office', { 1: { masterDaemonInOffice: false } }, ['error QMASTER q1.lab']],
    [
      'the address on the wrong host',
      { 1: { masterIpHere: false }, 2: { masterIpHere: true } },
      ['error ENODENET q1.lab', 'error ENODENET q2.lab'],
    ],
    // the ways between them
    ['a node that is not reached', { 2: tried('primary', 'silent') }, ['error ENODENET q2.lab']],
    ['a daemon that does not listen', { 2: tried('primary', 'refused') }, ['error ENODENET q2.lab']],
    ['a second network that is cut', { 2: tried('secondary', 'unreachable') }, ['error ENODENET q2.lab']],
    ['a second network on which nobody listens', { 2: tried('secondary', 'refused') }, []],
    ['a node that nobody asked about', { 2: tried('primary', 'silent', 9) }, []],
    [
      'a master IP that a candidate does not reach',
      { 2: tried('master-ip', 'silent', null) },
      ['error ENODENET q2.lab'],
    ],
    ['SSH that does not answer', { 2: tried('ssh', 'refused') }, ['error ENODESSH q2.lab']],
    ['another host name', { 2: { hostName: 'q9.lab' } }, ['error ENODESSH q2.lab']],
    ['the first label as host name', { 2: { hostName: 'q2' } }, []],
    ['an address the host has not', { 2: { lackingAddresses: ['10.78.0.2'] } }, ['error ENODENET q2.lab']],
    ['no device for the master IP', { 2: { masterDeviceExists: false } }, ['error ENODENET q2.lab']],
    [
      'a file system that is not mounted',
      { 2: { missingFileSystems: ['/sys'] } },
      ['error ENODESETUP q2.lab'],
    ],
    // files
    ['BEH-277 a mixed ssconf set', { 2: { ssconfComplete: false } }, ['error ENODEFILECHECK q2.lab']],
    ['an older set of views', { 2: { ssconfVersion: versionOf(1, 9) } }, ['error ECLUSTERFILECHECK q2.lab']],
    [
      'views of another text in the same place',
      { 2: { ssconfVersion: versionOf(1, 10, 'x') } },
      ['error ECLUSTERFILECHECK q2.lab'],
    ],
    ['a view that was changed', { 2: { differingViews: ['config.data'] } }, ['error ENODEFILECHECK q2.lab']],
    ['a roster that was changed', { 2: { rosterDigest: 'other' } }, ['error ENODEFILECHECK q2.lab']],
    [
      'a shared file that differs',
      { 2: { sharedFileDigests: { 'hmac.key': 'other', 'rapi.pem': 'cd' } } },
      ['error ECLUSTERFILECHECK cluster.lab'],
    ],
    [
      'a shared file that is missing',
      { 2: { sharedFileDigests: { 'rapi.pem': 'cd' } } },
      ['error ECLUSTERFILECHECK cluster.lab'],
    ],
    [
      'a file that is missing',
      { 2: { files: sound.files.filter(({ path }) => !path.endsWith('voter.json')) } },
      ['error ENODEFILECHECK q2.lab'],
    ],
    [
      'a mode that lets others in',
      { 2: { files: [...sound.files, file('hmac.key', { mode: 0o444, wantedMode: 0o440 })] } },
      ['error ENODEFILECHECK q2.lab'],
    ],
    [
      'a mode that keeps out who should get in',
      { 2: { files: [...sound.files, file('hmac.key', { mode: 0o400, wantedMode: 0o440 })] } },
      ['warning ENODEFILECHECK q2.lab'],
    ],
    [
      'another owner',
      { 2: { files: [...sound.files, file('hmac.key', { owner: 1000 })] } },
      ['error ENODEFILECHECK q2.lab'],
    ],
    ['a candidate without the cluster key', { 2: { holdsClusterKey: false } }, ['error QCLUSTERKEY q2.lab']],
    ['what a write left', { 2: { temporaries: ['.roster.json.0.tmp'] } }, ['warning QLEFTOVER q2.lab']],
    ['a file of nobody’s', { 2: { strangers: ['node.pem.pending'] } }, ['warning QLEFTOVER q2.lab']],
    // certificates
    ['a quarter of a year and a bit', { 1: endsIn(90.1) }, []],
    ['BEH-289 90 days left', { 1: endsIn(90) }, ['notice ECLUSTERCERT cluster.lab']],
    ['BEH-289 a month and a bit', { 1: endsIn(30.1) }, ['notice ECLUSTERCERT cluster.lab']],
    ['BEH-289 30 days left', { 1: endsIn(30) }, ['warning ECLUSTERCERT cluster.lab']],
    ['BEH-289 29 days left', { 1: endsIn(29) }, ['warning ECLUSTERCERT cluster.lab']],
    ['BEH-289 a week and a bit left', { 1: endsIn(7.5) }, ['warning ECLUSTERCERT cluster.lab']],
    ['BEH-289 a week left', { 1: endsIn(7) }, ['error ECLUSTERCERT cluster.lab']],
    ['BEH-289 6 days left', { 1: endsIn(6) }, ['error ECLUSTERCERT cluster.lab']],
    ['BEH-289 an expired one', { 1: endsIn(-1) }, ['error ECLUSTERCERT cluster.lab']],
    ['the same one on all nodes once', { 1: endsIn(6), 2: endsIn(6) }, ['error ECLUSTERCERT cluster.lab']],
    ['BEH-289 a client certificate', { 3: endsIn(6, 'client.pem') }, ['error ECLUSTERCLIENTCERT q3.lab']],
    ['BEH-289 a node certificate', { 3: endsIn(6, 'node.pem') }, ['error ECLUSTERCERT q3.lab']],
    [
      'one that is not valid yet',
      { 1: withCertificate('rapi.pem', { notBeforeSeconds: nowSeconds + 151 }) },
      ['warning ECLUSTERCERT cluster.lab'],
    ],
    [
      'one that cannot be read',
      { 2: withCertificate('rapi.pem', { problem: 'it is no certificate' }) },
      ['error ECLUSTERCERT q2.lab'],
    ],
    [
      'one that another cluster signed',
      { 2: withCertificate('node.pem', { signedByCluster: false }) },
      ['error ECLUSTERCERT q2.lab'],
    ],
    [
      'one that another cluster certificate signed, though none is renewed',
      { 2: withCertificate('node.pem', { signedByCluster: false, signedByTrusted: true }) },
      ['error ECLUSTERCERT q2.lab'],
    ],
    [
      'a client certificate that signed itself',
      { 2: withCertificate('client.pem', { signedByCluster: false, selfSigned: true, sha1: 'client 2' }) },
      ['warning ECLUSTERCLIENTCERT q2.lab'],
    ],
    [
      'another one than is pinned, shown and on disk',
      { 2: { ...withCertificate('node.pem', { sha256: 'other' }), presentedSha256: 'other' } },
      ['error ECLUSTERCERT q2.lab'],
    ],
    [
      'a new one that waits for a start of the daemon',
      { 2: withCertificate('node.pem', { sha256: 'other' }) },
      ['warning ECLUSTERCERT q2.lab'],
    ],
    [
      'another client certificate than is listed',
      { 2: withCertificate('client.pem', { sha1: 'other' }) },
      ['error ECLUSTERCLIENTCERT q2.lab'],
    ],
    // several at once
    [
      'everything on one node',
      { 2: { protocolVersion: 2, masterIpHere: true, ssconfComplete: false } },
      ['error ENODENET q2.lab', 'error ENODEVERSION q2.lab', 'error ENODEFILECHECK q2.lab'],
    ],
  ])('finds %s', (_what, changes, words) => expect(wordsFor(changes)).toEqual(words));

  it.each<[string, Scene & { readonly changes?: Readonly<Record<number, Seen>> }, string[]]>([
    [
      'a node that is marked offline, which is no fault',
      { roster: 'M C O', votes: '1 1 .' },
      ['notice ENODERPC q3.lab'],
    ],
    [
      'a voter that lags, once',
      { votes: '1 1 1@1:9', changes: { 3: { ssconfVersion: versionOf(1, 9), rosterDigest: 'old' } } },
      ['error QVOTER q3.lab'],
    ],
    [
      'a voter that names another, of an older version',
      { votes: '1 1 2@1:9', changes: { 3: { ssconfVersion: versionOf(1, 9), rosterDigest: 'old' } } },
      ['error QVOTER q3.lab', 'error QVOTER q3.lab'],
    ],
    ['a voter that has seen a later epoch', { votes: '1 1 1^7' }, ['warning QVOTER q3.lab']],
    ['an answer that is no vote', { votes: '1 1 -' }, ['error QVOTER q3.lab']],
    ['a candidate without the record', { votes: '1 1 1~' }, ['error ECLUSTERFILECHECK q3.lab']],
    ['no record to compare with', { record: null }, ['warning ECLUSTERCFG cluster.lab']],
    [
      'a configuration that contradicts itself',
      { record: clusterOf({ enabled_hypervisors: [] }) },
      ['error ECLUSTERCFG cluster.lab'],
    ],
    [
      'a node in a group that is none',
      { record: nodeOf(2, { group: 'nowhere' }) },
      ['error ECLUSTERCFG cluster.lab', 'error ECLUSTERDANGLINGNODES cluster.lab'],
    ],
    [
      'an empty list of client certificates',
      { record: clusterOf({ candidate_certs: {} }) },
      ['error ECLUSTERCLIENTCERT cluster.lab'],
    ],
    [
      'a candidate that is not listed',
      { record: clusterOf({ candidate_certs: { [uuidOf(1)]: 'client 1', [uuidOf(2)]: 'client 2' } }) },
      ['error ECLUSTERCLIENTCERT q3.lab'],
    ],
    [
      'the same digest for two',
      {
        record: clusterOf({
          candidate_certs: { [uuidOf(1)]: 'client 1', [uuidOf(2)]: 'client 1', [uuidOf(3)]: 'client 3' },
        }),
      },
      ['error ECLUSTERCLIENTCERT cluster.lab', 'error ECLUSTERCLIENTCERT q2.lab'],
    ],
    [
      'an ordinary node that is listed, has the cluster key and the record',
      {
        record: clusterOf({ candidate_pool_size: 2 }, nodeOf(3, { master_candidate: false })),
        roster: 'M C R',
      },
      [
        'error QCLUSTERKEY q3.lab',
        'warning ECLUSTERFILECHECK q3.lab',
        'error ECLUSTERCLIENTCERT cluster.lab',
      ],
    ],
  ])('finds %s', (_what, { changes, ...scene }, words) =>
    expect(wordsFor(changes ?? {}, scene)).toEqual(words),
  );

  it.each([
    ['1 2 x', 'The nodes do not agree on a master'],
    ['1 x x', 'Only 1 of 2 needed votes were given'],
  ])('finds that on %s there is no master, and who acts as one all the same', (votes, message) => {
    const unheard = { 2: 'silence', 3: 'silence' };
    const findings = findingsFor(votes === '1 x x' ? unheard : { 3: 'silence' }, { votes }).filter(
      ({ code }) => code !== 'ENODERPC',
    );
    expect(findings.map(wordFor)).toEqual([
      'error QMASTER cluster.lab',
      'error ENODENET q1.lab',
      'error QMASTER q1.lab',
    ]);
    expect(findings[0]?.message).toBe(message);
    expect(findings[1]?.message).toBe('It holds the master IP 10.77.0.100, and no majority names it master');
  });

  it.each([
    [{ 2: { sharedFileDigests: { 'rapi.pem': 'cd' } } }, 'hmac.key is missing on q2.lab'],
    [
      { 2: { sharedFileDigests: { 'hmac.key': 'x', 'rapi.pem': 'cd' } } },
      'hmac.key differs: one on q1.lab, q3.lab; another on q2.lab',
    ],
    [{ 2: { clockOffsetMs: 200_400 } }, "Its clock differs by 200 s from this host's"],
    [{ 1: endsIn(6.9) }, 'rapi.pem expires in 6 days'],
    [{ 1: endsIn(0.9) }, 'rapi.pem expires within a day'],
    [{ 1: endsIn(-2) }, 'rapi.pem has expired'],
    [{ 2: { softwareVersion: '0.2.0' } }, 'It runs release 0.2.0, this host 0.1.0'],
    [
      { 2: { files: [...sound.files, file('hmac.key', { mode: 0o644, wantedMode: 0o440 })] } },
      '/var/lib/quorate/hmac.key has mode 0644, and must have 0440',
    ],
    [
      { 2: tried('secondary', 'silent') },
      'It does not reach q1.lab by its secondary address, 10.77.0.9:1811: there is no answer',
    ],
    [
      { 2: { strangers: Array.from({ length: 12 }, (_, k) => `x${k}`) } },
      "Files in the data directory that are not the cluster's: x0, x1, x2, x3, x4, x5, x6, x7, x8, x9 and 2 more",
    ],
  ])('says it in numbers and names: %j', (changes: Record<number, Seen>, message) => {
    expect(findingsFor(changes).map((finding) => finding.message)).toContain(message);
  });

  it('looks for storage only where the enabled templates need it, on nodes that hold disks', () => {
    const directory = { key: 'file_storage_dir', path: '/srv/disks', isDirectory: true, writable: true };
    const storage = { ...sound.storage, allowedPaths: ['/srv'], directories: [directory] };
    const given = clusterOf({
      enabled_disk_templates: ['file', 'plain', 'drbd'],
      volume_group_name: 'xenvg',
      drbd_usermode_helper: '/bin/true',
    });
    const fit = {
      storage: { ...storage, volumeGroups: new Map([['xenvg', 30_000]]), drbdHelper: '/bin/true' },
    };
    const wordsOf = (changes: Seen, record = given) =>
      wordsFor({ 1: { ...fit, ...changes }, 2: fit, 3: fit }, { record });
    expect(wordsOf({})).toEqual([]);
    expect(wordsOf(sound)).toEqual(
      expect.arrayContaining(['error ENODELVM q1.lab', 'error ENODEDRBDHELPER q1.lab']),
    );
    const unwritable = { ...fit.storage, directories: [{ ...directory, writable: false }] };
    expect(wordsOf({ storage: unwritable })).toEqual(['error ENODEFILESTORAGEPATHUNUSABLE q1.lab']);
    const unlisted = { ...fit.storage, allowedPaths: ['/data'] };
    expect(wordsOf({ storage: unlisted })).toEqual(['error ENODEFILESTORAGEPATHUNUSABLE q1.lab']);
    const otherDrbd = { ...fit.storage, drbdVersion: '9.1.4' };
    expect(wordsOf({ storage: otherDrbd }), 'the others have none').toEqual([]);
    expect(
      wordsFor(
        { 1: fit, 2: { storage: otherDrbd }, 3: { storage: { ...otherDrbd, drbdVersion: '8.4.10' } } },
        { record: given },
      ),
    ).toEqual(['error ENODEDRBDVERSION cluster.lab']);
    const forbidden = { ...fit.storage, allowedPaths: ['/srv', '/etc/disks'] };
    expect(wordsOf({ storage: forbidden })).toEqual(['error ENODEFILESTORAGEPATHS q1.lab']);
    expect(wordsOf({ storage: unwritable }, nodeOf(1, { vm_capable: false }, given))).toEqual([]);
    expect(neededVolumeGroup({ record: given })).toBe('xenvg');
    expect(
      neededVolumeGroup({ record: clusterOf({ enabled_disk_templates: ['file'] }, given) }),
    ).toBeUndefined();
  });
});

describe("the site's program for the master IP", () => {
  const ordinary = nodeOf(3, { master_candidate: false }, clusterOf({ candidate_pool_size: 2 }));
  const { candidate_certs: listed } = ordinary.configuration.cluster;
  const two = clusterOf(
    { candidate_certs: { [uuidOf(1)]: listed[uuidOf(1)], [uuidOf(2)]: listed[uuidOf(2)] } },
    ordinary,
  );
  const asOrdinary: Seen = {
    holdsClusterKey: false,
    files: kept.slice(0, 4).map((name) => file(name)),
    masterIpScript: 'missing',
  };

  it.each([
    ['missing', 'is missing'],
    ['not-executable', 'is not executable'],
  ] as const)('is needed on a candidate: %s', (masterIpScript, what) => {
    const findings = findingsFor({ 2: { masterIpScript }, 3: { masterIpScript: 'ready' } });
    expect(findings.map(wordFor)).toEqual(['error ENODEUSERSCRIPTS q2.lab']);
    expect(findings[0]?.message).toBe(
      `The site's program for the master IP ${what}: /etc/quorate/scripts/master-ip-setup`,
    );
  });

  it('had better be on a node that may become one, and need not be on any other', () => {
    const scene = { record: two, roster: 'M C R' };
    expect(wordsFor({ 3: asOrdinary }, scene)).toEqual(['warning ENODEUSERSCRIPTS q3.lab']);
    const witness = nodeOf(3, { master_capable: false }, two);
    expect(wordsFor({ 3: asOrdinary }, { ...scene, record: witness })).toEqual([]);
  });
});

describe('one group', () => {
  it('is told of alone, with what is about the cluster', () => {
    const all = factsWith({ 2: { clockOffsetMs: 1e6 }, 3: { clockOffsetMs: 1e6 } }, { votes: '1 1@1:9 1' });
    const { nodes } = all;
    const onlyGroup = { name: 'racks', nodes: [uuidOf(3)] };
    const facts = { ...all, onlyGroup, nodes: nodes.filter(({ node }) => node.uuid === uuidOf(3)) };
    expect(verifyFindings(facts).map(wordFor)).toEqual(['error ENODETIME q3.lab']);
  });
});

describe('what verify makes of its findings', () => {
  const both = findingsFor({
    2: { temporaries: ['x'], ssconfComplete: false, differingViews: ['ssconf_x'], clockOffsetMs: 1e6 },
    3: { files: [...sound.files, file('hmac.key', { mode: 0o444 })] },
  });

  it('counts them', () => expect(summaryOf(both)).toEqual({ ok: false, errors: 4, warnings: 1 }));

  it('takes an ignored code for a warning', () => {
    const facts = factsWith({ 2: { clockOffsetMs: 1e6 } });
    expect(summaryOf(verifyFindings(facts, ['ENODETIME']))).toEqual({ ok: true, errors: 0, warnings: 1 });
    expect(summaryOf(verifyFindings(facts, ['ENODERPC']))).toMatchObject({ ok: false });
  });

  it('knows its codes', () => {
    expect(parseCodes(['ENODETIME', 'QMASTER'])).toEqual(['ENODETIME', 'QMASTER']);
    expect(() => parseCodes(['ENODETIME', 'EVIL', 'enodetime'])).toThrow(
      'There is no error code EVIL, enodetime',
    );
  });

  it('plans each repair once, and only what can be mended', () => {
    expect(plannedRepairs(both)).toEqual([
      { repair: 'send-configuration', node: 'q2.lab' },
      { repair: 'mend-files', node: 'q3.lab' },
      { repair: 'mend-files', node: 'q2.lab' },
    ]);
    expect(plannedRepairs(findingsFor({ 2: { holdsClusterKey: false, strangers: ['x'] } }))).toEqual([]);
  });

  it('sends no configuration while nobody can say which is the right one', () => {
    const findings = findingsFor({ 2: { ssconfComplete: false, temporaries: ['x'] } }, { votes: '1 2 x' });
    expect(plannedRepairs(findings)).toEqual([{ repair: 'mend-files', node: 'q2.lab' }]);
  });

  it('looks again at what may pass: what is sent anyway, and what a renewal replaces while something changes', () => {
    const [view] = findingsFor({ 2: { ssconfComplete: false } });
    const [shared] = findingsFor({ 2: { sharedFileDigests: { 'hmac.key': 'x', 'rapi.pem': 'cd' } } });
    const [clock] = findingsFor({ 2: { clockOffsetMs: 1e6 } });
    const passes = (wasChanging: boolean) => [view, shared, clock].map((one) => mayPass(one!, wasChanging));
    expect(passes(false)).toEqual([true, false, false]);
    expect(passes(true)).toEqual([true, true, false]);
  });

  it('says at length which nodes and which checks there were', () => {
    const facts = factsWith({ 2: { clockOffsetMs: 1e6 }, 3: 'silence' });
    const lines = verboseLines(facts, verifyFindings(facts));
    expect(lines).toHaveLength(2 + verifyRows.length);
    expect(lines[1]).toBe(
      'Looked at q2.lab (candidate): release 0.1.0, clock 1000000 ms off, 6 files, 4 certificates, 0 addresses tried',
    );
    expect(lines).toEqual(
      expect.arrayContaining(['Check clocks-agree: 1 found', 'Check one-master: nothing found']),
    );
  });
});

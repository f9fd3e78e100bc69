import { describe, expect, it } from 'vitest';
import { ballotsFrom, rosterFrom, versionOf } from './testing/notation.ts';
import { verifyFindings, type NodeObservation, type VerifyFacts, type VerifyFinding } from './verify.ts';

type Seen = NonNullable<NodeObservation['facts']>;

const day = 86_400;
const nowSeconds = 1_000_000_000;

const sound: Seen = {
  masterIpHere: false,
  masterDaemonInOffice: false,
  ssconfVersion: versionOf(1, 10),
  ssconfComplete: true,
  certificateNotAfterSeconds: {
    'server.pem': nowSeconds + 1825 * day,
    'client.pem': nowSeconds + 1825 * day,
  },
  sharedFileDigests: { 'hmac.key': 'ab', 'rapi.pem': 'cd' },
  softwareVersion: '0.1.0',
  protocolVersion: 1,
  clockOffsetMs: 0,
  clockUncertaintyMs: 10,
};
const master: Seen = { ...sound, masterIpHere: true, masterDaemonInOffice: true };

/** q1 is master of three and votes for itself, as do the others; `changes` is what is wrong with one of them. */
function factsWith(
  changes: Readonly<Record<number, Partial<Seen> | string>> = {},
  votes = '1 1 1',
): VerifyFacts {
  const roster = rosterFrom('M C C');
  const nodes = roster.nodes.map((node, index): NodeObservation => {
    const change = changes[index + 1] ?? {};
    const usual = index === 0 ? master : sound;
    return typeof change === 'string' ? { node, failure: change } : { node, facts: { ...usual, ...change } };
  });
  return {
    roster,
    nodes,
    ballots: ballotsFrom(votes, roster),
    nowSeconds,
    softwareVersion: '0.1.0',
    protocolVersion: 1,
  };
}

/** `error QMASTER q2.lab` */
const wordFor = ({ severity, code, name }: VerifyFinding): string => `${severity} ${code} ${name}`;
const wordsFor = (...given: Parameters<typeof factsWith>) => verifyFindings(factsWith(...given)).map(wordFor);

const endsIn = (days: number, name = 'server.pem'): Partial<Seen> => ({
  certificateNotAfterSeconds: { [name]: nowSeconds + 150 + days * day },
});

describe('verify', () => {
  it('finds nothing in a sound cluster', () => expect(wordsFor()).toEqual([]));

  it.each<[string, Readonly<Record<number, Partial<Seen> | string>>, string[]]>([
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
      ['error ENODENET q2.lab', 'error ENODENET q1.lab'],
    ],
    // files
    ['a mixed ssconf set', { 2: { ssconfComplete: false } }, ['error ENODEFILECHECK q2.lab']],
    ['an older configuration', { 2: { ssconfVersion: versionOf(1, 9) } }, ['error ECLUSTERFILECHECK q2.lab']],
    [
      'another text in the same place',
      { 2: { ssconfVersion: versionOf(1, 10, 'x') } },
      ['error ECLUSTERFILECHECK q2.lab'],
    ],
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
    // certificates
    ['BEH-289 a month and a bit', { 1: endsIn(30.1) }, []],
    ['BEH-289 30 days left', { 1: endsIn(30) }, ['warning ECLUSTERCERT q1.lab']],
    ['BEH-289 29 days left', { 1: endsIn(29) }, ['warning ECLUSTERCERT q1.lab']],
    ['BEH-289 a week and a bit left', { 1: endsIn(7.5) }, ['warning ECLUSTERCERT q1.lab']],
    ['BEH-289 a week left', { 1: endsIn(7) }, ['error ECLUSTERCERT q1.lab']],
    ['BEH-289 6 days left', { 1: endsIn(6) }, ['error ECLUSTERCERT q1.lab']],
    ['BEH-289 an expired one', { 1: endsIn(-1) }, ['error ECLUSTERCERT q1.lab']],
    ['BEH-289 a client certificate', { 3: endsIn(6, 'client.pem') }, ['error ECLUSTERCLIENTCERT q3.lab']],
    // several at once
    [
      'everything on one node',
      { 2: { protocolVersion: 2, masterIpHere: true, ssconfComplete: false } },
      ['error ENODEVERSION q2.lab', 'error ENODENET q2.lab', 'error ENODEFILECHECK q2.lab'],
    ],
  ])('finds %s', (_what, changes, words) => expect(wordsFor(changes)).toEqual(words));

  it.each([
    ['1 2 x', 'The nodes do not agree on a master'],
    ['1 x x', 'Only 1 of 2 needed votes were given'],
  ])('finds that on %s there is no master, and who acts as one all the same', (votes, message) => {
    const findings = verifyFindings(factsWith({}, votes));
    expect(findings.map(wordFor)).toEqual([
      'error QMASTER cluster.lab',
      'error ENODENET q1.lab',
      'error QMASTER q1.lab',
    ]);
    expect(findings[0]?.message).toBe(message);
    expect(findings[1]?.message).toBe('It holds the master IP 10.77.0.100, and no majority names it master');
  });

  it('judges the office by the votes, not by this host’s own roster', () => {
    expect(wordsFor({}, '2@2 2@2 2@2')).toEqual([
      'error ENODENET q1.lab',
      'error QMASTER q1.lab',
      'error ENODENET q2.lab',
      'error QMASTER q2.lab',
    ]);
  });

  it.each([
    [{ 2: { sharedFileDigests: { 'rapi.pem': 'cd' } } }, 'hmac.key is missing on q2.lab'],
    [{ 2: { clockOffsetMs: 200_400 } }, "Its clock differs by 200 s from this host's"],
    [{ 2: endsIn(6.9) }, 'server.pem expires in 6 days'],
    [{ 2: endsIn(-2) }, 'server.pem has expired'],
    [{ 2: { softwareVersion: '0.2.0' } }, 'It runs release 0.2.0, this host 0.1.0'],
  ])('says it in numbers and names: %j', (changes, message) => {
    expect(verifyFindings(factsWith(changes)).map((finding) => finding.message)).toContain(message);
  });
});

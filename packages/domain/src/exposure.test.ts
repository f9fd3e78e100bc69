/** What removed hosts may still know: listed by secret, until it is replaced or the host was seen to be rid of it. */
import { describe, expect, it } from 'vitest';
import { nobodyEntrusted } from './candidate-pool.ts';
import { withNodesOffline } from './configuration-changes.ts';
import type { Draft } from './configuration.ts';
import { exposedSecrets, sharedSecrets, withoutExposureOf, withSecretsReplaced } from './exposure.ts';
import { withNodeRemoved } from './node-changes.ts';
import { parseRecord, seal, writeRecord } from './record.ts';
import { draftOfSize, testSeconds, uuidOf } from './testing/drafts.ts';

const later = testSeconds + 100;
const node = (number: number): string => uuidOf('node', number);
const removed = (draft: Draft, ...numbers: number[]): Draft =>
  numbers.reduce((made, n) => withNodeRemoved(made, node(n), later, nobodyEntrusted).draft, draft);
const shown = (draft: Draft): string =>
  exposedSecrets(draft)
    .map(
      ({ secret, knownTo }) => `${secret}: ${knownTo.map((name) => name.replace('.lab.test', '')).join(' ')}`,
    )
    .join('; ');
const withoutKey = sharedSecrets.filter((secret) => secret !== 'cluster-key');

describe('BEH-269 what is exposed', () => {
  it('is nothing at first', () => expect(exposedSecrets(draftOfSize(3))).toEqual([]));

  it('is all that a removed candidate knows', () =>
    expect(exposedSecrets(removed(draftOfSize(3), 3)).map(({ secret }) => secret)).toEqual(sharedSecrets));

  it('is not the cluster key where the node was never a candidate', () => {
    const small = draftOfSize(3, { candidatePoolSize: 1 });
    expect(exposedSecrets(removed(small, 3)).map(({ secret }) => secret)).toEqual(withoutKey);
  });

  it('is the cluster key, too, of one that was a candidate and not seen without it', () => {
    const offline = withNodesOffline(draftOfSize(3), [node(3)], later);
    expect(exposedSecrets(removed(offline, 3))[0]).toEqual({
      secret: 'cluster-key',
      knownTo: ['node3.lab.test'],
    });
  });

  it('names all who know it, in the order of names', () =>
    expect(shown(removed(draftOfSize(11), 10, 2))).toContain('hmac-key: node2 node10;'));

  it('is kept with the record', () => {
    const sha = () => 'f'.repeat(64);
    const record = seal(removed(draftOfSize(3), 3), sha);
    expect(exposedSecrets(parseRecord(writeRecord(record), sha))).toEqual(exposedSecrets(record));
  });
});

describe('a list that is worked off', () => {
  const draft = removed(draftOfSize(4), 3, 4);

  it('loses what was replaced, for all who knew it', () => {
    const after = withSecretsReplaced(draft, ['cluster-key', 'hmac-key'], later);
    expect(exposedSecrets(after).map(({ secret }) => secret)).toEqual(
      sharedSecrets.filter((secret) => !['cluster-key', 'hmac-key'].includes(secret)),
    );
    expect(after.configuration.serial_no).toBe(draft.configuration.serial_no + 1);
    expect(withSecretsReplaced(after, ['hmac-key'], later)).toBe(after);
  });

  it('is empty when everything was replaced', () =>
    expect(withSecretsReplaced(draft, sharedSecrets, later).ours.exposed).toEqual([]));

  it('loses a host that was seen to leave', () => {
    const after = withoutExposureOf(draft, node(3), later);
    expect(after.ours.exposed?.map(({ name }) => name)).toEqual(['node4.lab.test']);
    expect(withoutExposureOf(after, node(3), later)).toBe(after);
  });
});

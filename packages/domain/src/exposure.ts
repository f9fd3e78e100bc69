/**
 * Which of the cluster's secrets are known to hosts that are in it no more: a node that was removed and was not seen to
 * leave keeps what it was given. They stay listed until they are replaced (renewal) or the host was seen to be rid of them.
 *
 * Counterpart in Ganeti: none; there nobody is told (spec L2).
 */
import type { Draft, NodeObject } from './configuration.ts';
import { isoTime } from './initial-configuration.ts';
import { compareNaturally } from './names.ts';
import type { NodeName, NodeUuid } from './roster.ts';
import { filledText, listOf, object, oneOf, text } from './shape.ts';
import { changed } from './touch.ts';

/** What all nodes share, by what it is; the cluster key is with candidates only. */
export const sharedSecrets = [
  'cluster-key',
  'hmac-key',
  'cluster-domain-secret',
  'rapi-key',
  'spice-key',
] as const;
export type SharedSecret = (typeof sharedSecrets)[number];

export interface Exposure {
  readonly node: NodeUuid;
  readonly name: NodeName;
  /** When it was removed, ISO 8601, UTC. */
  readonly since: string;
  readonly secrets: readonly SharedSecret[];
}

/** What a node knows at most: a candidate, or one that was and has not been seen without it, has the cluster key too. */
export function secretsKnownTo(
  { ours }: Draft,
  { uuid, master_candidate }: Pick<NodeObject, 'uuid' | 'master_candidate'>,
): readonly SharedSecret[] {
  const hasKey = master_candidate || ours.nodes[uuid]?.mayHoldClusterKey === true;
  return sharedSecrets.filter((secret) => secret !== 'cluster-key' || hasKey);
}

/** The list with that node on it. */
export const withExposure = (
  draft: Draft,
  node: Pick<NodeObject, 'uuid' | 'name' | 'master_candidate'>,
  nowSeconds: number,
): readonly Exposure[] => [
  ...exposuresIn(draft).filter((exposure) => exposure.node !== node.uuid),
  { node: node.uuid, name: node.name, since: isoTime(nowSeconds), secrets: secretsKnownTo(draft, node) },
];

export interface ExposedSecret {
  readonly secret: SharedSecret;
  /** Names of the hosts that know it. */
  readonly knownTo: readonly NodeName[];
}

/** What ought to be replaced, and who knows it; in the order of `sharedSecrets`. */
export function exposedSecrets(draft: Draft): readonly ExposedSecret[] {
  return sharedSecrets.flatMap((secret) => {
    const knowing = exposuresIn(draft).filter(({ secrets }) => secrets.includes(secret));
    const knownTo = knowing.map(({ name }) => name).sort(compareNaturally);
    return knownTo.length === 0 ? [] : [{ secret, knownTo }];
  });
}

/** These secrets were replaced everywhere: what is known of them is worth nothing any more. */
export const withSecretsReplaced = (
  draft: Draft,
  replaced: readonly SharedSecret[],
  nowSeconds: number,
): Draft =>
  withExposures(draft, nowSeconds, (exposure) => {
    const secrets = exposure.secrets.filter((secret) => !replaced.includes(secret));
    return secrets.length === exposure.secrets.length ? exposure : { ...exposure, secrets };
  });

/** That host was seen to be rid of everything. */
export const withoutExposureOf = (draft: Draft, uuid: NodeUuid, nowSeconds: number): Draft =>
  withExposures(draft, nowSeconds, (exposure) =>
    exposure.node === uuid ? { ...exposure, secrets: [] } : exposure,
  );

function withExposures(draft: Draft, nowSeconds: number, change: (exposure: Exposure) => Exposure): Draft {
  const before = exposuresIn(draft);
  const after = before.map(change);
  if (after.every((exposure, place) => exposure === before[place])) return draft;
  const exposed = after.filter(({ secrets }) => secrets.length > 0);
  const configuration = changed(draft, nowSeconds, { cluster: {} });
  return { configuration, ours: { ...draft.ours, exposed } };
}

const exposuresIn = ({ ours: { exposed = [] } }: Draft): readonly Exposure[] => exposed;

export const exposureShape = object({
  node: filledText,
  name: filledText,
  since: text,
  secrets: listOf(oneOf(...sharedSecrets)),
});

/**
 * What the cluster remembers of its join tokens, and whom it lets join by one.
 *
 *   created ──claimed by one host's key──▶ used (in the commit that makes that host a node)
 *      └──────────── revoked, or expired ──────────┘
 *
 * A host is given the cluster's secrets only after its claim was committed: from then on the token is that host's alone,
 * whoever is master, and the same host with the same key may ask again until it is a node. Only a digest of the secret is
 * kept. What has ended is remembered until a day after it would have expired, so that a refusal can tell why.
 *
 * Counterpart in Ganeti: none.
 */
import { newNodeBecomesCandidate } from './candidate-pool.ts';
import type { Configuration, Draft } from './configuration.ts';
import { ClusterError } from './errors.ts';
import { withExposure } from './exposure.ts';
import { tokenAddressLimit } from './join-token.ts';
import { joinsMasterCapable } from './new-node.ts';
import { requireGroup } from './node-groups.ts';
import { withRevocation } from './revocation.ts';
import type { NodeName, NodeUuid } from './roster.ts';
import { filledText, flag, mapOf, number, object, oneOf, optional, type Shape } from './shape.ts';

/** The host that showed the token first. */
export interface TokenClaim {
  readonly name: NodeName;
  readonly nodeUuid: NodeUuid;
  readonly primaryIp: string;
  readonly secondaryIp?: string | undefined;
  readonly witness: boolean;
  /** UUID of its node group; the only one if absent. */
  readonly group?: string | undefined;
  /** Decided with the claim: whether it is given the cluster key. */
  readonly candidate: boolean;
  /** SHA-256 of the node's public key (SubjectPublicKeyInfo), lower-case hex. */
  readonly keySha256: string;
}

export interface TokenEntry {
  /** SHA-256 of ID and secret, lower-case hex. */
  readonly secretSha256: string;
  readonly createdSeconds: number;
  readonly expiresSeconds: number;
  /** Who had it made, as that person's program said. */
  readonly createdBy: string;
  /** The only host it is for; any if absent. */
  readonly node?: NodeName | undefined;
  /** Only for a node that never becomes master. */
  readonly witness: boolean;
  /** UUID of the node group that its host joins; the only one if absent. */
  readonly group?: string | undefined;
  readonly claim?: TokenClaim;
  readonly ended?: 'used' | 'revoked';
}

export type TokenBook = Readonly<Record<string, TokenEntry>>;

const claimShape = object({
  name: filledText,
  nodeUuid: filledText,
  primaryIp: filledText,
  secondaryIp: optional(filledText),
  witness: flag,
  group: optional(filledText),
  candidate: flag,
  keySha256: filledText,
});

export const tokenBookShape: Shape = mapOf(
  object({
    secretSha256: filledText,
    createdSeconds: number,
    expiresSeconds: number,
    createdBy: filledText,
    node: optional(filledText),
    witness: flag,
    group: optional(filledText),
    claim: optional(claimShape),
    ended: optional(oneOf('used', 'revoked')),
  }),
);

/** Each takes room on every candidate, and nobody needs more hosts on their way at once. */
export const openTokenLimit = 100;
export const tokenLifeSeconds = { least: 60, usual: 3_600, most: 7 * 86_400 } as const;
const rememberedSeconds = 86_400;

export type TokenState = 'open' | 'claimed' | 'used' | 'revoked' | 'expired';

export function tokenState({ claim, ended, expiresSeconds }: TokenEntry, nowSeconds: number): TokenState {
  if (ended) return ended;
  if (nowSeconds >= expiresSeconds) return 'expired';
  return claim ? 'claimed' : 'open';
}

export const tokenBookOf = ({ ours }: Draft): TokenBook => ours.tokens ?? {};

export const tokenOf = (draft: Draft, id: string): TokenEntry | undefined =>
  Object.hasOwn(tokenBookOf(draft), id) ? tokenBookOf(draft)[id] : undefined;

const isAlive = (entry: TokenEntry, nowSeconds: number): boolean =>
  ['open', 'claimed'].includes(tokenState(entry, nowSeconds));

/** Whether any host may still join by a token: as long as the door for strangers is open. */
export const awaitsStrangers = (draft: Draft, nowSeconds: number): boolean =>
  Object.values(tokenBookOf(draft)).some((entry) => isAlive(entry, nowSeconds));

export interface NewToken {
  readonly id: string;
  readonly secretSha256: string;
  readonly lifeSeconds: number;
  readonly createdBy: string;
  readonly node?: NodeName | undefined;
  readonly witness: boolean;
  /** Name or UUID of the node group that its host joins. */
  readonly group?: string | undefined;
}

/** Fails with WRONG_INPUT for a group there is not, for a life outside its bounds, and while too many tokens are open. */
export function withToken(draft: Draft, token: NewToken, nowSeconds: number): Draft {
  const { least, most } = tokenLifeSeconds;
  const { id, lifeSeconds, node, group, ...rest } = token;
  if (!(lifeSeconds >= least && lifeSeconds <= most))
    throw new ClusterError('WRONG_INPUT', `A token lives from ${least / 60} minute to ${most / 86_400} days`);
  const book = tokenBookOf(draft);
  if (Object.values(book).filter((entry) => isAlive(entry, nowSeconds)).length >= openTokenLimit)
    throw new ClusterError('WRONG_INPUT', `There are ${openTokenLimit} open tokens already`, {
      hint: 'Revoke those that nobody will use: quorate token list, quorate token revoke ID',
    });
  const entry = {
    ...rest,
    ...(node !== undefined && { node }),
    ...(group !== undefined && { group: requireGroup(draft.configuration, group) }),
    createdSeconds: nowSeconds,
    expiresSeconds: nowSeconds + lifeSeconds,
  };
  return withBook(draft, { ...book, [id]: entry }, nowSeconds);
}

/** What a host that shows a token asks for. */
export interface JoinAsked {
  readonly name: NodeName;
  /** Undefined: as the token says. */
  readonly witness?: boolean | undefined;
  /** Of the key in its request, lower-case hex. */
  readonly keySha256: string;
}

export type TokenRefusal =
  'unknown' | 'expired' | 'revoked' | 'already-used' | 'wrong-name' | 'wrong-role' | 'too-many-attempts';

/**
 * Why this host may not join by this token; undefined if it may. `secretFits` is compared elsewhere, in constant time: an
 * unknown ID and a wrong secret are one answer.
 */
export function tokenRefusal(
  entry: TokenEntry | undefined,
  secretFits: boolean,
  asked: JoinAsked,
  nowSeconds: number,
): TokenRefusal | undefined {
  if (!entry || !secretFits) return 'unknown';
  const state = tokenState(entry, nowSeconds);
  if (state === 'revoked' || state === 'expired') return state;
  if (state === 'used') return 'already-used';
  const { claim } = entry;
  if (claim && (claim.keySha256 !== asked.keySha256 || claim.name !== asked.name)) return 'already-used';
  if (entry.node !== undefined && entry.node !== asked.name) return 'wrong-name';
  if (entry.witness && asked.witness === false) return 'wrong-role';
  return claim && asked.witness !== undefined && asked.witness !== claim.witness ? 'wrong-role' : undefined;
}

const refusals: Readonly<Record<TokenRefusal, readonly [message: string, hint: string]>> = {
  unknown: ['The cluster knows no such token', 'Have a new one made: quorate token create, on the master'],
  expired: ['This token has expired', 'Have a new one made: quorate token create, on the master'],
  revoked: ['This token was revoked', 'Ask whoever administers the cluster'],
  'already-used': [
    'Another host has used this token, or this one before it was wiped',
    'A token is for one host; have another made. If no host of yours used it, revoke it and look at the log of the master',
  ],
  'wrong-name': ['This token is for a host of another name', 'Have one made for this name, or for any'],
  'too-many-attempts': ['There were too many failed attempts to join', 'Try again in a minute'],
  'wrong-role': ['This token is for the other role', 'Join as the token says, or have another made'],
};

export function refusedToken(refusal: TokenRefusal): ClusterError {
  const [message, hint] = refusals[refusal];
  return new ClusterError('NOT_ALLOWED', message, { hint, facts: { refusal } });
}

/** Claims of candidates that are not nodes yet: each takes a place in the pool. */
export const placesClaimed = (draft: Draft, nowSeconds: number): number =>
  Object.values(tokenBookOf(draft)).filter(
    (entry) =>
      tokenState(entry, nowSeconds) === 'claimed' &&
      entry.claim?.candidate === true &&
      draft.configuration.nodes[entry.claim.nodeUuid] === undefined,
  ).length;

/** What a host would get by its token now. */
export function claimFor(
  draft: Draft,
  entry: TokenEntry,
  asked: JoinAsked & Pick<TokenClaim, 'nodeUuid' | 'primaryIp' | 'secondaryIp'>,
  nowSeconds: number,
): TokenClaim {
  const { name, nodeUuid, primaryIp, secondaryIp, keySha256 } = asked;
  const witness = asked.witness ?? entry.witness;
  const masterCapable = joinsMasterCapable(draft, { name, masterCapable: !witness });
  const promised = placesClaimed(draft, nowSeconds);
  return {
    ...{ name, nodeUuid, primaryIp, witness, keySha256 },
    ...(secondaryIp !== undefined && { secondaryIp }),
    ...(entry.group !== undefined && { group: entry.group }),
    candidate: newNodeBecomesCandidate(draft.configuration, masterCapable, promised),
  };
}

/** Makes the token that host's. Fails with NOT_ALLOWED if another was first, or it has ended meanwhile. */
export function withTokenClaimed(draft: Draft, id: string, claim: TokenClaim, nowSeconds: number): Draft {
  const entry = tokenOf(draft, id);
  const refusal = tokenRefusal(entry, true, claim, nowSeconds);
  if (!entry || refusal) throw refusedToken(refusal ?? 'unknown');
  if (entry.claim) return draft;
  return withBook(draft, { ...tokenBookOf(draft), [id]: { ...entry, claim } }, nowSeconds);
}

/** The token by which this host is joining, and what it claimed; expired or not, for it was in time. */
export function claimOfNode(
  draft: Draft,
  nodeUuid: NodeUuid,
): { readonly id: string; readonly entry: TokenEntry; readonly claim: TokenClaim } | undefined {
  for (const [id, entry] of Object.entries(tokenBookOf(draft)))
    if (entry.claim?.nodeUuid === nodeUuid && entry.ended === undefined)
      return { id, entry, claim: entry.claim };
  return undefined;
}

/**
 * The end of a token, in the change that makes its host a node, after it. Who was promised a place in the pool and found
 * none has the cluster key all the same, which is noted. Fails with NOT_ALLOWED if the token was revoked meanwhile.
 */
export function withTokenUsed(draft: Draft, nodeUuid: NodeUuid, nowSeconds: number): Draft {
  const found = claimOfNode(draft, nodeUuid);
  if (!found) throw refusedToken('revoked');
  const { id, entry, claim } = found;
  const node = draft.ours.nodes[nodeUuid];
  const isCandidate = draft.configuration.nodes[nodeUuid]?.master_candidate === true;
  const nodes =
    node && claim.candidate && !isCandidate
      ? { ...draft.ours.nodes, [nodeUuid]: { ...node, mayHoldClusterKey: true } }
      : draft.ours.nodes;
  const noted = { ...draft, ours: { ...draft.ours, nodes } };
  return withBook(noted, { ...tokenBookOf(draft), [id]: { ...entry, ended: 'used' } }, nowSeconds);
}

/**
 * A host that had claimed it may keep what it was given: its certificate is refused from then on, and what it knows is
 * listed until it is replaced. Fails with WRONG_INPUT for an ID nobody knows, and for a token by which a host has joined.
 */
export function withTokenRevoked(draft: Draft, id: string, nowSeconds: number): Draft {
  const entry = tokenOf(draft, id);
  if (!entry)
    throw new ClusterError('WRONG_INPUT', `There is no token ${id}`, { hint: 'See quorate token list' });
  if (entry.ended === 'revoked') return draft;
  const { claim } = entry;
  if (entry.ended === 'used')
    throw new ClusterError('WRONG_INPUT', `${claim?.name} has joined by token ${id}: it has ended`);
  const shut = claim ? withHostShutOut(draft, claim, nowSeconds) : draft;
  return withBook(shut, { ...tokenBookOf(draft), [id]: { ...entry, ended: 'revoked' } }, nowSeconds);
}

function withHostShutOut(draft: Draft, claim: TokenClaim, nowSeconds: number): Draft {
  const { nodeUuid: node, name, candidate } = claim;
  const revoked = withRevocation(draft, { node, name, certificateSha256: '', why: 'removed' }, nowSeconds);
  const exposed = withExposure(draft, { uuid: node, name, master_candidate: candidate }, nowSeconds);
  return { ...draft, ours: { ...draft.ours, revoked, exposed } };
}

/** Where a host may look for the master: where it is, the address that goes with the office, who may be it next. */
export function tokenAddresses({ configuration: { cluster, nodes } }: Draft): readonly string[] {
  const candidates = Object.values(nodes).filter((node) => node.master_candidate && !node.offline);
  const master = nodes[cluster.master_node];
  const all = [master?.primary_ip ?? '', cluster.master_ip, ...candidates.map((node) => node.primary_ip)];
  return [...new Set(all.filter((address) => address !== ''))].slice(0, tokenAddressLimit);
}

/** A new version: only the top level is touched, for nothing that Ganeti knows changes. */
function withBook({ configuration, ours }: Draft, book: TokenBook, nowSeconds: number): Draft {
  const remembered = Object.entries(book).filter(
    ([, { claim, ended, expiresSeconds }]) =>
      // Whose host was given secrets and never became a node stays until somebody revokes it.
      (claim && !ended) || nowSeconds < expiresSeconds + rememberedSeconds,
  );
  const touched: Configuration = {
    ...configuration,
    serial_no: configuration.serial_no + 1,
    mtime: nowSeconds,
  };
  return { configuration: touched, ours: { ...ours, tokens: Object.fromEntries(remembered) } };
}

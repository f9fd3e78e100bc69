/**
 * How the certificate that the configuration names for a node changes: only to one that was made for it.
 *
 *            signed for it            seen with it              renewal over, 30 s of it
 *   pinned   old                      old ──▶ new               new
 *   others   ── ──▶ new (made)        new ──▶ old (shown)       old ──▶ revoked
 *
 * A certificate is on record before it is handed out, so that whoever is master next knows it when the node shows it; what
 * it replaced stays beside it as long as that may be put back. A right chain is no reason to name a certificate: whoever
 * has the cluster's private key can sign one.
 *
 * Counterpart in Ganeti: the lines of candidate_certs, replaced by whatever a node's ssl-update answers with.
 */
import type { Draft, OursNode } from './configuration.ts';
import { isoTime } from './initial-configuration.ts';
import type { TrustAnswer, TrustAnswers } from './renewal.ts';
import { renewsCertificates } from './renewal-items.ts';
import { hasEnded, withRevocation, type Revocation } from './revocation.ts';
import type { NodeUuid } from './roster.ts';
import { filledText, number, object, oneOf, optional } from './shape.ts';
import { timings } from './timings.ts';
import { changed } from './touch.ts';

/** A certificate of a node beside the one that is named for it. */
export interface OtherCertificate {
  /** Lower-case hex. */
  readonly sha256: string;
  /** In seconds since 1970; absent where it is not known. */
  readonly endsSeconds?: number;
  /** Made for it and not seen yet, or shown by it before. */
  readonly is: 'made' | 'shown';
}

export const otherCertificateShape = object({
  sha256: filledText,
  endsSeconds: optional(number),
  is: oneOf('made', 'shown'),
});

/** Where the configuration names another certificate than the node shows. */
export interface CertificatePin {
  readonly node: NodeUuid;
  readonly certificateSha256: string;
  readonly endsSeconds: number;
  readonly clientCertificateSha1: string;
}

export interface MadeCertificate {
  readonly node: NodeUuid;
  readonly sha256: string;
  readonly endsSeconds: number;
}

/**
 * Whether a node can show no other certificate than the one that is named for it. While it takes part in a renewal it
 * may, and so long nobody is to be refused for that.
 */
export function isPinCertain({ ours }: Draft, uuid: NodeUuid): boolean {
  const { certificateSha256 = '', otherCertificates = [] } = ours.nodes[uuid] ?? {};
  if (certificateSha256 === '' || otherCertificates.some(({ is }) => is === 'made')) return false;
  const { renewal } = ours;
  if (!renewal || !renewsCertificates(renewal.items)) return true;
  const takesPart = renewal.nodes?.includes(uuid) ?? true;
  return !takesPart || (renewal.phase === 'drop-old' && renewal.switched.includes(uuid));
}

/** Those of them that are not on record yet. */
export const notOnRecord = ({ ours }: Draft, made: readonly MadeCertificate[]): readonly MadeCertificate[] =>
  made.filter(({ node, sha256 }) => {
    const known = ours.nodes[node];
    return (
      known && known.certificateSha256 !== sha256 && !othersOf(known).some((each) => each.sha256 === sha256)
    );
  });

/** To be committed before any of them is handed out. */
export function withMadeCertificates(
  draft: Draft,
  made: readonly MadeCertificate[],
  nowSeconds: number,
): Draft {
  const nodes = { ...draft.ours.nodes };
  for (const { node, sha256, endsSeconds } of notOnRecord(draft, made)) {
    const lasting = othersOf(nodes[node]!).filter(
      (each) => !hasEnded(each.endsSeconds ?? Infinity, nowSeconds),
    );
    nodes[node] = { ...nodes[node]!, otherCertificates: [...lasting, { sha256, endsSeconds, is: 'made' }] };
  }
  return withOursNodes(draft, nodes, nowSeconds);
}

/**
 * What is pinned stays so until the node itself was seen with another one (BEH-288), and that one was made for it: in a
 * renewal, or by hand on this node (`repaired`: SHA-256 of certificates, by node).
 */
export const changedPins = (
  { configuration, ours }: Draft,
  answers: TrustAnswers,
  repaired: Readonly<Record<NodeUuid, readonly string[]>> = {},
): readonly CertificatePin[] =>
  [...answers].flatMap(([node, answer]) => {
    const known = ours.nodes[node];
    if (answer.kind !== 'trust' || !known) return [];
    const { certificateSha256, clientCertificateSha1, notAfterSeconds: endsSeconds } = answer.trust;
    const listed = configuration.cluster.candidate_certs[node];
    const isListedRight =
      listed === undefined || clientCertificateSha1 === '' || listed === clientCertificateSha1;
    const isNamed = known.certificateSha256 === certificateSha256;
    if (isNamed && isListedRight) return [];
    if (!isNamed && !isItsOwn(known, certificateSha256, repaired[node])) return [];
    return [{ node, certificateSha256, endsSeconds, clientCertificateSha1 }];
  });

const isItsOwn = (known: OursNode, shown: string, repaired: readonly string[] = []): boolean =>
  known.certificateSha256 !== '' &&
  (repaired.includes(shown) || othersOf(known).some(({ sha256 }) => sha256 === shown));

/** Who shows what nobody is known to have made for it: named by no change, and worth a line in the log. */
export const unknownCertificates = (
  { ours }: Draft,
  answers: TrustAnswers,
  pins: readonly CertificatePin[],
): readonly { readonly node: NodeUuid; readonly certificateSha256: string }[] =>
  [...answers].flatMap(([node, answer]) => {
    if (answer.kind !== 'trust' || pins.some((pin) => pin.node === node)) return [];
    const { certificateSha256 } = answer.trust;
    return ours.nodes[node]?.certificateSha256 === certificateSha256 ? [] : [{ node, certificateSha256 }];
  });

/** Names the certificates that nodes were seen to show; Ganeti's list only for those it lists. */
export function withCertificatePins(
  draft: Draft,
  pins: readonly CertificatePin[],
  nowSeconds: number,
): Draft {
  const { cluster } = draft.configuration;
  const known = pins.filter(({ node }) => draft.ours.nodes[node] !== undefined);
  if (known.length === 0) return draft;
  const nodes = { ...draft.ours.nodes };
  const listed: Record<NodeUuid, string> = { ...cluster.candidate_certs };
  for (const pin of known) {
    nodes[pin.node] = withPin(nodes[pin.node]!, pin);
    const { node, clientCertificateSha1 } = pin;
    if (listed[node] !== undefined && clientCertificateSha1 !== '') listed[node] = clientCertificateSha1;
  }
  const configuration = changed(draft, nowSeconds, { cluster: { candidate_certs: listed } });
  return { configuration, ours: { ...draft.ours, nodes } };
}

function withPin(known: OursNode, { certificateSha256, endsSeconds }: CertificatePin): OursNode {
  const named = { certificateSha256, certificateEndsSeconds: endsSeconds };
  if (known.certificateSha256 === certificateSha256) return { ...known, ...named };
  const { certificateEndsSeconds: ended } = known;
  const before: OtherCertificate = {
    sha256: known.certificateSha256,
    ...(ended !== undefined && { endsSeconds: ended }),
    is: 'shown',
  };
  const others = othersOf(known).filter(({ sha256 }) => sha256 !== certificateSha256);
  return { ...known, ...named, otherCertificates: [...others, before] };
}

/**
 * Nodes of which it is settled what they show: no renewal is under way, nothing of one is left there, and whatever they
 * began with an earlier certificate has ended by now.
 */
export const settledNodes = (
  { ours }: Draft,
  answers: TrustAnswers,
  nowSeconds: number,
): readonly NodeUuid[] =>
  ours.renewal
    ? []
    : [...answers].flatMap(([node, answer]) => {
        const known = ours.nodes[node];
        return known && othersOf(known).length > 0 && isSettled(known, answer, nowSeconds) ? [node] : [];
      });

function isSettled(known: OursNode, answer: TrustAnswer, nowSeconds: number): boolean {
  if (answer.kind !== 'trust' || answer.trust.renewal) return false;
  const { certificateSha256, issuedSeconds } = answer.trust;
  return (
    certificateSha256 === known.certificateSha256 &&
    nowSeconds >= issuedSeconds + timings.outdatedConnectionMs / 1_000
  );
}

/** Of these nodes only the certificate that is named counts any more: every other one is revoked. */
export function withOthersRevoked(draft: Draft, uuids: readonly NodeUuid[], nowSeconds: number): Draft {
  const nodes = { ...draft.ours.nodes };
  let revoked = draft.ours.revoked ?? [];
  for (const uuid of uuids.filter((each) => othersOf(nodes[each] ?? {}).length > 0)) {
    revoked = withOthersOf({ ...draft, ours: { ...draft.ours, revoked } }, uuid, 'replaced', nowSeconds);
    const { otherCertificates: _, ...rest } = nodes[uuid]!;
    nodes[uuid] = rest;
  }
  const withNodes = withOursNodes(draft, nodes, nowSeconds);
  return { ...withNodes, ours: { ...withNodes.ours, revoked } };
}

/** The list with every certificate on it that the node may be seen with beside the one that is named for it. */
export function withOthersOf(
  draft: Draft,
  uuid: NodeUuid,
  why: Revocation['why'],
  nowSeconds: number,
): readonly Revocation[] {
  const name = draft.configuration.nodes[uuid]?.name ?? uuid;
  return othersOf(draft.ours.nodes[uuid] ?? {}).reduce<readonly Revocation[]>(
    (revoked, { sha256, endsSeconds }) => {
      const ends = endsSeconds === undefined ? {} : { ends: isoTime(endsSeconds) };
      const revocation = { node: uuid, name, certificateSha256: sha256, why, ...ends };
      return withRevocation({ ...draft, ours: { ...draft.ours, revoked } }, revocation, nowSeconds);
    },
    draft.ours.revoked ?? [],
  );
}

const othersOf = ({ otherCertificates = [] }: Pick<OursNode, 'otherCertificates'>) => otherCertificates;

const withOursNodes = (draft: Draft, nodes: Draft['ours']['nodes'], nowSeconds: number): Draft => ({
  configuration: changed(draft, nowSeconds, { cluster: {} }),
  ours: { ...draft.ours, nodes },
});

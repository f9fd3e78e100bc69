/** What a renewal looks like as part of the cluster's record (renewal.ts says what it means). */
import {
  filledText,
  integer,
  listOf,
  mapOf,
  number,
  object,
  oneOf,
  orNull,
  text,
  type Shape,
} from './shape.ts';
import { renewalItems } from './renewal-items.ts';

export const renewalShape: Shape = object({
  id: filledText,
  phase: oneOf('trust-new', 'switch', 'drop-old', 'abort'),
  since: text,
  items: listOf(oneOf(...Object.keys(renewalItems))),
  nodes: orNull(listOf(filledText)),
  authorities: orNull(object({ old: filledText, new: filledText, pems: listOf(text), linkPem: text })),
  fingerprints: mapOf(text),
  graceSeconds: integer(0),
  dropAtSeconds: orNull(number),
  switched: listOf(filledText),
});

export const pastRenewalShape: Shape = object({
  id: filledText,
  end: oneOf('done', 'aborted'),
  at: text,
  leftBehind: listOf(filledText),
});

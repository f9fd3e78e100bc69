/** What a renewal looks like as part of the cluster's record (renewal.ts says what it means). */
import {
  filledText,
  integer,
  listOf,
  mapOf,
  number,
  object,
  oneOf,
  optional,
  orNull,
  text,
  type Shape,
} from './shape.ts';
import { renewalItems } from './renewal-items.ts';
import { sshKeyTypes } from './ssh-public-key.ts';

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
  ssh: optional(object({ type: oneOf(...sshKeyTypes), bits: integer(1), dropped: listOf(filledText) })),
});

export const pastRenewalShape: Shape = object({
  id: filledText,
  end: oneOf('done', 'aborted'),
  at: text,
  leftBehind: listOf(filledText),
});

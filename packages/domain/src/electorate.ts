/**
 * Who has a vote, and how many votes are a majority: asked by health, failover, start-up and commit alike, so
 * that a cluster which may fail over may also start (spec V3).
 *
 * The electorate is that of the newest configuration at hand. Nodes marked offline have no vote; drained and
 * non-candidate nodes have one. It changes by one node at a time (commit.ts), and majorities of two electorates
 * that differ by one node still have a node in common.
 */
import type { Draft } from './configuration.ts';
import type { NodeUuid, Roster, RosterNode } from './roster.ts';

/** The nodes that vote, in the roster's order. */
export const electorateOf = (roster: Pick<Roster, 'nodes'>): readonly RosterNode[] =>
  roster.nodes.filter((node) => node.role !== 'offline');

/** The same electorate, read from the configuration the roster is made of. */
export const electorateOfDraft = ({ configuration }: Draft): readonly NodeUuid[] =>
  Object.entries(configuration.nodes).flatMap(([uuid, node]) => (node.offline ? [] : [uuid]));

/** Votes needed among `size` voters. More than half: an even split elects nobody, and nobody has no majority. */
export const majorityOf = (size: number): number => Math.floor(size / 2) + 1;

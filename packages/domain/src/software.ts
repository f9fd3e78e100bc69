/** What this software is called on the wire. */

/** Version of the packages; the same in every package.json (a test compares them). */
export const softwareVersion = '0.1.0';

/** Raised when two sides can no longer talk; must be equal between nodes (BEH-256). */
export const protocolVersion = 1;

/** The oldest Node.js that the programs run on; as `engines` in package.json has it. */
export const oldestNode = '20.19.0';

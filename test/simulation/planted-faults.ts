/**
 * Mistakes that can be planted in the wiring of the simulation, never in the product, to prove that it finds them.
 *
 * Each is a mistake somebody could make around rules that are right.
 */
export const plantedFaults = {
  'grant-not-persisted': 'A voter says yes first and writes its grant down when the disk has time',
  'lease-from-answer': 'A master counts its lease from the answer of the majority, not from before it asked',
  plurality: 'More voices than anybody else are enough; nobody counts who is missing',
  'no-version-check': 'A voter grants a candidate whatever configuration that holds',
  'no-wait-after-restart': 'A voter that has restarted grants at once',
  'commit-before-majority': 'A change is called committed when two candidates hold it',
  'wrong-electorate': 'A node counts by the electorate that was there when the cluster began',
  // Mistakes that the simulation found where the rules say nothing: kept, so that it keeps finding them.
  'voter-left-behind':
    'A master goes on in its epoch although a voter has promised a later one, and is refused by it for ever',
  'epoch-resumed':
    'A master that has restarted goes on in its old epoch, and meets what it had sent in it before and forgot',
} as const;

export type PlantedFault = keyof typeof plantedFaults;

export const plantedFaultNames = Object.keys(plantedFaults) as readonly PlantedFault[];

import { type GroupOptions, groupVectors } from "../layout/groupVectors.js";
import type { Occurrence } from "./termOccurrences.js";

const MOST_SENSES = 6;
const NO_SENSES = 0.1;

export interface Sense {
  /** Of the occurrences that were grouped. */
  readonly occurrences: number;
  readonly share: number;
  /** Where the term stands, the nearest to the centre of the group first. */
  readonly sentences: readonly string[];
}

export interface GroupedSenses {
  /** How well the groups lie apart, from -1 to 1; 0 for one. */
  readonly silhouette: number;
  readonly senses: readonly Sense[];
  /** The sense of each occurrence: its place among `senses`. */
  readonly senseOf: Uint8Array;
}

export interface SenseOptions extends Partial<Pick<GroupOptions, "count">> {
  readonly seed: number;
  /** Sentences that are told of a group. */
  readonly shown: number;
}

/** Groups the places where a term stands by its vectors there: `groupVectors`, of 6 groups at most where their number is not given. */
export function groupSenses(found: readonly Occurrence[], { count, seed, shown }: SenseOptions): GroupedSenses {
  const { groups, silhouette } = groupVectors(
    found.map(({ vector }) => vector),
    { count, most: MOST_SENSES, least: NO_SENSES, seed },
  );
  const senseOf = new Uint8Array(found.length);
  const senses = groups.map(({ members }, sense) => {
    for (const row of members) senseOf[row] = sense;
    return {
      occurrences: members.length,
      share: members.length / found.length,
      sentences: [...new Set(members.map((row) => found[row]!.sentence))].slice(0, shown),
    };
  });
  return { silhouette, senses, senseOf };
}

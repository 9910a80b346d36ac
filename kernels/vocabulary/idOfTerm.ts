import type { Vocabulary } from "../../schemas/vocabulary.js";

/** The id of a term that a model may not have named; undefined if it has not, or the vocabulary lacks it. */
export const idOfTerm = (vocabulary: Vocabulary, term: string | undefined): number | undefined =>
  term === undefined ? undefined : vocabulary.idOf(term);

import type { Kind } from "../schemas/kinds.js";
import { isSubwordVocabulary } from "../schemas/subwordVocabulary.js";
import type { Vocabulary } from "../schemas/vocabulary.js";

/** The vocabulary that all batches of a stream share: one of terms, or one of pieces of words. */
export const sharedVocabulary = {
  kind: (vocabulary: Vocabulary): Kind => (isSubwordVocabulary(vocabulary) ? "subwordVocabulary" : "vocabulary"),
  of: ({ vocabulary }: { readonly vocabulary: Vocabulary }): Vocabulary => vocabulary,
};

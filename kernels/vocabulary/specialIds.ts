import { isSubwordVocabulary } from "../../schemas/subwordVocabulary.js";
import type { Vocabulary } from "../../schemas/vocabulary.js";

/** What special tokens look like, where nothing else tells which there are: `[MASK]`, `<|endoftext|>`, `</s>`. */
export const specialForm: RegExp = /^(?:\[[A-Z]+\]|<\|.*\|>|<\/?[a-z]+>)$/;

/** Ids of the terms that are no text: those that a tokenizer names, or in a vocabulary of words those that look like it. */
export function specialIdsOf(vocabulary: Vocabulary): ReadonlySet<number> {
  if (isSubwordVocabulary(vocabulary)) return vocabulary.specialIds;
  return new Set(vocabulary.terms.flatMap((term, id) => (specialForm.test(term) ? [id] : [])));
}

/** @throws RangeError if the vocabulary lacks the term */
export function requireSpecial(who: string, { idOf }: Vocabulary, term: string): number {
  const id = idOf(term);
  if (id !== undefined) return id;
  throw new RangeError(
    `${who}: the vocabulary must have the term ${term}, got none; specials of learnSubwords or extraTerms of buildVocab add it`,
  );
}

import { isSubwordVocabulary } from "../../schemas/subwordVocabulary.js";
import type { Vocabulary } from "../../schemas/vocabulary.js";

/** How byte-level pieces and those of SentencePiece begin where a space is before them. */
const SPACES = ["Ġ", "▁"];

/**
 * Whether a piece goes on with the word before it, by its id: of WordPiece those with `##`, of tokenizers that mark spaces those without the
 * mark. Words that are no pieces never do.
 */
export function continuedWords(vocabulary: Vocabulary): (id: number) => boolean {
  if (!isSubwordVocabulary(vocabulary)) return () => false;
  const { terms, tokenizer, marksSpaces, specialIds } = vocabulary;
  const prefix = tokenizer.model.continuing_subword_prefix;
  if (typeof prefix === "string" && prefix !== "") return (id) => terms[id]!.startsWith(prefix);
  if (marksSpaces === "never") return () => false;
  return (id) => !specialIds.has(id) && !SPACES.some((space) => terms[id]!.startsWith(space));
}

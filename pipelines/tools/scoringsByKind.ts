import type { DataKind, Kind } from "../../schemas/kinds.js";
import { classifierScorings } from "./classifierScorings.js";
import { keyphrasesOfIndex, keyphrasesOfStage } from "./keyphraseScorings.js";
import { labelledByIndex, labelledByWords } from "./labelledScorings.js";
import { retrievalScorings } from "./retrievalScorings.js";
import type { Known } from "./textSteps.js";
import { wordInContextOfModels, wordInContextOfVectors } from "./wordInContextScorings.js";

/** What kinds can be scored on only with the help of units; a new one is one line here. */
const scores: { readonly [K in Kind]?: (known: Known) => DataKind<K>["scorings"] } = {
  classifier: classifierScorings,
  keywords: () => keyphrasesOfStage,
  languageModel: wordInContextOfModels,
  searchIndex: (known) => ({ ...labelledByIndex(known), ...retrievalScorings(known), ...keyphrasesOfIndex(known) }),
  vectors: (known) => ({ ...labelledByWords(known), ...wordInContextOfVectors(known) }),
};

/** All that a kind can be scored on; undefined if that is nothing. */
export function scoringsOf({ name, scorings }: DataKind, known: Known): DataKind["scorings"] {
  const all = { ...scorings, ...scores[name]?.(known) };
  return Object.keys(all).length > 0 ? all : undefined;
}

import type { DataKind, Kind } from "../../schemas/kinds.js";
import { classifierAnswers } from "./classifierAnswers.js";
import { languageModelAnswers } from "./languageModelAnswers.js";
import { searchAnswers } from "./searchAnswers.js";
import type { Known } from "./textSteps.js";
import { topicAnswers } from "./topicAnswers.js";

/** What can be asked of kinds only with the help of units; a new one is one line here. */
const asks: { readonly [K in Kind]?: (known: Known) => DataKind<K>["answers"] } = {
  classifier: classifierAnswers,
  languageModel: languageModelAnswers,
  searchIndex: searchAnswers,
  topics: topicAnswers,
};

/** What can be asked of a kind besides what it says itself. */
export function answersOf(kind: Kind, known: Known): DataKind["answers"] {
  return asks[kind]?.(known) as DataKind["answers"];
}

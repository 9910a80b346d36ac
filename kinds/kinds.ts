import type { DataKind, Kind } from "../schemas/kinds.js";
import { classifier } from "./classifier.js";
import { contexts } from "./contexts.js";
import { contextVectors } from "./contextVectors.js";
import { cooccurrence } from "./cooccurrence.js";
import { documentFrequencies } from "./documentFrequencies.js";
import { documents } from "./documents.js";
import { documentTerms } from "./documentTerms.js";
import { documentTermTable } from "./documentTermTable.js";
import { documentVectors } from "./documentVectors.js";
import { hits } from "./hits.js";
import { ids } from "./ids.js";
import { keywords } from "./keywords.js";
import { languageModel } from "./languageModel.js";
import { layout } from "./layout.js";
import { lexicon } from "./lexicon.js";
import { pairs } from "./pairs.js";
import { phrases } from "./phrases.js";
import { predictions } from "./predictions.js";
import { searchIndex } from "./searchIndex.js";
import { semanticSpace } from "./semanticSpace.js";
import { sequences } from "./sequences.js";
import { subwordVocabulary } from "./subwordVocabulary.js";
import { summaries } from "./summaries.js";
import { text } from "./text.js";
import { tokens } from "./tokens.js";
import { topics } from "./topics.js";
import { vectors } from "./vectors.js";
import { vocabulary } from "./vocabulary.js";

/** What each kind of data says of itself; one that is forgotten is a fault of types. */
export const kinds: { readonly [K in Kind]: DataKind<K> } = {
  text,
  tokens,
  lexicon,
  phrases,
  vocabulary,
  subwordVocabulary,
  ids,
  contexts,
  pairs,
  sequences,
  documentTerms,
  documentTermTable,
  documentFrequencies,
  documentVectors,
  contextVectors,
  documents,
  keywords,
  summaries,
  cooccurrence,
  vectors,
  layout,
  classifier,
  languageModel,
  topics,
  semanticSpace,
  predictions,
  searchIndex,
  hits,
};

/** The same as a list of kinds of any type. */
export const builtInKinds: readonly DataKind[] = Object.values(kinds) as readonly unknown[] as readonly DataKind[];

import { loaderOf } from "../runtime/loaderOf.js";
import type { DataKind, Kind } from "../schemas/kinds.js";

const load = loaderOf(import.meta.url);

/** What each kind of data says of itself, loaded when it is asked for; one that is forgotten is a fault of types. */
const makers: { readonly [K in Kind]: () => DataKind<K> } = {
  text: () => load<typeof import("./text.js")>("./text.js").text,
  tokens: () => load<typeof import("./tokens.js")>("./tokens.js").tokens,
  lexicon: () => load<typeof import("./lexicon.js")>("./lexicon.js").lexicon,
  phrases: () => load<typeof import("./phrases.js")>("./phrases.js").phrases,
  vocabulary: () => load<typeof import("./vocabulary.js")>("./vocabulary.js").vocabulary,
  subwordVocabulary: () => load<typeof import("./subwordVocabulary.js")>("./subwordVocabulary.js").subwordVocabulary,
  ids: () => load<typeof import("./ids.js")>("./ids.js").ids,
  contexts: () => load<typeof import("./contexts.js")>("./contexts.js").contexts,
  pairs: () => load<typeof import("./pairs.js")>("./pairs.js").pairs,
  sequences: () => load<typeof import("./sequences.js")>("./sequences.js").sequences,
  documentTerms: () => load<typeof import("./documentTerms.js")>("./documentTerms.js").documentTerms,
  documentTermTable: () => load<typeof import("./documentTermTable.js")>("./documentTermTable.js").documentTermTable,
  documentFrequencies: () =>
    load<typeof import("./documentFrequencies.js")>("./documentFrequencies.js").documentFrequencies,
  documentVectors: () => load<typeof import("./documentVectors.js")>("./documentVectors.js").documentVectors,
  contextVectors: () => load<typeof import("./contextVectors.js")>("./contextVectors.js").contextVectors,
  documents: () => load<typeof import("./documents.js")>("./documents.js").documents,
  keywords: () => load<typeof import("./keywords.js")>("./keywords.js").keywords,
  summaries: () => load<typeof import("./summaries.js")>("./summaries.js").summaries,
  cooccurrence: () => load<typeof import("./cooccurrence.js")>("./cooccurrence.js").cooccurrence,
  vectors: () => load<typeof import("./vectors.js")>("./vectors.js").vectors,
  layout: () => load<typeof import("./layout.js")>("./layout.js").layout,
  classifier: () => load<typeof import("./classifier.js")>("./classifier.js").classifier,
  languageModel: () => load<typeof import("./languageModel.js")>("./languageModel.js").languageModel,
  topics: () => load<typeof import("./topics.js")>("./topics.js").topics,
  semanticSpace: () => load<typeof import("./semanticSpace.js")>("./semanticSpace.js").semanticSpace,
  predictions: () => load<typeof import("./predictions.js")>("./predictions.js").predictions,
  searchIndex: () => load<typeof import("./searchIndex.js")>("./searchIndex.js").searchIndex,
  hits: () => load<typeof import("./hits.js")>("./hits.js").hits,
};

export const kinds = Object.defineProperties(
  {},
  Object.fromEntries(Object.entries(makers).map(([name, get]) => [name, { get, enumerable: true }])),
) as { readonly [K in Kind]: DataKind<K> };

export const kindNames = Object.keys(makers) as readonly Kind[];

/** The same as a list of kinds of any type. */
export const allKinds = (): readonly DataKind[] => Object.values(kinds) as readonly unknown[] as readonly DataKind[];

import { kindNames, kinds } from "../../kinds/kinds.js";
import { loaderOf } from "../../runtime/loaderOf.js";
import type { DataKind } from "../../schemas/kinds.js";
import type { AnyUnit } from "../../schemas/units.js";
import { LazyMap } from "./lazyMap.js";

/** The units that a config can name, and the kinds of data that flow between them. */
export interface Registry {
  readonly units: ReadonlyMap<string, AnyUnit>;
  readonly kinds: ReadonlyMap<string, DataKind>;
  /** The modules that some of them come from. */
  readonly plugins: readonly string[];
}

const load = loaderOf(import.meta.url);

/** A new unit is one entry here, under its name; its module is loaded when it is asked for. */
const units = {
  files: () => load<typeof import("../../sources/files.js")>("../../sources/files.js").filesSchema,
  stdin: () => load<typeof import("../../sources/stdin.js")>("../../sources/stdin.js").stdinSchema,
  tail: () => load<typeof import("../../sources/tail.js")>("../../sources/tail.js").tailSchema,
  http: () => load<typeof import("../../sources/http.js")>("../../sources/http.js").httpSchema,
  nats: () => load<typeof import("../../sources/nats.js")>("../../sources/nats.js").natsSchema,
  sse: () => load<typeof import("../../sources/sse.js")>("../../sources/sse.js").sseSchema,
  websocket: () => load<typeof import("../../sources/websocket.js")>("../../sources/websocket.js").websocketSchema,
  normalize: () =>
    load<typeof import("../../operators/text/normalize.js")>("../../operators/text/normalize.js").normalizeSchema,
  splitSentences: () =>
    load<typeof import("../../operators/text/splitSentences.js")>("../../operators/text/splitSentences.js")
      .splitSentencesSchema,
  keywords: () =>
    load<typeof import("../../operators/documents/keywords.js")>("../../operators/documents/keywords.js")
      .keywordsSchema,
  summarize: () =>
    load<typeof import("../../operators/documents/summarize.js")>("../../operators/documents/summarize.js")
      .summarizeSchema,
  tokenize: () =>
    load<typeof import("../../operators/text/tokenize.js")>("../../operators/text/tokenize.js").tokenizeSchema,
  mapTerms: () =>
    load<typeof import("../../operators/vocabulary/mapTerms.js")>("../../operators/vocabulary/mapTerms.js")
      .mapTermsSchema,
  dropTerms: () =>
    load<typeof import("../../operators/vocabulary/dropTerms.js")>("../../operators/vocabulary/dropTerms.js")
      .dropTermsSchema,
  stem: () =>
    load<typeof import("../../operators/vocabulary/stem.js")>("../../operators/vocabulary/stem.js").stemSchema,
  learnPhrases: () =>
    load<typeof import("../../operators/vocabulary/learnPhrases.js")>("../../operators/vocabulary/learnPhrases.js")
      .learnPhrasesSchema,
  joinPhrases: () =>
    load<typeof import("../../operators/vocabulary/joinPhrases.js")>("../../operators/vocabulary/joinPhrases.js")
      .joinPhrasesSchema,
  wordNgrams: () =>
    load<typeof import("../../operators/vocabulary/wordNgrams.js")>("../../operators/vocabulary/wordNgrams.js")
      .wordNgramsSchema,
  buildVocab: () =>
    load<typeof import("../../operators/vocabulary/buildVocab.js")>("../../operators/vocabulary/buildVocab.js")
      .buildVocabSchema,
  oneHotVectors: () =>
    load<typeof import("../../operators/vocabulary/oneHotVectors.js")>("../../operators/vocabulary/oneHotVectors.js")
      .oneHotVectorsSchema,
  encode: () =>
    load<typeof import("../../operators/vocabulary/encode.js")>("../../operators/vocabulary/encode.js").encodeSchema,
  learnSubwords: () =>
    load<typeof import("../../operators/vocabulary/learnSubwords.js")>("../../operators/vocabulary/learnSubwords.js")
      .learnSubwordsSchema,
  encodeSubwords: () =>
    load<typeof import("../../operators/vocabulary/encodeSubwords.js")>("../../operators/vocabulary/encodeSubwords.js")
      .encodeSubwordsSchema,
  growVocab: () =>
    load<typeof import("../../operators/vocabulary/growVocab.js")>("../../operators/vocabulary/growVocab.js")
      .growVocabSchema,
  packSequences: () =>
    load<typeof import("../../operators/sequences/packSequences.js")>("../../operators/sequences/packSequences.js")
      .packSequencesSchema,
  sentencePairs: () =>
    load<typeof import("../../operators/sequences/sentencePairs.js")>("../../operators/sequences/sentencePairs.js")
      .sentencePairsSchema,
  maskTokens: () =>
    load<typeof import("../../operators/sequences/maskTokens.js")>("../../operators/sequences/maskTokens.js")
      .maskTokensSchema,
  windowContexts: () =>
    load<typeof import("../../operators/windows/windowContexts.js")>("../../operators/windows/windowContexts.js")
      .windowContextsSchema,
  contextPairs: () =>
    load<typeof import("../../operators/windows/contextPairs.js")>("../../operators/windows/contextPairs.js")
      .contextPairsSchema,
  miniBatch: () =>
    load<typeof import("../../operators/windows/miniBatch.js")>("../../operators/windows/miniBatch.js").miniBatchSchema,
  accumulateCooccurrence: () =>
    load<typeof import("../../operators/cooccurrence/accumulateCooccurrence.js")>(
      "../../operators/cooccurrence/accumulateCooccurrence.js",
    ).accumulateCooccurrenceSchema,
  associate: () =>
    load<typeof import("../../operators/cooccurrence/associate.js")>("../../operators/cooccurrence/associate.js")
      .associateSchema,
  documentTerms: () =>
    load<typeof import("../../operators/documents/documentTerms.js")>("../../operators/documents/documentTerms.js")
      .documentTermsSchema,
  hashTerms: () =>
    load<typeof import("../../operators/documents/hashTerms.js")>("../../operators/documents/hashTerms.js")
      .hashTermsSchema,
  oneHot: () =>
    load<typeof import("../../operators/documents/oneHot.js")>("../../operators/documents/oneHot.js").oneHotSchema,
  accumulateDocumentTerms: () =>
    load<typeof import("../../operators/documents/accumulateDocumentTerms.js")>(
      "../../operators/documents/accumulateDocumentTerms.js",
    ).accumulateDocumentTermsSchema,
  documentFrequencies: () =>
    load<typeof import("../../models/documentFrequencies/documentFrequencies.js")>(
      "../../models/documentFrequencies/documentFrequencies.js",
    ).documentFrequenciesSchema,
  weighTerms: () =>
    load<typeof import("../../operators/documents/weighTerms.js")>("../../operators/documents/weighTerms.js")
      .weighTermsSchema,
  weighTermsOnline: () =>
    load<typeof import("../../operators/documents/weighTermsOnline.js")>(
      "../../operators/documents/weighTermsOnline.js",
    ).weighTermsOnlineSchema,
  termVectors: () =>
    load<typeof import("../../operators/documents/termVectors.js")>("../../operators/documents/termVectors.js")
      .termVectorsSchema,
  layOut: () =>
    load<typeof import("../../operators/vectors/layOut.js")>("../../operators/vectors/layOut.js").layOutSchema,
  projectDocuments: () =>
    load<typeof import("../../operators/documents/projectDocuments.js")>(
      "../../operators/documents/projectDocuments.js",
    ).projectDocumentsSchema,
  classify: () =>
    load<typeof import("../../operators/documents/classify.js")>("../../operators/documents/classify.js")
      .classifySchema,
  searchDocuments: () =>
    load<typeof import("../../operators/documents/searchDocuments.js")>("../../operators/documents/searchDocuments.js")
      .searchDocumentsSchema,
  inferTopics: () =>
    load<typeof import("../../operators/documents/inferTopics.js")>("../../operators/documents/inferTopics.js")
      .inferTopicsSchema,
  word2vec: () =>
    load<typeof import("../../models/word2vec/word2vec.js")>("../../models/word2vec/word2vec.js").word2vecSchema,
  fastText: () =>
    load<typeof import("../../models/fastText/fastText.js")>("../../models/fastText/fastText.js").fastTextSchema,
  fastTextClassifier: () =>
    load<typeof import("../../models/fastTextClassifier/fastTextClassifier.js")>(
      "../../models/fastTextClassifier/fastTextClassifier.js",
    ).fastTextClassifierSchema,
  glove: () => load<typeof import("../../models/glove/glove.js")>("../../models/glove/glove.js").gloveSchema,
  bagOfWords: () =>
    load<typeof import("../../models/cosineIndex/bagOfWords.js")>("../../models/cosineIndex/bagOfWords.js")
      .bagOfWordsSchema,
  tfidf: () =>
    load<typeof import("../../models/cosineIndex/tfidf.js")>("../../models/cosineIndex/tfidf.js").tfidfSchema,
  bm25: () => load<typeof import("../../models/bm25/bm25.js")>("../../models/bm25/bm25.js").bm25Schema,
  ppmiSvd: () =>
    load<typeof import("../../models/ppmiSvd/ppmiSvd.js")>("../../models/ppmiSvd/ppmiSvd.js").ppmiSvdSchema,
  lsa: () => load<typeof import("../../models/lsa/lsa.js")>("../../models/lsa/lsa.js").lsaSchema,
  lsaOnline: () =>
    load<typeof import("../../models/lsa/lsaOnline.js")>("../../models/lsa/lsaOnline.js").lsaOnlineSchema,
  lda: () => load<typeof import("../../models/lda/lda.js")>("../../models/lda/lda.js").ldaSchema,
  ldaSampler: () =>
    load<typeof import("../../models/ldaSampler/ldaSampler.js")>("../../models/ldaSampler/ldaSampler.js")
      .ldaSamplerSchema,
  plsa: () => load<typeof import("../../models/plsa/plsa.js")>("../../models/plsa/plsa.js").plsaSchema,
  classTopics: () =>
    load<typeof import("../../models/classTopics/classTopics.js")>("../../models/classTopics/classTopics.js")
      .classTopicsSchema,
  nnlm: () => load<typeof import("../../models/nnlm/nnlm.js")>("../../models/nnlm/nnlm.js").nnlmSchema,
  rnnlm: () => load<typeof import("../../models/rnnlm/rnnlm.js")>("../../models/rnnlm/rnnlm.js").rnnlmSchema,
  gpt: () => load<typeof import("../../models/gpt/gpt.js")>("../../models/gpt/gpt.js").gptSchema,
  bert: () => load<typeof import("../../models/bert/bert.js")>("../../models/bert/bert.js").bertSchema,
  elmo: () => load<typeof import("../../models/elmo/elmo.js")>("../../models/elmo/elmo.js").elmoSchema,
  fineTune: () =>
    load<typeof import("../../models/fineTune/fineTune.js")>("../../models/fineTune/fineTune.js").fineTuneSchema,
  inputVectors: () =>
    load<typeof import("../../operators/sequences/inputVectors.js")>("../../operators/sequences/inputVectors.js")
      .inputVectorsSchema,
  contextVectors: () =>
    load<typeof import("../../operators/sequences/contextVectors.js")>("../../operators/sequences/contextVectors.js")
      .contextVectorsSchema,
  termMeans: () =>
    load<typeof import("../../operators/sequences/termMeans.js")>("../../operators/sequences/termMeans.js")
      .termMeansSchema,
  writeTokens: () => load<typeof import("../../sinks/writeTokens.js")>("../../sinks/writeTokens.js").writeTokensSchema,
  writeVocabulary: () =>
    load<typeof import("../../sinks/writeVocabulary.js")>("../../sinks/writeVocabulary.js").writeVocabularySchema,
  writeSubwords: () =>
    load<typeof import("../../sinks/writeSubwords.js")>("../../sinks/writeSubwords.js").writeSubwordsSchema,
  writeIds: () => load<typeof import("../../sinks/writeIds.js")>("../../sinks/writeIds.js").writeIdsSchema,
  writeDocuments: () =>
    load<typeof import("../../sinks/writeDocuments.js")>("../../sinks/writeDocuments.js").writeDocumentsSchema,
  writePairs: () => load<typeof import("../../sinks/writePairs.js")>("../../sinks/writePairs.js").writePairsSchema,
  writeSequences: () =>
    load<typeof import("../../sinks/writeSequences.js")>("../../sinks/writeSequences.js").writeSequencesSchema,
  writeDocumentTerms: () =>
    load<typeof import("../../sinks/writeDocumentTerms.js")>("../../sinks/writeDocumentTerms.js")
      .writeDocumentTermsSchema,
  writeDocumentFrequencies: () =>
    load<typeof import("../../sinks/writeDocumentFrequencies.js")>("../../sinks/writeDocumentFrequencies.js")
      .writeDocumentFrequenciesSchema,
  writeDocumentVectors: () =>
    load<typeof import("../../sinks/writeDocumentVectors.js")>("../../sinks/writeDocumentVectors.js")
      .writeDocumentVectorsSchema,
  writeContextVectors: () =>
    load<typeof import("../../sinks/writeContextVectors.js")>("../../sinks/writeContextVectors.js")
      .writeContextVectorsSchema,
  writeTopics: () => load<typeof import("../../sinks/writeTopics.js")>("../../sinks/writeTopics.js").writeTopicsSchema,
  writeTopicMeans: () =>
    load<typeof import("../../sinks/writeTopicMeans.js")>("../../sinks/writeTopicMeans.js").writeTopicMeansSchema,
  writeKeywords: () =>
    load<typeof import("../../sinks/writeKeywords.js")>("../../sinks/writeKeywords.js").writeKeywordsSchema,
  writeSummaries: () =>
    load<typeof import("../../sinks/writeSummaries.js")>("../../sinks/writeSummaries.js").writeSummariesSchema,
  writeSemanticSpace: () =>
    load<typeof import("../../sinks/writeSemanticSpace.js")>("../../sinks/writeSemanticSpace.js")
      .writeSemanticSpaceSchema,
  writeCooccurrence: () =>
    load<typeof import("../../sinks/writeCooccurrence.js")>("../../sinks/writeCooccurrence.js").writeCooccurrenceSchema,
  writeVectors: () =>
    load<typeof import("../../sinks/writeVectors.js")>("../../sinks/writeVectors.js").writeVectorsSchema,
  writeLayout: () => load<typeof import("../../sinks/writeLayout.js")>("../../sinks/writeLayout.js").writeLayoutSchema,
  writeClassifier: () =>
    load<typeof import("../../sinks/writeClassifier.js")>("../../sinks/writeClassifier.js").writeClassifierSchema,
  writeLanguageModel: () =>
    load<typeof import("../../sinks/writeLanguageModel.js")>("../../sinks/writeLanguageModel.js")
      .writeLanguageModelSchema,
  writePredictions: () =>
    load<typeof import("../../sinks/writePredictions.js")>("../../sinks/writePredictions.js").writePredictionsSchema,
  writeSearchIndex: () =>
    load<typeof import("../../sinks/writeSearchIndex.js")>("../../sinks/writeSearchIndex.js").writeSearchIndexSchema,
  writeHits: () => load<typeof import("../../sinks/writeHits.js")>("../../sinks/writeHits.js").writeHitsSchema,
  reportNeighbors: () =>
    load<typeof import("../../sinks/reportNeighbors.js")>("../../sinks/reportNeighbors.js").reportNeighborsSchema,
  reportWeights: () =>
    load<typeof import("../../sinks/reportWeights.js")>("../../sinks/reportWeights.js").reportWeightsSchema,
  describeTopics: () =>
    load<typeof import("../../sinks/describeTopics.js")>("../../sinks/describeTopics.js").describeTopicsSchema,
} satisfies Readonly<Record<string, () => AnyUnit>>;

export type BuiltInUnit = ReturnType<(typeof units)[keyof typeof units]>;

const byName: ReadonlyMap<string, AnyUnit> = new LazyMap<AnyUnit>(units);

const known = { units: byName, kinds: kindsMade((kind) => kind) };

function kindsMade(made: (kind: DataKind) => DataKind): ReadonlyMap<string, DataKind> {
  return new LazyMap(Object.fromEntries(kindNames.map((name) => [name, () => made(kinds[name] as DataKind)])));
}

/** What is known of a kind only with the help of units and of files' formats; loaded when it is asked for. */
const helped: { readonly [Part in "load" | "answers" | "scorings"]: (kind: DataKind) => DataKind[Part] } = {
  load: ({ name }) => load<typeof import("../tools/loadsByKind.js")>("../tools/loadsByKind.js").loadOf(name),
  answers: ({ name, answers }) =>
    answers ?? load<typeof import("../tools/answersByKind.js")>("../tools/answersByKind.js").answersOf(name, known),
  scorings: (kind) =>
    load<typeof import("../tools/scoringsByKind.js")>("../tools/scoringsByKind.js").scoringsOf(kind, known),
};

function withHelp(kind: DataKind): DataKind {
  const parts = Object.entries(helped).map(([name, part]) => [name, { get: () => part(kind), enumerable: true }]);
  return Object.defineProperties({ ...kind }, Object.fromEntries(parts));
}

/** What ships. */
export const builtIn: Registry = {
  units: byName,
  kinds: kindsMade(withHelp),
  plugins: [],
};

/**
 * A registry with units and kinds of data from outside.
 * @throws TypeError if a name is taken, or a unit reads, needs or makes a kind that nobody has described
 */
export function withUnits(
  registry: Registry,
  { units, kinds }: { readonly units: readonly AnyUnit[]; readonly kinds: readonly DataKind[] },
): Registry {
  const extended = {
    ...registry,
    units: withNames("unit", registry.units, units),
    kinds: withNames("kind of data", registry.kinds, kinds),
  };
  for (const { name, reads, needs = {}, makes } of units) {
    const unknown = [reads, makes, ...Object.values(needs)].find(
      (kind) => kind !== "nothing" && !extended.kinds.has(kind),
    );
    if (unknown !== undefined)
      throw new TypeError(`${name}: kinds of data must be described by defineKind, got "${unknown}", which is not`);
  }
  return extended;
}

function withNames<Named extends { readonly name: string }>(
  what: string,
  known: ReadonlyMap<string, Named>,
  added: readonly Named[],
): ReadonlyMap<string, Named> {
  const all = new Map(known);
  for (const each of added) {
    if (all.has(each.name))
      throw new TypeError(`${each.name}: a ${what} must have a name of its own, got one that is taken`);
    all.set(each.name, each);
  }
  return all;
}

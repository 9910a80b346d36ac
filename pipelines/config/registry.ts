import { builtInKinds, kinds as described } from "../../kinds/kinds.js";
import { bertSchema } from "../../models/bert/bert.js";
import { bm25Schema } from "../../models/bm25/bm25.js";
import { classTopicsSchema } from "../../models/classTopics/classTopics.js";
import { bagOfWordsSchema } from "../../models/cosineIndex/bagOfWords.js";
import { tfidfSchema } from "../../models/cosineIndex/tfidf.js";
import { documentFrequenciesSchema } from "../../models/documentFrequencies/documentFrequencies.js";
import { elmoSchema } from "../../models/elmo/elmo.js";
import { fastTextSchema } from "../../models/fastText/fastText.js";
import { fastTextClassifierSchema } from "../../models/fastTextClassifier/fastTextClassifier.js";
import { fineTuneSchema } from "../../models/fineTune/fineTune.js";
import { gloveSchema } from "../../models/glove/glove.js";
import { gptSchema } from "../../models/gpt/gpt.js";
import { ldaSchema } from "../../models/lda/lda.js";
import { ldaSamplerSchema } from "../../models/ldaSampler/ldaSampler.js";
import { lsaSchema } from "../../models/lsa/lsa.js";
import { lsaOnlineSchema } from "../../models/lsa/lsaOnline.js";
import { nnlmSchema } from "../../models/nnlm/nnlm.js";
import { plsaSchema } from "../../models/plsa/plsa.js";
import { ppmiSvdSchema } from "../../models/ppmiSvd/ppmiSvd.js";
import { rnnlmSchema } from "../../models/rnnlm/rnnlm.js";
import { word2vecSchema } from "../../models/word2vec/word2vec.js";
import { accumulateCooccurrenceSchema } from "../../operators/cooccurrence/accumulateCooccurrence.js";
import { associateSchema } from "../../operators/cooccurrence/associate.js";
import { accumulateDocumentTermsSchema } from "../../operators/documents/accumulateDocumentTerms.js";
import { classifySchema } from "../../operators/documents/classify.js";
import { documentTermsSchema } from "../../operators/documents/documentTerms.js";
import { hashTermsSchema } from "../../operators/documents/hashTerms.js";
import { inferTopicsSchema } from "../../operators/documents/inferTopics.js";
import { keywordsSchema } from "../../operators/documents/keywords.js";
import { oneHotSchema } from "../../operators/documents/oneHot.js";
import { projectDocumentsSchema } from "../../operators/documents/projectDocuments.js";
import { searchDocumentsSchema } from "../../operators/documents/searchDocuments.js";
import { summarizeSchema } from "../../operators/documents/summarize.js";
import { termVectorsSchema } from "../../operators/documents/termVectors.js";
import { weighTermsSchema } from "../../operators/documents/weighTerms.js";
import { weighTermsOnlineSchema } from "../../operators/documents/weighTermsOnline.js";
import { contextVectorsSchema } from "../../operators/sequences/contextVectors.js";
import { inputVectorsSchema } from "../../operators/sequences/inputVectors.js";
import { maskTokensSchema } from "../../operators/sequences/maskTokens.js";
import { packSequencesSchema } from "../../operators/sequences/packSequences.js";
import { sentencePairsSchema } from "../../operators/sequences/sentencePairs.js";
import { termMeansSchema } from "../../operators/sequences/termMeans.js";
import { normalizeSchema } from "../../operators/text/normalize.js";
import { splitSentencesSchema } from "../../operators/text/splitSentences.js";
import { tokenizeSchema } from "../../operators/text/tokenize.js";
import { layOutSchema } from "../../operators/vectors/layOut.js";
import { buildVocabSchema } from "../../operators/vocabulary/buildVocab.js";
import { dropTermsSchema } from "../../operators/vocabulary/dropTerms.js";
import { encodeSchema } from "../../operators/vocabulary/encode.js";
import { encodeSubwordsSchema } from "../../operators/vocabulary/encodeSubwords.js";
import { growVocabSchema } from "../../operators/vocabulary/growVocab.js";
import { joinPhrasesSchema } from "../../operators/vocabulary/joinPhrases.js";
import { learnPhrasesSchema } from "../../operators/vocabulary/learnPhrases.js";
import { learnSubwordsSchema } from "../../operators/vocabulary/learnSubwords.js";
import { mapTermsSchema } from "../../operators/vocabulary/mapTerms.js";
import { oneHotVectorsSchema } from "../../operators/vocabulary/oneHotVectors.js";
import { stemSchema } from "../../operators/vocabulary/stem.js";
import { wordNgramsSchema } from "../../operators/vocabulary/wordNgrams.js";
import { contextPairsSchema } from "../../operators/windows/contextPairs.js";
import { miniBatchSchema } from "../../operators/windows/miniBatch.js";
import { windowContextsSchema } from "../../operators/windows/windowContexts.js";
import type { AnyUnit, DataKind, Kind } from "../../schemas/index.js";
import { describeTopicsSchema } from "../../sinks/describeTopics.js";
import { reportNeighborsSchema } from "../../sinks/reportNeighbors.js";
import { reportWeightsSchema } from "../../sinks/reportWeights.js";
import { writeClassifierSchema } from "../../sinks/writeClassifier.js";
import { writeContextVectorsSchema } from "../../sinks/writeContextVectors.js";
import { writeCooccurrenceSchema } from "../../sinks/writeCooccurrence.js";
import { writeDocumentFrequenciesSchema } from "../../sinks/writeDocumentFrequencies.js";
import { writeDocumentsSchema } from "../../sinks/writeDocuments.js";
import { writeDocumentTermsSchema } from "../../sinks/writeDocumentTerms.js";
import { writeDocumentVectorsSchema } from "../../sinks/writeDocumentVectors.js";
import { writeHitsSchema } from "../../sinks/writeHits.js";
import { writeIdsSchema } from "../../sinks/writeIds.js";
import { writeKeywordsSchema } from "../../sinks/writeKeywords.js";
import { writeLanguageModelSchema } from "../../sinks/writeLanguageModel.js";
import { writeLayoutSchema } from "../../sinks/writeLayout.js";
import { writePairsSchema } from "../../sinks/writePairs.js";
import { writePredictionsSchema } from "../../sinks/writePredictions.js";
import { writeSearchIndexSchema } from "../../sinks/writeSearchIndex.js";
import { writeSemanticSpaceSchema } from "../../sinks/writeSemanticSpace.js";
import { writeSequencesSchema } from "../../sinks/writeSequences.js";
import { writeSubwordsSchema } from "../../sinks/writeSubwords.js";
import { writeSummariesSchema } from "../../sinks/writeSummaries.js";
import { writeTokensSchema } from "../../sinks/writeTokens.js";
import { writeTopicMeansSchema } from "../../sinks/writeTopicMeans.js";
import { writeTopicsSchema } from "../../sinks/writeTopics.js";
import { writeVectorsSchema } from "../../sinks/writeVectors.js";
import { writeVocabularySchema } from "../../sinks/writeVocabulary.js";
import { filesSchema } from "../../sources/files.js";
import { httpSchema } from "../../sources/http.js";
import { natsSchema } from "../../sources/nats.js";
import { sseSchema } from "../../sources/sse.js";
import { stdinSchema } from "../../sources/stdin.js";
import { tailSchema } from "../../sources/tail.js";
import { websocketSchema } from "../../sources/websocket.js";
import { readCooccurrence } from "../../storage/cooccurrence/readCooccurrence.js";
import { readVocabulary } from "../../storage/cooccurrence/readVocabulary.js";
import { vocabularyBeside } from "../../storage/cooccurrence/vocabularyBeside.js";
import { readContextVectors } from "../../storage/documents/readContextVectors.js";
import { isFastTextFile } from "../../storage/fasttext/fastTextFile.js";
import { readFastTextClassifier } from "../../storage/fasttext/readFastText.js";
import { readLanguageModelFiles } from "../../storage/models/languageModelFiles.js";
import { isTableFile } from "../../storage/tables/tableFile.js";
import { readWhole } from "../../storage/tables/wholeTable.js";
import { readSubwords } from "../../storage/tokenizers/readSubwords.js";
import { readVectors } from "../../storage/vectors/readVectors.js";
import { classifierAnswers } from "../tools/classifierAnswers.js";
import { classifierScorings } from "../tools/classifierScorings.js";
import { keyphrasesOfIndex, keyphrasesOfStage } from "../tools/keyphraseScorings.js";
import { labelledByIndex, labelledByWords } from "../tools/labelledScorings.js";
import { languageModelAnswers } from "../tools/languageModelAnswers.js";
import { retrievalScorings } from "../tools/retrievalScorings.js";
import { searchAnswers } from "../tools/searchAnswers.js";
import { topicAnswers } from "../tools/topicAnswers.js";
import { wordInContextOfModels, wordInContextOfVectors } from "../tools/wordInContextScorings.js";

/** The units that a config can name, and the kinds of data that flow between them. */
export interface Registry {
  readonly units: ReadonlyMap<string, AnyUnit>;
  readonly kinds: ReadonlyMap<string, DataKind>;
  /** The modules that some of them come from. */
  readonly plugins: readonly string[];
}

/** A new unit is one line here. */
const units = [
  filesSchema,
  stdinSchema,
  tailSchema,
  httpSchema,
  natsSchema,
  sseSchema,
  websocketSchema,
  normalizeSchema,
  splitSentencesSchema,
  keywordsSchema,
  summarizeSchema,
  tokenizeSchema,
  mapTermsSchema,
  dropTermsSchema,
  stemSchema,
  learnPhrasesSchema,
  joinPhrasesSchema,
  wordNgramsSchema,
  buildVocabSchema,
  oneHotVectorsSchema,
  encodeSchema,
  learnSubwordsSchema,
  encodeSubwordsSchema,
  growVocabSchema,
  packSequencesSchema,
  sentencePairsSchema,
  maskTokensSchema,
  windowContextsSchema,
  contextPairsSchema,
  miniBatchSchema,
  accumulateCooccurrenceSchema,
  associateSchema,
  documentTermsSchema,
  hashTermsSchema,
  oneHotSchema,
  accumulateDocumentTermsSchema,
  documentFrequenciesSchema,
  weighTermsSchema,
  weighTermsOnlineSchema,
  termVectorsSchema,
  layOutSchema,
  projectDocumentsSchema,
  classifySchema,
  searchDocumentsSchema,
  inferTopicsSchema,
  word2vecSchema,
  fastTextSchema,
  fastTextClassifierSchema,
  gloveSchema,
  bagOfWordsSchema,
  tfidfSchema,
  bm25Schema,
  ppmiSvdSchema,
  lsaSchema,
  lsaOnlineSchema,
  ldaSchema,
  ldaSamplerSchema,
  plsaSchema,
  classTopicsSchema,
  nnlmSchema,
  rnnlmSchema,
  gptSchema,
  bertSchema,
  elmoSchema,
  fineTuneSchema,
  inputVectorsSchema,
  contextVectorsSchema,
  termMeansSchema,
  writeTokensSchema,
  writeVocabularySchema,
  writeSubwordsSchema,
  writeIdsSchema,
  writeDocumentsSchema,
  writePairsSchema,
  writeSequencesSchema,
  writeDocumentTermsSchema,
  writeDocumentFrequenciesSchema,
  writeDocumentVectorsSchema,
  writeContextVectorsSchema,
  writeTopicsSchema,
  writeTopicMeansSchema,
  writeKeywordsSchema,
  writeSummariesSchema,
  writeSemanticSpaceSchema,
  writeCooccurrenceSchema,
  writeVectorsSchema,
  writeLayoutSchema,
  writeClassifierSchema,
  writeLanguageModelSchema,
  writePredictionsSchema,
  writeSearchIndexSchema,
  writeHitsSchema,
  reportNeighborsSchema,
  reportWeightsSchema,
  describeTopicsSchema,
] as const satisfies readonly AnyUnit[];

export type BuiltInUnit = (typeof units)[number];

/** Kinds whose files sinks know how to read, in all their formats; a new one is one line here. */
const loads: { readonly [K in Kind]?: DataKind<K>["load"] } = {
  vocabulary: readVocabulary,
  cooccurrence: async (path) => readCooccurrence(path, await readVocabulary(vocabularyBeside(path))),
  vectors: readVectors,
  contextVectors: readContextVectors,
  languageModel: readLanguageModelFiles,
  classifier: (path) => (isFastTextFile(path) ? readFastTextClassifier(path) : readWhole(described.classifier, path)),
  subwordVocabulary: (path) => (isTableFile(path) ? readWhole(described.subwordVocabulary, path) : readSubwords(path)),
};

const byName: ReadonlyMap<string, AnyUnit> = new Map(units.map((unit: AnyUnit) => [unit.name, unit]));

const known = { units: byName, kinds: new Map(builtInKinds.map((kind) => [kind.name, kind])) };

/** What can be asked of kinds only with the help of units; a new one is one line here. */
const asks: { readonly [K in Kind]?: DataKind<K>["answers"] } = {
  classifier: classifierAnswers(known),
  languageModel: languageModelAnswers(known),
  searchIndex: searchAnswers(known),
  topics: topicAnswers(known),
};

/** What kinds can be scored on only with the help of units; a new one is one line here. */
const scores: { readonly [K in Kind]?: DataKind<K>["scorings"] } = {
  classifier: classifierScorings(known),
  keywords: keyphrasesOfStage,
  languageModel: wordInContextOfModels(known),
  searchIndex: { ...labelledByIndex(known), ...retrievalScorings(known), ...keyphrasesOfIndex(known) },
  vectors: { ...labelledByWords(known), ...wordInContextOfVectors(known) },
};

const kinds = builtInKinds.map((kind): DataKind => {
  const load = loads[kind.name] as DataKind["load"];
  const answers = asks[kind.name] as DataKind["answers"];
  const scorings = { ...kind.scorings, ...scores[kind.name] } as NonNullable<DataKind["scorings"]>;
  const isScored = Object.keys(scorings).length > 0;
  return { ...kind, ...(load ? { load } : {}), ...(answers ? { answers } : {}), ...(isScored ? { scorings } : {}) };
});

/** What ships. */
export const builtIn: Registry = {
  units: byName,
  kinds: new Map(kinds.map((kind) => [kind.name, kind])),
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

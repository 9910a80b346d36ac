import type { Observable, OperatorFunction } from "rxjs";
import { glove, gloveSchema } from "../models/glove.js";
import { word2vec, word2vecSchema } from "../models/word2vec.js";
import { accumulateCooccurrence, accumulateCooccurrenceSchema } from "../operators/accumulateCooccurrence.js";
import { associate, associateSchema } from "../operators/associate.js";
import { buildVocab, buildVocabSchema } from "../operators/buildVocab.js";
import { contextPairs, contextPairsSchema } from "../operators/contextPairs.js";
import { encode, encodeSchema } from "../operators/encode.js";
import { growVocab, growVocabSchema } from "../operators/growVocab.js";
import { joinPhrases, joinPhrasesSchema } from "../operators/joinPhrases.js";
import { learnPhrases, learnPhrasesSchema } from "../operators/learnPhrases.js";
import { miniBatch, miniBatchSchema } from "../operators/miniBatch.js";
import { normalize, normalizeSchema } from "../operators/normalize.js";
import { splitSentences, splitSentencesSchema } from "../operators/splitSentences.js";
import { tokenize, tokenizeSchema } from "../operators/tokenize.js";
import { windowContexts, windowContextsSchema } from "../operators/windowContexts.js";
import type {
  DataType,
  LiveStart,
  ModelSink,
  OptionsOf,
  Phrases,
  TextBatch,
  UnitSchema,
  Vocabulary,
} from "../schemas/index.js";
import { reportNeighbors, reportNeighborsSchema } from "../sinks/reportNeighbors.js";
import { writeCooccurrence, writeCooccurrenceSchema } from "../sinks/writeCooccurrence.js";
import { writeIds, writeIdsSchema } from "../sinks/writeIds.js";
import { writePairs, writePairsSchema } from "../sinks/writePairs.js";
import {
  filesBesides,
  requireVectorTerms,
  type WriteVectorsOptions,
  writeVectors,
  writeVectorsSchema,
} from "../sinks/writeVectors.js";
import {
  requireVocabularyTerms,
  type WriteVocabularyOptions,
  writeVocabulary,
  writeVocabularySchema,
} from "../sinks/writeVocabulary.js";
import { files, filesSchema } from "../sources/files.js";
import { http, httpSchema } from "../sources/http.js";
import { type InputFile, listFiles } from "../sources/listFiles.js";
import { nats, natsSchema } from "../sources/nats.js";
import { sse, sseSchema } from "../sources/sse.js";
import { stdin, stdinSchema } from "../sources/stdin.js";
import { tail, tailSchema } from "../sources/tail.js";
import { websocket, websocketSchema } from "../sources/websocket.js";

/** Options that have been checked against the unit's schema. */
type Options = Readonly<Record<string, unknown>>;

export interface SourceUnit {
  readonly schema: UnitSchema;
  /** A live source goes on from a cursor. */
  readonly open: (options: Options, start?: LiveStart) => Observable<TextBatch>;
  /** The files that it will read, in order; none for a live source. */
  readonly inputs: (options: Options) => Promise<readonly InputFile[]>;
}

/** What is known of a unit's terms and files before it works. */
interface KnownBefore {
  /** Of a writer: the files that it makes besides those that its options name. */
  readonly besides?: (options: Options) => readonly string[];
  /** Of a unit that makes terms: some that its options alone will make, by the option. */
  readonly termsOf?: (options: Options) => Readonly<Record<string, readonly string[]>>;
  /** Of a writer: throws a RangeError for terms that it could not write. */
  readonly requireTerms?: (options: Options, terms: readonly string[]) => void;
}

export interface OperatorUnit extends KnownBefore {
  readonly schema: UnitSchema;
  // biome-ignore lint/suspicious/noExplicitAny: compile checks that the types of neighbours fit
  readonly operator: (options: Options) => OperatorFunction<any, any>;
}

/** Reads an earlier stage of the pipeline again, with a finished value in hand. */
export interface ReplayUnit extends KnownBefore {
  readonly schema: UnitSchema;
  /** What it reads again. */
  readonly replays: DataType;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly replay: (finished: never, options: Options, epoch: number) => OperatorFunction<any, any>;
}

export interface ModelUnit {
  readonly schema: UnitSchema;
  readonly model: (options: Options) => ModelSink<unknown>;
}

export type Unit = SourceUnit | OperatorUnit | ReplayUnit | ModelUnit;

/** Everything a config can name; a new unit is one line here. */
const units: readonly Unit[] = [
  source(filesSchema, files, async ({ paths, only }) => [
    ...(await listFiles(typeof paths === "string" ? [paths] : paths, "files")),
    ...(await listIfGiven(only)),
  ]),
  source(stdinSchema, stdin, ({ only }) => listIfGiven(only)),
  source(tailSchema, tail, async () => []),
  source(httpSchema, http, async () => []),
  source(natsSchema, nats, async () => []),
  source(sseSchema, sse, async () => []),
  source(websocketSchema, websocket, async () => []),
  operator(normalizeSchema, normalize),
  operator(splitSentencesSchema, splitSentences),
  operator(tokenizeSchema, tokenize),
  operator(learnPhrasesSchema, learnPhrases),
  {
    ...replay(joinPhrasesSchema, "phrases", (phrases: Phrases, options) => joinPhrases(phrases, options)),
    termsOf: ({ joiner }) => ({ joiner: [`a${joiner}b`] }),
  },
  {
    ...operator(buildVocabSchema, buildVocab),
    termsOf: ({ extraTerms }) => ({ extraTerms: extraTerms as readonly string[] }),
  },
  replay(encodeSchema, "vocabulary", (vocabulary: Vocabulary, _, epoch) => encode(vocabulary, { epoch })),
  operator(growVocabSchema, growVocab),
  operator(windowContextsSchema, windowContexts),
  operator(contextPairsSchema, contextPairs),
  operator(miniBatchSchema, miniBatch),
  operator(accumulateCooccurrenceSchema, accumulateCooccurrence),
  operator(associateSchema, associate),
  model(word2vecSchema, word2vec),
  model(gloveSchema, glove),
  {
    ...operator(writeVocabularySchema, writeVocabulary),
    requireTerms: (options, terms) => requireVocabularyTerms(options as WriteVocabularyOptions, terms),
  },
  operator(writeIdsSchema, writeIds),
  operator(writePairsSchema, writePairs),
  operator(writeCooccurrenceSchema, writeCooccurrence),
  {
    ...operator(writeVectorsSchema, writeVectors),
    besides: (options) => filesBesides(options as WriteVectorsOptions),
    requireTerms: (options, terms) => requireVectorTerms(options as WriteVectorsOptions, terms),
  },
  operator(reportNeighborsSchema, reportNeighbors),
];

export const registry: ReadonlyMap<string, Unit> = new Map(units.map((unit) => [unit.schema.name, unit]));

/** What is said of each unit, sources first. */
export function unitSchemas(): UnitSchema[] {
  return units.map(({ schema }) => schema);
}

async function listIfGiven(path: string | undefined): Promise<InputFile[]> {
  return path === undefined ? [] : listFiles([path]);
}

function source<S extends UnitSchema>(
  schema: S,
  open: (options: OptionsOf<S>, start?: LiveStart) => Observable<TextBatch>,
  inputs: (options: OptionsOf<S>) => Promise<readonly InputFile[]>,
): SourceUnit {
  return {
    schema,
    open: (options, start) => open(options as OptionsOf<S>, start),
    inputs: (options) => inputs(options as OptionsOf<S>),
  };
}

function operator<S extends UnitSchema, In, Out>(
  schema: S,
  create: (options: OptionsOf<S>) => OperatorFunction<In, Out>,
): OperatorUnit {
  return { schema, operator: (options) => create(options as OptionsOf<S>) };
}

/** A unit that reads tokens in code; in a config it stands behind a finished value and reads its tokens again. */
function replay<S extends UnitSchema, Finished, In, Out>(
  schema: S,
  consumes: DataType,
  create: (finished: Finished, options: OptionsOf<S>, epoch: number) => OperatorFunction<In, Out>,
): ReplayUnit {
  return {
    schema: { ...schema, consumes },
    replays: schema.consumes,
    replay: (finished, options, epoch) => create(finished, options as OptionsOf<S>, epoch),
  };
}

function model<S extends UnitSchema>(schema: S, create: (options: OptionsOf<S>) => ModelSink<unknown>): ModelUnit {
  return { schema, model: (options) => create(options as OptionsOf<S>) };
}

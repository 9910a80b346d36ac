import { type Observable, of, tap } from "rxjs";
import { Vectors } from "../../kernels/embedding/vectors.js";
import { type ContextChoice, ContextWords } from "../../kernels/neural/contextWords.js";
import { TermMeans } from "../../kernels/neural/termMeans.js";
import { TermOccurrences } from "../../kernels/neural/termOccurrences.js";
import { type GroupedSenses, groupSenses, type SenseOptions } from "../../kernels/neural/termSenses.js";
import { fromPull } from "../../runtime/fromPull.js";
import { run } from "../../runtime/run.js";
import { toAsyncIterable } from "../../runtime/toAsyncIterable.js";
import { type ContextVectorBatch, contextVectorOf, fillOptions, show, type TextBatch } from "../../schemas/index.js";
import { writeContextVectors } from "../../sinks/writeContextVectors.js";
import { chosenVectorFormat, writeVectors } from "../../sinks/writeVectors.js";
import { fromTexts } from "../../sources/fromTexts.js";
import { outputPlace } from "../../storage/files/outputPlace.js";
import { makeUnit } from "../config/makeUnit.js";
import { builtIn } from "../config/registry.js";
import type { OpenLanguageModel } from "./languageModels.js";
import { throughSteps } from "./textSteps.js";

export type { ContextChoice } from "../../kernels/neural/contextWords.js";
export type { LayerChoice } from "../../kernels/neural/layerChoice.js";

/** Terms that have a mean vector at most. */
const MOST_TERMS = 200_000;
/** Occurrences of a term that are grouped; of more, these are drawn. */
const MOST_OCCURRENCES = 2000;

export interface ContextRequest extends ContextChoice {
  /** The source that reads the texts, and its options. */
  readonly source: "files" | "stdin";
  readonly options: Readonly<Record<string, unknown>>;
  readonly signal?: AbortSignal;
  /** Is told once how many words have no vector, since the model does not know them, and has no term for such or none is wanted of it. */
  readonly onLeft?: (words: number) => void;
}

/**
 * The vectors of each word of texts where it stands, in their order. State: a batch of tokens, and a window of the network.
 * @throws TypeError if the network tells no layers; RangeError if there is no such layer, or the stride is too long
 */
export function contextVectorsOf(
  open: OpenLanguageModel,
  { source, options, ...how }: ContextRequest,
): AsyncGenerator<ContextVectorBatch> {
  const unit = builtIn.units.get(source)!;
  const texts = makeUnit(unit, {}, fillOptions(unit, options), { epoch: 0 }) as Observable<TextBatch>;
  return wordsOf(open, texts, how);
}

async function* wordsOf(
  open: OpenLanguageModel,
  texts: Observable<TextBatch>,
  { signal, onLeft, ...choice }: ContextChoice & Pick<ContextRequest, "signal" | "onLeft">,
): AsyncGenerator<ContextVectorBatch> {
  const words = new ContextWords(open, choice);
  for await (const batch of toAsyncIterable(throughSteps(texts, open.steps), signal ? { signal } : {}))
    yield* words.read(batch);
  yield* words.finish();
  const { belowMinCount } = words.takeLeft();
  if (belowMinCount > 0) onLeft?.(belowMinCount);
}

/**
 * The vector of a term where it first stands in a text.
 * @throws RangeError if it does not, or has no vector there
 */
export async function vectorInContext(
  who: string,
  open: OpenLanguageModel,
  { text, term, ...how }: ContextChoice & { readonly text: string; readonly term: string },
): Promise<Float32Array> {
  for await (const batch of wordsOf(open, fromTexts([text]), how)) {
    const word = batch.terms.indexOf(term);
    if (word >= 0) return contextVectorOf(batch, word, 0);
  }
  throw new RangeError(`${who}: the text must have the term ${show(term)} with a vector, got ${show(text)}`);
}

export interface WrittenContexts {
  readonly words: number;
  readonly layers: number;
}

/** Writes them to a file. */
export async function writeVectorsInContext(
  open: OpenLanguageModel,
  request: ContextRequest,
  path: string,
): Promise<WrittenContexts> {
  const { signal } = request;
  let [words, layers] = [0, 0];
  const vectors = fromPull(() => contextVectorsOf(open, request)).pipe(
    tap((batch) => {
      words += batch.terms.length;
      layers = batch.layers.length;
    }),
    writeContextVectors({ path: outputPlace("vectors", path) }),
  );
  await run(vectors, signal ? { signal } : {});
  return { words, layers };
}

export interface MeanVectors {
  readonly vectors: Vectors;
  /** Words that came when there were MOST_TERMS terms already. */
  readonly left: number;
}

/**
 * The mean vector of each term that the model knows over the places where it stands. State: 8 D bytes a term, of 200,000 at most.
 * @param minCount places that a term must stand in
 * @throws RangeError if no term does
 */
export async function meansInContext(
  open: OpenLanguageModel,
  request: ContextRequest,
  minCount: number,
): Promise<MeanVectors> {
  const means = new TermMeans(MOST_TERMS);
  for await (const batch of contextVectorsOf(open, { ...request, leaveUnknown: true })) means.add(batch);
  const vectors = new Vectors(means.table(minCount, new Map([["model", open.model.architecture]])));
  return { vectors, left: means.left };
}

/** Writes them, in any format of word vectors. @throws RangeError before anything is read, if the format cannot be told */
export async function writeMeansInContext(
  open: OpenLanguageModel,
  request: ContextRequest,
  { path, minCount }: { readonly path: string; readonly minCount: number },
): Promise<MeanVectors> {
  const write = writeVectors({ path: outputPlace("vectors", path), format: chosenVectorFormat({ path }) });
  const means = await meansInContext(open, request, minCount);
  await run(of(means.vectors).pipe(write));
  return means;
}

export interface SensesRequest extends ContextRequest, SenseOptions {}

export interface Senses extends Pick<GroupedSenses, "silhouette" | "senses"> {
  readonly term: string;
  /** In the text, grouped or not. */
  readonly occurrences: number;
}

/**
 * Groups the places where a term stands by its vectors there. State: 2,000 occurrences, drawn where there are more, and a sentence.
 * @throws RangeError if the term stands nowhere
 */
export async function sensesOf(
  open: OpenLanguageModel,
  term: string,
  { count, seed, shown, ...request }: SensesRequest,
): Promise<Senses> {
  const occurrences = new TermOccurrences(term, { most: MOST_OCCURRENCES, seed });
  for await (const batch of contextVectorsOf(open, request)) occurrences.add(batch);
  const { kept, seen } = occurrences.finish();
  if (kept.length === 0) throw new RangeError(`senses: the term must stand in the text, got ${show(term)} nowhere`);
  const { silhouette, senses } = groupSenses(kept, { count, seed, shown });
  return { term, occurrences: seen, silhouette, senses };
}

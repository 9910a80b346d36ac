import type { OperatorFunction } from "rxjs";
import type { Vectors } from "../../kernels/embedding/vectors.js";
import { type ContextChoice, pickLayers } from "../../kernels/neural/contextWords.js";
import type { LayerChoice } from "../../kernels/neural/layerChoice.js";
import { readTargets, type TargetRow } from "../../kernels/neural/targetReader.js";
import { frameOf, WordIds } from "../../kernels/neural/wordIds.js";
import { idOfTerm } from "../../kernels/vocabulary/idOfTerm.js";
import { type LanguageModel, plural, type TokenBatch } from "../../schemas/index.js";
import { languageOf } from "./guessLanguage.js";
import { type OpenLanguageModel, openLayers } from "./languageModels.js";
import { type Known, operatorsOf, tokensOfTexts } from "./textSteps.js";
import type { PlaceInContext } from "./wordInContextFile.js";

/** Sentences that are read at a time. */
const AT_ONCE = 512;

/** How a language model is asked: which of its layers, and how what a word has there becomes one vector. */
export type TargetChoice = Pick<ContextChoice, "layers" | "pooling">;

type Vector = Float32Array | undefined;

/** Gives words vectors where they stand. */
export interface TargetVectors {
  /** What each of its ways to do so is called: `layer 1`, `mix`; of static vectors: `word`, `context`. */
  readonly ways: readonly string[];
  /** Of each way the vector of each place; undefined of one that the model knows nothing of. */
  read(places: readonly PlaceInContext[], signal?: AbortSignal): Promise<readonly (readonly Vector[])[]>;
}

/**
 * Vectors of a language model's layers, all with their mean unless one is chosen. A sentence is cut at both ends of its target, so that this is what
 * is asked for, and read alone. State: the model; the layers of 512 sentences at a time.
 * @throws TypeError, RangeError if the network tells no layers, or has no such one
 */
export async function layerTargets(
  who: string,
  model: LanguageModel,
  choice: TargetChoice,
  known: Known,
): Promise<TargetVectors> {
  return inParts(await layersOf(await openLayers(who, model, known), choice));
}

/** Static vectors: that of the word itself, and the mean of those of all other words of its sentence, which the steps cut. */
export const staticTargets = (vectors: Vectors, steps: readonly OperatorFunction<unknown, unknown>[]): TargetVectors =>
  inParts(staticVectors(vectors, steps));

/** What cuts texts where nothing else is said: as `train` cuts a text in the language of some of them. */
export function stepsForTexts(who: string, samples: readonly string[], known: Known) {
  const mode = languageOf({ bytes: new TextEncoder().encode(samples.join("\n")) }) === "chinese" ? "chinese" : "words";
  return operatorsOf(who, { steps: [{ normalize: {} }, { tokenize: { mode } }], parts: [] }, known);
}

/** The same, some sentences at a time. */
function inParts({ ways, read }: TargetVectors): TargetVectors {
  return {
    ways,
    async read(places, signal) {
      const vectors = ways.map((): Vector[] => []);
      for (let from = 0; from < places.length; from += AT_ONCE) {
        signal?.throwIfAborted();
        const some = await read(places.slice(from, from + AT_ONCE));
        some.forEach((each, way) => {
          vectors[way]!.push(...each);
        });
      }
      return vectors;
    },
  };
}

async function layersOf(open: OpenLanguageModel, { layers, pooling }: TargetChoice): Promise<TargetVectors> {
  const { reader, vocabulary } = open;
  const how = { ...frameOf(vocabulary, reader.network), pooling };
  const probe = await readTargets(reader, [{ ids: Uint32Array.of(0), from: 0, to: 1 }], how);
  const choices = layers.kind === "all" ? allLayers(probe.layers) : [layers];
  for (const choice of choices) pickLayers(probe, choice); // throws before all the work
  return {
    ways: choices.map((choice) => nameOf(choice, probe.layers.length)),
    read: async (places) => {
      const rows = await targetRowsOf(open, places);
      const known = [...rows.keys()].filter((place) => rows[place]!.to > rows[place]!.from);
      if (known.length === 0) return choices.map(() => rows.map(() => undefined));
      const read = await readTargets(
        reader,
        known.map((place) => rows[place]!),
        how,
      );
      return choices.map((choice) => {
        const { of } = pickLayers(read, choice);
        const vectors: Vector[] = rows.map(() => undefined);
        known.forEach((place, k) => {
          vectors[place] = of(k);
        });
        return vectors;
      });
    },
  };
}

/** The ids of each sentence, as a language model reads them, and which of them are those of its target; none of one that it knows nothing of. */
export async function targetRowsOf(
  { model, vocabulary, steps }: Omit<OpenLanguageModel, "reader">,
  places: readonly PlaceInContext[],
): Promise<TargetRow[]> {
  const ids = new WordIds(vocabulary, idOfTerm(vocabulary, model.unknown));
  return idsOfTargets(await tokensOfTargets(places, steps), ids, idOfTerm(vocabulary, model.sentenceEnd));
}

/** Each layer, and their mean where they are of one size. */
function allLayers(layers: readonly Float32Array[]): LayerChoice[] {
  const each = layers.map((_, layer): LayerChoice => ({ kind: "one", layer }));
  return layers.every(({ length }) => length === layers[0]!.length) ? [...each, { kind: "mix" }] : each;
}

function nameOf(choice: LayerChoice, count: number): string {
  if (choice.kind === "mix") return "mix";
  return `layer ${choice.kind === "one" ? choice.layer : count - 1}`;
}

/** The mean of the vectors of some terms, made of subwords where there are some; undefined if none has one. */
export function meanOf(vectors: Vectors, terms: readonly string[]): Vector {
  const known = terms.flatMap((term) => vectors.find(term)?.vector ?? []);
  if (known.length === 0) return undefined;
  const mean = new Float32Array(vectors.vectorSize);
  for (const vector of known) for (let d = 0; d < mean.length; d++) mean[d]! += vector[d]! / known.length;
  return mean;
}

function staticVectors(vectors: Vectors, steps: readonly OperatorFunction<unknown, unknown>[]): TargetVectors {
  return {
    ways: ["word", "context"],
    read: async (places) => {
      const read = await tokensOfTargets(places, steps);
      return [
        read.map(({ target }) => meanOf(vectors, target)),
        read.map(({ before, after }) => meanOf(vectors, [...before, ...after])),
      ];
    },
  };
}

/** The tokens of a sentence around its target, and of this. */
interface CutSentence {
  readonly before: readonly string[];
  readonly target: readonly string[];
  readonly after: readonly string[];
}

async function tokensOfTargets(
  places: readonly PlaceInContext[],
  steps: readonly OperatorFunction<unknown, unknown>[],
): Promise<CutSentence[]> {
  const parts = places.flatMap(({ sentence, start, end }) => [
    sentence.slice(0, start),
    sentence.slice(start, end),
    sentence.slice(end),
  ]);
  const tokens = await tokensOfTexts(parts, steps);
  if (tokens.length !== parts.length)
    throw new RangeError(
      `the steps of the model must keep every text, got ${plural(tokens.length, "text")} of ${parts.length}`,
    );
  return places.map((_, k) => {
    const [before, target, after] = tokens.slice(3 * k, 3 * k + 3) as [string[], string[], string[]];
    return { before, target, after };
  });
}

/** The ids of each sentence, as a language model reads them, with the end that it knows. */
function idsOfTargets(sentences: readonly CutSentence[], ids: WordIds, endId: number | undefined): TargetRow[] {
  const words = sentences.map(({ before, target, after }) => [...before, ...target, ...after]);
  const idsOf = ids.of(batchOf(words));
  let first = 0;
  return sentences.map(({ before, target }, sentence) => {
    const pieces = words[sentence]!.map((_, place) => idsOf(first + place));
    first += pieces.length;
    const count = (to: number) => pieces.slice(0, to).reduce((sum, { length }) => sum + length, 0);
    const all = pieces.flatMap((each) => Array.from(each));
    if (endId !== undefined) all.push(endId);
    return { ids: Uint32Array.from(all), from: count(before.length), to: count(before.length + target.length) };
  });
}

/** Each sentence as a document. */
function batchOf(sentences: readonly (readonly string[])[]): TokenBatch {
  const terms = sentences.flat();
  let start = 0;
  const offsets = Uint32Array.from(sentences, ({ length }) => {
    start += length;
    return start - length;
  });
  return {
    lexicon: { size: terms.length, term: (id) => terms[id], count: () => 1, prunedOccurrences: 0 },
    ids: Uint32Array.from(terms.keys()),
    sentenceOffsets: offsets,
    documentOffsets: offsets,
  };
}

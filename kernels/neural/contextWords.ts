import { type ContextVectorBatch, MIXED_LAYER } from "../../schemas/contextVectors.js";
import type { LanguageModel } from "../../schemas/languageModel.js";
import { isSubwordVocabulary } from "../../schemas/subwordVocabulary.js";
import type { TokenBatch } from "../../schemas/tokens.js";
import type { Vocabulary } from "../../schemas/vocabulary.js";
import { joinFloats } from "../numbers/joinFloats.js";
import { idOfTerm } from "../vocabulary/idOfTerm.js";
import type { LayerChoice } from "./layerChoice.js";
import { type LayerReader, type PlaceLayers, PlaceReader } from "./placeReader.js";
import { frameOf, WordIds } from "./wordIds.js";

/** A language model that can be asked for its layers. */
export interface ContextModel {
  readonly reader: LayerReader;
  readonly vocabulary: Vocabulary;
  readonly model: Pick<LanguageModel, "unknown" | "sentenceEnd">;
}

/** Which vectors of a model in context are taken. */
export interface ContextChoice {
  readonly layers: LayerChoice;
  /** What becomes of the pieces of a word. */
  readonly pooling: "first" | "mean";
  /** Places from one window to the next, for models that read windows. */
  readonly stride?: number | undefined;
  /** Words that the model reads as its unknown term are read, but have no vector. */
  readonly leaveUnknown?: boolean;
  /** The only words that have one. */
  readonly terms?: ReadonlySet<string> | undefined;
}

/** Words without a vector: not in the vocabulary; not in the lexicon any more; without a piece, or not asked for. */
export interface LeftWords {
  readonly belowMinCount: number;
  readonly pruned: number;
  readonly dropped: number;
}

const NONE_LEFT: LeftWords = { belowMinCount: 0, pruned: 0, dropped: 0 };

/** What was read and not yet given: a word, or an end of a sentence, whose vector nobody asks for. */
interface Unit {
  readonly word?: {
    readonly term: string;
    readonly document: number;
    readonly sentence: number;
    readonly place: number;
  };
  readonly pieces: number;
  left: number;
  vector: Float32Array | undefined;
}

/** The vectors of a place, and which layers they are of. */
export interface PickedLayers {
  readonly numbers: readonly number[];
  readonly sizes: readonly number[];
  /** Of a mix. */
  readonly shares?: readonly number[];
  of(place: number): Float32Array;
}

/**
 * Gives each word of a text its vectors where it stands, as the layers of a network have them (Peters et al. 2018, arXiv:1802.05365, section
 * 3.2, for language models of any kind). Pieces of a word are brought together. Words that are not in the vocabulary are read as the model's
 * unknown term, if it has one. The same vectors however the tokens come.
 *
 * State: the ids of a window, and the words whose vectors are not known yet.
 */
export class ContextWords {
  readonly #vocabulary: Vocabulary;
  readonly #endId: number | undefined;
  readonly #choice: ContextChoice;
  readonly #places: PlaceReader;
  readonly #ids: WordIds;
  #units: Unit[] = [];
  #document = -1;
  #sentence = -1;
  #place = 0;
  #isOpen = false;
  #left = { ...NONE_LEFT };

  /** @throws RangeError if the stride is longer than a window of the network */
  constructor({ reader, vocabulary, model }: ContextModel, choice: ContextChoice) {
    [this.#vocabulary, this.#choice, this.#endId] = [vocabulary, choice, idOfTerm(vocabulary, model.sentenceEnd)];
    this.#ids = new WordIds(vocabulary, idOfTerm(vocabulary, model.unknown));
    this.#places = new PlaceReader(reader, { ...frameOf(vocabulary, reader.network), stride: choice.stride });
  }

  /** Words without a vector since the last call. */
  takeLeft(): LeftWords {
    const left = this.#left;
    this.#left = { ...NONE_LEFT };
    return left;
  }

  /** The words whose vectors are known by now, at most a window of them at a time. */
  async *read(batch: TokenBatch): AsyncGenerator<ContextVectorBatch> {
    const { ids, lexicon, sentenceOffsets, documentOffsets } = batch;
    const idsOf = this.#ids.of(batch);
    let [sentence, document] = [0, 0];
    for (let i = 0; i <= ids.length; i++) {
      for (; sentenceOffsets[sentence] === i; sentence++) {
        yield* this.#endSentence();
        this.#sentence++;
      }
      for (; documentOffsets[document] === i; document++) {
        yield* this.#endDocument();
        this.#document++;
      }
      if (i < ids.length) yield* this.#add(lexicon.term(ids[i]!), idsOf(i));
    }
  }

  /** The text is over: its last words. */
  async *finish(): AsyncGenerator<ContextVectorBatch> {
    yield* this.#endSentence();
    yield* this.#endDocument();
  }

  async *#add(term: string | undefined, ids: ArrayLike<number>): AsyncGenerator<ContextVectorBatch> {
    const place = this.#place++;
    const reason = this.#reasonAgainst(term, ids);
    if (reason) this.#left[reason]++;
    if (ids.length === 0) return;
    const word = { term: term!, document: this.#document, sentence: this.#sentence, place };
    this.#units.push({ ...(reason ? {} : { word }), pieces: ids.length, left: ids.length, vector: undefined });
    this.#isOpen = true;
    for (let k = 0; k < ids.length; k++) yield* this.#made(await this.#places.add(ids[k]!));
  }

  /** Why a word has no vector; undefined if it has. */
  #reasonAgainst(term: string | undefined, ids: ArrayLike<number>): keyof LeftWords | undefined {
    if (term === undefined) return "pruned";
    const { terms, leaveUnknown = false } = this.#choice;
    if (terms && !terms.has(term)) return "dropped";
    if (isSubwordVocabulary(this.#vocabulary)) return ids.length === 0 ? "dropped" : undefined;
    const isLeft = ids.length === 0 || (leaveUnknown && this.#vocabulary.idOf(term) === undefined);
    return isLeft ? "belowMinCount" : undefined;
  }

  async *#endSentence(): AsyncGenerator<ContextVectorBatch> {
    const endId = this.#endId;
    if (this.#isOpen && endId !== undefined) {
      this.#units.push({ pieces: 1, left: 1, vector: undefined });
      yield* this.#made(await this.#places.add(endId));
    }
    this.#isOpen = false;
  }

  async *#endDocument(): AsyncGenerator<ContextVectorBatch> {
    yield* this.#made(await this.#places.finish());
    this.#place = 0;
  }

  *#made(read: PlaceLayers | undefined): Generator<ContextVectorBatch> {
    if (!read) return;
    const picked = pickLayers(read, this.#choice.layers);
    const whole: Unit[] = [];
    let first = 0;
    for (let place = 0; place < read.places; place++) {
      const unit = this.#units[first]!;
      if (unit.word) this.#addPiece(unit, picked.of(place));
      if (--unit.left > 0) continue;
      first++;
      if (unit.word) whole.push(unit);
    }
    this.#units = this.#units.slice(first);
    if (whole.length > 0) yield batchOf(whole, picked);
  }

  #addPiece(unit: Unit, vector: Float32Array): void {
    const { pieces } = unit;
    if (this.#choice.pooling === "first") {
      unit.vector ??= vector;
      return;
    }
    unit.vector ??= new Float32Array(vector.length);
    const sum = unit.vector;
    for (let d = 0; d < sum.length; d++) sum[d]! += vector[d]! / pieces;
  }
}

/** @throws RangeError if there is no such layer, or layers of different sizes are to be mixed */
export function pickLayers({ layers, places }: PlaceLayers, choice: LayerChoice): PickedLayers {
  const sizes = layers.map((values) => values.length / places);
  const rowOf = (layer: number, place: number) =>
    layers[layer]!.subarray(place * sizes[layer]!, (place + 1) * sizes[layer]!);
  if (choice.kind === "mix") return mixOf(rowOf, sizes, choice.shares ?? sizes.map(() => 1 / sizes.length));
  if (choice.kind === "all")
    return {
      numbers: [...sizes.keys()],
      sizes,
      of: (place) => joinFloats(sizes.map((_, layer) => rowOf(layer, place))),
    };
  const layer = choice.kind === "one" ? choice.layer : sizes.length - 1;
  if (layer >= sizes.length)
    throw new RangeError(`layers: the layer must be one of the network's, 0 to ${sizes.length - 1}, got ${layer}`);
  return { numbers: [layer], sizes: [sizes[layer]!], of: (place) => rowOf(layer, place) };
}

function mixOf(
  rowOf: (layer: number, place: number) => Float32Array,
  sizes: readonly number[],
  shares: readonly number[],
): PickedLayers {
  const [size] = sizes as [number];
  if (sizes.some((each) => each !== size))
    throw new RangeError(`layers: layers must be of one size to be mixed, got ${sizes.join(", ")}`);
  if (shares.length !== sizes.length)
    throw new RangeError(
      `layers: a mix must have a share for each of the ${sizes.length} layers, got ${shares.length}`,
    );
  const of = (place: number) => {
    const sum = new Float32Array(size);
    for (const [layer, share] of shares.entries()) {
      const row = rowOf(layer, place);
      for (let d = 0; d < size; d++) sum[d]! += share * row[d]!;
    }
    return sum;
  };
  return { numbers: [MIXED_LAYER], sizes: [size], shares, of };
}

function batchOf(units: readonly Unit[], { numbers, sizes, shares }: PickedLayers): ContextVectorBatch {
  const words = units.map(({ word }) => word!);
  return {
    terms: words.map(({ term }) => term),
    rowDocuments: Uint32Array.from(words, ({ document }) => document),
    sentences: Uint32Array.from(words, ({ sentence }) => sentence),
    places: Uint32Array.from(words, ({ place }) => place),
    layers: Int32Array.from(numbers),
    layerSizes: Uint32Array.from(sizes),
    ...(shares ? { shares: Float64Array.from(shares) } : {}),
    values: joinFloats(units.map(({ vector }) => vector!)),
  };
}

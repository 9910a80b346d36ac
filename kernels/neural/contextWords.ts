import { type ContextVectorBatch, MIXED_LAYER } from "../../schemas/contextVectors.js";
import { isSubwordVocabulary } from "../../schemas/subwordVocabulary.js";
import type { TokenBatch } from "../../schemas/tokens.js";
import type { Vocabulary } from "../../schemas/vocabulary.js";
import { joinFloats } from "../numbers/joinFloats.js";
import { WordPieces } from "../tokenizers/wordPieces.js";
import { WordSpaces } from "../tokenizers/wordSpaces.js";
import { type LayerReader, type PlaceLayers, PlaceReader } from "./placeReader.js";
import { aroundTexts } from "./textIds.js";

/** Which layers of a network are taken: one by its number, the last, all, or their sum by shares, equal ones if left out. */
export type LayerChoice =
  | { readonly kind: "one"; readonly layer: number }
  | { readonly kind: "last" }
  | { readonly kind: "all" }
  | { readonly kind: "mix"; readonly shares?: readonly number[] };

export interface ContextWordsOptions {
  readonly vocabulary: Vocabulary;
  /** The id that is read for words that the model does not know; without one they are left out. */
  readonly unknownId: number | undefined;
  /** The id that is read behind each sentence, if the model has learned one. */
  readonly endId: number | undefined;
  readonly layers: LayerChoice;
  /** What becomes of several pieces of a word. */
  readonly pooling: "first" | "mean";
  /** Places from one window to the next. */
  readonly stride?: number | undefined;
}

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
interface Picked {
  readonly numbers: readonly number[];
  readonly sizes: readonly number[];
  of(place: number): Float32Array;
}

/**
 * Gives each word of a text its vectors where it stands, as the layers of a network have them (Peters et al. 2018, arXiv:1802.05365, section
 * 3.2, for language models of any kind). Pieces of a word are brought together. Words that are neither known nor read as unknown are counted in
 * `left`. The same vectors however the tokens come.
 *
 * State: the ids of a window, and the words whose vectors are not known yet.
 */
export class ContextWords {
  readonly #options: ContextWordsOptions;
  readonly #places: PlaceReader;
  readonly #pieces: WordPieces | undefined;
  readonly #spaces = new WordSpaces("script");
  #units: Unit[] = [];
  #document = -1;
  #sentence = -1;
  #place = 0;
  #isOpen = false;
  #left = 0;

  /** @throws RangeError if the stride is longer than a window of the network */
  constructor(reader: LayerReader, options: ContextWordsOptions) {
    const { vocabulary, stride } = options;
    const isPieces = isSubwordVocabulary(vocabulary);
    this.#options = options;
    this.#pieces = isPieces ? new WordPieces(vocabulary) : undefined;
    this.#places = new PlaceReader(reader, { ...(isPieces ? aroundTexts(vocabulary) : NOTHING), stride });
  }

  /** Words without a vector so far. */
  get left(): number {
    return this.#left;
  }

  /** The words whose vectors are known by now, at most a window of them at a time. */
  async *read(batch: TokenBatch): AsyncGenerator<ContextVectorBatch> {
    const { ids, lexicon, sentenceOffsets, documentOffsets } = batch;
    const idsOf = this.#idsOf(batch);
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

  /** The ids of each token of a batch. */
  #idsOf(batch: TokenBatch): (token: number) => ArrayLike<number> {
    const { vocabulary, unknownId } = this.#options;
    if (this.#pieces) {
      const { ids, wordOffsets } = this.#pieces.of(batch, this.#spaces.before(batch));
      return (token) => ids.subarray(wordOffsets[token], wordOffsets[token + 1] ?? ids.length);
    }
    const none: number[] = unknownId === undefined ? [] : [unknownId];
    return (token) => {
      const term = batch.lexicon.term(batch.ids[token]!);
      const id = term === undefined ? undefined : vocabulary.idOf(term);
      return id === undefined ? none : [id];
    };
  }

  async *#add(term: string | undefined, ids: ArrayLike<number>): AsyncGenerator<ContextVectorBatch> {
    const place = this.#place++;
    if (term === undefined || ids.length === 0) {
      this.#left++;
      return;
    }
    const word = { term, document: this.#document, sentence: this.#sentence, place };
    this.#units.push({ word, pieces: ids.length, left: ids.length, vector: undefined });
    this.#isOpen = true;
    for (let k = 0; k < ids.length; k++) yield* this.#made(await this.#places.add(ids[k]!));
  }

  async *#endSentence(): AsyncGenerator<ContextVectorBatch> {
    const { endId } = this.#options;
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
    const picked = pickLayers(read, this.#options.layers);
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
    if (this.#options.pooling === "first") {
      unit.vector ??= vector;
      return;
    }
    unit.vector ??= new Float32Array(vector.length);
    const sum = unit.vector;
    for (let d = 0; d < sum.length; d++) sum[d]! += vector[d]! / pieces;
  }
}

const NOTHING = { before: [], after: [] } as const;

/** @throws RangeError if there is no such layer, or layers of different sizes are to be mixed */
function pickLayers({ layers, places }: PlaceLayers, choice: LayerChoice): Picked {
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
): Picked {
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
  return { numbers: [MIXED_LAYER], sizes: [size], of };
}

function batchOf(units: readonly Unit[], { numbers, sizes }: Picked): ContextVectorBatch {
  const words = units.map(({ word }) => word!);
  return {
    terms: words.map(({ term }) => term),
    rowDocuments: Uint32Array.from(words, ({ document }) => document),
    sentences: Uint32Array.from(words, ({ sentence }) => sentence),
    places: Uint32Array.from(words, ({ place }) => place),
    layers: Int32Array.from(numbers),
    layerSizes: Uint32Array.from(sizes),
    values: joinFloats(units.map(({ vector }) => vector!)),
  };
}

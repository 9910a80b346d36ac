import type { ContextBatch, WindowSide } from "../../schemas/contexts.js";
import type { StageState } from "../../schemas/state.js";
import type { IdBatch } from "../../schemas/tokens.js";
import type { Vocabulary } from "../../schemas/vocabulary.js";
import { belowOf, drawUint32Of, type RandomStream, randomStream, upperHalf } from "../numbers/random.js";
import { expectedTokens, keepProbabilities } from "./subsampling.js";

export interface WindowSettings {
  readonly windowSize: number;
  readonly radius: "fixed" | "random";
  readonly sample: number;
  readonly side: WindowSide;
  readonly boundary: "sentence" | "document";
  readonly seed: number;
  readonly batchSize: number;
}

/**
 * Subsamples a pass over the corpus and cuts it into stretches of `batchSize` centres, each with the neighbours that its windows
 * reach on both sides. As in word2vec.c, tokens are left out first and windows are laid over what remains.
 * State: batchSize + 2 windowSize tokens, whatever the length of a sentence.
 */
export class WindowMarker {
  readonly #settings: WindowSettings;
  readonly #vocabulary: Vocabulary;
  readonly #epoch: number;
  /** Survives if a 32-bit draw is below this (V,). */
  readonly #keepBelow: Float64Array;
  readonly #expectedCentres: number;
  readonly #survival: RandomStream;
  readonly #radii: RandomStream;
  readonly #ids: Uint32Array;
  readonly #radius: Uint8Array;
  #starts = [0];
  /** Where documents begin among the tokens that are still to be centres. */
  #documents: number[] = [];
  #length = 0;
  #firstCentre = 0;
  /** Index of the first centre among those of the pass. */
  #position = 0;
  /** Tokens of the pass so far, those left out among them. */
  #read = 0;
  used = 0;

  constructor(settings: WindowSettings, vocabulary: Vocabulary, epoch: number) {
    const { windowSize, batchSize, sample, seed } = settings;
    this.#settings = settings;
    this.#vocabulary = vocabulary;
    this.#epoch = epoch;
    const keep = keepProbabilities(vocabulary, sample);
    this.#keepBelow = keep.map((probability) => probability * 2 ** 32);
    this.#expectedCentres = expectedTokens(vocabulary, keep);
    this.#survival = randomStream(seed, "windowContexts.sample", epoch);
    this.#radii = randomStream(seed, "windowContexts.radius", epoch);
    this.#ids = new Uint32Array(batchSize + 2 * windowSize);
    this.#radius = new Uint8Array(this.#ids.length).fill(windowSize);
  }

  /** A marker for what follows in another vocabulary, to be called after `end`: positions go on, windows do not. */
  inVocabulary(vocabulary: Vocabulary): WindowMarker {
    const next = new WindowMarker(this.#settings, vocabulary, this.#epoch);
    next.#position = this.#position;
    next.#read = this.#read;
    next.used = this.used;
    next.#documents = this.#documents.map(() => 0);
    return next;
  }

  get vocabulary(): Vocabulary {
    return this.#vocabulary;
  }

  /** How many tokens subsampling leaves in an epoch, on average. */
  get expectedCentres(): number {
    return this.#expectedCentres;
  }

  /** The tokens that are still to be centres, or neighbours of some. */
  save(): StageState {
    const arrays = {
      ids: this.#ids.slice(0, this.#length),
      radius: this.#radius.slice(0, this.#length),
      starts: Uint32Array.from(this.#starts),
      documents: Uint32Array.from(this.#documents),
    };
    const [firstCentre, position, read] = [this.#firstCentre, this.#position, this.#read];
    return { facts: { firstCentre, position, read, used: this.used }, arrays };
  }

  restore({ facts, arrays }: StageState): void {
    const { firstCentre, position, read, used } = facts as Record<string, number>;
    this.#ids.set(arrays.ids!);
    this.#radius.set(arrays.radius!);
    this.#starts = [...arrays.starts!];
    this.#documents = [...arrays.documents!];
    this.#length = arrays.ids!.length;
    this.#firstCentre = firstCentre!;
    this.#position = position!;
    this.#read = read!;
    this.used = used!;
  }

  /** Takes in a batch and gives what it completes. */
  *push({ ids, sentenceOffsets, documentOffsets }: IdBatch): Generator<ContextBatch> {
    const starts = this.#settings.boundary === "sentence" ? sentenceOffsets : documentOffsets;
    let next = 0;
    let document = 0;
    let from = 0;
    while (from < ids.length) {
      if (starts[next] === from) this.#begin();
      while (starts[next] === from) next++;
      for (; documentOffsets[document] === from; document++) this.#documents.push(this.#length);
      const to = Math.min(starts[next] ?? ids.length, documentOffsets[document] ?? ids.length);
      from = this.#append(ids, from, to);
      if (this.#length === this.#fullLength) yield this.#cut(this.#firstCentre + this.#settings.batchSize);
    }
    if (next < starts.length) this.#begin();
    for (; document < documentOffsets.length; document++) this.#documents.push(this.#length);
  }

  /** The centres that still wait for neighbours, and at the end of a pass the documents that have none. */
  *end(isPassOver: boolean): Generator<ContextBatch> {
    while (this.#length > this.#firstCentre || (isPassOver && this.#documents.length > 0)) {
      const endCentre = Math.min(this.#length, this.#firstCentre + this.#settings.batchSize);
      yield this.#cut(endCentre, isPassOver && endCentre === this.#length);
    }
  }

  /** A batch without centres, for those behind to know the vocabulary. */
  announce(): ContextBatch {
    return this.#cut(this.#firstCentre);
  }

  /** A batch can be cut: the last of its centres has all the neighbours that it may reach. */
  get #fullLength(): number {
    return this.#firstCentre + this.#settings.batchSize + this.#settings.windowSize;
  }

  /** Takes in ids until there are enough, and tells how far it came. */
  #append(source: Uint32Array, from: number, to: number): number {
    const { radius, windowSize } = this.#settings;
    const isRandom = radius === "random";
    const full = this.#fullLength;
    const [ids, radii, keepBelow] = [this.#ids, this.#radius, this.#keepBelow];
    const [survivalKey, radiusKey] = [this.#survival.key0, this.#radii.key0];
    const [survivalHigh, radiusHigh] = [upperHalf(this.#survival, this.#read), upperHalf(this.#radii, this.#read)];
    const shift = (this.#read - from) | 0;
    const end = Math.min(to, from + 2 ** 32 - (this.#read % 2 ** 32)); // up to there, positions have one upper half
    let length = this.#length;
    let i = from;
    for (; i < end && length < full; i++) {
      const id = source[i]!;
      const bound = keepBelow[id]!;
      const low = (i + shift) | 0;
      if (bound < 2 ** 32 && drawUint32Of(survivalKey, low, survivalHigh) >= bound) continue;
      ids[length] = id;
      if (isRandom) radii[length] = 1 + belowOf(drawUint32Of(radiusKey, low, radiusHigh), windowSize);
      length++;
    }
    this.#read += i - from;
    this.used += length - this.#length;
    this.#length = length;
    return i;
  }

  /** The next token begins a stretch. */
  #begin(): void {
    if (this.#starts.at(-1) !== this.#length) this.#starts.push(this.#length);
  }

  /** Documents that begin behind the last centre belong to what follows, unless nothing does. */
  #cut(endCentre: number, isLast = false): ContextBatch {
    const { windowSize, side } = this.#settings;
    const batch: ContextBatch = {
      vocabulary: this.#vocabulary,
      ids: this.#ids.slice(0, this.#length),
      sentenceOffsets: Uint32Array.from(this.#starts.filter((start) => start < this.#length)),
      documentOffsets: this.#takeDocuments(isLast ? Number.POSITIVE_INFINITY : endCentre),
      firstCentre: this.#firstCentre,
      endCentre,
      radius: this.#radius.slice(0, this.#length),
      windowSize,
      side,
      epoch: this.#epoch,
      position: this.#position,
      expectedCentres: this.#expectedCentres,
    };
    this.#position += endCentre - this.#firstCentre;
    this.#dropBefore(Math.max(0, endCentre - windowSize), endCentre);
    return batch;
  }

  #takeDocuments(end: number): Uint32Array {
    const behind = this.#documents.findIndex((start) => start >= end);
    return Uint32Array.from(this.#documents.splice(0, behind < 0 ? this.#documents.length : behind));
  }

  #dropBefore(first: number, nextCentre: number): void {
    this.#ids.copyWithin(0, first, this.#length);
    this.#radius.copyWithin(0, first, this.#length);
    this.#length -= first;
    this.#firstCentre = nextCentre - first;
    this.#documents = this.#documents.map((start) => start - first);
    this.#starts = [0, ...this.#starts.filter((start) => start > first).map((start) => start - first)];
  }
}

import type { ContextBatch } from "../../schemas/contexts.js";
import { growTo, sharedMemory, type WasmMemory } from "../numbers/webAssembly.js";

/** What counting needs to know of a batch of windows. */
export type WindowView = Pick<
  ContextBatch,
  "ids" | "sentenceOffsets" | "firstCentre" | "endCentre" | "radius" | "windowSize" | "side"
>;

// A token, and what stands where windows end, as in kernels/assembly/cooccurrence.ts.
const ID_SHIFT = 7;
const CENTRE = 64;
const EDGE = 0xffffffbf;
const mostTerms = 2 ** 25;
const largestWindow = 62;

/** Bytes that a token takes with its place among those of its term. */
export const tokenBytes = 8;
const firstTokens = 2 ** 14;

export interface BlockOptions {
  readonly terms: number;
  readonly windowSize: number;
  /** Bytes that are left free before the text. */
  readonly reserved: number;
}

/** A stretch of text whose windows wait to be counted, in memory that threads share, and how often each term is a centre there. */
export interface TextStretch {
  readonly memory: WasmMemory;
  /** Where it begins and ends in the memory; behind it there is room for as many words more. */
  readonly from: number;
  readonly to: number;
  /** Every window reaches as far as it can, to both sides. */
  readonly isFixed: boolean;
}

/**
 * Gathers batches of windows into a stretch of text.
 * State: `tokenBytes` a token, the neighbours of each batch among them.
 */
export class TextBlock {
  readonly memory: WasmMemory;
  /** How often each term is a centre (V,). */
  readonly counts: Uint32Array;
  readonly #from: number;
  #text: Uint32Array;
  #length = 1;
  #isFixed = true;

  constructor({ terms, windowSize, reserved }: BlockOptions) {
    if (terms > mostTerms)
      throw new RangeError(`cooccurrence: the vocabulary must have at most ${mostTerms} terms, got ${terms}`);
    if (windowSize > largestWindow)
      throw new RangeError(`cooccurrence: windowSize must be at most ${largestWindow}, got ${windowSize}`);
    this.#from = Math.ceil((reserved + 4 * terms) / 64) * 64;
    this.memory = sharedMemory(this.#from + tokenBytes * firstTokens, 2 ** 32);
    this.counts = new Uint32Array(this.memory.buffer, reserved, terms);
    this.#text = this.#textOf(firstTokens);
    this.#text[0] = EDGE;
  }

  /** Words so far, the edges of windows among them. */
  get length(): number {
    return this.#length;
  }

  get stretch(): TextStretch {
    growTo(this.memory, this.#from + tokenBytes * this.#length);
    return { memory: this.memory, from: this.#from, to: this.#from + 4 * this.#length, isFixed: this.#isFixed };
  }

  add(batch: WindowView): void {
    const { ids, sentenceOffsets, side } = batch;
    this.#reserve(ids.length + sentenceOffsets.length);
    this.#isFixed &&= side === "both";
    let from = 0;
    for (let stretch = 1; stretch <= sentenceOffsets.length; stretch++) {
      const to = sentenceOffsets[stretch] ?? ids.length;
      if (to > from) this.#append(batch, from, to);
      from = to;
    }
  }

  clear(): void {
    this.#length = 1;
    this.#isFixed = true;
    this.counts.fill(0);
  }

  /** Tokens that windows do not leave. */
  #append({ ids, radius, firstCentre, endCentre, windowSize }: WindowView, from: number, to: number): void {
    const [text, counts] = [this.#text, this.counts];
    let length = this.#length;
    let missing = 0;
    for (let i = from; i < to; i++) {
      const isCentre = i >= firstCentre && i < endCentre;
      missing |= windowSize - radius[i]!;
      text[length++] = (ids[i]! << ID_SHIFT) | (isCentre ? CENTRE : 0) | radius[i]!;
      if (isCentre) counts[ids[i]!]!++;
    }
    text[length++] = EDGE;
    this.#length = length;
    this.#isFixed &&= missing === 0;
  }

  #reserve(words: number): void {
    if (this.#length + words > this.#text.length) this.#text = this.#textOf(2 * (this.#length + words));
  }

  #textOf(words: number): Uint32Array {
    growTo(this.memory, this.#from + 4 * words);
    return new Uint32Array(this.memory.buffer, this.#from, words);
  }
}

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

const tokenBytes = 4;
const firstTokens = 2 ** 14;
/** Where shared memory ends, less a page, so that no place is 0 again. */
const mostBytes = 2 ** 32 - 2 ** 16;

export interface BlockOptions {
  readonly terms: number;
  readonly windowSize: number;
  /** Bytes that are left free before the text. */
  readonly reserved: number;
  /** Bytes of text beyond which no batch has room, unless it is alone. */
  readonly bytes: number;
}

/** A stretch of text whose windows wait to be counted, in memory that threads share, and how often each term is a centre there. */
export interface TextStretch {
  readonly memory: WasmMemory;
  /** Where it begins and ends in the memory, which goes on for the longest window. */
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
  readonly #options: BlockOptions;
  readonly #from: number;
  readonly #mostWords: number;
  #text: Uint32Array;
  #length = 1;
  #isFixed = true;

  /** @throws RangeError if the vocabulary, the windows or what is reserved are too large */
  constructor(options: BlockOptions) {
    const { terms, windowSize, reserved, bytes } = options;
    if (terms > mostTerms)
      throw new RangeError(`cooccurrence: the vocabulary must have at most ${mostTerms} terms, got ${terms}`);
    if (windowSize > largestWindow)
      throw new RangeError(`cooccurrence: windowSize must be at most ${largestWindow}, got ${windowSize}`);
    this.#options = options;
    this.#from = Math.ceil((reserved + 4 * terms) / 64) * 64;
    this.#mostWords = Math.min(bytes / tokenBytes, this.#wordsBefore4GiB);
    this.#requireRoom(firstTokens);
    this.memory = sharedMemory(this.#from, 2 ** 32);
    this.counts = new Uint32Array(this.memory.buffer, reserved, terms);
    this.#text = this.#textOf(firstTokens);
    this.#text[0] = EDGE;
  }

  /** Whether a batch fits besides what is there; if that is nothing, it does. */
  hasRoomFor({ ids, sentenceOffsets }: WindowView): boolean {
    return this.#length === 1 || this.#length + ids.length + sentenceOffsets.length <= this.#mostWords;
  }

  get bytes(): number {
    return tokenBytes * this.#length;
  }

  get stretch(): TextStretch {
    return {
      memory: this.memory,
      from: this.#from,
      to: this.#from + this.bytes,
      isFixed: this.#isFixed,
    };
  }

  /** @throws RangeError if what is reserved leaves no room for it */
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
    const length = this.#length + words;
    if (length <= this.#text.length) return;
    this.#requireRoom(length);
    this.#text = this.#textOf(Math.min(2 * length, this.#wordsBefore4GiB));
  }

  get #wordsBefore4GiB(): number {
    return Math.max(0, Math.floor((mostBytes - this.#from) / tokenBytes));
  }

  #requireRoom(words: number): void {
    const { terms, reserved } = this.#options;
    const most = this.#wordsBefore4GiB;
    if (words > most)
      throw new RangeError(
        `accumulateCooccurrence: fewer terms or workers must leave ${tokenBytes * words} bytes of 4 GiB for text, got ${tokenBytes * most}: ${terms} terms and ${reserved} bytes to count them`,
      );
  }

  #textOf(words: number): Uint32Array {
    growTo(this.memory, this.#from + tokenBytes * (words + largestWindow));
    return new Uint32Array(this.memory.buffer, this.#from, words);
  }
}

import type { Lexicon, TokenBatch } from "../../schemas/tokens.js";
import { GrowingNumbers } from "../numbers/growingNumbers.js";

const NO_IDS = new Uint32Array(0);

export interface TokenBatcherOptions {
  readonly batchSize: number;
  readonly withCharacters: boolean;
  /** Batches tell how many tokens there are, in place of their ids. */
  readonly countsOnly?: boolean;
}

/** Gathers tokens and starts into batches. State: the tokens since `take`. */
export class TokenBatcher {
  readonly #lexicon: Lexicon;
  readonly #batchSize: number;
  readonly #withCharacters: boolean;
  readonly #countsOnly: boolean;
  #ids: Uint32Array;
  #starts: Uint32Array | undefined;
  #ends: Uint32Array | undefined;
  #length = 0;
  #full: TokenBatch[] = [];
  readonly #sentences = new GrowingNumbers();
  readonly #documents = new GrowingNumbers();

  constructor(lexicon: Lexicon, options: TokenBatcherOptions) {
    this.#lexicon = lexicon;
    this.#batchSize = options.batchSize;
    this.#withCharacters = options.withCharacters;
    this.#countsOnly = options.countsOnly ?? false;
    this.#ids = new Uint32Array(this.#batchSize);
    this.#starts = this.#column();
    this.#ends = this.#column();
  }

  /** The next token, which lies at [start, end) of its document. */
  push(id: number, start: number, end: number): void {
    if (this.#length === this.#batchSize) this.seal();
    const at = this.#length++;
    this.#ids[at] = id;
    if (this.#starts) {
      this.#starts[at] = start;
      this.#ends![at] = end;
    }
  }

  /** Tokens of the batch that is being filled. */
  get length(): number {
    return this.#length;
  }

  /** Somebody else has written ids into the memory of `gatherIn`, so many in all. */
  set length(length: number) {
    this.#length = length;
  }

  /** Gathers ids in another memory from now on (batchSize,). */
  gatherIn(ids: Uint32Array): void {
    ids.set(this.#ids.subarray(0, this.#length));
    this.#ids = ids;
  }

  startSentence(): void {
    this.#sentences.push(this.#length);
  }

  startDocument(): void {
    this.#documents.push(this.#length);
  }

  /** Sentences and documents begin, each behind so many tokens of the batch. */
  start(sentences: Uint32Array, documents: Uint32Array): void {
    this.#sentences.pushAll(sentences);
    this.#documents.pushAll(documents);
  }

  /** The batches since the last call; the last of them may be short, and there is none if nothing came. */
  take(): TokenBatch[] {
    if (this.#length > 0 || this.#sentences.length > 0 || this.#documents.length > 0) this.seal();
    const batches = this.#full;
    this.#full = [];
    return batches;
  }

  /** Ends the batch that is being filled. */
  seal(): void {
    const length = this.#length;
    const batch = {
      lexicon: this.#lexicon,
      ...(this.#countsOnly ? { ids: NO_IDS, counted: length } : { ids: copyOf(this.#ids, length) }),
      sentenceOffsets: this.#sentences.take(),
      documentOffsets: this.#documents.take(),
    };
    const characters = this.#starts && { start: this.#starts.slice(0, length), end: this.#ends!.slice(0, length) };
    this.#full.push(characters ? { ...batch, characters } : batch);
    this.#length = 0;
  }

  #column(): Uint32Array | undefined {
    return this.#withCharacters ? new Uint32Array(this.#batchSize) : undefined;
  }
}

/** In memory of its own, wherever the ids lie: a slice of shared memory is shared, too. */
function copyOf(ids: Uint32Array, length: number): Uint32Array {
  const copy = new Uint32Array(length);
  copy.set(ids.subarray(0, length));
  return copy;
}

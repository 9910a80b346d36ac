import type { Lexicon, TokenBatch } from "../../schemas/tokens.js";

/** Gathers tokens and starts into batches. State: the tokens since `take`. */
export class TokenBatcher {
  readonly #lexicon: Lexicon;
  readonly #batchSize: number;
  readonly #withCharacters: boolean;
  #ids: Uint32Array;
  #starts: Uint32Array | undefined;
  #ends: Uint32Array | undefined;
  #length = 0;
  #full: TokenBatch[] = [];
  #sentences: number[] = [];
  #documents: number[] = [];

  constructor(lexicon: Lexicon, options: { readonly batchSize: number; readonly withCharacters: boolean }) {
    this.#lexicon = lexicon;
    this.#batchSize = options.batchSize;
    this.#withCharacters = options.withCharacters;
    this.#ids = new Uint32Array(this.#batchSize);
    this.#starts = this.#column();
    this.#ends = this.#column();
  }

  /** The next token, which lies at [start, end) of its document. */
  push(id: number, start: number, end: number): void {
    if (this.#length === this.#batchSize) this.#seal();
    const at = this.#length++;
    this.#ids[at] = id;
    if (this.#starts) {
      this.#starts[at] = start;
      this.#ends![at] = end;
    }
  }

  startSentence(): void {
    this.#sentences.push(this.#length);
  }

  startDocument(): void {
    this.#documents.push(this.#length);
  }

  /** The batches since the last call; the last of them may be short, and there is none if nothing came. */
  take(): TokenBatch[] {
    if (this.#length > 0 || this.#sentences.length > 0 || this.#documents.length > 0) this.#seal();
    const batches = this.#full;
    this.#full = [];
    return batches;
  }

  #seal(): void {
    const length = this.#length;
    const batch = {
      lexicon: this.#lexicon,
      ids: this.#ids.slice(0, length),
      sentenceOffsets: Uint32Array.from(this.#sentences),
      documentOffsets: Uint32Array.from(this.#documents),
    };
    const characters = this.#starts && { start: this.#starts.slice(0, length), end: this.#ends!.slice(0, length) };
    this.#full.push(characters ? { ...batch, characters } : batch);
    this.#length = 0;
    this.#sentences = [];
    this.#documents = [];
  }

  #column(): Uint32Array | undefined {
    return this.#withCharacters ? new Uint32Array(this.#batchSize) : undefined;
  }
}

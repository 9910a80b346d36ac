import type { TextBatch } from "../schemas/text.js";

/**
 * Gathers text into batches: many tiny documents become one batch, and no batch begins before the last one was taken.
 *
 * State: one batch, under `chunkSize` bytes and as many documents, plus the last piece appended.
 */
export class TextWriter {
  readonly #chunkSize: number;
  #pieces: Uint8Array[] = [];
  #length = 0;
  #starts: number[] = [];
  #source = "";
  #offset = 0;
  #documents = 0;

  constructor(chunkSize: number) {
    this.#chunkSize = chunkSize;
  }

  /** What follows comes from another input. */
  open(source: string): void {
    this.#source = source;
    this.#offset = 0;
  }

  /** A document begins here. */
  begin(): void {
    this.#starts.push(this.#length);
    this.#documents++;
  }

  /** The current document goes on. */
  append(text: Uint8Array): void {
    if (text.length === 0) return;
    this.#pieces.push(text);
    this.#length += text.length;
  }

  /** A stretch of text in which documents begin at ascending positions. */
  appendDocuments(text: Uint8Array, starts: readonly number[]): void {
    for (const start of starts) this.#starts.push(this.#length + start);
    this.#documents += starts.length;
    this.append(text);
  }

  /** Everything before this offset of the input has been appended. */
  reach(offset: number): void {
    this.#offset = offset;
  }

  get isFull(): boolean {
    return this.#length >= this.#chunkSize || this.#starts.length >= this.#chunkSize;
  }

  get isEmpty(): boolean {
    return this.#length === 0 && this.#starts.length === 0;
  }

  take(): TextBatch {
    // Always a copy, so that the batch owns its memory alone: it may be moved to a worker.
    const bytes = new Uint8Array(this.#length);
    let at = 0;
    for (const piece of this.#pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    const batch: TextBatch = {
      bytes,
      documentOffsets: Uint32Array.from(this.#starts),
      position: { source: this.#source, offset: this.#offset, documents: this.#documents },
    };
    this.#pieces = [];
    this.#length = 0;
    this.#starts = [];
    return batch;
  }
}

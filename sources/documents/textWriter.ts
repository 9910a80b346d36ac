import { columnOfEntries, sliceColumn } from "../../kernels/documents/documentColumns.js";
import type { DocumentColumn, DocumentEntry } from "../../schemas/documents.js";
import type { TextBatch } from "../../schemas/text.js";

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
  #entries: DocumentEntry[] = [];
  /** A column of no documents, once one has an entry. */
  #noEntries: DocumentColumn | undefined;
  #source = "";
  #offset = 0;
  #documents = 0;

  #isUrged = false;

  constructor(chunkSize: number, documents = 0) {
    this.#chunkSize = chunkSize;
    this.#documents = documents;
  }

  /** What follows comes from another input. */
  open(source: string, offset = 0): void {
    this.#source = source;
    this.#offset = offset;
  }

  /** A document begins here, with an entry if the source was asked for one. */
  begin(entry?: DocumentEntry): void {
    this.#starts.push(this.#length);
    this.#documents++;
    if (entry) this.#entries.push(entry);
  }

  /** The current document goes on. */
  append(text: Uint8Array): void {
    if (text.length === 0) return;
    this.#pieces.push(text);
    this.#length += text.length;
  }

  /** A stretch of text in which documents begin at ascending positions. */
  appendDocuments(
    text: Uint8Array,
    starts: readonly number[] | Uint32Array,
    entries: readonly DocumentEntry[] = [],
  ): void {
    for (const start of starts) this.#starts.push(this.#length + start);
    this.#documents += starts.length;
    for (const entry of entries) this.#entries.push(entry);
    this.append(text);
  }

  /** Everything before this offset of the input has been appended. */
  reach(offset: number): void {
    this.#offset = offset;
  }

  /** What is there is to be taken, however little, and nothing awaited that would fill the batch. */
  urge(): void {
    this.#isUrged = true;
  }

  get isFull(): boolean {
    if (this.#isUrged && !this.isEmpty) return true;
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
    const documents = this.#takeEntries();
    const batch: TextBatch = {
      bytes,
      documentOffsets: Uint32Array.from(this.#starts),
      ...(documents ? { documents } : {}),
      position: { source: this.#source, offset: this.#offset, documents: this.#documents },
    };
    this.#pieces = [];
    this.#length = 0;
    this.#starts = [];
    this.#isUrged = false;
    return batch;
  }

  #takeEntries(): DocumentColumn | undefined {
    if (this.#entries.length === 0) return this.#noEntries;
    const column = columnOfEntries(this.#entries);
    this.#noEntries ??= sliceColumn(column, 0, 0);
    this.#entries = [];
    return column;
  }
}

import { columnOfEntries, sliceColumn } from "../../kernels/documents/documentColumns.js";
import { GrowingNumbers } from "../../kernels/numbers/growingNumbers.js";
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
  /** The piece that was given last, with its memory. */
  #given: Uint8Array | undefined;
  #length = 0;
  readonly #starts = new GrowingNumbers();
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

  /** As `append`, of bytes that nobody else will read or write: a batch that holds nothing else takes over the memory that they fill. */
  give(text: Uint8Array): void {
    if (text.length === 0) return;
    this.append(text);
    if (text.constructor === Uint8Array && text.length === text.buffer.byteLength) this.#given = text;
  }

  /** Documents begin at ascending positions of the text that is appended next. */
  beginAll(starts: readonly number[] | Uint32Array, entries: readonly DocumentEntry[] = []): void {
    for (const start of starts) this.#starts.push(this.#length + start);
    this.#documents += starts.length;
    for (const entry of entries) this.#entries.push(entry);
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
    const bytes = this.#takeBytes();
    const documents = this.#takeEntries();
    const batch: TextBatch = {
      bytes,
      documentOffsets: this.#starts.take(),
      ...(documents ? { documents } : {}),
      position: { source: this.#source, offset: this.#offset, documents: this.#documents },
    };
    this.#pieces = [];
    this.#length = 0;
    this.#isUrged = false;
    return batch;
  }

  /** In memory that the batch owns alone: it may be moved to a worker. */
  #takeBytes(): Uint8Array {
    const given = this.#given;
    this.#given = undefined;
    if (given?.length === this.#length) return given;
    const bytes = new Uint8Array(this.#length);
    let at = 0;
    for (const piece of this.#pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
  }

  #takeEntries(): DocumentColumn | undefined {
    if (this.#entries.length === 0) return this.#noEntries;
    const column = columnOfEntries(this.#entries);
    this.#noEntries ??= sliceColumn(column, 0, 0);
    this.#entries = [];
    return column;
  }
}

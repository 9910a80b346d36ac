import { bytesOf } from "../schemas/fields.js";
import type { TextBatch } from "../schemas/text.js";
import type { Draft } from "./draft.js";
import { endOf, FINGERPRINT_LENGTH, fingerprintOf } from "./fingerprint.js";
import type { HttpSettings } from "./http.js";
import { InputReport, type InputStart } from "./inputReport.js";
import { FIRST_LINE, type Journal, type JournalPlace } from "./journal.js";
import { Refusal } from "./postedText.js";
import { tooMuch } from "./postServer.js";
import type { Post } from "./postTaker.js";
import { LineSplitter } from "./readLines.js";
import { recordTaker } from "./recordTaker.js";
import { TextWriter } from "./textWriter.js";
import { WholeLines } from "./wholeLines.js";

/** A place between two documents of a journal. */
export interface JournalMark extends InputStart, JournalPlace {
  readonly begun: number;
}

const FIRST: Omit<JournalMark, "before"> = { offset: FIRST_LINE.length, line: 2, documents: 0, begun: 0 };
const FAULTS = ["rejectedDocuments", "invalidBytes", "nulls"];

/** Posts on their way through a journal: answered when they are on the disk, and read from there. State: a batch. */
export class JournalReader {
  readonly #journal: Journal;
  readonly #settings: HttpSettings;
  readonly #draft: Draft;
  readonly #start: Omit<JournalMark, "before">;
  #offset: number;
  #waiting = 0;
  #isOver = false;
  #error: { readonly error: unknown } | undefined;

  constructor(journal: Journal, settings: HttpSettings, draft: Draft, start: Omit<JournalMark, "before"> = FIRST) {
    this.#journal = journal;
    this.#settings = settings;
    this.#draft = draft;
    this.#start = start;
    this.#offset = start.offset;
  }

  get isFull(): boolean {
    const unread = this.#journal.size - this.#offset;
    return unread >= bytesOf(this.#settings.capacity) || this.#waiting >= this.#settings.maxWaiting;
  }

  /** Resolves with the number of documents once they are on the disk. */
  async add({ bytes, documentOffsets, draft }: Post): Promise<number> {
    if (this.#isOver) throw new Refusal(503, "the text was not taken in: the run has ended");
    if (this.isFull) throw tooMuch();
    this.#waiting++;
    try {
      if (documentOffsets.length > 0) await this.#journal.append(journalLines(bytes, documentOffsets));
    } finally {
      this.#waiting--;
    }
    // Bytes and documents are counted when they are read, here what cannot be seen then.
    for (const counter of FAULTS) this.#draft.ledger.add(counter, draft.ledger.get(counter));
    return documentOffsets.length;
  }

  async *batches(): AsyncGenerator<TextBatch> {
    const { chunkSize, journal: path } = this.#settings;
    const report = new InputReport("http", path!, this.#draft.ledger, undefined, this.#start);
    const writer = new TextWriter(chunkSize, this.#start.begun);
    const splitter = new LineSplitter({ ...this.#settings, maxRecordLength: Number.POSITIVE_INFINITY }, report);
    const take = recordTaker({ ...this.#settings, format: "jsonl", field: "text" }, report, writer);
    const lines = new WholeLines(Number.POSITIVE_INFINITY);
    let before = await this.#bytesBefore();
    writer.open(path!, this.#offset);
    while (!this.#isOver) {
      const chunk = await this.#journal.read(this.#offset, chunkSize);
      const text = lines.push(chunk);
      this.#offset += chunk.length;
      report.add("bytes", text.length);
      before = endOf(before, text);
      take(splitter.push(text));
      if (!writer.isEmpty) yield this.#marked(writer.take(), splitter.place, report.documents, before);
      else if (chunk.length === 0) await this.#journal.growsBeyond(this.#offset);
    }
    if (this.#error) throw this.#error.error;
  }

  /** Nothing more is read. */
  readonly end = (error?: unknown): void => {
    this.#isOver = true;
    if (error !== undefined) this.#error ??= { error };
    this.#journal.stop();
  };

  #marked(
    { position, ...batch }: TextBatch,
    place: LineSplitter["place"],
    documents: number,
    before: Uint8Array,
  ): TextBatch {
    const mark: JournalMark = { ...place, documents, begun: position.documents, before: fingerprintOf(before) };
    return { ...batch, position: { ...position, cursor: JSON.stringify(mark) } };
  }

  async #bytesBefore(): Promise<Uint8Array> {
    const { offset } = this.#start;
    const length = Math.min(offset, FINGERPRINT_LENGTH);
    return this.#journal.read(offset - length, length);
  }
}

/** Each document as a JSON value on a line of its own. */
function journalLines(bytes: Uint8Array, documentOffsets: Uint32Array): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const lines = Array.from(documentOffsets, (start, i) =>
    JSON.stringify({ text: text.toString("utf8", start, documentOffsets[i + 1] ?? bytes.length) }),
  );
  return Buffer.from(`${lines.join("\n")}\n`);
}

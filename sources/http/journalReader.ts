import type { DocumentEntry } from "../../schemas/documents.js";
import { bytesOf } from "../../schemas/fields.js";
import type { TextBatch } from "../../schemas/text.js";
import { EntryMaker, partsOf } from "../documents/documentEntry.js";
import type { Draft } from "../documents/draft.js";
import { InputReport, type InputStart } from "../documents/inputReport.js";
import { jsonDocument } from "../documents/jsonDocument.js";
import { LineSplitter } from "../documents/readLines.js";
import { type ReadRecord, takeRecord } from "../documents/takeRecord.js";
import { TextWriter } from "../documents/textWriter.js";
import { WholeLines } from "../documents/wholeLines.js";
import { endOf, FINGERPRINT_LENGTH, fingerprintOf } from "../live/fingerprint.js";
import type { HttpSettings } from "./httpFields.js";
import { FIRST_LINE, type Journal, type JournalPlace } from "./journal.js";
import { Refusal } from "./postedText.js";
import { tooMuch } from "./postServer.js";
import type { Post } from "./postTaker.js";

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
    return this.#unread >= bytesOf(this.#settings.capacity) || this.#waiting >= this.#settings.maxWaiting;
  }

  get #unread(): number {
    return this.#journal.size - this.#offset;
  }

  /** Resolves with the number of documents once they are on the disk. */
  async add(post: Post): Promise<number> {
    const { documentOffsets, draft } = post;
    if (this.#isOver) throw new Refusal(503, "the text was not taken in: the run has ended");
    if (this.isFull) throw tooMuch();
    this.#waiting++;
    try {
      if (documentOffsets.length > 0) await this.#journal.append(journalLines(post));
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
    const read = journalDocument(this.#settings, report);
    const lines = new WholeLines(Number.POSITIVE_INFINITY);
    let before = await this.#bytesBefore();
    writer.open(path!, this.#offset);
    while (!this.#isOver) {
      const chunk = await this.#journal.read(this.#offset, chunkSize);
      const text = lines.push(chunk);
      this.#offset += chunk.length;
      report.add("bytes", text.length);
      before = endOf(before, text);
      for (const line of splitter.push(text)) {
        takeRecord(line, read, report, writer);
        writer.reach(line.end);
      }
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
    return { ...batch, position: { ...position, waiting: { bytes: this.#unread }, cursor: JSON.stringify(mark) } };
  }

  async #bytesBefore(): Promise<Uint8Array> {
    const { offset } = this.#start;
    const length = Math.min(offset, FINGERPRINT_LENGTH);
    return this.#journal.read(offset - length, length);
  }
}

/** Each document as a JSON value on a line of its own. */
function journalLines({ bytes, documentOffsets, entries }: Post): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const lines = Array.from(documentOffsets, (start, i) =>
    JSON.stringify({
      text: text.toString("utf8", start, documentOffsets[i + 1] ?? bytes.length),
      document: entries[i],
    }),
  );
  return Buffer.from(`${lines.join("\n")}\n`);
}

/** Reads such a line. @throws the report's fault if it was written by a run that was asked for something else */
function journalDocument(settings: HttpSettings, report: InputReport): ReadRecord {
  const { parts } = new EntryMaker(settings, "jsonl", report);
  const textAlone = { id: undefined, labels: undefined, weight: undefined, fields: undefined, format: "jsonl" };
  const readText = jsonDocument({ ...settings, ...textAlone, field: "text" }, report);
  return (record, where) => {
    const { text } = readText(record, where);
    const { document } = JSON.parse(Buffer.from(record.bytes).toString()) as { document?: DocumentEntry };
    const found = document ? partsOf(document) : [];
    if (found.join() !== parts.join())
      throw report.fault(where, `must hold ${listed(parts)} of its document, as the options say, got ${listed(found)}`);
    return { text, entry: document };
  };
}

const listed = (parts: readonly string[]) => (parts.length > 0 ? parts.join(", ") : "nothing but the text");

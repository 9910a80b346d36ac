import { textFault } from "../../kernels/text/content.js";
import { withoutMark } from "../../kernels/text/utf8.js";
import { cleanWhole } from "../documents/cleanText.js";
import { EntryMaker } from "../documents/documentEntry.js";
import type { InputReport } from "../documents/inputReport.js";
import { LineSplitter } from "../documents/readLines.js";
import { type RecordFormat, type RecordSettings, recordFormats, recordTaker } from "../documents/recordTaker.js";
import { takeDocument } from "../documents/takeRecord.js";
import type { TextWriter } from "../documents/textWriter.js";

/** What a document is in messages: the whole message, each of its lines, or a text in each line's JSON value. */
export const messageFormats = ["message", ...recordFormats] as const;

export interface MessageSettings extends RecordSettings {
  readonly format: "message" | RecordFormat;
}

/** Writes the documents of messages, each of which is there as a whole. */
export class MessageTaker {
  readonly #settings: MessageSettings;
  readonly #report: InputReport;
  readonly #writer: TextWriter;
  readonly #entries: EntryMaker;
  #offset: number;

  constructor(settings: MessageSettings, report: InputReport, writer: TextWriter) {
    this.#settings = settings;
    this.#report = report;
    this.#writer = writer;
    this.#entries = new EntryMaker(settings, settings.format, report);
    this.#offset = report.start.offset;
    writer.open(report.name, this.#offset);
  }

  /** Bytes of all messages so far. */
  get offset(): number {
    return this.#offset;
  }

  /** `name` is for errors, by `id` its source knows it. */
  take(message: Uint8Array, name: string, id: string | null): void {
    const { format } = this.#settings;
    this.#report.within = name;
    this.#report.messageId = id;
    this.#report.add("bytes", message.length);
    const fault = textFault(message);
    if (fault) this.#reject(fault);
    else if (format === "message") this.#takeWhole(withoutMark(message));
    else this.#takeLines(message, format);
    this.#offset += message.length;
    this.#writer.reach(this.#offset);
  }

  /** What is no text is a single document, whatever it would hold. */
  #reject(fault: string): void {
    const start = this.#settings.format === "message" ? { offset: this.#offset } : { line: 1, offset: 0 };
    takeDocument(start, this.#report, this.#writer, () => {
      throw this.#report.fault("", fault);
    });
  }

  #takeWhole(message: Uint8Array): void {
    const { maxDocumentLength, onInvalid } = this.#settings;
    takeDocument({ offset: this.#offset }, this.#report, this.#writer, () => ({
      text: this.#report.checkLength("", cleanWhole(message, onInvalid, this.#report), maxDocumentLength),
      entry: this.#entries.make(""),
    }));
  }

  /** Lines and offsets are told from the beginning of the message. */
  #takeLines(message: Uint8Array, format: RecordFormat): void {
    const splitter = new LineSplitter(this.#settings, this.#report, { line: 1, offset: 0 });
    const take = recordTaker(this.#settings, format, this.#report, this.#writer);
    take(splitter.push(message));
    take(splitter.end());
  }
}

import { isUtf8 } from "node:buffer";
import type { TextBatch } from "../../schemas/text.js";
import { invalidByte } from "./cleanText.js";
import { EntryMaker } from "./documentEntry.js";
import { documentStarts, type TextFormat } from "./documentStarts.js";
import type { InputFault } from "./inputFault.js";
import type { InputReport } from "./inputReport.js";
import { countLineFeeds, LineEndUnifier } from "./lineEnds.js";
import type { ReadSettings } from "./readSettings.js";
import { repairUtf8 } from "./repairUtf8.js";
import type { TextWriter } from "./textWriter.js";

const LINE_FEED = 0x0a;

/**
 * Plain text of which some documents may not be read: each is held until it is whole.
 * State: one document, of at most `maxDocumentLength` bytes (`maxRecordLength`, if that is not given); of a longer one, nothing is
 * kept.
 */
export async function* readWholeText(
  chunks: AsyncIterable<Uint8Array>,
  format: TextFormat,
  settings: ReadSettings,
  report: InputReport,
  writer: TextWriter,
): AsyncGenerator<TextBatch> {
  const unifier = new LineEndUnifier(report.start.offset);
  const findStarts = documentStarts(format);
  const held = new HeldDocument(settings, new EntryMaker(settings, format, report), report, writer);
  const take = (text: Uint8Array) => {
    let from = 0;
    for (const start of findStarts(text)) {
      held.add(text.subarray(from, start));
      held.finish();
      held.begin(unifier.offsetOf(start));
      from = start;
    }
    held.add(text.subarray(from));
    if (format !== "lines" || text.at(-1) !== LINE_FEED) return;
    held.finish(); // not only when the next line begins, which may take long
    writer.reach(unifier.consumed);
  };
  for await (const chunk of chunks) {
    take(unifier.push(chunk));
    if (writer.isFull) yield writer.take();
  }
  take(unifier.end());
  held.finish();
  writer.reach(unifier.consumed);
}

class HeldDocument {
  readonly #settings: ReadSettings;
  readonly #entries: EntryMaker;
  readonly #report: InputReport;
  readonly #writer: TextWriter;
  #pieces: Uint8Array[] = [];
  #length = 0;
  #fault: InputFault | undefined;
  #offset = 0;
  #line: number;
  #lineFeeds = 0;
  #isOpen = false;
  #isWanted = false;

  constructor(settings: ReadSettings, entries: EntryMaker, report: InputReport, writer: TextWriter) {
    this.#settings = settings;
    this.#entries = entries;
    this.#report = report;
    this.#writer = writer;
    this.#line = report.start.line;
  }

  begin(offset: number): void {
    this.#isOpen = true;
    this.#isWanted = this.#report.next();
    this.#offset = offset;
    this.#writer.reach(offset);
  }

  add(piece: Uint8Array): void {
    this.#lineFeeds += countLineFeeds(piece);
    this.#length += piece.length;
    const { maxDocumentLength, maxRecordLength } = this.#settings;
    if (this.#isWanted && this.#length > (maxDocumentLength ?? maxRecordLength)) this.#tooLong();
    else if (this.#isWanted && piece.length > 0) this.#pieces.push(piece);
  }

  finish(): void {
    if (this.#isOpen && this.#isWanted) {
      const text = this.#report.attempt({ line: this.#line, offset: this.#offset }, () => this.#text());
      if (text) {
        this.#writer.begin(this.#entries.make(""));
        this.#report.add("documents", 1);
        this.#writer.append(text);
      }
    }
    this.#line += this.#lineFeeds;
    this.#pieces = [];
    this.#length = 0;
    this.#lineFeeds = 0;
    this.#fault = undefined;
    this.#isOpen = false;
    this.#isWanted = false;
  }

  #tooLong(): void {
    const { maxDocumentLength, maxRecordLength } = this.#settings;
    const limit =
      maxDocumentLength === undefined
        ? `${maxRecordLength} bytes (maxRecordLength, since it is held to be checked)`
        : `${maxDocumentLength} bytes (maxDocumentLength)`;
    this.#fault ??= this.#report.fault(
      `line ${this.#line}`,
      `a document must be at most ${limit}, got more`,
      RangeError,
    );
    if (this.#report.isStrict) throw this.#fault;
    this.#pieces = [];
  }

  #text(): Uint8Array {
    if (this.#fault) throw this.#fault;
    const text = Buffer.concat(this.#pieces);
    if (isUtf8(text)) return text;
    const { bytes, invalidBytes, firstInvalid } = repairUtf8(text);
    if (this.#settings.onInvalid === "reject") {
      const line = this.#line + countLineFeeds(text, firstInvalid);
      throw this.#report.fault(`line ${line}`, invalidByte(text[firstInvalid]!));
    }
    this.#report.add("invalidBytes", invalidBytes);
    return bytes;
  }
}

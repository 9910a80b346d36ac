import { isCsvRecord } from "./cells.js";
import { ChunkEdges } from "./chunkEdges.js";
import { CsvLineEnds } from "./csvLineEnds.js";
import { HeldRecord, type Line, type RecordLimits } from "./heldRecord.js";
import type { InputReport, InputStart } from "./inputReport.js";
import { behindLineEnd, countLineEnds, lineEndFinder, lineEnds, lineFeeds, markLength } from "./lineEnds.js";

const NOTHING = new Uint8Array(0);

export interface LineLimits extends RecordLimits {
  /** Line ends between quotes belong to the record, as in CSV. */
  readonly hasQuotes?: boolean;
  /** "\r" alone ends no line, as in a file that grows, where a line of progress goes back to its beginning. */
  readonly keepsReturns?: boolean;
}

/** Cuts an input into records, wherever its chunks were cut. */
export interface RecordSplitter {
  push(chunk: Uint8Array): Line[];
  /** The last record, if it has no end of its own. */
  end(): Line[];
}

/** The records of a file, those of each chunk together. */
export async function* readRecords(
  chunks: AsyncIterable<Uint8Array>,
  splitter: RecordSplitter,
): AsyncGenerator<Line[]> {
  for await (const chunk of chunks) {
    const lines = splitter.push(chunk);
    if (lines.length > 0) yield lines;
  }
  const rest = splitter.end();
  if (rest.length > 0) yield rest;
}

/**
 * Cuts an input of records into lines, wherever its chunks were cut. A line ends with "\n", "\r\n" or "\r" alone, as in plain text.
 * What CSV has between quotes goes over many lines; where that turns out to be no record, its first line alone is the faulty one,
 * and what follows is cut anew: a quote that is never closed swallows no other record.
 * State: one line of at most `maxRecordLength` bytes; of a longer one, nothing is kept.
 * @throws RangeError for a longer line, before it has ended, if no document may be rejected
 * @throws SyntaxError at the end, inside quotes that were opened in a record of which nothing is kept
 */
export class LineSplitter implements RecordSplitter {
  readonly #report: InputReport;
  readonly #held: HeldRecord;
  readonly #quotes: CsvLineEnds | undefined;
  readonly #lineEnds: (text: Uint8Array) => Iterable<number>;
  readonly #edges: ChunkEdges;

  constructor(limits: LineLimits, report: InputReport, start: Pick<InputStart, "line" | "offset"> = report.start) {
    this.#report = report;
    this.#held = new HeldRecord(limits, report, start);
    this.#quotes = limits.hasQuotes ? new CsvLineEnds() : undefined;
    this.#lineEnds = limits.keepsReturns ? lineFeeds : (text) => this.#quotes?.in(text) ?? lineEnds(text);
    this.#edges = new ChunkEdges(start.offset === 0);
  }

  /** Where the line begins that has not ended yet: its number, from 1, and the bytes of the input before it. */
  get place(): HeldRecord["place"] {
    return this.#held.place;
  }

  push(chunk: Uint8Array): Line[] {
    return this.#split(this.#edges.push(chunk));
  }

  end(): Line[] {
    const lines = this.#split(this.#edges.end());
    while (!this.#held.isEmpty) {
      if (this.#held.isTooLong && this.#quotes?.isQuoted) throw this.#neverClosed();
      this.#finish(NOTHING, lines);
    }
    return lines;
  }

  #split(text: Uint8Array, lines: Line[] = []): Line[] {
    const bytes = this.#held.isBeginning ? this.#withoutMark(text) : text;
    let from = 0;
    for (const at of this.#lineEnds(bytes)) {
      this.#hold(bytes.subarray(from, at));
      from = behindLineEnd(bytes, at);
      this.#finish(bytes.subarray(at, from), lines);
    }
    this.#hold(bytes.subarray(from));
    return lines;
  }

  #withoutMark(text: Uint8Array): Uint8Array {
    const length = markLength(text);
    this.#held.skipMark(length);
    return text.subarray(length);
  }

  #hold(piece: Uint8Array): void {
    this.#held.hold(piece, this.#quotes ? countLineEnds(piece) : 0);
  }

  /** Adds the record that ends here. */
  #finish(lineEnd: Uint8Array, lines: Line[]): void {
    if (this.#held.lineEnds > 0 && !this.#held.isTooLong && !isCsvRecord(this.#held.bytes))
      this.#cutAnew(lineEnd, lines);
    else lines.push(this.#held.finish(lineEnd.length, 1));
  }

  #cutAnew(lineEnd: Uint8Array, lines: Line[]): void {
    const { bytes } = this.#held;
    const at = lineEndFinder(bytes)(0);
    const behind = behindLineEnd(bytes, at);
    this.#held.clear();
    this.#held.hold(bytes.subarray(0, at));
    lines.push(this.#held.finish(behind - at, 1));
    this.#quotes!.reset();
    this.#split(bytes.subarray(behind), lines);
    this.#split(lineEnd, lines);
  }

  #neverClosed(): Error {
    return this.#report.fault(`line ${this.place.line}`, "must close the quote of a record, got the end of the input");
  }
}

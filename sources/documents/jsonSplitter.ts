import type { Line, RecordLimits } from "./heldRecord.js";
import type { InputReport } from "./inputReport.js";
import { lineEndFinder, markLength } from "./lineEnds.js";
import { LineSplitter, type RecordSplitter } from "./readLines.js";
import { ValueSplitter } from "./valueSplitter.js";

const SPACE = 0x20;
const OPENING_BRACE = 0x7b;
const OPENING_BRACKET = 0x5b;
const NOTHING = new Uint8Array(0);

type Arrangement = "lines" | "array" | "values";

/**
 * Cuts JSON into records, however they are arranged: a value a line, an array of them, or one object after the other over many lines.
 * State: until that is known, the first two lines, or of longer ones as much as a record may have; then as the splitter of that kind.
 */
export class JsonSplitter implements RecordSplitter {
  readonly #limits: RecordLimits;
  readonly #report: InputReport;
  #head: Uint8Array = NOTHING;
  #splitter: RecordSplitter | undefined;

  constructor(limits: RecordLimits, report: InputReport) {
    this.#limits = limits;
    this.#report = report;
  }

  push(chunk: Uint8Array): Line[] {
    if (this.#splitter) return this.#splitter.push(chunk);
    const head = Buffer.concat([this.#head, chunk]);
    const arrangement = arrangementOf(head) ?? (head.length > this.#limits.maxRecordLength ? "lines" : undefined);
    this.#head = head;
    return arrangement ? this.#begin(arrangement) : [];
  }

  end(): Line[] {
    const lines = this.#splitter ? [] : this.#begin("lines");
    return [...lines, ...this.#splitter!.end()];
  }

  #begin(arrangement: Arrangement): Line[] {
    const head = this.#head;
    this.#head = NOTHING;
    this.#splitter =
      arrangement === "lines"
        ? new LineSplitter(this.#limits, this.#report)
        : new ValueSplitter(arrangement === "array", this.#limits, this.#report);
    return this.#splitter.push(head);
  }
}

/** How the records lie, told from the beginning; undefined if it does not show yet. */
function arrangementOf(head: Uint8Array): Arrangement | undefined {
  const text = head.subarray(markLength(head));
  const first = visibleFrom(text, 0);
  if (text[first] === OPENING_BRACKET) return "array";
  const lineEnd = lineEndFinder(text)(first);
  const second = visibleFrom(text, lineEnd);
  if (second >= text.length) return undefined;
  const isPart = text[first] === OPENING_BRACE && text[second] !== OPENING_BRACE;
  return isPart && !isJson(text.subarray(first, lineEnd)) ? "values" : "lines";
}

function visibleFrom(text: Uint8Array, from: number): number {
  let at = from;
  while (at < text.length && text[at]! <= SPACE) at++;
  return at;
}

function isJson(text: Uint8Array): boolean {
  try {
    JSON.parse(Buffer.from(text).toString());
    return true;
  } catch {
    return false;
  }
}

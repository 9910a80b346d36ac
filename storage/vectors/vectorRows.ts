import { isUtf8 } from "node:buffer";
import type { Ledger } from "../../runtime/ledger.js";
import type { VectorTable } from "../../schemas/vectors.js";
import { RowBuffer } from "./rowBuffer.js";

/** What to do with a term that is not UTF-8 or that was there before. */
export type OnInvalid = "reject" | "replace";

const replacement = "\ufffd";

export interface ReadSettings {
  readonly onInvalid: OnInvalid;
  readonly ledger: Ledger;
  /** Terms whose rows are kept; all if left out. */
  readonly wanted?: ReadonlySet<string> | undefined;
  /** Terms that will be asked about: where the file has subwords, only what makes these is kept of them; all if left out. */
  readonly asked?: ReadonlySet<string> | undefined;
}

/**
 * Collects the rows of a table while a file is read. State: the rows that are wanted.
 */
export class VectorRows {
  readonly #terms: string[] = [];
  readonly #rows = new Set<string>();
  readonly #vectors: RowBuffer;

  constructor(
    readonly path: string,
    readonly vectorSize: number,
    readonly settings: ReadSettings,
    expectedRows: number,
  ) {
    const rows = Math.min(expectedRows, settings.wanted?.size ?? expectedRows);
    this.#vectors = new RowBuffer(vectorSize, rows);
  }

  has(term: string): boolean {
    return this.#rows.has(term);
  }

  /** Room for the numbers of the next row, to be filled before `add`. */
  next(): Float32Array {
    return this.#vectors.next();
  }

  /** Takes the row whose numbers are in `next()`, if it is wanted; `where` says its place in an error. */
  add(term: string, where: () => string): void {
    if (this.settings.wanted?.has(term) === false) return;
    if (this.#rows.has(term)) {
      if (this.settings.onInvalid === "reject")
        throw new RangeError(
          `${this.path}: terms must differ, got ${JSON.stringify(term)} again in ${where()}; onInvalid: replace keeps the first`,
        );
      this.settings.ledger.add("duplicateTerms", 1);
      return;
    }
    this.#rows.add(term);
    this.#terms.push(term);
    this.#vectors.keep();
  }

  /** A term's text; none at all is refused, bytes that are not UTF-8 are refused, or replaced and counted. */
  decode(bytes: Buffer, start: number, end: number, where: () => string): string {
    if (start === end) throw new SyntaxError(`${this.path}: ${where()} must begin with a term, got none`);
    const term = bytes.toString("utf8", start, end);
    if (!term.includes(replacement) || isUtf8(bytes.subarray(start, end))) return term;
    if (this.settings.onInvalid === "reject")
      throw new SyntaxError(
        `${this.path}: ${where()} must begin with a term in UTF-8, got ${JSON.stringify(term)}; onInvalid: replace reads it so`,
      );
    this.settings.ledger.add("invalidTerms", 1);
    return term;
  }

  table(metadata: ReadonlyMap<string, string> = new Map()): VectorTable {
    return { terms: this.#terms, values: this.#vectors.values, vectorSize: this.vectorSize, metadata };
  }
}

import type { DocumentTermRows } from "../../kinds/documentTerms.js";

/** A file of a sparse matrix, a row a document. Close it once its rows were read. */
export interface MatrixFile {
  readonly format: string;
  /** Rows, those without a cell among them; undefined where only the rows themselves tell. */
  readonly documents?: number;
  readonly columns?: number;
  readonly cells?: number;
  readonly metadata: ReadonlyMap<string, string>;
  /** Not checked yet. State: some 65,536 cells, or one document. */
  rows(): AsyncIterable<DocumentTermRows>;
  close(): void;
}

const cellsAtOnce = 65_536;

/** Gathers cells that come one by one into rows of whole documents. State: some 65,536 cells or rows, and one document. */
export class RowGatherer {
  #documents: number[] = [];
  #starts: number[] = [];
  #terms: number[] = [];
  #values: number[] = [];
  #document = -1;

  /** That of the last cell; -1 before the first. */
  get document(): number {
    return this.#document;
  }

  /** Begins a document if it has not begun; gives rows if they are many. */
  *begin(document: number): Generator<DocumentTermRows> {
    if (document === this.#document) return;
    if (this.#terms.length + this.#starts.length >= cellsAtOnce) yield this.take();
    this.#document = document;
    this.#documents.push(document);
    this.#starts.push(this.#terms.length);
  }

  /** Begins all documents up to one, those without a cell too. */
  *beginUpTo(document: number): Generator<DocumentTermRows> {
    while (this.#document < document) yield* this.begin(this.#document + 1);
  }

  /** A cell of the document that has begun. */
  add(term: number, value: number): void {
    this.#terms.push(term);
    this.#values.push(value);
  }

  /** The rows since they were last taken; the last document has come to its end. */
  take(): DocumentTermRows {
    const ends = [...this.#starts.slice(1), this.#terms.length];
    const lists = (all: readonly number[]) => this.#starts.map((start, k) => all.slice(start, ends[k]));
    const rows = { rowDocuments: this.#documents, terms: lists(this.#terms), values: lists(this.#values) };
    [this.#documents, this.#starts, this.#terms, this.#values] = [[], [], [], []];
    return rows;
  }
}

import { columnBytes, columnOfBytes, joinColumns, sliceColumn } from "../kernels/documents/documentColumns.js";
import { faultOfPostings } from "../kernels/search/searchedIndex.js";
import { compareCodePoints } from "../kernels/text/compareCodePoints.js";
import { defineKind } from "../schemas/kinds.js";
import { show } from "../schemas/options.js";
import type { IndexScoring, SearchIndex } from "../schemas/searchIndex.js";
import type { ReadableTable, Rows } from "../schemas/tables.js";

/** What a row is of: a term with its postings, or documents that follow each other, with their lengths. */
export const TERM = "term";
export const DOCUMENTS = "documents";

const termsAtOnce = 1024;
const documentsInRow = 1024;

/**
 * An inverted index: a row a term, by code point, with the numbers of its documents and how often each holds it; then a row for each 1,024
 * documents, with the number of the first, their lengths, and as JSON what is known of them.
 */
export const searchIndex = defineKind({
  name: "searchIndex",
  arrives: "whole",
  columns: ["part", "text", "documents", "counts"],
  amounts: {
    documents: ({ lengths }: SearchIndex) => lengths.length,
    terms: ({ terms }: SearchIndex) => terms.length,
  },
  table: {
    schema: () => ({
      columns: { part: "text", text: "text", documents: { list: "int32" }, counts: { list: "int32" } },
    }),
    facts: ({ terms, documents, lengths, scoring, metadata }) => ({
      ...{ terms: terms.length, postings: documents.length, documents: lengths.length, scoring },
      metadata: [...metadata],
    }),
    *blocks(index) {
      for (let from = 0; from < index.terms.length; from += termsAtOnce) yield termRows(index, from);
      for (let from = 0; from < index.lengths.length; from += documentsInRow) yield documentRow(index, from);
    },
    async read(table, facts) {
      const index = new IndexReader(
        table.path,
        facts.terms as number,
        facts.postings as number,
        facts.documents as number,
      );
      for await (const block of rowsOf(table)) index.add(block);
      return {
        ...index.finish(),
        scoring: facts.scoring as IndexScoring,
        metadata: new Map(facts.metadata as [string, string][]),
      };
    },
  },
  origin: {
    keepsTextSteps: true,
    of: ({ metadata }) => metadata,
    with: (value, metadata) => ({ ...value, metadata }),
  },
  shown: ([index]) => ({ documents: index!.lengths.length, terms: [...index!.terms] }),
});

function termRows({ terms, offsets, documents, counts }: SearchIndex, from: number): Rows {
  const some = terms.slice(from, from + termsAtOnce);
  const lists = (all: Uint32Array) => some.map((_, k) => all.subarray(offsets[from + k], offsets[from + k + 1]));
  return {
    columns: [new Array<string>(some.length).fill(TERM), some, lists(documents), lists(counts)],
    rows: some.length,
  };
}

function documentRow({ lengths, entries }: SearchIndex, from: number): Rows {
  const to = Math.min(from + documentsInRow, lengths.length);
  const known = columnBytes(entries && sliceColumn(entries, from, to));
  return {
    columns: [[DOCUMENTS], [new TextDecoder().decode(known)], [Uint32Array.of(from)], [lengths.subarray(from, to)]],
    rows: 1,
  };
}

interface IndexRow {
  readonly part: string;
  readonly text: string;
  readonly documents: ArrayLike<number>;
  readonly counts: ArrayLike<number>;
}

async function* rowsOf(table: ReadableTable): AsyncGenerator<IndexRow> {
  for await (const { columns, rows } of table.blocks(["part", "text", "documents", "counts"])) {
    const [parts, texts, documents, counts] = columns as [string[], string[], ArrayLike<number>[], ArrayLike<number>[]];
    for (let row = 0; row < rows; row++)
      yield { part: parts[row]!, text: texts[row]!, documents: documents[row]!, counts: counts[row]! };
  }
}

/** Puts an index together from its rows. State: the index. */
class IndexReader {
  readonly #path: string;
  readonly #terms: string[] = [];
  readonly #offsets: Uint32Array;
  readonly #documents: Uint32Array;
  readonly #counts: Uint32Array;
  readonly #lengths: Uint32Array;
  readonly #entries: ReturnType<typeof columnOfBytes>[] = [];
  #postings = 0;
  #filled = 0;

  constructor(path: string, terms: number, postings: number, documents: number) {
    this.#path = path;
    this.#offsets = new Uint32Array(terms + 1);
    this.#documents = new Uint32Array(postings);
    this.#counts = new Uint32Array(postings);
    this.#lengths = new Uint32Array(documents);
  }

  add(row: IndexRow): void {
    if (row.part === TERM) this.#addTerm(row);
    else this.#addDocuments(row);
  }

  finish(): Pick<SearchIndex, "terms" | "offsets" | "documents" | "counts" | "lengths" | "entries"> {
    this.#require(
      this.#terms.length + 1 === this.#offsets.length,
      "hold all terms that it tells of",
      this.#terms.length,
    );
    this.#require(this.#postings === this.#documents.length, "hold all postings that it tells of", this.#postings);
    this.#require(this.#filled === this.#lengths.length, "hold all documents that it tells of", this.#filled);
    const known = this.#entries.filter((entries) => entries !== undefined);
    return {
      terms: this.#terms,
      ...{ offsets: this.#offsets, documents: this.#documents, counts: this.#counts, lengths: this.#lengths },
      ...(known.length > 0 ? { entries: joinColumns(known) } : {}),
    };
  }

  #addTerm({ text, documents, counts }: IndexRow): void {
    const before = this.#terms.at(-1);
    this.#require(before === undefined || compareCodePoints(before, text) < 0, "hold terms by code point", text);
    const fault = faultOfPostings({ documents, counts }, this.#lengths.length);
    if (fault) this.#require(false, `${fault.must} for ${show(text)}`, fault.found);
    this.#require(
      this.#postings + documents.length <= this.#documents.length && this.#terms.length + 1 < this.#offsets.length,
      "hold as many postings as it tells of",
      "more",
    );
    this.#documents.set(documents, this.#postings);
    this.#counts.set(counts, this.#postings);
    this.#postings += documents.length;
    this.#terms.push(text);
    this.#offsets[this.#terms.length] = this.#postings;
  }

  #addDocuments({ text, documents, counts }: IndexRow): void {
    this.#require(documents[0] === this.#filled, `go on with document ${this.#filled}`, documents[0]);
    this.#require(
      this.#filled + counts.length <= this.#lengths.length,
      "hold as many documents as it tells of",
      "more",
    );
    this.#lengths.set(counts, this.#filled);
    this.#filled += counts.length;
    this.#entries.push(columnOfBytes(new TextEncoder().encode(text)));
  }

  #require(holds: boolean, must: string, found: unknown): void {
    if (!holds) throw faultyIndex(this.#path, must, found);
  }
}

/** What is said of a file that is no whole index. */
export const faultyIndex = (path: string, must: string, found: unknown): SyntaxError =>
  new SyntaxError(`${path}: an index must ${must}, got ${show(found)}`);

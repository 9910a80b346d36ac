import { closeSync, openSync } from "node:fs";
import { columnOfBytes, entriesOfColumn } from "../../kernels/documents/documentColumns.js";
import { faultOfPostings, firstPlace } from "../../kernels/search/searchedIndex.js";
import { DOCUMENTS, faultyIndex, searchIndex, TERM } from "../../kinds/searchIndex.js";
import type { DocumentEntry } from "../../schemas/documents.js";
import type { IndexScoring, PostingList, SearchedIndex } from "../../schemas/searchIndex.js";
import type { TableFile } from "../../schemas/tables.js";
import { readFully } from "../files/readFully.js";
import { type ArrowBatch, arrowBatches } from "../tables/arrowCheck.js";
import { statedChecksum } from "../tables/tableChecksum.js";
import { isTableFile, openTable, requireKind } from "../tables/tableFile.js";
import { factsOf } from "../tables/wholeTable.js";
import { RecentLists } from "./recentLists.js";

/** Bytes of postings that are kept for later queries. */
const RECENT_BYTES = 64 * 2 ** 20;
/** Postings that are read at once where all are. */
const POSTINGS_AT_ONCE = 1 << 16;

/** The buffers of a record batch, by their place in the format: no column may have gaps, so what tells of gaps is empty. */
const BUFFER = {
  part: 1,
  partText: 2,
  text: 4,
  textBytes: 5,
  documents: 7,
  documentItems: 9,
  counts: 11,
  countItems: 13,
};
const BUFFERS = 14;
const COLUMNS = ["part Utf8", "text Utf8", "documents List<Int32>", "counts List<Int32>"];

/** Where the postings of the terms of a record batch lie, from the first of them on. */
interface TermStretch {
  readonly first: number;
  readonly documentsAt: number;
  readonly countsAt: number;
}

/** Where what is known of some documents lies, as JSON. */
interface KnownStretch {
  readonly first: number;
  readonly at: number;
  readonly length: number;
}

/**
 * Opens an index that lies in an Arrow file, and leaves its postings, and what is known of documents, there; undefined for a file that is
 * Parquet or that another program wrote, which must be read as a whole. The checksum of the whole file is compared, in 1 MiB of memory, before anything of it is
 * believed; what is read later is looked through as an index in memory is, but has no checksum of its own.
 * State: the text of the terms and 8 bytes for each, 4 bytes a document, and 64 MiB of postings that were asked for.
 * @throws SyntaxError if the file is damaged or holds no whole index; TypeError if it holds something else
 */
export async function openIndexFile(path: string): Promise<IndexFile | undefined> {
  if (!isTableFile(path) || !statedChecksum(path)) return undefined;
  const table = await openTable(path);
  if (table.format !== "arrow" || !hasColumns(table)) return undefined;
  requireKind(path, table, searchIndex.name);
  const batches = await arrowBatches(path);
  return batches.every(isPlain) ? new IndexFile(path, table, batches) : undefined;
}

const hasColumns = ({ columns }: TableFile): boolean =>
  columns.map(({ name, type }) => `${name} ${type}`).join() === COLUMNS.join();

const isPlain = ({ buffers, isCompressed }: ArrowBatch): boolean => buffers.length === BUFFERS && !isCompressed;

/** An index whose postings are read when they are asked for. Calls throw SyntaxError where the file is no index. */
export class IndexFile implements SearchedIndex {
  readonly #path: string;
  readonly #file: number;
  readonly offsets: Uint32Array;
  readonly lengths: Uint32Array;
  readonly scoring: IndexScoring;
  readonly metadata: ReadonlyMap<string, string>;
  /** UTF-8, one term behind the other, and where each begins. */
  readonly #text: Buffer;
  readonly #starts: Uint32Array;
  readonly #stretches: TermStretch[] = [];
  readonly #known: KnownStretch[] = [];
  readonly #recent = new RecentLists(RECENT_BYTES);
  /** The documents that were asked for last. */
  #entries: { readonly first: number; readonly list: readonly DocumentEntry[] } = { first: 0, list: [] };

  constructor(path: string, table: TableFile, batches: readonly ArrowBatch[]) {
    const facts = factsOf(searchIndex.name, path, table);
    this.#path = path;
    this.offsets = new Uint32Array((facts.terms as number) + 1);
    this.#starts = new Uint32Array(this.offsets.length);
    this.lengths = new Uint32Array(facts.documents as number);
    this.scoring = facts.scoring as IndexScoring;
    this.metadata = new Map(facts.metadata as [string, string][]);
    this.#file = openSync(path, "r");
    try {
      this.#text = this.#readRows(batches);
      this.#require(this.offsets.at(-1) === facts.postings, "hold all postings that it tells of", this.offsets.at(-1));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  termAt(place: number): string {
    return this.#textOf(place).toString("utf8");
  }

  placeOf(term: string): number | undefined {
    const wanted = Buffer.from(term, "utf8"); // bytes of UTF-8 sort as code points do
    const place = firstPlace(this.#starts.length - 1, (middle) => this.#textOf(middle).compare(wanted) < 0);
    return place < this.#starts.length - 1 && this.#textOf(place).equals(wanted) ? place : undefined;
  }

  postingsOf(place: number): PostingList {
    const known = this.#recent.get(place);
    if (known) return known;
    const list = this.#postings(this.#stretches[lastFrom(this.#stretches, place)]!, place, place + 1);
    this.#requirePostings(place, list);
    this.#recent.add(place, list);
    return list;
  }

  /** Reads many terms at once, and keeps none of them for later. */
  *lists(): Generator<PostingList> {
    for (const [k, stretch] of this.#stretches.entries()) {
      const end = this.#stretches[k + 1]?.first ?? this.offsets.length - 1;
      for (let from = stretch.first, to = from; from < end; from = to) {
        const first = this.offsets[from]!;
        for (to = from + 1; to < end && this.offsets[to + 1]! - first <= POSTINGS_AT_ONCE; ) to++;
        const { documents, counts } = this.#postings(stretch, from, to);
        for (let place = from; place < to; place++) {
          const [start, stop] = [this.offsets[place]! - first, this.offsets[place + 1]! - first];
          const list = { documents: documents.subarray(start, stop), counts: counts.subarray(start, stop) };
          this.#requirePostings(place, list);
          yield list;
        }
      }
    }
  }

  /** Those of terms [from, to) of a stretch, one behind the other. */
  #postings({ first, documentsAt, countsAt }: TermStretch, from: number, to: number): PostingList {
    const count = this.offsets[to]! - this.offsets[from]!;
    const before = 4 * (this.offsets[from]! - this.offsets[first]!);
    return {
      documents: this.#numbers(documentsAt + before, count),
      counts: this.#numbers(countsAt + before, count),
    };
  }

  #requirePostings(place: number, list: PostingList): void {
    const fault = faultOfPostings(list, this.lengths.length);
    if (fault) throw faultyIndex(this.#path, `${fault.must} for ${JSON.stringify(this.termAt(place))}`, fault.found);
  }

  entryOf(document: number): DocumentEntry {
    const { first, list } = this.#entries;
    if (document < first || document >= first + list.length) this.#entries = this.#entriesAt(document);
    return this.#entries.list[document - this.#entries.first] ?? {};
  }

  close(): void {
    closeSync(this.#file);
  }

  /** Takes in all rows, and returns the text of the terms. */
  #readRows(batches: readonly ArrowBatch[]): Buffer {
    const texts: Buffer[] = [];
    let [terms, documents] = [0, 0];
    for (const batch of batches) {
      const rows = new BatchRows((buffer, count) => this.#numbers(batch.buffers[buffer]!.at, count), batch.rows);
      const inBatch = this.#termRows(rows, batch);
      this.#require(documents === 0 || inBatch === 0, "hold all terms before its documents", "a term behind them");
      texts.push(this.#takeTerms(rows, batch, terms, inBatch));
      terms += inBatch;
      for (let row = inBatch; row < batch.rows; row++) documents = this.#takeDocuments(rows, batch, row, documents);
    }
    this.#require(terms + 1 === this.offsets.length, "hold all terms that it tells of", terms);
    this.#require(documents === this.lengths.length, "hold all documents that it tells of", documents);
    const text = Buffer.concat(texts);
    for (let place = 1; place < terms; place++) {
      const [from, at, to] = [this.#starts[place - 1]!, this.#starts[place]!, this.#starts[place + 1]!];
      const ascends = text.compare(text, at, to, from, at) < 0;
      if (!ascends) throw faultyIndex(this.#path, "hold terms by code point", text.toString("utf8", at, to));
    }
    return text;
  }

  /** How many rows of a batch are of terms, which come first. */
  #termRows({ part }: BatchRows, { rows, buffers }: ArrowBatch): number {
    const names = this.#bytes(buffers[BUFFER.partText]!.at, part[rows]!).toString("latin1");
    const nameOf = (row: number) => names.slice(part[row], part[row + 1]);
    const terms = firstPlace(rows, (row) => nameOf(row) === TERM);
    for (let row = 0; row < rows; row++)
      this.#require(nameOf(row) === (row < terms ? TERM : DOCUMENTS), "hold terms, then documents", nameOf(row));
    return terms;
  }

  #takeTerms(rows: BatchRows, { buffers }: ArrowBatch, first: number, count: number): Buffer {
    const { text, documents, counts } = rows;
    const bytes = this.#starts[first]!;
    for (let row = 0; row < count && first + row + 1 < this.offsets.length; row++) {
      const postings = documents[row + 1]! - documents[row]!;
      const wanted = counts[row + 1]! - counts[row]!;
      this.#require(postings === wanted, "hold a count for each document of a term", wanted);
      this.offsets[first + row + 1] = this.offsets[first + row]! + postings;
      this.#starts[first + row + 1] = bytes + text[row + 1]! - text[0]!;
    }
    const itemsAt = (buffer: number, from: number) => buffers[buffer]!.at + 4 * from;
    if (count > 0)
      this.#stretches.push({
        first,
        documentsAt: itemsAt(BUFFER.documentItems, documents[0]!),
        countsAt: itemsAt(BUFFER.countItems, counts[0]!),
      });
    return this.#bytes(buffers[BUFFER.textBytes]!.at + text[0]!, text[count]! - text[0]!);
  }

  /** Takes in the lengths of the documents of a row, and returns how many there are so far. */
  #takeDocuments({ text, documents, counts }: BatchRows, { buffers }: ArrowBatch, row: number, first: number): number {
    const [stated] = this.#numbers(buffers[BUFFER.documentItems]!.at + 4 * documents[row]!, 1);
    this.#require(stated === first, `go on with document ${first}`, stated);
    const lengths = this.#numbers(buffers[BUFFER.countItems]!.at + 4 * counts[row]!, counts[row + 1]! - counts[row]!);
    this.#require(first + lengths.length <= this.lengths.length, "hold as many documents as it tells of", "more");
    this.lengths.set(lengths, first);
    const length = text[row + 1]! - text[row]!;
    this.#known.push({ first, at: buffers[BUFFER.textBytes]!.at + text[row]!, length });
    return first + lengths.length;
  }

  #entriesAt(document: number) {
    const { first, at, length } = this.#known[lastFrom(this.#known, document)]!;
    const column = columnOfBytes(this.#bytes(at, length));
    return { first, list: column ? entriesOfColumn(column) : [] };
  }

  #textOf(place: number): Buffer {
    return this.#text.subarray(this.#starts[place]!, this.#starts[place + 1]!);
  }

  #numbers(at: number, count: number): Uint32Array {
    const numbers = new Uint32Array(count);
    this.#fill(new Uint8Array(numbers.buffer), at);
    return numbers;
  }

  #bytes(at: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    this.#fill(bytes, at);
    return bytes;
  }

  #fill(bytes: Uint8Array, at: number): void {
    const read = readFully(this.#file, bytes, at);
    this.#require(read === bytes.length, "stay whole while it is searched", "its end");
  }

  #require(holds: boolean, must: string, found: unknown): void {
    if (!holds) throw faultyIndex(this.#path, must, found);
  }
}

/** The offsets of a batch's columns, one more than it has rows. */
class BatchRows {
  readonly part: Uint32Array;
  readonly text: Uint32Array;
  readonly documents: Uint32Array;
  readonly counts: Uint32Array;

  constructor(numbers: (buffer: number, count: number) => Uint32Array, rows: number) {
    this.part = numbers(BUFFER.part, rows + 1);
    this.text = numbers(BUFFER.text, rows + 1);
    this.documents = numbers(BUFFER.documents, rows + 1);
    this.counts = numbers(BUFFER.counts, rows + 1);
  }
}

/** The last stretch that begins at a place or before it. */
const lastFrom = (stretches: readonly { readonly first: number }[], place: number): number =>
  firstPlace(stretches.length, (at) => stretches[at]!.first <= place) - 1;

import type { DocumentColumn } from "../../schemas/documents.js";
import type { DocumentTermBatch } from "../../schemas/documentTerms.js";
import type { SearchIndex } from "../../schemas/searchIndex.js";
import type { StageState } from "../../schemas/state.js";
import type { Vocabulary } from "../../schemas/vocabulary.js";
import { columnBytes, columnLength, columnOfBytes, joinColumns } from "../documents/documentColumns.js";
import { GrowingNumbers } from "../numbers/growingNumbers.js";
import { compareCodePoints } from "../text/compareCodePoints.js";

/** What an index holds of its documents and terms, without how it is searched. */
export type Postings = Pick<SearchIndex, "terms" | "offsets" | "documents" | "counts" | "lengths" | "entries">;

const nothing: Postings = {
  terms: [],
  offsets: Uint32Array.of(0),
  documents: new Uint32Array(0),
  counts: new Uint32Array(0),
  lengths: new Uint32Array(0),
};

/** Bytes of the numbers of an index. */
export const postingBytes = (postings: number, documents: number): number => 8 * postings + 8 * documents;

const MOST = 2 ** 31 - 1;

/**
 * Makes an inverted index of documents as they come, or adds documents to one. The same documents give the same index however they are
 * cut into batches, whatever ids the vocabulary gave their terms, and wherever it was asked for in between.
 * State: 8 bytes a posting, 8 a document, the terms; twice the postings while the index is made.
 */
export class SearchIndexBuilder {
  #made: Postings;
  /** Ids of this builder: first the terms of what was made, in their order, then new ones as they come. */
  #ids = new Map<string, number>();
  #vocabulary: Vocabulary | undefined;
  /** From ids of the vocabulary; -1 for a term that has not occurred. */
  #idOf = new Int32Array(0);
  /** Of the documents since then, one behind the other. */
  readonly #terms = new GrowingNumbers();
  readonly #counts = new GrowingNumbers();
  readonly #cells = new GrowingNumbers();
  readonly #lengths = new GrowingNumbers();
  #entries: DocumentColumn[] = [];

  /** @param made what is gone on from; not changed */
  constructor(made: Postings = nothing) {
    this.#made = made;
    this.#begin(made);
  }

  /** Documents so far. */
  get documents(): number {
    return this.#made.lengths.length + this.#lengths.length;
  }

  /**
   * @throws RangeError if a value is no count, or there are too many documents; TypeError if other things are known of the documents than of
   *   those before
   */
  add(batch: DocumentTermBatch): void {
    const { vocabulary, offsets, terms, values, lengths } = batch;
    this.#requireSameParts(batch.documents, lengths.length);
    if (this.documents + lengths.length > MOST)
      throw new RangeError(`searchIndex: there must be at most ${MOST} documents, got more`);
    this.#follow(vocabulary);
    for (let row = 0; row < lengths.length; row++) {
      for (let cell = offsets[row]!; cell < offsets[row + 1]!; cell++) {
        const count = values[cell]!;
        if (!(Number.isInteger(count) && count > 0 && count <= MOST))
          throw new RangeError(
            `searchIndex: documents must have counts of their terms, got the weight ${count} of ${JSON.stringify(vocabulary.terms[terms[cell]!])} in document ${this.documents}`,
          );
        this.#terms.push(this.#own(vocabulary, terms[cell]!));
        this.#counts.push(count);
      }
      this.#cells.push(offsets[row + 1]! - offsets[row]!);
      this.#lengths.push(lengths[row]!);
    }
    if (batch.documents) this.#entries.push(batch.documents);
  }

  /** The index of all documents so far; more may be added, which does not change it. */
  index(): Postings {
    if (this.#lengths.length > 0) {
      this.#made = this.#joined();
      this.#begin(this.#made);
    }
    return this.#made;
  }

  save(): StageState {
    const { terms, entries, offsets, documents, counts, lengths } = this.index();
    const text = new TextEncoder().encode(JSON.stringify(terms));
    return { facts: {}, arrays: { text, offsets, documents, counts, lengths, entries: columnBytes(entries) } };
  }

  restore({ arrays }: StageState): void {
    const { offsets, documents, counts, lengths } = arrays as Readonly<Record<string, Uint32Array>>;
    const entries = columnOfBytes(arrays.entries as Uint8Array);
    this.#made = {
      terms: JSON.parse(new TextDecoder().decode(arrays.text as Uint8Array)) as string[],
      ...{ offsets: offsets!, documents: documents!, counts: counts!, lengths: lengths! },
      ...(entries ? { entries } : {}),
    };
    this.#begin(this.#made);
  }

  #begin({ terms }: Postings): void {
    this.#ids = new Map(terms.map((term, id) => [term, id]));
    this.#vocabulary = undefined;
    for (const numbers of [this.#terms, this.#counts, this.#cells, this.#lengths]) numbers.clear();
    this.#entries = [];
  }

  #follow(vocabulary: Vocabulary): void {
    if (vocabulary === this.#vocabulary) return;
    this.#vocabulary = vocabulary;
    this.#idOf = new Int32Array(vocabulary.terms.length).fill(-1);
  }

  #own({ terms }: Vocabulary, id: number): number {
    const known = this.#idOf[id]!;
    if (known >= 0) return known;
    const term = terms[id]!;
    const own = this.#ids.get(term) ?? this.#ids.size;
    this.#ids.set(term, own);
    this.#idOf[id] = own;
    return own;
  }

  #requireSameParts(column: DocumentColumn | undefined, rows: number): void {
    if (rows === 0 || this.documents === 0) return;
    const [known, found] = [partsOf(this.#entries[0] ?? this.#made.entries), partsOf(column)];
    if (known !== found)
      throw new TypeError(
        `searchIndex: the same must be known of all documents, ${known} as of the first, got ${found} of document ${this.documents}`,
      );
  }

  /** What was made and the documents since, in the order of the terms. */
  #joined(): Postings {
    const made = this.#made;
    const all = [...this.#ids.keys()];
    const order = Uint32Array.from(all, (_, id) => id).sort((a, b) => compareCodePoints(all[a]!, all[b]!));
    const places = new Uint32Array(order.length);
    order.forEach((id, place) => {
      places[id] = place;
    });
    const offsets = this.#offsets(order, places);
    const postings = offsets.at(-1)!;
    const [documents, counts] = [new Uint32Array(postings), new Uint32Array(postings)];
    const next = offsets.slice(0, -1);
    for (let id = 0; id < made.terms.length; id++) {
      const [from, to, at] = [made.offsets[id]!, made.offsets[id + 1]!, next[places[id]!]!];
      documents.set(made.documents.subarray(from, to), at);
      counts.set(made.counts.subarray(from, to), at);
      next[places[id]!] = at + to - from;
    }
    this.#invert(places, next, documents, counts);
    const lengths = new Uint32Array(this.documents);
    lengths.set(made.lengths);
    lengths.set(this.#lengths.values, made.lengths.length);
    const entries = joinColumns([...(made.entries ? [made.entries] : []), ...this.#entries]);
    return {
      terms: Array.from(order, (id) => all[id]!),
      ...{ offsets, documents, counts, lengths },
      ...(columnLength(entries) > 0 ? { entries } : {}),
    };
  }

  #offsets(order: Uint32Array, places: Uint32Array): Uint32Array {
    const offsets = new Uint32Array(order.length + 1);
    for (const id of this.#terms.values) offsets[places[id]! + 1]!++;
    const { offsets: made } = this.#made;
    for (let id = 0; id < made.length - 1; id++) offsets[places[id]! + 1]! += made[id + 1]! - made[id]!;
    for (let place = 0; place < order.length; place++) offsets[place + 1]! += offsets[place]!;
    return offsets;
  }

  /** Documents come in the order of their numbers, so each term's do. */
  #invert(places: Uint32Array, next: Uint32Array, documents: Uint32Array, counts: Uint32Array): void {
    const [terms, values, cells] = [this.#terms.values, this.#counts.values, this.#cells.values];
    let document = this.#made.lengths.length;
    let cell = 0;
    for (const length of cells) {
      for (const end = cell + length; cell < end; cell++) {
        const at = next[places[terms[cell]!]!]!++;
        documents[at] = document;
        counts[at] = values[cell]!;
      }
      document++;
    }
  }
}

function partsOf(column: DocumentColumn | undefined): string {
  const parts = Object.keys(column ?? {}).map((part) =>
    part === "fields" ? `fields (${Object.keys(column!.fields!).join(", ")})` : part,
  );
  return parts.length > 0 ? parts.join(", ") : "nothing";
}

import type { DocumentTermBatch } from "../../schemas/documentTerms.js";
import type { StageState } from "../../schemas/state.js";
import type { IdBatch } from "../../schemas/tokens.js";
import type { Vocabulary, VocabularySnapshot } from "../../schemas/vocabulary.js";
import { joinStates, splitState } from "../numbers/joinStates.js";
import { DocumentRelay } from "./documentRelay.js";

/** Up to so many, insertion takes less time than the call of a sort. */
const FEW = 32;

/**
 * Counts the terms of whole documents, whatever batches these come in: rows of a sparse matrix, their terms ascending. A document that
 * has begun when a growing vocabulary changes loses the tokens whose row has another term now.
 * State: 4 bytes per term of the vocabulary, and the counts of the document that has begun.
 */
export class DocumentTermCounter {
  #counts = new Uint32Array(0);
  /** Terms of the document that has begun, in the order of their first occurrence. */
  #seen = new Uint32Array(256);
  #distinct = 0;
  #length = 0;
  #vocabulary: Vocabulary | undefined;
  #epoch = 0;
  /** The number of the document that has begun; -1 before the first. */
  #document = -1;
  #hasBegun = false;
  readonly #relay = new DocumentRelay();
  #replaced = 0;
  readonly #size: number | undefined;

  /** @param size ids are below it; below the vocabulary's size if left out */
  constructor(size?: number) {
    this.#size = size;
  }

  /** Rows of the documents that end in the batch, in one batch for each epoch. */
  *push({ ids, documentOffsets, documents, vocabulary, epoch }: IdBatch): Generator<DocumentTermBatch> {
    if (epoch !== this.#epoch) yield* this.end();
    this.#epoch = epoch;
    this.#follow(vocabulary);
    this.#relay.push(documents);
    const rows = new RowBuffer(ids.length + this.#distinct, documentOffsets.length);
    let from = 0;
    for (const start of documentOffsets) {
      this.#count(ids, from, start);
      this.#endDocument(rows);
      this.#document++;
      this.#hasBegun = true;
      from = start;
    }
    this.#count(ids, from, ids.length);
    if (rows.length > 0) yield this.#batchOf(rows);
  }

  /** The row of the document that has begun, if one has; the next document is number 0. */
  *end(): Generator<DocumentTermBatch> {
    if (this.#hasBegun) {
      const rows = new RowBuffer(this.#distinct, 1);
      this.#endDocument(rows);
      yield this.#batchOf(rows);
    }
    this.#document = -1;
  }

  /** How many tokens were lost to changes of the vocabulary since this was last asked. */
  takeReplaced(): number {
    const replaced = this.#replaced;
    this.#replaced = 0;
    return replaced;
  }

  save(): StageState {
    const seen = this.#seen.slice(0, this.#distinct);
    return joinStates({
      counter: {
        facts: { length: this.#length, epoch: this.#epoch, document: this.#document, hasBegun: this.#hasBegun },
        arrays: { seen, counts: seen.map((term) => this.#counts[term]!) },
      },
      documents: this.#relay.save(),
    });
  }

  restore(state: StageState): void {
    const { counter, documents } = splitState(state);
    const { facts, arrays } = counter!;
    this.#length = facts.length as number;
    this.#epoch = facts.epoch as number;
    this.#document = facts.document as number;
    this.#hasBegun = facts.hasBegun as boolean;
    const [seen, counts] = [arrays.seen as Uint32Array, arrays.counts as Uint32Array];
    this.#distinct = seen.length;
    this.#seen = Uint32Array.from({ length: Math.max(256, seen.length) }, (_, i) => seen[i] ?? 0);
    this.#counts = new Uint32Array(seen.reduce((most, term) => Math.max(most, term + 1), 0));
    seen.forEach((term, i) => {
      this.#counts[term] = counts[i]!;
    });
    this.#relay.restore(documents!);
  }

  #follow(vocabulary: Vocabulary): void {
    if (vocabulary === this.#vocabulary) return;
    const size = this.#size ?? vocabulary.terms.length;
    if (size > this.#counts.length) {
      const grown = new Uint32Array(size);
      grown.set(this.#counts);
      this.#counts = grown;
    }
    const before = this.#vocabulary;
    if (before && "generation" in before)
      this.#forgetReplaced(before as VocabularySnapshot, vocabulary as VocabularySnapshot);
    this.#vocabulary = vocabulary;
  }

  #forgetReplaced({ generation }: VocabularySnapshot, { since }: VocabularySnapshot): void {
    let kept = 0;
    for (let i = 0; i < this.#distinct; i++) {
      const term = this.#seen[i]!;
      if (since[term]! <= generation) {
        this.#seen[kept++] = term;
        continue;
      }
      this.#replaced += this.#counts[term]!;
      this.#length -= this.#counts[term]!;
      this.#counts[term] = 0;
    }
    this.#distinct = kept;
  }

  #count(ids: Uint32Array, from: number, to: number): void {
    const counts = this.#counts;
    if (this.#seen.length < this.#distinct + to - from) this.#makeRoom(this.#distinct + to - from);
    const seen = this.#seen;
    let distinct = this.#distinct;
    for (let i = from; i < to; i++) {
      const id = ids[i]!;
      if (counts[id]!++ === 0) seen[distinct++] = id;
    }
    this.#distinct = distinct;
    this.#length += to - from;
  }

  #makeRoom(length: number): void {
    const grown = new Uint32Array(2 * length);
    grown.set(this.#seen.subarray(0, this.#distinct));
    this.#seen = grown;
  }

  #endDocument(rows: RowBuffer): void {
    if (!this.#hasBegun) return;
    const seen = this.#seen.subarray(0, this.#distinct);
    if (seen.length <= FEW) sortFew(seen);
    else seen.sort();
    rows.take(seen, this.#counts, this.#length, this.#document);
    this.#distinct = 0;
    this.#length = 0;
    this.#hasBegun = false;
  }

  #batchOf(rows: RowBuffer): DocumentTermBatch {
    const documents = this.#relay.take(rows.length);
    const batch = { ...rows.columns(), vocabulary: this.#vocabulary!, epoch: this.#epoch };
    return documents ? { ...batch, documents } : batch;
  }
}

/** Insertion sort. */
function sortFew(values: Uint32Array): void {
  for (let i = 1; i < values.length; i++) {
    const value = values[i]!;
    let at = i;
    for (; at > 0 && values[at - 1]! > value; at--) values[at] = values[at - 1]!;
    values[at] = value;
  }
}

/** Rows as they are counted. */
class RowBuffer {
  length = 0;
  #cells = 0;
  readonly #offsets: Uint32Array;
  readonly #terms: Uint32Array;
  readonly #values: Float64Array;
  readonly #lengths: Uint32Array;
  readonly #documents: Uint32Array;

  constructor(mostCells: number, mostRows: number) {
    this.#offsets = new Uint32Array(mostRows + 1);
    this.#terms = new Uint32Array(mostCells);
    this.#values = new Float64Array(mostCells);
    this.#lengths = new Uint32Array(mostRows);
    this.#documents = new Uint32Array(mostRows);
  }

  /** The counts of the terms are 0 afterwards. */
  take(terms: Uint32Array, counts: Uint32Array, tokens: number, document: number): void {
    const [ids, values] = [this.#terms, this.#values];
    let at = this.#cells;
    for (let i = 0; i < terms.length; i++) {
      const term = terms[i]!;
      ids[at] = term;
      values[at++] = counts[term]!;
      counts[term] = 0;
    }
    this.#cells = at;
    this.#lengths[this.length] = tokens;
    this.#documents[this.length] = document;
    this.#offsets[++this.length] = at;
  }

  columns() {
    return {
      offsets: this.#offsets.subarray(0, this.length + 1),
      terms: this.#terms.subarray(0, this.#cells),
      values: this.#values.subarray(0, this.#cells),
      lengths: this.#lengths.subarray(0, this.length),
      rowDocuments: this.#documents.subarray(0, this.length),
    };
  }
}

/**
 * Adds up co-occurrences. Pairs of frequent terms go straight into a dense block: row i has the columns below cells / (i + 1) or so,
 * where most pairs of a Zipfian text fall. The others are buffered as records of 8 bytes, radix-sorted and added up when the buffer
 * is full (the split is that of Stanford's cooccur.c). A symmetric table keeps one triangle, row <= column.
 *
 * What a window means: X[a][b] adds the weight of every context b of a centre a. A symmetric table holds (X + X') / 2 for windows
 * on both sides, which is X itself while the radius is fixed, and X + X' for windows on one side: in either case, with a fixed
 * radius, each pair of tokens counts once as (a, b) and once as (b, a), as in GloVe. Halves are kept as units, so sums stay exact.
 */
import type { ContextBatch } from "../../schemas/contexts.js";
import { radixSortPairs, type WordPairs } from "../numbers/radixSort.js";
import { type CellRun, emptyRun } from "./cellRun.js";
import { DenseBlock } from "./denseBlock.js";

export interface PairCounterOptions {
  readonly terms: number;
  /** Pairs of other rows are left to others. */
  readonly firstRow: number;
  readonly endRow: number;
  readonly symmetric: boolean;
  readonly windowSize: number;
  /** Units of a pair by its distance. */
  readonly ofDistance: Float64Array;
  /** Room of the dense block, `denseCellBytes` a cell. */
  readonly denseCells: number;
  /** Room of the buffer, 16 bytes a record. */
  readonly bufferRecords: number;
  /** The buffer is full: what `takeSorted` gives must be taken. */
  readonly onFull: () => void;
}

/** What counting needs to know of a batch of windows. */
export type WindowView = Pick<
  ContextBatch,
  "ids" | "sentenceOffsets" | "firstCentre" | "endCentre" | "radius" | "windowSize" | "side"
>;

/** A record's low word: column, distance, and whether the pair counts from both of its ends. */
const codeBits = 7;
const firstRecords = 4096;

export class PairCounter {
  readonly #options: PairCounterOptions;
  readonly #dense: DenseBlock;
  #records: WordPairs;
  #spare = wordPairs(0);
  #length = 0;
  /** Units by a record's code, in halves of a unit for a symmetric table. */
  readonly #unitsOf: Float64Array;
  readonly #termBits: number;
  /** Tokens of a batch whose terms do not come before our rows, and those among them whose terms are in them. */
  readonly #notBefore = new NearbyTokens();
  readonly #inRows = new NearbyTokens();
  /** Some pair of a symmetric table counts from one of its ends only. */
  hasHalves = false;

  constructor(options: PairCounterOptions) {
    const { terms, symmetric, ofDistance, denseCells, bufferRecords } = options;
    this.#options = options;
    this.#termBits = Math.max(1, 32 - Math.clz32(terms - 1));
    if (this.#termBits + codeBits > 32)
      throw new RangeError(
        `cooccurrence: the vocabulary must have at most ${2 ** (32 - codeBits)} terms, got ${terms}`,
      );
    this.#unitsOf = new Float64Array(2 * ofDistance.length);
    ofDistance.forEach((units, distance) => {
      this.#unitsOf[2 * distance] = units;
      this.#unitsOf[2 * distance + 1] = symmetric ? 2 * units : units;
    });
    this.#dense = new DenseBlock(options, denseCells, this.#unitsOf);
    this.#records = wordPairs(Math.min(bufferRecords, firstRecords));
  }

  add(batch: WindowView): void {
    const { radius, windowSize, side } = batch;
    const isFixed = side === "both" && radius.every((each) => each === windowSize);
    if (isFixed && this.#options.symmetric) this.#addBothEnds(batch);
    else this.#addEachEnd(batch);
  }

  /** All that was not taken, in order, at most `most` cells at once; nothing can be added any more, and half of the buffer is free. */
  rest(most: number): Generator<CellRun>[] {
    const sorted = this.#sort();
    this.#spare = wordPairs(0);
    return [this.#dense.runs(most), this.#sums(sorted, most)];
  }

  /** Sorts what the buffer holds and gives its sums in order, at most `most` cells at once; then the buffer is empty. */
  *takeSorted(most: number): Generator<CellRun> {
    yield* this.#sums(this.#sort(), most);
    this.#length = 0;
  }

  *#sums({ high, low }: WordPairs, most: number): Generator<CellRun> {
    const records = this.#length;
    const run = emptyRun(Math.min(most, records));
    for (let from = 0; from < records; ) {
      const { length, next } = this.#addUp(high, low, from, run);
      from = next;
      yield { ...run, length };
    }
  }

  /** Fills a run with sums of sorted records; `next` is the first record that had no room. */
  #addUp(high: Uint32Array, low: Uint32Array, from: number, run: CellRun): { length: number; next: number } {
    const [unitsOf, records, room] = [this.#unitsOf, this.#length, run.row.length];
    let length = 0;
    let next = from;
    while (next < records && length < room) {
      const row = high[next]! | 0;
      const column = (low[next]! | 0) >>> codeBits;
      let sum = 0;
      for (; next < records; next++) {
        const word = low[next]! | 0;
        if ((high[next]! | 0) !== row || word >>> codeBits !== column) break;
        sum += unitsOf[word & (2 ** codeBits - 1)]!;
      }
      run.row[length] = row;
      run.column[length] = column;
      run.units[length++] = sum * this.#timesCounted(row, column);
    }
    return { length, next };
  }

  #sort(): WordPairs {
    const bits = { firstLow: codeBits, low: codeBits + this.#termBits, high: this.#termBits };
    if (this.#spare.high.length < this.#length) this.#spare = wordPairs(this.#records.high.length);
    const sorted = radixSortPairs(this.#records, this.#spare, this.#length, bits);
    if (sorted === this.#spare) [this.#records, this.#spare] = [this.#spare, this.#records];
    return sorted;
  }

  /** A pair of a term with itself is one cell from both of its ends. */
  #timesCounted(row: number, column: number): number {
    return this.#options.symmetric && row === column ? 2 : 1;
  }

  /** Makes sure that the pairs of one more centre fit. */
  #makeRoom(): void {
    const room = this.#records.high.length;
    if (this.#length + 2 * this.#options.windowSize <= room) return;
    if (room < this.#options.bufferRecords) this.#grow(Math.min(2 * room, this.#options.bufferRecords));
    else this.#options.onFull();
  }

  #grow(room: number): void {
    const grown = wordPairs(room);
    grown.high.set(this.#records.high);
    grown.low.set(this.#records.low);
    this.#records = grown;
  }

  /**
   * The fast way: a symmetric table, a fixed radius, both sides. Each pair of tokens is met once, from its right end. A pair is in our
   * rows if none of its terms comes before them, and not both come after.
   */
  #addBothEnds({ ids, sentenceOffsets, firstCentre, endCentre, windowSize }: WindowView): void {
    const { firstRow, endRow } = this.#options;
    const [notBefore, inRows] = [this.#notBefore, this.#inRows];
    notBefore.clear(endCentre);
    inRows.clear(endCentre);
    let stretch = 0;
    for (let at = 0; at < endCentre; at++) {
      while (stretch + 1 < sentenceOffsets.length && sentenceOffsets[stretch + 1]! <= at) stretch++;
      const id = ids[at]! | 0; // as signed integers: comparing unsigned ones goes through floating point
      if (id < firstRow) continue;
      const first = Math.max(sentenceOffsets[stretch]!, at - windowSize);
      if (at >= firstCentre) this.#addPairs(id, at, id < endRow ? notBefore : inRows, first);
      notBefore.push(at, id);
      if (id < endRow) inRows.push(at, id);
    }
  }

  /** Pairs of a token with those at or after `first`, all of them in our rows. */
  #addPairs(id: number, at: number, others: NearbyTokens, first: number): void {
    this.#makeRoom();
    const dense = this.#dense;
    const { high, low } = this.#records;
    const { places, ids } = others;
    let length = this.#length;
    for (let i = others.length - 1; i >= 0 && places[i]! >= first; i--) {
      const other = ids[i]!;
      const code = 2 * (at - places[i]!) + 1;
      const swap = (other ^ id) & ((other - id) >> 31); // 0 if other >= id: a branch would be guessed wrong half of the time
      const row = id ^ swap;
      const column = other ^ swap;
      if (dense.has(row, column)) {
        dense.add(row, column, code);
        if (row === column) dense.add(row, column, code); // one cell from both of its ends
      } else {
        high[length] = row;
        low[length++] = (column << codeBits) | code;
      }
    }
    this.#length = length;
  }

  #addEachEnd(batch: WindowView): void {
    const { sentenceOffsets, ids, side } = batch;
    let stretch = 0;
    for (let centre = batch.firstCentre; centre < batch.endCentre; ) {
      while (stretch + 1 < sentenceOffsets.length && sentenceOffsets[stretch + 1]! <= centre) stretch++;
      const start = sentenceOffsets[stretch]!;
      const end = sentenceOffsets[stretch + 1] ?? ids.length;
      const endCentre = Math.min(end, batch.endCentre);
      while (centre < endCentre) {
        this.#makeRoom();
        if (side === "right") this.#addRight(batch, centre, end);
        else this.#addLeft(batch, centre, start);
        centre++;
      }
    }
  }

  /** Pairs with the tokens before the centre; for windows on both sides, seen from either end. */
  #addLeft({ ids, radius, windowSize, side }: WindowView, centre: number, start: number): void {
    const id = ids[centre]!;
    for (let distance = 1; distance <= windowSize && centre - distance >= start; distance++) {
      const other = ids[centre - distance]!;
      const backward = distance <= radius[centre]!;
      const forward = side === "both" && distance <= radius[centre - distance]!;
      if (this.#options.symmetric) {
        this.#addEnds(id, other, distance, side === "both" ? Number(backward) + Number(forward) : 2 * Number(backward));
      } else {
        if (backward) this.#put(id, other, 2 * distance);
        if (forward) this.#put(other, id, 2 * distance);
      }
    }
  }

  #addRight({ ids, radius }: WindowView, centre: number, end: number): void {
    const id = ids[centre]!;
    for (let distance = 1; distance <= radius[centre]! && centre + distance < end; distance++) {
      const other = ids[centre + distance]!;
      if (this.#options.symmetric) this.#addEnds(id, other, distance, 2);
      else this.#put(id, other, 2 * distance);
    }
  }

  /** A pair of a symmetric table that counts from none, one or both of its ends. */
  #addEnds(a: number, b: number, distance: number, ends: number): void {
    if (ends === 0) return;
    if (ends === 1) this.hasHalves = true;
    this.#put(Math.min(a, b), Math.max(a, b), 2 * distance + ends - 1);
  }

  #put(row: number, column: number, code: number): void {
    if (row < this.#options.firstRow || row >= this.#options.endRow) return;
    if (this.#dense.has(row, column)) {
      for (let times = this.#timesCounted(row, column); times > 0; times--) this.#dense.add(row, column, code);
      return;
    }
    this.#records.high[this.#length] = row;
    this.#records.low[this.#length++] = (column << codeBits) | code;
  }
}

/** Tokens with their places, in order of the text. */
class NearbyTokens {
  places = new Int32Array(0);
  ids = new Int32Array(0);
  length = 0;

  clear(room: number): void {
    this.length = 0;
    if (this.places.length >= room) return;
    this.places = new Int32Array(room);
    this.ids = new Int32Array(room);
  }

  push(place: number, id: number): void {
    this.places[this.length] = place;
    this.ids[this.length++] = id;
  }
}

function wordPairs(length: number): WordPairs {
  return { high: new Uint32Array(length), low: new Uint32Array(length) };
}

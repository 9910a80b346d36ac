import type { WasmMemory, WasmModule } from "../numbers/webAssembly.js";
import { type CooccurrenceKernel, headBytes, longestCell, startCooccurrenceKernel } from "./cooccurrenceKernel.js";
import { type RowReader, RowStream } from "./rowStream.js";
import type { TextStretch, WindowView } from "./textBlock.js";

export interface RowCounterOptions {
  readonly terms: number;
  /** Places of terms in the text that are noted at once. */
  readonly places: number;
  /** The rows of the table that are counted. */
  readonly firstRow: number;
  readonly endRow: number;
  readonly windowSize: number;
  readonly side: WindowView["side"];
  readonly symmetric: boolean;
  /** Units of a pair by its distance. */
  readonly ofDistance: Float64Array;
}

/** Takes rows as they are written, bytes that are good until it returns. */
export type TakeRows = (bytes: Uint8Array) => void;

/** The longest windows, rounded up. */
const DISTANCES = 64;
const OUT = 2 ** 17;
/** Bytes for reading rows, and the least of them for each stream. */
const STREAMS = 2 ** 20;
export const mostStreams = 64;
/** Tokens that are gone through for places, and those that are counted or cells that are added up, in a step: some hundredths of a second. */
const NOTED = 2 ** 20;
const COUNTED = 2 ** 16;

type CounterSize = Pick<RowCounterOptions, "terms" | "places">;

const sizesOf = ({ terms, places }: CounterSize) => ({
  ofEnd: 8 * DISTANCES,
  ofAll: 8 * DISTANCES,
  sums: 8 * terms,
  used: 8 * Math.ceil(terms / 2 ** 6),
  usedWords: 8 * Math.ceil(terms / 2 ** 12),
  placesEnd: 4 * terms,
  places: 4 * places,
  out: OUT,
  streams: STREAMS,
  end: 0,
});
type Places = Readonly<Record<keyof ReturnType<typeof sizesOf>, number>>;

/** Where each part begins, and the last ends. */
function layOut(sizes: Places, from: number): Places {
  let at = from;
  const starts = Object.entries(sizes).map(([name, size]) => {
    const start = at;
    at += Math.ceil(size / 64) * 64;
    return [name, start] as const;
  });
  return Object.fromEntries(starts) as unknown as Places;
}

/** Bytes of a counter's memory. */
export const counterBytes = (size: CounterSize): number => layOut(sizesOf(size), 0).end;

/**
 * Adds up the co-occurrences of stretches of text, and the rows that came of them, by `kernels/assembly/cooccurrence.ts`.
 *
 * What a window means: X[a][b] adds the weight of every context b of a centre a. A symmetric table holds (X + X') / 2 for windows on both
 * sides, which is X itself while the radius is fixed, and X + X' for windows on one side: in either case, with a fixed radius, each pair of
 * tokens counts once as (a, b) and once as (b, a), as in GloVe. Units of a symmetric table are halves of what `ofDistance` says.
 * State: `counterBytes`, from `place` on.
 */
export class RowCounter {
  readonly #options: RowCounterOptions;
  readonly #memory: WasmMemory;
  readonly #kernel: CooccurrenceKernel;
  readonly #places: Places;
  readonly #placesEnd: Uint32Array;
  /** Cells that were written since the last call. */
  #cells = 0;
  #out: number;

  constructor(module: WasmModule, memory: WasmMemory, place: number, options: RowCounterOptions) {
    this.#options = options;
    this.#memory = memory;
    this.#places = layOut(sizesOf(options), place);
    this.#placesEnd = new Uint32Array(memory.buffer, this.#places.placesEnd, options.terms);
    this.#out = this.#places.out;
    this.#kernel = startCooccurrenceKernel(module, memory);
    this.#prepare();
  }

  /** Some pair of a symmetric table counts from one of its ends only. */
  get hasHalves(): boolean {
    return this.#kernel.hasHalves.value !== 0;
  }

  /**
   * Counts a stretch of text, each of whose terms is a centre so many times, in steps of some rows between which the text must stay as it is;
   * returns the number of cells. It goes through the text once for all rows whose places are noted at once.
   */
  *count(stretch: TextStretch, counts: Uint32Array, take: TakeRows): Generator<void, number> {
    const { firstRow, endRow } = this.#options;
    this.#kernel.isFixed.value = Number(stretch.isFixed);
    for (let row = firstRow; row < endRow; ) {
      const end = this.#layOutPlaces(row, counts);
      yield* this.#notePlaces(stretch, row, end, counts[row]!);
      yield* this.#countRows(row, end, take);
      row = end;
    }
    return this.#finish(take);
  }

  /** Gives rows room for their places as long as there is some, but at least one row; returns the row behind. */
  #layOutPlaces(firstRow: number, counts: Uint32Array): number {
    const { endRow, places } = this.#options;
    const ends = this.#placesEnd;
    let noted = 0;
    let row = firstRow;
    for (; row < endRow && (row === firstRow || noted + counts[row]! <= places); row++) {
      ends[row] = noted;
      noted += counts[row]!;
    }
    return row;
  }

  /** A single row with too many places for the room is counted at once, some text after the other. */
  *#notePlaces({ from, to }: TextStretch, firstRow: number, endRow: number, count: number): Generator<void, void> {
    const { places } = this.#options;
    const ends = this.#placesEnd;
    const kernel = this.#kernel;
    const bytes = 4 * Math.min(NOTED, places);
    for (let at = from; at < to; at += bytes) {
      if (at > from) yield;
      kernel.text.value = at;
      kernel.textEnd.value = Math.min(to, at + bytes);
      kernel.notePlaces(firstRow, endRow);
      if (count <= places) continue;
      kernel.addPlaces(0, ends[firstRow]!);
      ends[firstRow] = 0;
    }
  }

  *#countRows(firstRow: number, endRow: number, take: TakeRows): Generator<void, void> {
    const kernel = this.#kernel;
    const ends = this.#placesEnd;
    let first = 0;
    let stepEnd = COUNTED;
    for (let row = firstRow; row < endRow; row++) {
      if (first >= stepEnd) {
        yield;
        stepEnd = first + COUNTED;
      }
      kernel.addPlaces(first, ends[row]!);
      this.#write(row, take);
      first = ends[row]!;
    }
  }

  /** Adds up rows that were written, of `mostStreams` readers at most, in steps of some rows; returns the number of cells. */
  *addUp(readers: readonly RowReader[], take: TakeRows): Generator<void, number> {
    const bytes = Math.floor(STREAMS / readers.length / 64) * 64;
    const streams = readers.map(
      (reader, i) => new RowStream(this.#kernel, this.#memory, this.#places.streams + i * bytes, bytes, reader),
    );
    let stepEnd = COUNTED;
    for (let left = streams; ; ) {
      left = left.filter((stream) => stream.row !== undefined);
      if (left.length === 0) return this.#finish(take);
      if (this.#cells >= stepEnd) {
        yield;
        stepEnd = this.#cells + COUNTED;
      }
      const row = Math.min(...left.map((stream) => stream.row!));
      for (const stream of left) if (stream.row === row) stream.addRow();
      this.#write(row, take);
    }
  }

  #prepare(): void {
    const { windowSize, side, symmetric, ofDistance, terms } = this.#options;
    const { ofEnd, ofAll, sums, used, usedWords, placesEnd, places } = this.#places;
    const isTwoSided = side === "both";
    const perEnd = symmetric && !isTwoSided ? 2 : 1;
    const [oneEnd, allEnds] = [ofEnd, ofAll].map((place) => new BigUint64Array(this.#memory.buffer, place, DISTANCES));
    ofDistance.forEach((units, distance) => {
      oneEnd![distance] = BigInt(units * perEnd);
      allEnds![distance] = BigInt(units * (symmetric ? 2 : 1));
    });
    const settings = {
      ...{ ofEnd, ofAll, sums, used, usedWords, placesEnd, places, windowSize },
      summaryWords: Math.ceil(terms / 2 ** 12),
      ownLeft: Number(side !== "right"),
      otherLeft: Number(symmetric && side !== "left"),
      ownRight: Number(side !== "left"),
      otherRight: Number(symmetric && side !== "right"),
    };
    for (const [name, value] of Object.entries(settings)) this.#kernel[name as keyof typeof settings].value = value;
  }

  /** Writes the row at hand, if it has cells. */
  #write(row: number, take: TakeRows): void {
    const { cells, tooLarge } = this.#kernel;
    if (cells.value === 0) return;
    const end = this.#places.out + OUT;
    this.#cells += cells.value;
    if (this.#out + headBytes + longestCell > end) this.#flush(take);
    this.#out = this.#kernel.beginRow(row, this.#out) >>> 0; // beyond 2 GiB it comes out negative
    for (;;) {
      this.#out = this.#kernel.writeCells(this.#out, end) >>> 0;
      if (cells.value === 0) break;
      this.#flush(take);
    }
    if (tooLarge.value !== -1) throw this.#inexact(row, tooLarge.value);
  }

  #flush(take: TakeRows): void {
    take(new Uint8Array(this.#memory.buffer, this.#places.out, this.#out - this.#places.out));
    this.#out = this.#places.out;
  }

  #finish(take: TakeRows): number {
    this.#flush(take);
    const cells = this.#cells;
    this.#cells = 0;
    return cells;
  }

  #inexact(row: number, column: number): RangeError {
    const [units] = new BigUint64Array(this.#memory.buffer, this.#places.sums + 8 * column, 1);
    return new RangeError(
      `accumulateCooccurrence: sums must stay below 2^53 units to be exact, got ${Number(units)} in cell (${row}, ${column})`,
    );
  }
}

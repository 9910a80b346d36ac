import { growTo, sharedMemory, type WasmMemory } from "../numbers/webAssembly.js";
import type { MiniBatch, VariationalSettings } from "./variationalTrainer.js";

/** Terms whose sums are added up as one: `BLOCK` of the kernel. */
export const TERM_BLOCK = 64;
const LINE = 64;
const MOST_BYTES = 2 ** 32 - 65_536;

/** Where things lie that stay, in bytes. */
interface Places {
  readonly control: number;
  readonly weights: number;
  readonly written: number;
  readonly norms: number;
  readonly alpha: number;
  /** From there on lies what belongs to a mini-batch. */
  readonly end: number;
}

/** What threads share: the weights of topics, and one mini-batch behind them, for which the memory grows. */
export interface VariationalMemory {
  readonly memory: WasmMemory;
  readonly places: Places;
  readonly rowBytes: number;
}

/** Floats of a row: K, rounded up to a multiple of 4. */
export const variationalStride = (topics: number) => Math.ceil(topics / 4) * 4;

/** Bytes of all weights with what a mini-batch of so many documents needs where it has every term, but for its cells. */
export function variationalBytes(topics: number, rows: number, documents: number): number {
  return (2 * rows + 2 * documents) * variationalStride(topics) * 4 + 24 * rows;
}

export function makeVariationalMemory({ topics, rows }: VariationalSettings): VariationalMemory {
  const rowBytes = variationalStride(topics) * 4;
  const layout = new Layout(LINE); // address 0 stays free
  const places = {
    control: layout.take(LINE),
    weights: layout.take(rows * rowBytes),
    written: layout.take(rows * 8),
    norms: layout.take(rowBytes),
    alpha: layout.take(rowBytes),
    end: layout.take(0),
  };
  return { memory: sharedMemory(places.end, MOST_BYTES), places, rowBytes };
}

/** A mini-batch in memory, with its cells by term as well. */
export interface PlacedBatch {
  readonly documents: number;
  /** Distinct terms. */
  readonly terms: number;
  /** Addresses, by the names of the kernel's variables. */
  readonly variables: Readonly<Record<string, number>>;
  /** Where the workers' own memory begins, and how much each has. */
  readonly scratch: number;
  readonly scratchBytes: number;
}

/** Writes mini-batches into the shared memory. State: 4 bytes a row of terms. */
export class BatchPlacer {
  readonly #shared: VariationalMemory;
  readonly #workers: number;
  /** The place of a term among those of the batch, and 1; 0 where it is not there. */
  readonly #places: Uint32Array;

  constructor(shared: VariationalMemory, rows: number, workers: number) {
    this.#shared = shared;
    this.#workers = workers;
    this.#places = new Uint32Array(rows);
  }

  /** @throws RangeError if the memory cannot grow that much */
  place({ offsets, terms, counts }: MiniBatch): PlacedBatch {
    const { memory, rowBytes, places } = this.#shared;
    const documents = offsets.length - 1;
    const distinct = this.#distinct(terms);
    let longest = 0;
    for (let d = 0; d < documents; d++) longest = Math.max(longest, offsets[d + 1]! - offsets[d]!);
    const layout = new Layout(places.end);
    const cells = terms.length + 4; // four at a time are read
    const variables = {
      terms: layout.take(4 * distinct.length),
      betas: layout.take(rowBytes * distinct.length),
      betaExponents: layout.take(4 * distinct.length),
      offsets: layout.take(4 * offsets.length),
      cellTerms: layout.take(4 * cells),
      counts: layout.take(4 * cells),
      ratios: layout.take(4 * cells),
      thetas: layout.take(rowBytes * documents),
      gammas: layout.take(rowBytes * documents),
      losses: layout.take(8 * documents),
      columns: layout.take(4 * (distinct.length + 1)),
      columnCells: layout.take(8 * terms.length),
      blockSums: layout.take(rowBytes * Math.ceil(distinct.length / TERM_BLOCK)),
    };
    const scratchBytes = rowBytes * (longest + 4) + LINE;
    const scratch = layout.take(scratchBytes * this.#workers);
    growTo(memory, layout.take(0));
    const { buffer } = memory;
    new Uint32Array(buffer, variables.terms, distinct.length).set(distinct);
    new Uint32Array(buffer, variables.offsets, offsets.length).set(offsets);
    new Float32Array(buffer, variables.counts, terms.length).set(counts);
    this.#placeCells(offsets, terms, distinct, variables);
    return { documents, terms: distinct.length, variables, scratch, scratchBytes };
  }

  /** Numbers of terms, ascending. */
  #distinct(terms: Uint32Array): Uint32Array {
    const found: number[] = [];
    for (const term of terms) {
      if (this.#places[term] !== 0) continue;
      this.#places[term] = 1;
      found.push(term);
    }
    const distinct = Uint32Array.from(found).sort();
    distinct.forEach((term, place) => {
      this.#places[term] = place + 1;
    });
    return distinct;
  }

  /** The place of each cell's term, and a counting sort of the cells by term: documents stay in their order. */
  #placeCells(offsets: Uint32Array, terms: Uint32Array, distinct: Uint32Array, to: Readonly<Record<string, number>>) {
    const { buffer } = this.#shared.memory;
    const cellTerms = new Uint32Array(buffer, to.cellTerms, terms.length);
    const columns = new Uint32Array(buffer, to.columns, distinct.length + 1).fill(0);
    const columnCells = new Uint32Array(buffer, to.columnCells, 2 * terms.length);
    for (let cell = 0; cell < terms.length; cell++) {
      const place = this.#places[terms[cell]!]!;
      cellTerms[cell] = place - 1;
      columns[place]!++;
    }
    for (let place = 0; place < distinct.length; place++) columns[place + 1]! += columns[place]!;
    const next = columns.slice();
    for (let d = 0; d + 1 < offsets.length; d++)
      for (let cell = offsets[d]!; cell < offsets[d + 1]!; cell++) {
        const at = next[cellTerms[cell]!]!++;
        columnCells[2 * at] = d;
        columnCells[2 * at + 1] = cell;
      }
    for (const term of distinct) this.#places[term] = 0;
  }
}

/** Gives out places in a memory, one behind the other, each at the beginning of a cache line. */
class Layout {
  #at: number;

  constructor(start: number) {
    this.#at = start;
  }

  take(bytes: number): number {
    const place = Math.ceil(this.#at / LINE) * LINE;
    this.#at = place + bytes;
    return place;
  }
}

import { readFileSync } from "node:fs";
import { BestRows, multiplyCosines, type RankedRows } from "../../kernels/evaluation/cosines.js";
import { compileKernel, startKernel, type WasmModule } from "../../kernels/numbers/webAssembly.js";
import { type CodedQuery, codeQuery } from "../../kernels/search/codedQuery.js";
import type { RowQuestion } from "./rowSearch.js";
import { BLOCK, type SharedRows } from "./sharedRows.js";

/** What `kernels/assembly/cosines.ts` exports. */
interface CosinesKernel {
  inverseLengths(rows: number, count: number, vectorBytes: number, out: number): void;
  cosines(rows: number, inverse: number, count: number, vectorBytes: number, query: number, out: number): void;
  listedCosines(...numbers: number[]): void;
  encodeRows(...numbers: number[]): void;
  reachingRows(...numbers: number[]): number;
}

export interface Search {
  /** Computes lengths and codes of the rows before one, as far as that was not done. */
  prepare(end: number): void;
  /** The answers to at most `QUESTIONS` questions, all rows looked at, and prepared if they are not. */
  answer(questions: readonly RowQuestion[]): RankedRows[];
}

/** Where the cosines of the rows of one block are wanted. */
interface Look {
  readonly first: number;
  readonly count: number;
}

let module: WasmModule | undefined;

/**
 * Searches rows by their cosines. Blocks of rows stay in the cache while all questions look at them: the memory is read once, not once a
 * question. One vector is compared with the codes of a block first, and exactly with those rows only whose bound exceeds the least score that is
 * kept: the answer is that of comparing all. Three are compared exactly.
 *
 * Nobody may write to the rows from now on, nor ask on two threads at once.
 */
export function openSearch(shared: SharedRows): Search {
  module ??= compileKernel(readFileSync(new URL("../../kernels/assembly/cosines.wasm", import.meta.url)));
  const kernel = startKernel<CosinesKernel>(module, shared.memory);
  const { terms, rows, inverse, rowBytes, coded } = shared.layout;
  let prepared = 0;

  function prepare(end: number): void {
    const [first, count] = [prepared, end - prepared];
    if (count <= 0) return;
    const [some, lengths] = [rows + first * rowBytes, inverse + 4 * first];
    kernel.inverseLengths(some, count, rowBytes, lengths);
    prepared = end;
    if (!coded) return;
    const { codes, codeBytes, steps, residuals } = coded;
    const columns = [steps + 4 * first, residuals + 4 * first];
    kernel.encodeRows(some, lengths, count, rowBytes, codes + first * codeBytes, codeBytes, ...columns);
  }

  return {
    prepare,
    answer(questions) {
      prepare(terms);
      const scans = questions.map((question, place) => new Scan(kernel, shared, question, place));
      for (let first = 0; first < terms; first += BLOCK)
        for (const scan of scans) scan.look({ first, count: Math.min(BLOCK, terms - first) });
      return scans.map(({ best }) => best.ranked());
    },
  };
}

/** One question on its way through all rows. */
class Scan {
  readonly best: BestRows;
  readonly #kernel: CosinesKernel;
  readonly #shared: SharedRows;
  readonly #queries: readonly number[];
  readonly #coded: (CodedQuery & { readonly at: number }) | undefined;
  /** Whether the codes left out half of the block before, and more; where they do not, every other block is compared without them. */
  #pays = true;

  constructor(kernel: CosinesKernel, shared: SharedRows, { vectors, count, excluded }: RowQuestion, place: number) {
    const { buffer } = shared.memory;
    const { terms, queries, rowBytes, queryBytes, vectorSize, coded } = shared.layout;
    this.#kernel = kernel;
    this.#shared = shared;
    this.best = new BestRows(Math.min(count, terms), new Set(excluded));
    const start = queries + place * queryBytes;
    this.#queries = vectors.map((_, k) => start + k * rowBytes);
    const written = vectors.map((vector, k) => {
      const query = new Float32Array(buffer, this.#queries[k]!, rowBytes / 4).fill(0, vectorSize);
      query.set(vector);
      return query.subarray(0, vectorSize);
    });
    if (!coded || written.length > 1) return;
    const at = start + rowBytes; // where a second vector would lie
    const codes = new Int16Array(buffer, at, coded.codeBytes).fill(0, vectorSize);
    this.#coded = { ...codeQuery(written[0]!, codes), at };
  }

  look(block: Look): void {
    if (this.#coded && this.#pays && this.best.least > Number.NEGATIVE_INFINITY) this.#lookAtReaching(block);
    else this.#lookAtAll(block);
  }

  #lookAtReaching({ first, count }: Look): void {
    const { rows, inverse, rowBytes, coded, listed, scores } = this.#shared.layout;
    const { at, step, length, slack } = this.#coded!;
    const { codes, codeBytes, steps, residuals } = coded!;
    const columns = [steps + 4 * first, residuals + 4 * first, first, count];
    const threshold = this.best.least - slack;
    const query = [at, step, length, threshold, listed];
    const found = this.#kernel.reachingRows(codes + first * codeBytes, codeBytes, ...columns, ...query);
    this.#pays = 2 * found <= count;
    if (found === 0) return;
    this.#kernel.listedCosines(rows, inverse, listed, found, rowBytes, this.#queries[0]!, scores);
    const ids = new Uint32Array(this.#shared.memory.buffer, listed, found);
    const cosines = new Float32Array(this.#shared.memory.buffer, scores, found);
    for (let k = 0; k < found; k++) this.best.offer(ids[k]!, cosines[k]!);
  }

  #lookAtAll({ first, count }: Look): void {
    const { rows, inverse, rowBytes, scores } = this.#shared.layout;
    const columns = this.#queries.map((query, k) => {
      const out = scores + 4 * BLOCK * k;
      this.#kernel.cosines(rows + first * rowBytes, inverse + 4 * first, count, rowBytes, query, out);
      return new Float32Array(this.#shared.memory.buffer, out, count);
    });
    const [toA, toB, toC] = columns;
    const ranked = toB && toC ? multiplyCosines(toA!, toB, toC) : toA!;
    for (let k = 0; k < count; k++) this.best.offer(first + k, ranked[k]!);
    this.#pays = true;
  }
}

import { readFileSync } from "node:fs";
import { bestRows, multiplyCosines, type RankedRows } from "../../kernels/evaluation/cosines.js";
import { compileKernel, startKernel, type WasmModule } from "../../kernels/numbers/webAssembly.js";
import type { RowQuestion } from "./rowSearch.js";
import type { SharedRows } from "./sharedRows.js";

/** What `kernels/assembly/cosines.ts` exports. */
interface CosinesKernel {
  inverseLengths(rows: number, count: number, vectorBytes: number, out: number): void;
  cosines(rows: number, inverse: number, count: number, vectorBytes: number, query: number, out: number): void;
}

/** The answers to at most `QUESTIONS` questions, all rows looked at. */
export type Search = (questions: readonly RowQuestion[]) => RankedRows[];

/** So many rows at a time stay in the cache while all questions look at them: the memory is read once, not once a question. */
const BLOCK = 512;

let module: WasmModule | undefined;

/** Nobody may write to the rows from now on, nor ask on two threads at once. */
export function openSearch({ memory, layout }: SharedRows): Search {
  module ??= compileKernel(readFileSync(new URL("../../kernels/assembly/cosines.wasm", import.meta.url)));
  const kernel = startKernel<CosinesKernel>(module, memory);
  const { buffer } = memory;
  const { terms, rows, inverse, rowBytes, queries, scores, columnBytes, vectorSize } = layout;
  kernel.inverseLengths(rows, terms, rowBytes, inverse);
  return (questions) => {
    const vectors = questions.flatMap((question) => question.vectors);
    for (const [k, vector] of vectors.entries())
      new Float32Array(buffer, queries + k * rowBytes, rowBytes / 4).fill(0, vectorSize).set(vector);
    for (let first = 0; first < terms; first += BLOCK) {
      const count = Math.min(BLOCK, terms - first);
      const [block, lengths] = [rows + first * rowBytes, inverse + 4 * first];
      for (let k = 0; k < vectors.length; k++)
        kernel.cosines(block, lengths, count, rowBytes, queries + k * rowBytes, scores + k * columnBytes + 4 * first);
    }
    let column = 0;
    return questions.map(({ vectors, count, excluded }) => {
      const cosines = vectors.map(() => new Float32Array(buffer, scores + column++ * columnBytes, terms));
      const [toA, toB, toC] = cosines;
      const ranked = toB && toC ? multiplyCosines(toA!, toB, toC) : toA!;
      return bestRows(ranked, Math.min(count, terms), new Set(excluded));
    });
  };
}

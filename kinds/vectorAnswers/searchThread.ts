/** The thread that looks through all rows. It ends when it is terminated. */
import { readFileSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import { bestRows, multiplyCosines, type RankedRows } from "../../kernels/evaluation/cosines.js";
import { compileKernel, startKernel } from "../../kernels/numbers/webAssembly.js";
import type { RowQuestion, SearchAnswer, SearchMessage } from "./rowSearch.js";
import { QUESTIONS, type RowLayout } from "./sharedRows.js";

/** What `kernels/assembly/cosines.ts` exports. */
interface CosinesKernel {
  inverseLengths(rows: number, count: number, vectorBytes: number, out: number): void;
  cosines(rows: number, inverse: number, count: number, vectorBytes: number, query: number, out: number): void;
}

type Search = (questions: readonly RowQuestion[]) => RankedRows[];

/** So many rows at a time stay in the cache while all questions look at them: the memory is read once, not once a question. */
const BLOCK = 512;

const module = compileKernel(readFileSync(new URL("../../kernels/assembly/cosines.wasm", import.meta.url)));
let search: Search | undefined;
const waiting: RowQuestion[] = [];

parentPort!.on("message", (message: SearchMessage) => {
  if ("memory" in message) {
    answerAll(); // they ask about the rows from before
    search = open(startKernel<CosinesKernel>(module, message.memory), message.memory.buffer, message.layout);
  } else if (waiting.push(message) === 1) setImmediate(answerAll); // once all that has come is here
});

function answerAll(): void {
  while (waiting.length > 0)
    for (const answer of answersTo(waiting.splice(0, QUESTIONS))) parentPort!.postMessage(answer);
}

function answersTo(questions: readonly RowQuestion[]): SearchAnswer[] {
  try {
    return search!(questions);
  } catch (error) {
    return questions.map(() => ({ error: (error as Error).message }));
  }
}

function open(kernel: CosinesKernel, buffer: SharedArrayBuffer, layout: RowLayout): Search {
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

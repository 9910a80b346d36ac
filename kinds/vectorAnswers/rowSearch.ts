import { Worker } from "node:worker_threads";
import type { RankedRows } from "../../kernels/evaluation/cosines.js";
import type { WasmMemory } from "../../kernels/numbers/webAssembly.js";
import type { RowLayout, SharedRows } from "./sharedRows.js";

/** One vector: nearest by cosine. Three, a, b, c: best by 3CosMul. Each has length 1. */
export type QueryVectors = readonly [Float64Array] | readonly [Float64Array, Float64Array, Float64Array];

export interface RowQuestion {
  readonly vectors: QueryVectors;
  readonly count: number;
  /** Rows that must not be among the answers. */
  readonly excluded: readonly number[];
}

/** Finds rows, all looked at. */
export interface RowSearch {
  nearest(rows: SharedRows, question: RowQuestion): Promise<RankedRows>;
  close(): Promise<void>;
}

/** What the thread is told: the rows to look through from now on, or a question about them. */
export type SearchMessage =
  | { readonly memory: WasmMemory; readonly layout: RowLayout }
  | (RowQuestion & { readonly ask: number });

export type SearchAnswer = { readonly ask: number } & (RankedRows | { readonly error: string });

interface Waiting {
  readonly resolve: (rows: RankedRows) => void;
  readonly reject: (error: Error) => void;
}

/** Searches on a thread of its own, so that neither training nor the sockets wait for it. */
export function searchOnThread(): RowSearch {
  const worker = new Worker(new URL("./searchThread.js", import.meta.url), { execArgv: [] });
  const waiting = new Map<number, Waiting>();
  let opened: SharedRows | undefined;
  let asked = 0;
  let failure: Error | undefined;
  const failAll = (error: Error) => {
    failure ??= error;
    for (const { reject } of waiting.values()) reject(failure);
    waiting.clear();
  };
  worker.on("message", (answer: SearchAnswer) => {
    const { resolve, reject } = waiting.get(answer.ask)!;
    waiting.delete(answer.ask);
    if ("error" in answer) reject(new Error(answer.error));
    else resolve(answer);
  });
  worker.on("error", failAll);
  worker.on("exit", () => failAll(new Error("serve: the thread that searches must live as long as the server")));

  const send = (message: SearchMessage) => worker.postMessage(message);
  return {
    nearest(rows, question) {
      if (failure) return Promise.reject(failure);
      if (opened !== rows) {
        send({ memory: rows.memory, layout: rows.layout });
        opened = rows;
      }
      return new Promise((resolve, reject) => {
        const ask = asked++;
        waiting.set(ask, { resolve, reject });
        send({ ...question, ask });
      });
    },
    async close() {
      await worker.terminate();
    },
  };
}

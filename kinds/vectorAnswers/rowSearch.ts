import type { RankedRows } from "../../kernels/evaluation/cosines.js";
import type { WasmMemory } from "../../kernels/numbers/webAssembly.js";
import { AskedThread } from "../../runtime/threads.js";
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
  /** Makes rows ready for questions while those before them are asked; where there are none before, the first question does. */
  open(rows: SharedRows): Promise<void>;
  nearest(rows: SharedRows, question: RowQuestion): Promise<RankedRows>;
  /** Nobody asks about these any more. */
  release(rows: SharedRows): void;
  close(): Promise<void>;
}

/** What the thread is told: of rows by their number, up to where they are to be prepared, what is asked about them. */
export type SearchMessage =
  | { readonly number: number; readonly memory: WasmMemory; readonly layout: RowLayout }
  | { readonly number: number; readonly end: number }
  | { readonly number: number; readonly question: RowQuestion }
  | { readonly released: number };

/** The answer to a question, or that rows were prepared; there is none to the others. */
export type SearchAnswer = RankedRows | { readonly error: string } | "prepared";

/** So many rows are prepared in about a millisecond; questions come between. */
const AT_ONCE = 8192;

/** Searches on a thread of its own, so that neither training nor the sockets wait for it. */
export function searchOnThread(): RowSearch {
  const thread = new AskedThread<SearchMessage, SearchAnswer>(new URL("./searchThread.js", import.meta.url), {
    lost: () => new Error("serve: the thread that searches must live as long as the server"),
  });
  const numbers = new Map<SharedRows, number>();
  let opened = 0;
  return {
    async open(rows) {
      const number = opened++;
      const isFirst = numbers.size === 0;
      numbers.set(rows, number);
      thread.send({ number, memory: rows.memory, layout: rows.layout });
      const { terms } = rows.layout;
      for (let end = 0; !isFirst && end < terms; ) {
        end = Math.min(terms, end + AT_ONCE);
        await thread.ask({ number, end });
      }
    },
    async nearest(rows, question) {
      const answer = await thread.ask({ number: numbers.get(rows)!, question });
      if (answer === "prepared") throw new Error("serve: questions must be answered in their order");
      if ("error" in answer) throw new Error(answer.error);
      return answer;
    },
    release(rows) {
      thread.send({ released: numbers.get(rows)! });
      numbers.delete(rows);
    },
    close: () => thread.close(),
  };
}

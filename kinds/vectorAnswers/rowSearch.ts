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
  nearest(rows: SharedRows, question: RowQuestion): Promise<RankedRows>;
  close(): Promise<void>;
}

/** What the thread is told: the rows to look through from now on, or a question about them. */
export type SearchMessage = { readonly memory: WasmMemory; readonly layout: RowLayout } | RowQuestion;

/** The answer to a question; there is none to rows. */
export type SearchAnswer = RankedRows | { readonly error: string };

/** Searches on a thread of its own, so that neither training nor the sockets wait for it. */
export function searchOnThread(): RowSearch {
  const thread = new AskedThread<SearchMessage, SearchAnswer>(new URL("./searchThread.js", import.meta.url), {
    lost: () => new Error("serve: the thread that searches must live as long as the server"),
  });
  let opened: SharedRows | undefined;
  return {
    async nearest(rows, question) {
      if (opened !== rows) thread.send({ memory: rows.memory, layout: rows.layout });
      opened = rows;
      const answer = await thread.ask(question);
      if ("error" in answer) throw new Error(answer.error);
      return answer;
    },
    close: () => thread.close(),
  };
}

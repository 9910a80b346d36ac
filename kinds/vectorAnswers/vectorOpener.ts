import { setImmediate as otherWork } from "node:timers/promises";
import type { Opener } from "../../schemas/answers.js";
import { AskedVectors } from "./askedVectors.js";
import type { CopiedVectors } from "./copiedVectors.js";
import { type IndexedTerms, unpackTerms } from "./packedTerms.js";
import { type RowQuestion, searchOnThread } from "./rowSearch.js";
import { TermLayouts } from "./termLayouts.js";

/** Opens shared rows for questions; looks through them on a thread of its own, and gives their memory back. */
export function vectorOpener(giveBack: (rest: unknown) => void): Opener {
  const search = searchOnThread();
  const layouts = new TermLayouts();
  let known: IndexedTerms = { terms: [], rows: new Map() };
  return {
    async open({ terms, subwords, ...rows }: CopiedVectors) {
      if (terms) known = await unpackTerms(terms, otherWork);
      await search.open(rows);
      return new AskedVectors(
        rows,
        known,
        (question: RowQuestion) => search.nearest(rows, question),
        subwords,
        layouts,
      );
    },
    release({ shared, subwords }: AskedVectors) {
      search.release(shared);
      giveBack(shared.memory);
      if (subwords) giveBack(subwords.memory);
    },
    async close() {
      await layouts.close();
      await search.close();
    },
  };
}

import { scoreRetrieval } from "../../kernels/evaluation/retrieval.js";
import { scoringOptions } from "../../operators/documents/searchDocuments.js";
import { parseOptions, type Scorings, type SearchIndex } from "../../schemas/index.js";
import { RetrievalSet } from "./retrievalSet.js";
import { TextSearch } from "./textSearch.js";
import type { Known } from "./textSteps.js";

const K = 10;
/** Documents of a query that are looked at. */
const DEPTH = 1000;

/** How well an index finds the documents that fit queries, scored as it says by itself. */
export function retrievalScorings(known: Known): Scorings<SearchIndex> {
  return {
    retrieval: {
      on: "files",
      besides: ["relevance"],
      measures: {
        [`nDCG@${K}`]: { about: `Gain of the first ${K} documents, by that of the best order`, better: "higher" },
        MAP: { about: "Mean over the queries of their average precision", better: "higher" },
      },
      open(queries, { relevance }) {
        const set = new RetrievalSet("retrieval", { queries, relevance: relevance!, gain: "grade" });
        const score = async (index: SearchIndex) => {
          const search = new TextSearch("retrieval", index, known, { scoring: parseOptions(scoringOptions, {}) });
          const { ndcgAtK, meanAveragePrecision } = scoreRetrieval(await set.rankedBy(search, DEPTH), K);
          return { [`nDCG@${K}`]: ndcgAtK, MAP: meanAveragePrecision };
        };
        return { items: set.size, unit: "queries", score };
      },
    },
  };
}

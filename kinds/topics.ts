import { topicVectors } from "../kernels/topics/topicVectors.js";
import { defineKind } from "../schemas/kinds.js";
import type { Topics } from "../schemas/topics.js";
import { type NumberRule, readTermRows, termRowBlocks } from "./termRows.js";

const columns = ["term", "count", "weights"];

const share: NumberRule = {
  holds: (weight) => weight >= 0 && Number.isFinite(weight),
  rule: "the weights of topics must be finite and not below 0",
};

/** Topics: a row a term, with its count in the corpus and its weight in each topic. */
export const topics = defineKind({
  name: "topics",
  arrives: "whole",
  columns,
  amounts: { terms: ({ vocabulary }: Topics) => vocabulary.terms.length },
  table: {
    schema: ({ alpha }) => ({
      columns: { term: "text", count: "float64", weights: { list: "float32", size: alpha.length } },
    }),
    facts: ({ alpha, names, metadata }) => ({
      alpha: [...alpha],
      ...(names ? { names: [...names] } : {}),
      metadata: [...metadata],
    }),
    blocks: ({ vocabulary, weights, alpha }) => termRowBlocks(vocabulary, weights, alpha.length),
    async read(table, facts) {
      const alpha = Float64Array.from(facts.alpha as number[]);
      const { vocabulary, values: weights } = await readTermRows(table, columns, alpha.length, share);
      return {
        ...{ vocabulary, weights, alpha },
        ...(facts.names ? { names: facts.names as string[] } : {}),
        metadata: new Map(facts.metadata as [string, string][]),
      };
    },
  },
  terms: ({ vocabulary }) => vocabulary.terms,
  origin: {
    keepsTextSteps: true,
    of: ({ metadata }) => metadata,
    with: (value, metadata) => ({ ...value, metadata }),
  },
  vectors: topicVectors,
  shown: ([value]) => ({ topics: value!.alpha.length, terms: value!.vocabulary.terms.length }),
});

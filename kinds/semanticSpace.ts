import { spaceVectors } from "../kernels/decomposition/spaceVectors.js";
import { defineKind } from "../schemas/kinds.js";
import type { SemanticSpace } from "../schemas/semanticSpace.js";
import { type NumberRule, readTermRows, termRowBlocks } from "./termRows.js";

const columns = ["term", "count", "coordinates"];

const coordinate: NumberRule = { holds: Number.isFinite, rule: "the coordinates of terms must be finite" };

/** A space of LSA: a row a term, with its count in the corpus and its entry in each singular vector. */
export const semanticSpace = defineKind({
  name: "semanticSpace",
  arrives: "whole",
  columns,
  amounts: { terms: ({ vocabulary }: SemanticSpace) => vocabulary.terms.length },
  table: {
    schema: ({ singularValues }) => ({
      columns: { term: "text", count: "float64", coordinates: { list: "float32", size: singularValues.length } },
    }),
    facts: ({ singularValues, squares, documents, metadata }) => ({
      ...{ squares, documents },
      singularValues: [...singularValues],
      metadata: [...metadata],
    }),
    blocks: ({ vocabulary, termVectors, singularValues }) =>
      termRowBlocks(vocabulary, termVectors, singularValues.length),
    async read(table, facts) {
      const singularValues = Float64Array.from(facts.singularValues as number[]);
      const { vocabulary, values } = await readTermRows(table, columns, singularValues.length, coordinate);
      return {
        ...{ vocabulary, termVectors: values, singularValues },
        squares: facts.squares as number,
        documents: facts.documents as number,
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
  vectors: (space) => spaceVectors(space, "1"),
  shown: ([space]) => ({
    vectorSize: space!.singularValues.length,
    terms: space!.vocabulary.terms.length,
    documents: space!.documents,
  }),
});

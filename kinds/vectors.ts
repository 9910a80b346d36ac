import { Vectors } from "../kernels/embedding/vectors.js";
import { pointTheSameWay } from "../kernels/evaluation/spread.js";
import { defineKind } from "../schemas/kinds.js";
import { type VectorTable, vectorsSchema } from "../schemas/vectors.js";
import { wholeColumns } from "./rows.js";
import { vectorAnswers } from "./vectorAnswers/vectorAnswers.js";

/** One vector a term. */
export const vectors = defineKind({
  name: "vectors",
  arrives: "whole",
  columns: ["term", "vector"],
  amounts: { terms: ({ terms }: VectorTable) => terms.length },
  table: {
    schema: ({ vectorSize }) => vectorsSchema(vectorSize),
    facts: ({ vectorSize, metadata }) => ({ vectorSize, metadata: [...metadata] }),
    blocks: ({ terms, values }) => [{ columns: [terms, values], rows: terms.length }],
    async read(table, facts) {
      const vectorSize = facts.vectorSize as number;
      const [terms, rows] = await wholeColumns<[string, ArrayLike<number>]>(table, ["term", "vector"]);
      const values = new Float32Array(terms.length * vectorSize);
      rows.forEach((row, id) => {
        values.set(row, id * vectorSize);
      });
      return new Vectors({ terms, values, vectorSize, metadata: new Map(facts.metadata as [string, string][]) });
    },
  },
  origin: {
    of: ({ metadata }) => metadata,
    with: ({ terms, values, vectorSize }, metadata) => new Vectors({ terms, values, vectorSize, metadata }),
  },
  hardlyMoved: pointTheSameWay,
  answers: vectorAnswers,
  shown: ([vectors]) => ({ terms: vectors!.terms.length, vectorSize: vectors!.vectorSize }),
});

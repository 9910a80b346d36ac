import { Vectors } from "../kernels/embedding/vectors.js";
import { pointTheSameWay } from "../kernels/evaluation/spread.js";
import { defineKind } from "../schemas/kinds.js";
import type { SubwordForm } from "../schemas/subwords.js";
import { type VectorTable, vectorRowBlocks, vectorsSchema } from "../schemas/vectors.js";
import { wholeColumns } from "./rows.js";
import { vectorAnswers } from "./vectorAnswers/vectorAnswers.js";
import { vectorScorings } from "./vectorScorings.js";

const rowsAtOnce = 65_536;

/** One vector a term. */
export const vectors = defineKind({
  name: "vectors",
  arrives: "whole",
  columns: ["term", "vector"],
  amounts: { terms: ({ terms }: VectorTable) => terms.length },
  table: {
    schema: ({ vectorSize, subwords }) => vectorsSchema(vectorSize, new Map(), subwords),
    facts: ({ vectorSize, metadata, subwords }) => ({ vectorSize, metadata: [...metadata], form: subwords?.form }),
    blocks: (table) => vectorRowBlocks(table, rowsAtOnce),
    async read(table, { vectorSize, metadata, form }) {
      const columns = form ? ["term", "vector", "bucket"] : ["term", "vector"];
      const [terms, rows, buckets = []] = await wholeColumns<[string, ArrayLike<number>, number]>(table, columns);
      const size = vectorSize as number;
      const values = new Float32Array(rows.length * size);
      rows.forEach((row, id) => {
        values.set(row, id * size);
      });
      const known = form ? buckets.findLastIndex((bucket) => bucket < 0) + 1 : terms.length;
      const subwords = {
        form: form as SubwordForm,
        buckets: Uint32Array.from(buckets.slice(known)),
        values: values.slice(known * size),
      };
      return new Vectors({
        terms: terms.slice(0, known),
        values: values.slice(0, known * size),
        vectorSize: size,
        metadata: new Map(metadata as [string, string][]),
        ...(form ? { subwords } : {}),
      });
    },
  },
  origin: {
    of: ({ metadata }) => metadata,
    with: ({ terms, values, vectorSize, subwords }, metadata) =>
      new Vectors({ terms, values, vectorSize, metadata, ...(subwords ? { subwords } : {}) }),
  },
  hardlyMoved: pointTheSameWay,
  answers: vectorAnswers,
  scorings: vectorScorings,
  shown: ([vectors]) => ({ terms: vectors!.terms.length, vectorSize: vectors!.vectorSize }),
});

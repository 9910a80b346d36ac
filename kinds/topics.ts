import { makeVocabulary } from "../kernels/vocabulary/vocabulary.js";
import { defineKind } from "../schemas/kinds.js";
import type { Rows } from "../schemas/tables.js";
import type { Topics } from "../schemas/topics.js";
import { wholeColumns } from "./rows.js";

const rowsAtOnce = 65_536;
const columns = ["term", "count", "weights"];

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
    blocks,
    async read(table, facts) {
      const [terms, counts, rows] = await wholeColumns<[string, number, ArrayLike<number>]>(table, columns);
      const alpha = Float64Array.from(facts.alpha as number[]);
      const weights = new Float32Array(rows.length * alpha.length);
      rows.forEach((row, term) => {
        for (let k = 0; k < alpha.length; k++)
          if (!(row[k]! >= 0 && Number.isFinite(row[k]))) throw oddWeight(table.path, row[k]!, term);
        weights.set(row, term * alpha.length);
      });
      return {
        vocabulary: makeVocabulary(terms, Float64Array.from(counts)),
        weights,
        alpha,
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
  shown: ([value]) => ({ topics: value!.alpha.length, terms: value!.vocabulary.terms.length }),
});

function* blocks({ vocabulary: { terms, counts }, weights, alpha }: Topics): Generator<Rows> {
  const size = alpha.length;
  for (let from = 0; from < terms.length; from += rowsAtOnce) {
    const to = Math.min(from + rowsAtOnce, terms.length);
    const rows = weights.subarray(from * size, to * size);
    yield { columns: [terms.slice(from, to), counts.subarray(from, to), rows], rows: to - from };
  }
}

const oddWeight = (path: string, weight: number, row: number) =>
  new RangeError(`${path}: the weights of topics must be finite and not below 0, got ${weight} in row ${row}`);

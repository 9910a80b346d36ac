import { makeVocabulary } from "../kernels/vocabulary/vocabulary.js";
import { defineKind } from "../schemas/kinds.js";
import type { SemanticSpace } from "../schemas/semanticSpace.js";
import type { Rows } from "../schemas/tables.js";
import { wholeColumns } from "./rows.js";

const rowsAtOnce = 65_536;
const columns = ["term", "count", "coordinates"];

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
    blocks,
    async read(table, facts) {
      const [terms, counts, rows] = await wholeColumns<[string, number, ArrayLike<number>]>(table, columns);
      const singularValues = Float64Array.from(facts.singularValues as number[]);
      const size = singularValues.length;
      const termVectors = new Float32Array(rows.length * size);
      rows.forEach((row, term) => {
        for (let k = 0; k < size; k++) if (!Number.isFinite(row[k])) throw oddNumber(table.path, row[k]!, term);
        termVectors.set(row, term * size);
      });
      return {
        ...{ termVectors, singularValues },
        vocabulary: makeVocabulary(terms, Float64Array.from(counts)),
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
  shown: ([space]) => ({
    vectorSize: space!.singularValues.length,
    terms: space!.vocabulary.terms.length,
    documents: space!.documents,
  }),
});

function* blocks({ vocabulary: { terms, counts }, termVectors, singularValues }: SemanticSpace): Generator<Rows> {
  const size = singularValues.length;
  for (let from = 0; from < terms.length; from += rowsAtOnce) {
    const to = Math.min(from + rowsAtOnce, terms.length);
    const rows = termVectors.subarray(from * size, to * size);
    yield { columns: [terms.slice(from, to), counts.subarray(from, to), rows], rows: to - from };
  }
}

const oddNumber = (path: string, found: number, row: number) =>
  new RangeError(`${path}: the coordinates of terms must be finite, got ${found} in row ${row}`);

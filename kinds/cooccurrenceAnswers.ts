import { ln } from "../kernels/numbers/logarithm.js";
import { makeVocabulary } from "../kernels/vocabulary/vocabulary.js";
import { type Answers, defineQuestion, NotFound, type Transport } from "../schemas/answers.js";
import type { FinalCooccurrence } from "../schemas/cooccurrence.js";
import { integer, oneOf, text } from "../schemas/fields.js";
import { show } from "../schemas/options.js";
import { suggest } from "../schemas/suggest.js";
import type { Vocabulary } from "../schemas/vocabulary.js";

/** A table in memory, row by row: 12 bytes a cell. */
interface CooccurrenceCopy {
  readonly terms: readonly string[];
  readonly counts: Float64Array;
  /** Where the cells of each row begin (V + 1,). */
  readonly starts: Float64Array;
  readonly columns: Int32Array;
  readonly weights: Float64Array;
  /** What weights tell instead of counts, if anything. */
  readonly measure: string | undefined;
  /** The table has each pair twice, as (a, b) and (b, a), or else once. */
  readonly symmetric: boolean;
}

interface AskedCooccurrence extends Omit<CooccurrenceCopy, "terms" | "counts"> {
  readonly vocabulary: Vocabulary;
  /** Sum of each row, and of each column (V,). */
  readonly rowSums: Float64Array;
  readonly columnSums: Float64Array;
  readonly total: number;
}

interface Partner {
  readonly term: string;
  readonly weight: number;
  readonly pmi: number;
}

/** More cells would take more than 1.2 GB. */
const MOST_CELLS = 100_000_000;
const MOST_PARTNERS = 1000;

async function copied(table: FinalCooccurrence): Promise<CooccurrenceCopy> {
  const { vocabulary, length, metadata } = table;
  if (length > MOST_CELLS)
    throw new RangeError(`cooccurrence: a table that is asked must have at most ${MOST_CELLS} cells, got ${length}`);
  const { terms, counts } = vocabulary;
  const starts = new Float64Array(terms.length + 1);
  const [columns, weights] = [new Int32Array(new SharedArrayBuffer(4 * length)), floats(length)];
  let at = 0;
  for await (const { row, column, weight } of table.batches()) {
    for (const id of row) starts[id + 1]!++;
    columns.set(column, at);
    weights.set(weight, at);
    at += row.length;
  }
  for (let id = 0; id < terms.length; id++) starts[id + 1]! += starts[id]!;
  return { terms, counts, starts, columns, weights, measure: metadata.measure, symmetric: metadata.symmetric };
}

const floats = (length: number) => new Float64Array(new SharedArrayBuffer(8 * length));

function opened({ terms, counts, ...cells }: CooccurrenceCopy): AskedCooccurrence {
  const { starts, columns, weights } = cells;
  const [rowSums, columnSums] = [new Float64Array(terms.length), new Float64Array(terms.length)];
  let total = 0;
  for (let row = 0; row < terms.length; row++)
    for (let cell = starts[row]!; cell < starts[row + 1]!; cell++) {
      rowSums[row]! += weights[cell]!;
      columnSums[columns[cell]!]! += weights[cell]!;
      total += weights[cell]!;
    }
  return { ...cells, vocabulary: makeVocabulary(terms, counts), rowSums, columnSums, total };
}

function rowOfTerm({ vocabulary }: AskedCooccurrence, term: string): number {
  const row = vocabulary.idOf(term);
  if (row !== undefined) return row;
  const near = suggest(term, vocabulary.terms);
  throw new NotFound(`unknown term ${show(term)}`, near === undefined ? [] : [near]);
}

/** Those of a row, the strongest first; equal ones in the order of the vocabulary. PMI is that of counts as they are. */
function partnersOf(table: AskedCooccurrence, row: number, by: "pmi" | "weight", leastWeight: number): Partner[] {
  const { starts, columns, weights, vocabulary, rowSums, columnSums, total } = table;
  const partners: Partner[] = [];
  for (let cell = starts[row]!; cell < starts[row + 1]!; cell++) {
    const [column, weight] = [columns[cell]!, weights[cell]!];
    if (weight < leastWeight) continue;
    const pmi = ln((weight * total) / (rowSums[row]! * columnSums[column]!));
    partners.push({ term: vocabulary.terms[column]!, weight, pmi });
  }
  return partners.sort((a, b) => b[by] - a[by]);
}

const transport: Transport<FinalCooccurrence> = {
  copier: () => ({ copy: copied }),
  opener: () => ({ open: opened }),
};

/** The terms that stand near a term, by how often, and by how much more often than by chance. */
export const cooccurrenceAnswers: Answers<FinalCooccurrence> = {
  about: "co-occurrence",
  onTheWay: true,
  told: {
    cells: { of: ({ columns }: AskedCooccurrence) => columns.length },
    terms: { of: ({ vocabulary }: AskedCooccurrence) => vocabulary.terms.length },
  },
  questions: [
    defineQuestion({
      name: "cooccurrence",
      fields: {
        term: text({ description: "The term whose partners are wanted", minLength: 1 }),
        by: oneOf(["pmi", "weight"], {
          description: "What orders them: how often they stand near, or how much more often than by chance",
          default: "pmi",
        }),
        minWeight: integer({ description: "Leave out partners with less weight", min: 0, default: 0 }),
        k: integer({ description: "How many partners", min: 1, max: MOST_PARTNERS, default: 10 }),
      },
      summary: "The terms that stand near a term",
      reply: {
        term: { type: "string" },
        total: { type: "number", description: "Of the term's weights" },
        of: { type: "integer", description: "All partners of the term" },
        partners: {
          type: "array",
          items: {
            type: "object",
            properties: { term: { type: "string" }, weight: { type: "number" }, pmi: { type: "number" } },
            required: ["term", "weight", "pmi"],
            additionalProperties: false,
          },
        },
      },
      mayReply: { measure: { type: "string", description: "What the weights are, if not counts" } },
      missing: "The term is not in the vocabulary",
      answer: (table: AskedCooccurrence, { term, by, minWeight, k }) => {
        const row = rowOfTerm(table, term);
        const partners = partnersOf(table, row, by, minWeight);
        const of = table.starts[row + 1]! - table.starts[row]!;
        const measure = table.measure === undefined ? {} : { measure: table.measure };
        return { term, total: table.rowSums[row]!, of, partners: partners.slice(0, k), ...measure };
      },
    }),
    defineQuestion({
      name: "cells",
      fields: { terms: text({ description: "Up to 50 terms with commas between", minLength: 1 }) },
      summary: "The weights of the pairs of some terms",
      reply: {
        terms: { type: "array", items: { type: "string" } },
        weights: { type: "array", items: { type: "array", items: { type: "number" } } },
      },
      missing: "One of the terms is not in the vocabulary",
      answer: (table: AskedCooccurrence, { terms: written }) => {
        const terms = [...new Set(written.split(",").filter((each) => each !== ""))].slice(0, 50);
        const rows = terms.map((term) => rowOfTerm(table, term));
        return { terms, weights: rows.map((row) => weightsAt(table, row, rows)) };
      },
    }),
  ],
  transport,
};

function weightsAt({ starts, columns, weights }: AskedCooccurrence, row: number, wanted: readonly number[]): number[] {
  const places = new Map(wanted.map((column, place) => [column, place]));
  const found = new Array<number>(wanted.length).fill(0);
  for (let cell = starts[row]!; cell < starts[row + 1]!; cell++) {
    const place = places.get(columns[cell]!);
    if (place !== undefined) found[place] = weights[cell]!;
  }
  return found;
}

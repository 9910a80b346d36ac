import {
  type CooccurrenceBatch,
  type CooccurrenceMetadata,
  cooccurrenceSchema,
  type FinalCooccurrence,
} from "../schemas/cooccurrence.js";
import { defineKind } from "../schemas/kinds.js";
import type { ReadableTable, Rows } from "../schemas/tables.js";
import type { Vocabulary } from "../schemas/vocabulary.js";
import { cooccurrenceAnswers } from "./cooccurrenceAnswers.js";

/** Most cells in a batch. */
export const batchRows = 65_536;

const columns = Object.keys(cooccurrenceSchema.columns);
/** As files named them before 0.1.0 was released. */
const olderColumns = ["row", "column", "weight"];

/** The finished table. Its vocabulary is a value of its own. */
export const cooccurrence = defineKind({
  name: "cooccurrence",
  arrives: "whole",
  columns,
  olderColumns,
  amounts: { cells: ({ length }: FinalCooccurrence) => length },
  isEmpty: ({ length }) => length === 0,
  table: {
    schema: () => cooccurrenceSchema,
    facts: ({ length, metadata }) => ({ length, metadata }),
    needs: ({ vocabulary }) => ({ vocabulary: { kind: "vocabulary", value: vocabulary } }),
    blocks,
    read: async (table, { length, metadata }, { vocabulary }) => ({
      vocabulary: vocabulary as Vocabulary,
      metadata: metadata as CooccurrenceMetadata,
      length: length as number,
      batches: cellBatches(table),
    }),
  },
  answers: cooccurrenceAnswers,
  shown: ([table], expected) => namedCells(table!, expected),
  release: (table) => table.close?.(),
});

async function* blocks(table: FinalCooccurrence): AsyncGenerator<Rows> {
  for await (const { row, column, weight } of table.batches())
    yield { columns: [row, column, weight], rows: row.length };
}

/** The names of a table's row, column and weight. */
export function cellColumns(table: Pick<ReadableTable, "columns">): readonly string[] {
  return olderColumns.every((older) => table.columns.some(({ name }) => name === older)) ? olderColumns : columns;
}

/** The cells of a table as they stand in it, batch by batch, whenever they are asked for. */
export function cellBatches(table: ReadableTable): () => AsyncGenerator<CooccurrenceBatch> {
  return async function* () {
    for await (const { rows, columns: read } of table.blocks(cellColumns(table))) {
      const [row, column, weight] = read as ArrayLike<number>[];
      for (let start = 0; start < rows; start += batchRows) {
        const end = Math.min(start + batchRows, rows);
        yield {
          row: slice(Int32Array, row!, start, end),
          column: slice(Int32Array, column!, start, end),
          weight: slice(Float64Array, weight!, start, end),
        };
      }
    }
  };
}

/** A part of a column, belonging to the receiver. */
function slice<A extends Int32Array | Float64Array>(
  type: { from(values: ArrayLike<number>): A; new (length: number): A },
  values: ArrayLike<number>,
  start: number,
  end: number,
): A {
  if (values instanceof type) return values.slice(start, end) as A;
  const part = new type(end - start);
  for (let i = start; i < end; i++) part[i - start] = values[i]!;
  return part;
}

/** The expected cells, `{ "the cat": 1.5 }`, as the table has them. */
async function namedCells(table: FinalCooccurrence, expected: unknown): Promise<Record<string, number>> {
  const wanted = new Set(Object.keys(expected as object));
  const { terms } = table.vocabulary;
  const found: Record<string, number> = {};
  for await (const { row, column, weight } of table.batches()) {
    row.forEach((id, cell) => {
      const name = `${terms[id]} ${terms[column[cell]!]}`;
      if (wanted.has(name)) found[name] = weight[cell]!;
    });
  }
  return Object.fromEntries([...wanted].map((name) => [name, found[name] ?? 0]));
}

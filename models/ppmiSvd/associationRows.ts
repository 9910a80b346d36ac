import { association, marginalsOf } from "../../kernels/cooccurrence/associations.js";
import { OpenRows } from "../../kernels/decomposition/openRows.js";
import type { RowBatch, SparseRows } from "../../kernels/decomposition/subspace.js";
import { ln } from "../../kernels/numbers/logarithm.js";
import type { FinalCooccurrence } from "../../schemas/index.js";

/** Cells in a batch, or one row. */
const BATCH_CELLS = 65_536;

/**
 * A row a term of the shifted positive PMI of a table of counts, worked out whenever it is read; a table that has a measure stays as it is.
 * Memory: 16 bytes a term, and a batch.
 */
export async function associationRows(
  table: FinalCooccurrence,
  { smoothing, shift }: { readonly smoothing: number; readonly shift: number },
): Promise<SparseRows> {
  const terms = table.vocabulary.terms.length;
  const weightOf = table.metadata.measure ? asItIs : await shiftedPmi(table, smoothing, shift);

  async function* batches(): AsyncGenerator<RowBatch> {
    const open = new OpenRows();
    for await (const { row, column, weight } of table.batches()) {
      for (let i = 0; i < row.length; i++) open.add(row[i]!, column[i]!, weightOf(row[i]!, column[i]!, weight[i]!));
      if (open.cells >= BATCH_CELLS) yield open.take();
    }
    yield open.finish(terms);
  }

  return { columns: terms, rows: terms, cells: table.length, batches };
}

const asItIs = (_row: number, _column: number, weight: number): number => weight;

async function shiftedPmi(table: FinalCooccurrence, smoothing: number, shift: number) {
  const marginals = await marginalsOf(table, smoothing);
  const less = ln(shift);
  return (row: number, column: number, weight: number): number =>
    Math.max(0, association("pmi", marginals, row, column, weight)! - less);
}

import type { OperatorFunction } from "rxjs";
import { writeThrough } from "../runtime/writeThrough.js";
import { oneOf, text } from "../schemas/fields.js";
import type { Column, TableSchema } from "../schemas/tables.js";
import { formatOf } from "../storage/files/formatOf.js";
import { arrowFormat } from "../storage/tables/arrowFormat.js";
import { parquetFormat } from "../storage/tables/parquetFormat.js";
import { type TableFormat, TableWriter } from "../storage/tables/tableWriter.js";

export const tableFormats = { arrow: arrowFormat, parquet: parquetFormat } as const;
export type TableFormatName = keyof typeof tableFormats;

export const tableExtensions = { arrow: "arrow", feather: "arrow", parquet: "parquet" } as const;

/** The options of units that write rows. */
export const tableFields = {
  path: text({ description: "File to write", file: "output", example: "table.parquet" }),
  format: oneOf(["auto", "arrow", "parquet"], {
    description: "Format of the file; auto goes by the name: .arrow .feather .parquet",
    default: "auto",
  }),
} as const;

export function tableFormatOf(who: string, path: string, format: "auto" | TableFormatName): TableFormat {
  return tableFormats[format === "auto" ? formatOf<TableFormatName>(who, path, tableExtensions) : format];
}

/** How batches become rows. Made per subscription, because it counts on from batch to batch. */
export interface RowMaker<Batch> {
  /** The table's columns, with metadata; the first batch, if there was one. */
  schema(first: Batch | undefined): TableSchema;
  rows(batch: Batch): { readonly columns: readonly Column[]; readonly rows: number };
  /** How much of the batch its rows hold, in the first measure of its kind; left out where that is their number. */
  amount?(batch: Batch): number;
}

/**
 * Writes a stream of batches as one table. Passes on each batch once its rows were taken; completes when the file is durable.
 * A stream without batches makes a table without rows. State: one block of rows.
 */
export function writeRows<Batch>(
  who: string,
  path: string,
  format: TableFormat,
  makeRows: () => RowMaker<Batch>,
): OperatorFunction<Batch, Batch> {
  return writeThrough<Batch>(who, (scope) => {
    const maker = makeRows();
    let table: TableWriter | undefined;
    let amount = 0;
    const open = (first?: Batch) => TableWriter.open(path, maker.schema(first), format);
    return {
      async write(batch) {
        table ??= await open(batch);
        const { columns, rows } = maker.rows(batch);
        await table.write(columns, rows);
        amount += maker.amount?.(batch) ?? rows;
      },
      async finish() {
        table ??= await open();
        await table.close();
        scope.ledger.child(path).add("rows", table.rows);
        scope.took(amount);
      },
      abandon() {
        table?.abandon();
      },
    };
  });
}

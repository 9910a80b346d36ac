import { defer, type OperatorFunction } from "rxjs";
import { association, marginalsOf } from "../../kernels/cooccurrence/associations.js";
import { batchCells } from "../../kernels/cooccurrence/finalTable.js";
import { batchesOf, rowsOf, strongest, type TableRow } from "../../kernels/cooccurrence/tableRows.js";
import { currentScope } from "../../runtime/flow.js";
import type { Ledger } from "../../runtime/ledger.js";
import { mapAsync } from "../../runtime/mapAsync.js";
import type { FinalCooccurrence } from "../../schemas/cooccurrence.js";
import { integer, number, oneOf } from "../../schemas/fields.js";
import { type OptionsOf, parseOptions, type SettingsOf } from "../../schemas/options.js";
import { defineUnit } from "../../schemas/units.js";

export const associateSchema = defineUnit({
  name: "associate",
  kind: "operator",
  reads: "cooccurrence",
  makes: "cooccurrence",
  summary: "Turns counts into measures of association, such as PMI, and keeps the strongest of each row",
  paper: "Levy et al. 2015, TACL, Q15-1016, section 3; NPMI: Bouma 2009",
  fields: {
    measure: oneOf(["ppmi", "pmi", "npmi", "log", "conditional"], {
      default: "ppmi",
      description: "What becomes of a count: positive, plain or normalised PMI, ln(1 + x), or the share of its row",
    }),
    smoothing: number({
      default: 1,
      min: 0,
      max: 1,
      description: "Power of the column sums in PMI: 1 as they are, 0.75 to hold back rare contexts",
    }),
    topK: integer({ optional: true, min: 1, description: "Most cells kept in a row, those of the largest measure" }),
  },
  create: (_, options): OperatorFunction<FinalCooccurrence, FinalCooccurrence> => associate(options),
});

export type AssociateOptions = OptionsOf<typeof associateSchema>;

/**
 * A view of each table: the same cells with a measure of association as their weight.
 *
 * In, out: FinalCooccurrence. The view is worked out whenever it is read, from the table behind it; two readings of the table come first.
 * State: 16 bytes per term, one row. Closing the view closes the table.
 * @throws TypeError, RangeError at the call, if an option is of the wrong kind or out of range; TypeError through the stream, if the
 *   table is such a view itself
 * @see Levy et al. 2015, https://aclanthology.org/Q15-1016
 * @example
 *   contexts$.pipe(accumulateCooccurrence(), associate({ measure: "ppmi", smoothing: 0.75 }), writeCooccurrence({ path: "ppmi.arrow" }))
 */
export function associate(options?: AssociateOptions): OperatorFunction<FinalCooccurrence, FinalCooccurrence> {
  const settings = parseOptions(associateSchema, options);
  return (source) =>
    defer(() => {
      const { account } = currentScope();
      return source.pipe(mapAsync((table) => viewOf(table, settings, account)));
    });
}

async function viewOf(
  table: FinalCooccurrence,
  { measure, smoothing, topK }: SettingsOf<typeof associateSchema>,
  account: Ledger,
): Promise<FinalCooccurrence> {
  if (table.metadata.measure)
    throw new TypeError(`associate: the table must hold counts, got a view of measure ${table.metadata.measure}`);
  const marginals = await marginalsOf(table, smoothing);

  async function* rows(onRead: (cells: number) => void = () => {}): AsyncGenerator<TableRow> {
    for await (const { row, columns, weights } of rowsOf(table.batches())) {
      onRead(columns.length);
      const measured: TableRow = { row, columns: [], weights: [] };
      columns.forEach((column, i) => {
        const value = association(measure, marginals, row, column, weights[i]!);
        if (value === undefined) return;
        measured.columns.push(column);
        measured.weights.push(value);
      });
      yield topK === undefined ? measured : strongest(measured, topK);
    }
  }

  let read = 0;
  let length = 0;
  const countRead = (cells: number) => {
    read += cells;
  };
  for await (const { columns } of rows(countRead)) length += columns.length;
  if (length === 0)
    throw new RangeError(
      `associate: some cell must have a measure to keep, got none among ${read} with measure ${measure}`,
    );
  account.add("withoutMeasure", read - length);
  const { vocabulary, metadata, close } = table;
  const batches = () => batchesOf(rows(), batchCells);
  return { vocabulary, metadata: { ...metadata, measure }, length, batches, ...(close ? { close } : {}) };
}

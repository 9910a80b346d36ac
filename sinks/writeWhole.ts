import type { OperatorFunction } from "rxjs";
import { writeThrough } from "../runtime/writeThrough.js";
import type { DataKind, Kind, Kinds } from "../schemas/kinds.js";
import { KIND } from "../schemas/tables.js";
import { writeTable } from "../storage/tables/tableWriter.js";
import { FACTS, formOf } from "../storage/tables/wholeTable.js";
import { tableFormatOf } from "./writeRows.js";

/**
 * Writes a whole value in the form that its kind states, with its name and facts as metadata, and passes it on.
 *
 * State: one block of rows. Completes when the file is on the disk under its name; counts `rows` on the ledger's child of the path.
 * @throws TypeError at the call, if the kind has no form on the disk, or the format cannot be told: .arrow .feather .parquet
 */
export function writeWhole<K extends Kind>(
  who: string,
  kind: DataKind<K>,
  path: string,
): OperatorFunction<Kinds[K], Kinds[K]> {
  const form = formOf(kind);
  const format = tableFormatOf(who, path, "auto");
  const [amount] = Object.values(kind.amounts ?? {});
  return writeThrough<Kinds[K]>(who, (scope) => ({
    async write(value) {
      const { columns, metadata = [] } = form.schema(value);
      const facts = JSON.stringify(form.facts?.(value) ?? {});
      const told = new Map([...metadata, [KIND, kind.name], [FACTS, facts]]);
      await writeTable(path, { columns, metadata: told }, format, async (writer) => {
        for await (const { columns, rows } of form.blocks(value)) await writer.write(columns, rows);
        scope.ledger.child(path).add("rows", writer.rows);
      });
      if (amount) scope.took(amount(value));
    },
  }));
}

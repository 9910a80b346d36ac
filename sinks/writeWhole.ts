import type { OperatorFunction } from "rxjs";
import { writeThrough } from "../runtime/writeThrough.js";
import type { DataKind, Facts, Kind, Kinds } from "../schemas/kinds.js";
import { KIND, type TableFile } from "../schemas/tables.js";
import { openTable, requireKind } from "../storage/tables/tableFile.js";
import { writeTable } from "../storage/tables/tableWriter.js";
import { tableFormatOf } from "./writeRows.js";

/** Metadata of a table: the facts as JSON. */
const FACTS = "facts";

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

/**
 * Reads what `writeWhole` wrote.
 * @throws TypeError if it holds another kind of data; SyntaxError if it is something else, not whole or damaged
 */
export async function readWhole<K extends Kind>(kind: DataKind<K>, path: string): Promise<Kinds[K]> {
  const table = await openTable(path);
  requireKind(path, table, kind.name);
  return formOf(kind).read({ path, ...table }, factsOf(kind.name, path, table), {});
}

function formOf<K extends Kind>({ name, table }: DataKind<K>) {
  if (table) return table;
  throw new TypeError(`${name}: a kind must have a form on the disk to be written, got none`);
}

function factsOf(kind: string, path: string, { metadata, columns }: TableFile): Facts {
  const facts = metadata.get(FACTS);
  if (facts !== undefined) return JSON.parse(facts) as Facts;
  const names = columns.map(({ name }) => name).join(", ");
  throw new SyntaxError(`${path}: must be a file of ${kind}, got a table without its facts, of the columns ${names}`);
}
